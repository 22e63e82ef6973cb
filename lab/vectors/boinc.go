package vectors

import (
	"fmt"

	"github.com/credence-chain/credence/lab/baseline"
)

// solveBoinc: {consecutive_valid, drand} -> trusted; {min_quorum, results} ->
// canonical, min_valid, next_target_nresults; {start, events} -> trace.
func solveBoinc(in *inputs, _ map[string]any) (object, error) {
	switch {
	case in.hasAll("consecutive_valid", "drand"):
		return object{{"trusted", baseline.Trusted(int64(in.readInt("consecutive_valid", "")), in.readRat("drand", ""))}}, nil
	case in.hasAll("min_quorum", "results"):
		return boincQuorum(in)
	case in.hasAll("events"):
		return boincTrace(in)
	default:
		return nil, errShape
	}
}

func boincQuorum(in *inputs) (object, error) {
	list := in.readList("results")
	results := make([]string, len(list))
	for i, r := range list {
		s, ok := r.(string)
		if !ok {
			return nil, fmt.Errorf("input results[%d]: expected a string, got %s", i, showValue(r))
		}
		results[i] = s
	}
	q, err := baseline.CheckSet(in.readInt("min_quorum", ""), results)
	if err != nil {
		return nil, err
	}
	var canonical, next any = nil, count(q.NextCount)
	if q.Canonical >= 0 {
		canonical, next = results[q.Canonical], nil
	}
	return object{{"canonical", canonical}, {"min_valid", count(q.MinValid)}, {"next_target_nresults", next}}, nil
}

func boincTrace(in *inputs) (object, error) {
	n := int64(in.readInt("start", "0"))
	trace := []any{}
	for i, e := range in.readList("events") {
		event, ok := boincEvent(e)
		if !ok {
			return nil, fmt.Errorf("input events[%d]: unknown event %s", i, showValue(e))
		}
		n = baseline.Consecutive(n, event)
		trace = append(trace, count(n))
	}
	return object{{"trace", trace}}, nil
}

func boincEvent(name any) (baseline.HostEvent, bool) {
	switch name {
	case "valid_replicated":
		return baseline.ValidReplicated, true
	case "valid_unreplicated":
		return baseline.ValidUnreplicated, true
	case "invalid":
		return baseline.Invalid, true
	case "timeout", "timed_out", "no_reply":
		return baseline.TimedOut, true
	case "error", "client_error":
		return baseline.ClientError, true
	default:
		return 0, false
	}
}
