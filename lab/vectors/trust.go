package vectors

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
)

// errShape says that a group does not know the shape of a case's inputs.
var errShape = errors.New("unknown kind of case: no formula of this group takes these inputs")

// trustCase is one entry of a trust file. explanation and source are for
// people.
type trustCase struct {
	ID        string          `json:"id"`
	Group     string          `json:"group"`
	Inputs    json.RawMessage `json:"inputs"`
	Expected  json.RawMessage `json:"expected"`
	Tolerance json.RawMessage `json:"tolerance"`
}

// solver computes all outputs that a group knows for a case's inputs. want holds the expected fields, because for a few outputs the
// case chooses the keys.
type solver func(in *inputs, want map[string]any) (object, error)

// solverOf finds a group's solver.
func solverOf(group string) (solver, bool) {
	switch group {
	case "mfirst":
		return solveMFirst, true
	case "spotcheck":
		return solveSpotCheck, true
	case "credibility":
		return solveCredibility, true
	case "poco":
		return solvePoco, true
	case "boinc":
		return solveBoinc, true
	case "iterative":
		return solveIterative, true
	case "coalition":
		return solveCoalition, true
	case "economics":
		return solveEconomics, true
	case "bits":
		return solveBits, true
	case "debt":
		return solveDebt, true
	default:
		return nil, false
	}
}

// TrustCases runs the cases of a trust file: {"cases": [...]} or a bare list.
// Every field of a case's expected is compared with the case's tolerance: 0 is
// exact, another number relative, or absolute in 1/65536 bit for the group
// bits. The error is about the file as a whole: not JSON, or no cases.
func TrustCases(r io.Reader) (Report, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return Report{}, fmt.Errorf("reading trust cases: %w", err)
	}
	raw, err := listOf(data, "cases")
	if err != nil {
		return Report{}, fmt.Errorf("trust cases: %w", err)
	}
	var report Report
	for _, entry := range raw {
		report.Cases = append(report.Cases, runTrust(entry))
	}
	return report, nil
}

// listOf finds the list of cases in a file: the file itself, or one field.
func listOf(data []byte, name string) ([]json.RawMessage, error) {
	var list []json.RawMessage
	if _, err := decodeValue(data); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, &list); err != nil {
		var file map[string]json.RawMessage
		if err := json.Unmarshal(data, &file); err != nil {
			return nil, fmt.Errorf("expected a list or an object with %q: %w", name, err)
		}
		if err := json.Unmarshal(file[name], &list); err != nil {
			return nil, fmt.Errorf("expected a list in %q: %w", name, err)
		}
	}
	if len(list) == 0 {
		return nil, errors.New("the file holds no cases")
	}
	return list, nil
}

func runTrust(entry json.RawMessage) (out Case) {
	var c trustCase
	if err := json.Unmarshal(entry, &c); err != nil {
		return Case{}.judgeCase([]string{"unreadable case: " + err.Error()})
	}
	out = Case{ID: c.ID, Group: c.Group, Expected: c.Expected}
	// A case that breaks the code fails alone; the others are still run.
	defer func() {
		if p := recover(); p != nil {
			out = out.judgeCase([]string{fmt.Sprintf("panic: %v", p)})
		}
	}()
	got, reasons := solveCase(c)
	if got != nil {
		out.Got = encodeValue(got)
	}
	return out.judgeCase(reasons)
}

// solveCase computes a case and compares; got holds only the fields that the case
// expects.
func solveCase(c trustCase) (got object, reasons []string) {
	fail := func(err error) (object, []string) { return nil, []string{err.Error()} }
	solver, ok := solverOf(c.Group)
	if !ok {
		return fail(fmt.Errorf("unknown group %q", c.Group))
	}
	in, err := fieldsOf(c.Inputs)
	if err != nil {
		return fail(fmt.Errorf("inputs: %w", err))
	}
	want, err := fieldsOf(c.Expected)
	if err != nil {
		return fail(fmt.Errorf("expected: %w", err))
	}
	if len(want) == 0 {
		return fail(errors.New("expected: nothing is expected, so nothing is checked"))
	}
	tol := tolerance{absolute: c.Group == "bits"}
	if len(c.Tolerance) > 0 {
		number, err := decodeValue(c.Tolerance)
		if err != nil {
			return fail(fmt.Errorf("tolerance: %w", err))
		}
		if tol.limit, err = toRat(number); err != nil || tol.limit.Sign() < 0 {
			return fail(fmt.Errorf("tolerance: expected a number of at least 0, got %s", c.Tolerance))
		}
	}

	args := &inputs{values: in}
	all, err := solver(args, want)
	if args.err != nil {
		err = args.err
	}
	if err != nil {
		return fail(err)
	}
	for _, key := range sortedKeys(want) {
		if v, ok := all.getField(key); ok {
			got = append(got, field{key, v})
		}
	}
	return got, compareValues("", want, all, tol)
}

func fieldsOf(raw json.RawMessage) (map[string]any, error) {
	if len(raw) == 0 {
		return nil, errors.New("missing")
	}
	v, err := decodeValue(raw)
	if err != nil {
		return nil, err
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("expected an object, got %s", raw)
	}
	return m, nil
}

// inputs reads a case's inputs and keeps the first error.
type inputs struct {
	values map[string]any
	err    error
}

func (in *inputs) hasAll(names ...string) bool {
	for _, n := range names {
		if v, ok := in.values[n]; !ok || v == nil {
			return false
		}
	}
	return true
}

func (in *inputs) failOn(name string, err error) {
	if in.err == nil {
		in.err = fmt.Errorf("input %s: %w", name, err)
	}
}

// readRat reads a number, or takes def if the input is missing. If def is empty, the input is required.
func (in *inputs) readRat(name, def string) *big.Rat {
	v, ok := in.values[name]
	if !ok || v == nil {
		if def == "" {
			in.failOn(name, errors.New("missing"))
			return new(big.Rat)
		}
		v = def
	}
	r, err := toRat(v)
	if err != nil {
		in.failOn(name, err)
		return new(big.Rat)
	}
	return r
}

func (in *inputs) readBig(name, def string) *big.Int {
	r := in.readRat(name, def)
	if !r.IsInt() {
		in.failOn(name, fmt.Errorf("expected an integer, got %s", formatDecimal(r)))
		return new(big.Int)
	}
	return new(big.Int).Set(r.Num())
}

// maxCount bounds inputs that are counts.
const maxCount = 1 << 40

func (in *inputs) readInt(name, def string) int {
	i := in.readBig(name, def)
	if !i.IsInt64() || i.Int64() > maxCount || i.Int64() < -maxCount {
		in.failOn(name, fmt.Errorf("%s is out of range", i))
		return 0
	}
	return int(i.Int64())
}

func (in *inputs) readUint64(name, def string) uint64 {
	i := in.readBig(name, def)
	if !i.IsUint64() {
		in.failOn(name, fmt.Errorf("expected 0 to 2^64-1, got %s", i))
		return 0
	}
	return i.Uint64()
}

func (in *inputs) readText(name string) string {
	s, ok := in.values[name].(string)
	if !ok {
		in.failOn(name, fmt.Errorf("expected a string, got %s", showValue(in.values[name])))
	}
	return s
}

func (in *inputs) readList(name string) []any {
	v, ok := in.values[name]
	if !ok || v == nil {
		return nil
	}
	l, ok := v.([]any)
	if !ok {
		in.failOn(name, fmt.Errorf("expected a list, got %s", showValue(v)))
	}
	return l
}
