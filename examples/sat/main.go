// Command sat says whether a formula in conjunctive normal form can be made true. It reads the format DIMACS, and answers as solvers do in
// competitions: lines that begin with s and v, and the exit status 10 for satisfiable or 20 for unsatisfiable.
package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
)

// Exit statuses. The first two are answers.
const (
	satisfiable   = 10
	unsatisfiable = 20
	failed        = 1
)

func main() {
	status, err := run(os.Args[1:], os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(status)
}

func run(args []string, out io.Writer) (status int, err error) {
	if len(args) != 1 {
		return failed, fmt.Errorf("got %d arguments, expected the file of a formula", len(args))
	}
	data, err := os.ReadFile(args[0])
	if err != nil {
		return failed, err
	}
	variables, clauses, err := parse(string(data))
	if err != nil {
		return failed, fmt.Errorf("%s: %w", args[0], err)
	}
	values := solve(variables, clauses)
	if values == nil {
		_, err = fmt.Fprintln(out, "s UNSATISFIABLE")
		return unsatisfiable, err
	}
	line := "v"
	for v := 1; v <= variables; v++ {
		if values[v] < 0 {
			line += fmt.Sprint(" -", v)
		} else {
			line += fmt.Sprint(" ", v)
		}
	}
	_, err = fmt.Fprintf(out, "s SATISFIABLE\n%s 0\n", line)
	return satisfiable, err
}

// maxVariables is how many variables a formula may have.
const maxVariables = 1_000_000

// parse reads a formula: comments, a line "p cnf VARIABLES CLAUSES", and clauses that each end with 0. A clause comes without its repetitions, and
// one that is always true is left out.
func parse(text string) (variables int, clauses [][]int, err error) {
	declared, clause := -1, []int(nil)
	for number, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "c") {
			continue
		}
		if strings.HasPrefix(line, "p") {
			if _, err := fmt.Sscanf(line, "p cnf %d %d", &variables, &declared); err != nil || variables < 0 || variables > maxVariables {
				return 0, nil, fmt.Errorf("line %d: %q, expected \"p cnf VARIABLES CLAUSES\" with at most %d variables", number+1, line, maxVariables)
			}
			continue
		}
		for _, word := range strings.Fields(line) {
			literal, err := strconv.Atoi(word)
			if err != nil || max(literal, -literal) > variables {
				return 0, nil, fmt.Errorf("line %d: %q, expected a number from -%d to %d", number+1, word, variables, variables)
			}
			if literal != 0 {
				clause = append(clause, literal)
				continue
			}
			declared--
			if !slices.ContainsFunc(clause, func(l int) bool { return slices.Contains(clause, -l) }) {
				slices.Sort(clause)
				clauses = append(clauses, slices.Compact(clause))
			}
			clause = nil
		}
	}
	if declared != 0 || len(clause) > 0 {
		return 0, nil, errors.New("it has another number of clauses than its first line says")
	}
	return variables, clauses, nil
}

// byUse returns the variables, those in most clauses first.
func byUse(variables int, clauses [][]int) []int {
	uses := make([]int, variables+1)
	for _, c := range clauses {
		for _, literal := range c {
			uses[max(literal, -literal)]++
		}
	}
	order := make([]int, variables)
	for i := range order {
		order[i] = i + 1
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(uses[b], uses[a]) })
	return order
}
