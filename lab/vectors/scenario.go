package vectors

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"

	"github.com/credence-chain/credence/poco/iexec"
)

// This file reads the scenarios of an iExec file: the terms, the workers with their scores, and a log of steps with the state that
// is expected after each.

const (
	// categoryTime is the category's T of every scenario, in seconds.
	categoryTime = 300
	// initializedAt is when the task is initialized, in seconds after the deal.
	initializedAt = 1
	// maxWorkers bounds a scenario's pool.
	maxWorkers = 10_000
)

// scenario is one entry of an iExec file.
type scenario struct {
	id      string
	workers int
	terms   iexec.Terms
	scores  map[int]uint64 // initial; read by key only
	log     []logEntry
	end     map[string]any // the whole entry, decoded
}

// logEntry is one step and the values that are expected after it.
type logEntry struct {
	step step
	want map[string]any
}

// step is one action on a task.
type step struct {
	kind   string // c, cbad, r, f, ro, cl, caf, t
	worker int    // of c, cbad, r, caf
	text   string // result of c, cbad, r, caf; link of f
	clock  uint64 // of t
	raw    any
}

func readScenario(data json.RawMessage) (scenario, error) {
	entry, err := fieldsOf(data)
	if err != nil {
		return scenario{}, err
	}
	s := scenario{end: entry}
	s.id, _ = entry["id"].(string)
	in, ok := entry["in"].(map[string]any)
	if !ok {
		return s, fmt.Errorf("in: expected an object, got %s", showValue(entry["in"]))
	}
	if err := s.readTerms(in); err != nil {
		return s, fmt.Errorf("in: %w", err)
	}
	list, ok := entry["log"].([]any)
	if !ok || len(list) == 0 {
		return s, fmt.Errorf("log: expected a list of steps, got %s", showValue(entry["log"]))
	}
	for i, e := range list {
		want, ok := e.(map[string]any)
		if !ok {
			return s, fmt.Errorf("log[%d]: expected an object, got %s", i, showValue(e))
		}
		st, err := s.readStep(want["step"])
		if err != nil {
			return s, fmt.Errorf("log[%d]: %w", i, err)
		}
		s.log = append(s.log, logEntry{step: st, want: want})
	}
	return s, nil
}

// readTerms reads the field "in". It must know every key in it, because an unknown key would change the scenario in a way that the
// player does not play.
func (s *scenario) readTerms(values map[string]any) error {
	for _, key := range sortedKeys(values) {
		switch key {
		case "app", "dataset", "pool", "n", "trust", "scores", "stakeRatio", "schedRatio",
			"volume", "sponsored", "nodataset", "id":
		default:
			return fmt.Errorf("unknown input %q", key)
		}
	}
	in := &inputs{values: values}
	s.workers = in.readInt("n", "")
	s.terms = iexec.Terms{
		App: in.readBig("app", ""), Dataset: in.readBig("dataset", ""), Pool: in.readBig("pool", ""),
		Trust:            in.readBig("trust", ""),
		WorkerPercent:    in.readUint64("stakeRatio", strconv.Itoa(iexec.DefaultWorkerStakePercent)),
		SchedulerPercent: in.readUint64("schedRatio", strconv.Itoa(iexec.DefaultSchedulerPercent)),
		Volume:           in.readUint64("volume", "1"),
		Sponsored:        in.readFlag("sponsored"), NoDataset: in.readFlag("nodataset"),
		Period: categoryTime,
	}
	if in.err != nil {
		return in.err
	}
	if s.workers < 0 || s.workers > maxWorkers {
		return fmt.Errorf("n is %d, expected 0 to %d", s.workers, maxWorkers)
	}
	return s.readScores(values["scores"])
}

func (s *scenario) readScores(v any) error {
	s.scores = map[int]uint64{}
	if v == nil {
		return nil
	}
	m, ok := v.(map[string]any)
	if !ok {
		return fmt.Errorf("scores: expected an object, got %s", showValue(v))
	}
	for _, key := range sortedKeys(m) {
		w, err := strconv.Atoi(key)
		if err != nil || w < 1 || w > s.workers {
			return fmt.Errorf("scores: unknown worker %q, expected 1 to %d", key, s.workers)
		}
		if s.scores[w], err = toUint64(m[key]); err != nil {
			return fmt.Errorf("scores[%s]: %w", key, err)
		}
	}
	return nil
}

func (s *scenario) readStep(v any) (step, error) {
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return step{}, fmt.Errorf("step: expected a list, got %s", showValue(v))
	}
	st := step{raw: v}
	st.kind, _ = list[0].(string)
	args := list[1:]
	switch {
	case st.kind == "c" || st.kind == "cbad" || st.kind == "r" || st.kind == "caf":
		if len(args) != 2 {
			return step{}, fmt.Errorf("step %s: expected a worker and a result", showValue(v))
		}
		w, err := toUint64(args[0])
		if err != nil || w < 1 || w > uint64(s.workers) {
			return step{}, fmt.Errorf("step %s: unknown worker, expected 1 to %d", showValue(v), s.workers)
		}
		st.worker = int(w)
		if st.text, ok = args[1].(string); !ok {
			return step{}, fmt.Errorf("step %s: expected a result as text", showValue(v))
		}
	case st.kind == "f" && len(args) <= 1:
		st.text = defaultLink
		if len(args) == 1 {
			if st.text, ok = args[0].(string); !ok {
				return step{}, fmt.Errorf("step %s: expected a link as text", showValue(v))
			}
		}
	case (st.kind == "ro" || st.kind == "cl") && len(args) == 0:
	case st.kind == "t" && len(args) == 1:
		clock, err := toUint64(args[0])
		if err != nil || clock > maxCount {
			return step{}, fmt.Errorf("step %s: expected a time in seconds", showValue(v))
		}
		st.clock = clock
	default:
		return step{}, fmt.Errorf("step %s: unknown kind of step", showValue(v))
	}
	return st, nil
}

// defaultLink is what finalize stores when a step names no link.
const defaultLink = "link"

// readFlag reads a boolean input, false where it is left out.
func (in *inputs) readFlag(name string) bool {
	v, ok := in.values[name]
	if !ok || v == nil {
		return false
	}
	b, ok := v.(bool)
	if !ok {
		in.failOn(name, fmt.Errorf("expected true or false, got %s", showValue(v)))
	}
	return b
}

// newZero is the amount that an absent balance counts as.
func newZero() *big.Int { return new(big.Int) }
