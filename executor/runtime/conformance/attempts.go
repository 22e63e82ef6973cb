package conformance

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/result"
)

// BuildProbe builds the app of folder probe for a system, and returns its bytes.
func BuildProbe(t testing.TB, goos, goarch string) []byte {
	t.Helper()
	out := filepath.Join(t.TempDir(), "probe")
	cmd := exec.Command("go", "build", "-ldflags=-s -w -buildid=", "-o", out, "github.com/credence-chain/credence/executor/runtime/conformance/probe")
	cmd.Env = append(os.Environ(), "GOOS="+goos, "GOARCH="+goarch, "CGO_ENABLED=0")
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building the probe: %v\n%s", err, text)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// attempt is one thing that an app tries, and what must come of it.
type attempt struct {
	args     []string
	malleate func(*runtime.Spec)
	check    func(t *testing.T, rules string, o runtime.Outcome)
	// native attempts need an operating system below the app, which WebAssembly lacks; or they take WebAssembly's compiler too
	// long, and that runtime tests the same rule itself.
	native bool
	wall   bool // needs a runtime that bounds time
}

// Attempts makes the probe try what apps must not do, and pass each limit. probe is the probe's program in the form of the runtime.
func Attempts(t *testing.T, r runtime.Runtime, probe runtime.Program) {
	// The time in which a runtime prepares the program does not count for an attempt.
	if err := r.Prepare(context.Background(), probe); err != nil {
		t.Fatal(err)
	}
	for name, a := range attempts {
		t.Run(name, func(t *testing.T) {
			if a.native && !r.Rules().Image || a.wall && !r.Rules().LimitsTime() {
				t.Skip("this runtime's apps cannot try it")
			}
			spec := App{Program: probe, Args: a.args}.Spec()
			spec.FuelLimit, spec.MemoryLimit = 1<<40, 128<<20
			if a.malleate != nil {
				a.malleate(&spec)
			}
			start := time.Now()
			o, err := r.Run(context.Background(), spec)
			if err != nil {
				t.Fatal(err)
			}
			if took := time.Since(start); took > stopWithin {
				t.Errorf("took %s, want less than %s", took, stopWithin)
			}
			a.check(t, r.Rules().Name, LoadFiles(t, o))
		})
	}
	t.Run("an app that is told to stop is gone", func(t *testing.T) { testStopped(t, r, probe) })
}

// failsWith returns a check that an attempt failed with one of the reasons.
func failsWith(reasons ...runtime.Reason) func(*testing.T, string, runtime.Outcome) {
	return func(t *testing.T, _ string, o runtime.Outcome) {
		if o.Kind != runtime.AppFailed || !slices.Contains(reasons, o.Reason) || len(o.Files) > 0 {
			t.Errorf("got %v %q, exit status %d, %d files, stderr %.300q; want APP_FAILED with one of %q", o.Kind, o.Reason, o.ExitCode, len(o.Files), o.Stderr, reasons)
		}
	}
}

func checkFile(name string, check func(string) error) func(*testing.T, string, runtime.Outcome) {
	return func(t *testing.T, _ string, o runtime.Outcome) {
		if o.Kind != runtime.Result || len(o.Files) != 1 || o.Files[0].Path != name {
			t.Fatalf("got %v %q, exit status %d, files %v, stderr %.300q; want the file %q", o.Kind, o.Reason, o.ExitCode, o.Files, o.Stderr, name)
		}
		if err := check(fmt.Sprintf("%s", o.Files[0].Content)); err != nil {
			t.Error(err)
		}
	}
}

func equalTo(want string) func(string) error {
	return func(got string) error {
		if got != want {
			return fmt.Errorf("got %.300q, want %q", got, want)
		}
		return nil
	}
}

func atMost(n int) func(string) error {
	return func(got string) error {
		if v, err := strconv.Atoi(got); err != nil || v > n || v < 1 {
			return fmt.Errorf("got %q, want 1 to %d", got, n)
		}
		return nil
	}
}

var refused = checkFile("refused", equalTo("refused"))

var attempts = map[string]attempt{
	"network":                             {args: []string{"network"}, check: refused},
	"writing elsewhere":                   {args: []string{"read-only"}, check: refused},
	"privileges":                          {args: []string{"privileges"}, check: refused, native: true},
	"a link to a file of the machine":     {args: []string{"link", "/etc/passwd"}, check: failsWith(runtime.InvalidOutput, runtime.Exit)},
	"a link to a folder":                  {args: []string{"link", "/"}, check: failsWith(runtime.InvalidOutput, runtime.Exit)},
	"a link to itself":                    {args: []string{"link", "link"}, check: failsWith(runtime.InvalidOutput, runtime.Exit)},
	"writing through a link":              {args: []string{"through"}, check: failsWith(runtime.InvalidOutput, runtime.Exit)},
	"a named pipe":                        {args: []string{"pipe"}, check: failsWith(runtime.InvalidOutput), native: true},
	"a socket":                            {args: []string{"socket"}, check: failsWith(runtime.InvalidOutput), native: true},
	"names of one file":                   {args: []string{"hardlink"}, check: failsWith(runtime.OutputTooLarge), native: true},
	"a result outside":                    {args: []string{"computed", `{"deterministic-output-path":"/out/../in/x"}`}, check: failsWith(runtime.InvalidComputed)},
	"a file with holes":                   {args: []string{"sparse"}, check: failsWith(runtime.OutputTooLarge, runtime.Exit)},
	"too many files":                      {args: []string{"many"}, check: failsWith(runtime.OutputTooLarge, runtime.Exit), native: true},
	"too deep folders":                    {args: []string{"deep"}, check: failsWith(runtime.OutputTooLarge, runtime.Exit), native: true},
	"memory":                              {args: []string{"memory"}, check: failsWith(runtime.OutOfMemory, runtime.Exit, runtime.Trap)},
	"a full /tmp":                         {args: []string{"tmp"}, check: refused},
	"the time of a program that computes": {args: []string{"spin"}, check: failsWith(runtime.OutOfTime), wall: true, malleate: useSecond},
	"the time of a program that waits":    {args: []string{"sleep"}, check: failsWith(runtime.OutOfTime), wall: true, malleate: useSecond},
	"processes":                           {args: []string{"processes"}, check: checkFile("processes", atMost(256)), native: true, malleate: func(s *runtime.Spec) { s.MemoryLimit = 1 << 30 }},
	"processors":                          {args: []string{"processors"}, check: checkFile("hundredths", atMost(140)), native: true},
	"a process that stays behind":         {args: []string{"orphan", "stays"}, check: refused, native: true},
	"much on stderr": {args: []string{"logs"}, check: func(t *testing.T, rules string, o runtime.Outcome) {
		refused(t, rules, o)
		if len(o.Stderr) > 128<<10 || len(o.StderrEnd) != result.MaxStderrBytes || !strings.HasSuffix(string(o.StderrEnd), "the end") {
			t.Errorf("%d bytes of stderr are kept, and %d of its end, %.20q", len(o.Stderr), len(o.StderrEnd), o.StderrEnd)
		}
	}},
	"too much on stdout": {
		args: []string{"print", "0123456789"}, check: failsWith(runtime.OutputTooLarge), malleate: func(s *runtime.Spec) { s.OutputLimit = 9 },
	},
	"stdout is the result": {
		args: []string{"print", "0123456789"}, check: checkFile("stdout", equalTo("0123456789")), malleate: func(s *runtime.Spec) { s.OutputLimit = 10 },
	},
	"stdout is a file": {
		args: []string{"print", "hi"}, check: checkFile("a/b", equalTo("hi")), malleate: func(s *runtime.Spec) { s.Execution.Stdout = "a/b" },
	},
	"stdin is an input": {
		args: []string{"stdin"}, check: checkFile("stdin", equalTo("the input\n")), malleate: func(s *runtime.Spec) { s.Execution.Stdin = "x" },
	},
	"stdin is empty": {args: []string{"stdin"}, check: checkFile("stdin", equalTo(""))},
	"arguments":      {args: []string{"args", "a b", "", "é"}, check: checkFile("args", equalTo("a b\n\né"))},
	"the environment": {args: []string{"env"}, malleate: func(s *runtime.Spec) {
		s.Env, s.Execution.Env = []string{"CREDENCE_IN=/in"}, []string{"A=é = x"}
	}, check: checkFile("env", func(got string) error {
		lines := strings.Split(got, "\n")
		if !slices.Contains(lines, "CREDENCE_IN=/in") || !slices.Contains(lines, "A=é = x") {
			return fmt.Errorf("got %q, want the task's variables", lines)
		}
		for _, name := range []string{"USER=", "LD_LIBRARY_PATH=", "GOFLAGS=", "CREDENCE_WORKER"} {
			if slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, name) }) {
				return fmt.Errorf("got %q of the worker's own", name)
			}
		}
		return nil
	})},
	"a declared folder": {
		args: []string{"copy"}, check: failsWith(runtime.InvalidOutput), malleate: func(s *runtime.Spec) { s.OutputPath = "data" },
	},
	"who it is": {args: []string{"who"}, native: true, check: checkFile("who", func(got string) error {
		lines := strings.Split(strings.TrimSpace(got), "\n")
		none := strings.Repeat("0", 16)
		for _, want := range []string{
			"Uid: 65534 65534 65534 65534", "Gid: 65534 65534 65534 65534", "CapInh: " + none, "CapPrm: " + none, "CapEff: " + none, "CapBnd: " + none,
			"CapAmb: " + none, "NoNewPrivs: 1", "Seccomp: 2", "pid 1",
		} {
			if !slices.Contains(lines, want) {
				return fmt.Errorf("got %q, want %q", lines, want)
			}
		}
		for _, l := range lines {
			if device, found := strings.CutPrefix(l, "device "); found && !slices.Contains(devices, device) {
				return fmt.Errorf("there is a device %s", device)
			}
		}
		return nil
	})},
}

// devices are the devices that every container has.
var devices = []string{"null", "zero", "full", "random", "urandom", "tty", "console", "ptmx"}

func useSecond(s *runtime.Spec) { s.Execution.Seconds = 1 }

// testStopped: a caller that goes away ends the run, and gets its own reason as the error.
func testStopped(t *testing.T, r runtime.Runtime, probe runtime.Program) {
	ctx, cancel := context.WithCancelCause(context.Background())
	why := errors.New("the caller goes")
	time.AfterFunc(500*time.Millisecond, func() { cancel(why) })
	spec := App{Program: probe, Args: []string{"spin"}}.Spec()
	spec.FuelLimit, spec.MemoryLimit = 1<<62, 128<<20
	start := time.Now()
	if _, err := r.Run(ctx, spec); !errors.Is(err, why) {
		t.Errorf("got %v, want %v", err, why)
	}
	if took := time.Since(start); took > stopWithin {
		t.Errorf("took %s, want less than %s", took, stopWithin)
	}
}
