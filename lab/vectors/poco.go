package vectors

import (
	"fmt"
	"math/big"

	"github.com/credence-chain/credence/poco/iexec"
)

// solvePoco: {score} -> weight, log2weight; {score, event} -> score_after;
// {contributions, trust} -> accepted, contributions, trace; {workerpool_price,
// scheduler_ratio_pct, worker_stake_pct, winners_scores, losers} -> the payout.
func solvePoco(in *inputs, _ map[string]any) (object, error) {
	switch {
	case in.hasAll("contributions"):
		return pocoSequence(in)
	case in.hasAll("workerpool_price", "winners_scores"):
		return pocoReward(in)
	case in.hasAll("score", "event"):
		score := in.readUint64("score", "")
		event, ok := pocoEvent(in.readText("event"))
		if !ok {
			return nil, fmt.Errorf("input event: unknown event %s", showValue(in.values["event"]))
		}
		return object{{"score_after", fromUint64(iexec.Score(score, event))}}, nil
	case in.hasAll("score"):
		w := iexec.Weight(in.readUint64("score", ""))
		return object{{"weight", fromUint64(w)}, {"log2weight", fromUint64(iexec.LogWeight(w))}}, nil
	default:
		return nil, errShape
	}
}

func fromUint64(v uint64) *big.Int { return new(big.Int).SetUint64(v) }

func pocoEvent(name string) (iexec.ScoreEvent, bool) {
	switch name {
	case "good_replicated":
		return iexec.Accurate, true
	case "good_unreplicated", "good_not_replicated", "good_alone", "good_solo", "good_single", "good_lone", "good":
		return iexec.Alone, true
	case "bad", "wrong", "unrevealed", "not_revealed", "non_reveal", "no_reveal", "bad_replicated", "bad_or_unrevealed", "rejected":
		return iexec.Faulty, true
	default:
		return 0, false
	}
}

// pocoSequence feeds contributions in order until one is accepted; trace holds
// group, total and acceptance after each. Trust is 1 where it is left out, a
// score 0.
func pocoSequence(in *inputs) (object, error) {
	trust := in.readBig("trust", "1")
	tally := iexec.NewConsensus()
	trace := []any{}
	var accepted any
	done := 0
	for i, entry := range in.readList("contributions") {
		hash, score, err := contributionOf(entry)
		if err != nil {
			return nil, fmt.Errorf("input contributions[%d]: %w", i, err)
		}
		digest := iexec.ResultHash(iexec.TaskID{}, []byte(hash))
		if tally, err = tally.Add(digest, iexec.Weight(score)); err != nil {
			return nil, err
		}
		reached, err := tally.Reached(digest, trust)
		if err != nil {
			return nil, err
		}
		done++
		trace = append(trace, []any{tally.Product(digest), tally.Total, reached})
		if reached {
			accepted = hash
			break
		}
	}
	return object{{"accepted", accepted}, {"contributions", count(done)}, {"trace", trace}}, nil
}

func contributionOf(entry any) (hash string, score uint64, err error) {
	m, ok := entry.(map[string]any)
	if !ok {
		return "", 0, fmt.Errorf("expected an object, got %s", showValue(entry))
	}
	if hash, ok = m["resultHash"].(string); !ok {
		return "", 0, fmt.Errorf("resultHash: expected a string, got %s", showValue(m["resultHash"]))
	}
	if v, ok := m["score"]; ok {
		score, err = toUint64(v)
	}
	return hash, score, err
}

// pocoReward shares one pot; ratios are iExec's defaults where left out.
func pocoReward(in *inputs) (object, error) {
	price := in.readBig("workerpool_price", "")
	ratio := in.readUint64("scheduler_ratio_pct", "1")
	terms := iexec.Terms{
		App: new(big.Int), Dataset: new(big.Int), Trust: new(big.Int), Pool: price,
		WorkerPercent: in.readUint64("worker_stake_pct", "30"), SchedulerPercent: ratio, Volume: 1, Period: 1,
	}
	if err := terms.Validate(); err != nil {
		return nil, err
	}
	var logs []uint64
	for i, s := range in.readList("winners_scores") {
		score, err := toUint64(s)
		if err != nil {
			return nil, fmt.Errorf("input winners_scores[%d]: %w", i, err)
		}
		logs = append(logs, iexec.LogWeight(iexec.Weight(score)))
	}
	losers := in.readUint64("losers", "0")
	if in.err != nil {
		return nil, in.err
	}
	stake := terms.WorkerStake()
	pay := iexec.Split(price, stake, losers, ratio, logs)
	rewards := make([]any, len(pay.Workers))
	for i, r := range pay.Workers {
		rewards[i] = r
	}
	return object{
		{"worker_stake", stake}, {"total", pay.Pot}, {"workers_reward", pay.ForAll},
		{"rewards", rewards}, {"scheduler", pay.Scheduler},
	}, nil
}
