package circuit

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/stretchr/testify/require"
)

// run runs a program on arguments and returns its outputs as text.
func run(t *testing.T, source string, arguments ...string) string {
	t.Helper()
	p, err := Parse([]byte(source))
	require.NoError(t, err)
	numbers, err := ParseArguments(arguments)
	require.NoError(t, err)
	outputs, err := p.Run(numbers)
	require.NoError(t, err)
	return string(Text(outputs))
}

func TestRun(t *testing.T) {
	minusOne := new(fr.Element).SetInt64(-1).String()
	var last fr.Element
	last.SetInt64(-1)
	largest := strings.TrimSpace(string(Text([]fr.Element{last})))
	require.NotEmpty(t, minusOne)
	for source, want := range map[string]string{
		"input x\noutput x":                                  "6\n",
		"input x\nadd y x x\noutput y":                       "12\n",
		"input x\nmul y x x\nmul z y y\noutput z\noutput y":  "1296\n36\n",
		"input x\nsub y x x\noutput y":                       "0\n",
		"input x\nconst c 7\nsub y x c\noutput y":            largest + "\n",
		"input x\nconst c 0\nmul y x c\noutput y":            "0\n",
		"input x\nmul a x x\nadd b a x\nsub c b a\noutput c": "6\n",
		"# comment\n\n input x # and here\noutput x":         "6\n",
		"input x\nmul a x x\nmul b x a\nadd s b a\noutput s": "252\n",
		"input x\nconst c 5\nmul k c c\nadd s k x\noutput s": "31\n",
	} {
		require.Equal(t, want, run(t, Header+"\n"+source, "6"), source)
	}
}

func TestRefused(t *testing.T) {
	line := func(s string) string { return Header + "\ninput x\n" + s + "\noutput x\n" }
	for name, c := range map[string][2]string{
		"empty":           {"", "line 1"},
		"another header":  {"credence-circuit/v2\ninput x\noutput x\n", "line 1"},
		"carriage return": {Header + "\r\ninput x\noutput x\n", "line 1"},
		"no input":        {Header + "\nconst c 1\noutput c\n", "0 inputs"},
		"no output":       {Header + "\ninput x\n", "0 outputs"},
		"unknown step":    {line("div y x x"), "line 3"},
		"too few words":   {line("mul y x"), "got 2 words, expected 3"},
		"too many":        {line("input y z"), "got 2 words, expected 1"},
		"not yet":         {line("mul y x z\nconst z 1"), `"z" has no value yet`},
		"itself":          {line("mul y y y"), `"y" has no value yet`},
		"twice":           {line("const x 1"), `"x" has a value already`},
		"name":            {line("const X 1"), "name"},
		"long name":       {line("const " + strings.Repeat("a", 17) + " 1"), "name"},
		"negative":        {line("const c -1"), "expected a decimal number"},
		"leading zero":    {line("const c 01"), "expected a decimal number"},
		"r itself":        {line("const c " + fr.Modulus().String()), "expected less than"},
		"too long":        {Header + strings.Repeat("\n", MaxSourceBytes), "expected at most"},
		"many ports":      {Header + "\n" + strings.Repeat("input x\noutput x\n", 0) + inputs(MaxPorts) + "output x0\n", "expected at most"},
		"unknown output":  {Header + "\ninput x\noutput y\n", `"y" has no value yet`},
	} {
		_, err := Parse([]byte(c[0]))
		require.ErrorIs(t, err, ErrSource, name)
		require.ErrorContains(t, err, c[1], name)
	}
	var s strings.Builder
	s.WriteString(Header + "\ninput x0\n")
	for i := range MaxProducts + 1 {
		fmt.Fprintf(&s, "mul x%d x%d x%d\n", i+1, i, i)
	}
	_, err := Parse([]byte(s.String() + "output x0\n"))
	require.ErrorContains(t, err, "expected at most 8192")
}

func inputs(n int) string {
	var s strings.Builder
	for i := range n {
		fmt.Fprintf(&s, "input x%d\n", i)
	}
	return s.String()
}

// TestSumsAreBounded: a program cannot make its reader work without bound.
func TestSumsAreBounded(t *testing.T) {
	var s strings.Builder
	s.WriteString(Header + "\ninput x0\nadd s0 x0 x0\n")
	for i := range 4000 {
		fmt.Fprintf(&s, "mul x%d x%d x%d\nadd s%d s%d x%d\n", i+1, i, i, i+1, i, i+1)
	}
	_, err := Parse([]byte(s.String() + "output s4000\n"))
	require.ErrorContains(t, err, "more than 1048576 terms")
}

// TestArguments: each argument has one form only, so that the arguments of a deal mean one thing.
func TestArguments(t *testing.T) {
	for _, good := range []string{"0", "1", "10", "340282366920938463463374607431768211456"} {
		n, err := ParseNumber(good)
		require.NoError(t, err)
		require.Equal(t, good+"\n", string(Text([]fr.Element{n})))
	}
	for _, bad := range []string{"", "00", "+1", "-0", "1 ", "0x1", "1e3", "١", strings.Repeat("9", 78), fr.Modulus().String()} {
		_, err := ParseNumber(bad)
		require.ErrorIs(t, err, ErrArgument, bad)
	}
	p, err := Parse([]byte(Header + "\ninput x\noutput x\n"))
	require.NoError(t, err)
	_, err = p.Run(nil)
	require.ErrorIs(t, err, ErrArgument)
}

// TestConstraintsHold: the constraints hold for the wires of a run. They no longer hold when one wire is changed.
func TestConstraintsHold(t *testing.T) {
	p, err := Parse([]byte(Header + "\ninput x\ninput y\nmul a x y\nadd b a x\nmul c b b\nsub d c y\noutput d\noutput a\n"))
	require.NoError(t, err)
	numbers, err := ParseArguments([]string{"11", "13"})
	require.NoError(t, err)
	wires, err := p.Assign([32]byte{1, 2, 3}, numbers)
	require.NoError(t, err)
	holds := func() bool {
		for _, row := range p.Constraints {
			a, b, c := row.A.Evaluate(wires), row.B.Evaluate(wires), row.C.Evaluate(wires)
			if a.Mul(&a, &b); !a.Equal(&c) {
				return false
			}
		}
		return true
	}
	require.True(t, holds())
	for i := 1 + halves; i < len(wires); i++ {
		was := wires[i]
		wires[i].SetUint64(5)
		require.False(t, holds(), "wire %d", i)
		wires[i] = was
	}
}

// FuzzParse: any bytes are a program or an error. Each program runs and gives all its outputs.
func FuzzParse(f *testing.F) {
	f.Add([]byte(Header + "\ninput x\nconst c 7\nmul y x c\nsub z y x\noutput z\n"))
	f.Add([]byte(Header + "\ninput x\ninput x\n"))
	f.Fuzz(func(t *testing.T, source []byte) {
		p, err := Parse(source)
		if err != nil {
			require.ErrorIs(t, err, ErrSource)
			return
		}
		outputs, err := p.Run(make([]fr.Element, p.Inputs))
		require.NoError(t, err)
		require.Len(t, outputs, p.Outputs)
		require.Equal(t, p.Outputs, bytes.Count(Text(outputs), []byte("\n")))
	})
}
