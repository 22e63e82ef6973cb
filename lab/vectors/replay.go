package vectors

import (
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"strings"
)

// This file replays scenarios of iExec's contracts through poco/iexec. After each step it compares the fields that the file expects
// with the state of the task, and at the end also the balances and the scores. A step that the contracts revert must be refused
// here.

// revert begins the result of a refused step.
const revert = "REVERT"

// ReplayIExec plays every scenario of an iExec file through poco/iexec and
// compares after each step and at the end. The error is about the file as a
// whole: not JSON, or no scenarios.
func ReplayIExec(r io.Reader) (Report, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return Report{}, fmt.Errorf("reading scenarios: %w", err)
	}
	raw, err := listOf(data, "scenarios")
	if err != nil {
		return Report{}, fmt.Errorf("scenarios: %w", err)
	}
	var report Report
	for _, entry := range raw {
		report.Cases = append(report.Cases, replayEntry(entry))
	}
	return report, nil
}

func replayEntry(entry json.RawMessage) (out Case) {
	out = Case{Group: "iexec"}
	// A scenario that breaks the code fails alone; the others are still played.
	defer func() {
		if p := recover(); p != nil {
			out = out.judgeCase([]string{fmt.Sprintf("panic: %v", p)})
		}
	}()
	s, err := readScenario(entry)
	out.ID = s.id
	out.Expected = expectedOf(s.end)
	if err != nil {
		return out.judgeCase([]string{err.Error()})
	}
	p, err := newPlayer(s)
	if err != nil {
		return out.judgeCase([]string{err.Error()})
	}

	var reasons []string
	log := []any{}
	for i, e := range s.log {
		got := p.observeStep(e.step, p.playStep(e.step))
		log = append(log, got)
		for _, r := range compareStep(e.want, got, p.shortcut) {
			reasons = append(reasons, fmt.Sprintf("log[%d] %s: %s", i, showValue(e.step.raw), r))
		}
	}
	end := p.observeEnd()
	reasons = append(reasons, compareEnd(s.end, end)...)
	out.Got = encodeValue(append(object{{"log", log}}, end...))
	return out.judgeCase(reasons)
}

// expectedOf returns a scenario without its inputs.
func expectedOf(entry map[string]any) json.RawMessage {
	if entry == nil {
		return nil
	}
	var o object
	for _, key := range sortedKeys(entry) {
		if key != "id" && key != "in" {
			o = append(o, field{key, entry[key]})
		}
	}
	return encodeValue(o)
}

// compareStep compares one log entry. It does not compare the consensus after a contribute-and-finalize. Of the field res it
// compares only whether the step reverted.
func compareStep(want map[string]any, got object, shortcut bool) []string {
	var out []string
	for _, key := range []string{"res", "status", "consensus", "winnerCounter", "revealCounter", "revealDeadlineRel"} {
		if _, ok := want[key]; !ok {
			out = append(out, key+": missing from the file, so not checked")
		}
	}
	for _, key := range sortedKeys(want) {
		value, known := got.getField(key)
		switch {
		case key == "step", key == "consensus" && shortcut:
		case !known:
			out = append(out, fmt.Sprintf("%s: expected %s, not produced", key, showValue(want[key])))
		case key == "res":
			out = append(out, compareResult(want[key], value)...)
		default:
			out = append(out, compareValues(key, want[key], value, tolerance{})...)
		}
	}
	return out
}

func compareResult(want, got any) []string {
	w, ok := want.(string)
	g, _ := got.(string)
	reverted := strings.HasPrefix(w, revert)
	if !ok || (w != "ok" && !reverted) {
		return []string{fmt.Sprintf("res: expected ok or REVERT in the file, found %s", showValue(want))}
	}
	if reverted != strings.HasPrefix(g, revert) {
		return listDifferences("res", want, got)
	}
	return nil
}

// compareEnd compares the end of a scenario, both ways: a balance, score or
// status that the file leaves out must be zero or unset.
func compareEnd(want map[string]any, got object) []string {
	var out []string
	for _, key := range []string{"workerStake", "lockedAtMatch", "delta", "scores", "contributionStatus"} {
		if _, ok := want[key]; !ok {
			out = append(out, key+": missing from the file, so not checked")
		}
	}
	for _, key := range sortedKeys(want) {
		if key == "id" || key == "in" || key == "log" {
			continue
		}
		value, ok := got.getField(key)
		if !ok {
			out = append(out, fmt.Sprintf("%s: expected %s, not produced", key, showValue(want[key])))
			continue
		}
		out = append(out, compareSparse(key, want[key], value)...)
	}
	return out
}

// compareSparse compares two objects in which an absent field counts as zero, because the format leaves out zeroes.
func compareSparse(path string, want, got any) []string {
	g, nested := got.(object)
	if !nested {
		return compareValues(path, want, got, tolerance{})
	}
	w, ok := want.(map[string]any)
	if !ok {
		return listDifferences(path, want, got)
	}
	var out []string
	for _, key := range sortedKeys(w) {
		value, ok := g.getField(key)
		if !ok && !isNothing(w[key]) {
			out = append(out, fmt.Sprintf("%s.%s: expected %s, not produced", path, key, showValue(w[key])))
		}
		if ok {
			out = append(out, compareSparse(path+"."+key, w[key], value)...)
		}
	}
	for _, f := range g {
		if _, ok := w[f.key]; !ok && !isNothing(f.value) {
			out = append(out, fmt.Sprintf("%s.%s: expected nothing, got %s", path, f.key, showValue(f.value)))
		}
	}
	return out
}

// isNothing says whether the format leaves out a value: it is zero or unset, or all its parts are.
func isNothing(v any) bool {
	switch x := v.(type) {
	case digits:
		return x.Sign() == 0
	case *big.Int:
		return x.Sign() == 0
	case object:
		for _, f := range x {
			if !isNothing(f.value) {
				return false
			}
		}
		return true
	case string:
		if x == "UNSET" || x == "" {
			return true
		}
	case json.Number, nil:
	default:
		return false
	}
	r, err := toRat(v)
	return err == nil && r.Sign() == 0
}
