package contract

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// many returns n variables in order.
func many(n int) (env []string) {
	for i := range n {
		env = append(env, fmt.Sprintf("V%03d=", i))
	}
	return env
}

func TestCheckExecution(t *testing.T) {
	statuses := func(n uint32) (list []uint32) {
		for i := range n {
			list = append(list, i)
		}
		return list
	}
	for name, tc := range map[string]struct {
		e      Execution
		expErr string // "" for accepted
	}{
		"nothing":                       {Execution{}, ""},
		"everything":                    {Execution{OkExit: []uint32{0, 10, 20}, Stdout: "a/out.txt", Stdin: "in/x", Env: []string{"A=1", "b_2=é = x"}}, ""},
		"a status of 32 bits":           {Execution{OkExit: []uint32{1<<32 - 1}}, ""},
		"statuses out of order":         {Execution{OkExit: []uint32{10, 0}}, "ok_exit: got 0 after 10"},
		"a status twice":                {Execution{OkExit: []uint32{1, 1}}, "each once"},
		"the most statuses":             {Execution{OkExit: statuses(MaxOkExit)}, ""},
		"a status too many":             {Execution{OkExit: statuses(MaxOkExit + 1)}, "ok_exit: got 65"},
		"stdout upwards":                {Execution{Stdout: "../x"}, "stdout: "},
		"stdout with a control":         {Execution{Stdout: "a\x1b"}, "stdout: "},
		"stdin that is no input":        {Execution{Stdin: "y"}, `stdin: got "y", expected the name of an input`},
		"no =":                          {Execution{Env: []string{"A"}}, "env[0]: got \"A\", expected NAME=value"},
		"no name":                       {Execution{Env: []string{"=1"}}, "expected NAME=value"},
		"a day":                         {Execution{Seconds: MaxSeconds}, ""},
		"more than that":                {Execution{Seconds: MaxSeconds + 1}, "seconds: got 86401"},
		"a time of day":                 {Execution{Clock: MaxClock}, ""},
		"a later one":                   {Execution{Clock: MaxClock + 1}, "clock: got 4294967296"},
		"before 1970":                   {Execution{Clock: -1}, "clock: got -1"},
		"a seed":                        {Execution{Seed: strings.Repeat("é", MaxSeedBytes/2)}, ""},
		"a longer seed":                 {Execution{Seed: strings.Repeat("é", MaxSeedBytes/2) + "x"}, "seed: got 129 bytes"},
		"a seed with a control":         {Execution{Seed: "a\n"}, "seed: "},
		"stdin in a folder":             {Execution{Stdin: "data/x/y"}, ""},
		"stdin that is a folder":        {Execution{Stdin: "data"}, "stdin: got \"data\""},
		"stdin out of a folder":         {Execution{Stdin: "data/../x"}, "stdin: "},
		"a folder to work in":           {Execution{Workdir: "out/a"}, ""},
		"no such folder":                {Execution{Workdir: "home"}, "workdir: got \"home\""},
		"an absolute one":               {Execution{Workdir: "/in"}, "workdir: "},
		"one that leaves":               {Execution{Workdir: "in/../out"}, "workdir: "},
		"a result in a folder":          {Execution{OutputPath: "a/b"}, ""},
		"a result elsewhere":            {Execution{OutputPath: "../a"}, "output_path: "},
		"a digit first":                 {Execution{Env: []string{"1A=1"}}, "expected NAME=value"},
		"a name with a hyphen":          {Execution{Env: []string{"A-B=1"}}, "expected NAME=value"},
		"the longest name":              {Execution{Env: []string{strings.Repeat("N", MaxEnvNameBytes) + "="}}, ""},
		"a longer name":                 {Execution{Env: []string{strings.Repeat("N", MaxEnvNameBytes+1) + "="}}, "expected NAME=value"},
		"ours":                          {Execution{Env: []string{"CREDENCE_TASK_ID=1"}}, "does not begin with"},
		"iExec's":                       {Execution{Env: []string{"IEXEC_IN=/"}}, "does not begin with"},
		"a new line":                    {Execution{Env: []string{"A=b\nC=d"}}, "control characters"},
		"a zero byte":                   {Execution{Env: []string{"A=\x00"}}, "control characters"},
		"not UTF-8":                     {Execution{Env: []string{"A=\xff"}}, "control characters"},
		"a name twice":                  {Execution{Env: []string{"A=1", "A=2"}}, "each once"},
		"names out of order":            {Execution{Env: []string{"B=1", "A=2"}}, "in order"},
		"an empty value":                {Execution{Env: []string{"A="}}, ""},
		"the most variables":            {Execution{Env: many(MaxEnv)}, ""},
		"a variable too many":           {Execution{Env: many(MaxEnv + 1)}, "env: got 129"},
		"the most bytes of variables":   {Execution{Env: []string{"A=" + strings.Repeat("x", MaxEnvBytes-3)}}, ""},
		"a byte of variables too many":  {Execution{Env: []string{"A=" + strings.Repeat("x", MaxEnvBytes-2)}}, "env: got 16385 bytes"},
		"a name that begins a name":     {Execution{Env: []string{"A=1", "A_=1", "A_B=1"}}, ""},
		"rows":                          {Execution{Rows: "data"}, ""},
		"a recipient":                   {Execution{Recipient: "age1cy0su9fwf3gf9mw868g5yut09p6nytfmmnktexz2ya5uqg9vl9sss4euqm"}, ""},
		"a recipient that is none":      {Execution{Recipient: "age1cy0su9fwf3gf9mw868g5yut09p6nytfmmnktexz2ya5uqg9vl9sss4euqq"}, "recipient: got"},
		"rows that are a file":          {Execution{Rows: "in/x"}, `rows: got "in/x", expected the name of an input that is a folder`},
		"rows that are nowhere":         {Execution{Rows: "y"}, "rows: "},
		"a lower case name of the same": {Execution{Env: []string{"A=1", "a=1"}}, ""},
	} {
		err := tc.e.Check([]Input{{Name: "in/x"}, {Name: "data", Tree: true}})
		if (err == nil) != (tc.expErr == "") || err != nil && !strings.Contains(err.Error(), tc.expErr) {
			t.Errorf("%s: got %v, want %q", name, err, tc.expErr)
		}
	}
}

func TestSucceeded(t *testing.T) {
	for _, tc := range []struct {
		ok     []uint32
		status uint32
		want   bool
	}{
		{nil, 0, true}, {nil, 1, false}, {[]uint32{10, 20}, 10, true}, {[]uint32{10, 20}, 0, false}, {[]uint32{0, 1}, 0, true},
	} {
		if got := (Execution{OkExit: tc.ok}).Succeeded(tc.status); got != tc.want {
			t.Errorf("status %d of %v: got %v", tc.status, tc.ok, got)
		}
	}
}

// TestNormalExecution: one step leads to the normal form. It has the same meaning, and it is in the order that Check demands.
func TestNormalExecution(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := Execution{
			OkExit: rapid.SliceOfNDistinct(rapid.Uint32Range(0, 5), 0, 6, rapid.ID).Draw(t, "ok_exit"),
			Env: rapid.SliceOfNDistinct(rapid.StringMatching(`[A-C_][A-C_0-2]{0,2}=[a-b=-]{0,2}`), 0, 6,
				func(v string) string { return envName(v) }).Draw(t, "env"),
		}
		n := e.Normal()
		if err := n.Check(nil); err != nil {
			t.Fatalf("the normal form is refused: %v", err)
		}
		again := n.Normal()
		if !slices.Equal(again.OkExit, n.OkExit) || !slices.Equal(again.Env, n.Env) {
			t.Fatalf("not normal: %+v, then %+v", n, again)
		}
		for status := range uint32(6) {
			if n.Succeeded(status) != e.Succeeded(status) {
				t.Fatalf("status %d means another thing", status)
			}
		}
	})
}
