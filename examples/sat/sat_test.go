package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/examples/internal/wasitest"
)

// waerden returns clauses that say that the numbers 1 to n, in two colours, have no k of one colour at equal distances.
func waerden(n, k int) (clauses [][]int) {
	for d := 1; d*(k-1) < n; d++ {
		for a := 1; a+d*(k-1) <= n; a++ {
			var one, other []int
			for i := range k {
				one, other = append(one, a+d*i), append(other, -a-d*i)
			}
			clauses = append(clauses, one, other)
		}
	}
	return clauses
}

func dimacs(variables int, clauses [][]int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "c a test\np cnf %d %d\n", variables, len(clauses))
	for _, c := range clauses {
		fmt.Fprintln(&b, strings.Trim(fmt.Sprint(append(c, 0)), "[]"))
	}
	return b.String()
}

// holds says whether values make all clauses true.
func holds(values []int8, clauses [][]int) bool {
	for _, c := range clauses {
		good := false
		for _, l := range c {
			good = good || values[max(l, -l)] > 0 == (l > 0)
		}
		if !good {
			return false
		}
	}
	return true
}

// The numbers of van der Waerden are known: 9 for three numbers in two colours, and 35 for four.
func TestWaerden(t *testing.T) {
	app := wasitest.Build(t, ".")
	for _, tc := range []struct {
		n, k int
		exit uint32
	}{{8, 3, satisfiable}, {9, 3, unsatisfiable}, {34, 4, satisfiable}, {35, 4, unsatisfiable}} {
		got := app.Run(wasitest.Run{Args: []string{"/in/x.cnf"}, In: map[string]string{"x.cnf": dimacs(tc.n, waerden(tc.n, tc.k))}})
		require.Equal(t, tc.exit, got.Exit, got.Stderr)
		if tc.exit == unsatisfiable {
			require.Equal(t, "s UNSATISFIABLE\n", got.Stdout)
			continue
		}
		lines := strings.Split(got.Stdout, "\n")
		require.Equal(t, "s SATISFIABLE", lines[0])
		values := make([]int8, tc.n+1)
		for i, word := range strings.Fields(lines[1])[1:] {
			if word != "0" {
				values[i+1] = map[bool]int8{true: -1, false: 1}[word[0] == '-']
			}
		}
		require.True(t, holds(values, waerden(tc.n, tc.k)))
	}
	got := app.Run(wasitest.Run{Args: []string{"/in/x.cnf"}, In: map[string]string{"x.cnf": "p cnf 2 1\n1 3 0\n"}})
	require.EqualValues(t, failed, got.Exit)
	require.Equal(t, "/in/x.cnf: line 2: \"3\", expected a number from -2 to 2\n", got.Stderr)
}

// The solver finds values exactly where trying all finds some.
func TestAgainstTryingAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const variables = 6
		literal := rapid.Custom(func(t *rapid.T) int {
			return rapid.IntRange(1, variables).Draw(t, "variable") * rapid.SampledFrom([]int{1, -1}).Draw(t, "sign")
		})
		drawn := rapid.SliceOfN(rapid.SliceOfN(literal, 1, 3), 0, 30).Draw(t, "clauses")
		_, clauses, err := parse(dimacs(variables, drawn))
		require.NoError(t, err)
		can := false
		for bits := range 1 << variables {
			values := make([]int8, variables+1)
			for v := range variables {
				values[v+1] = int8(bits>>v&1)*2 - 1
			}
			can = can || holds(values, drawn)
		}
		got := solve(variables, clauses)
		require.Equal(t, can, got != nil)
		require.True(t, got == nil || holds(got, drawn))
	})
}
