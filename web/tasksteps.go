package web

import (
	"cmp"
	"slices"

	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// step is one line of a task's timeline. The page chooses the sign and the sentence by Kind.
type step struct {
	Height       int64        `json:"height"`
	Time         int64        `json:"time"` // in milliseconds; 0 if the node no longer has the block
	Kind         string       `json:"kind"`
	Organisation string       `json:"organisation,omitempty"`
	Who          string       `json:"who,omitempty"`
	Wave         uint32       `json:"wave,omitempty"`
	Attempt      uint32       `json:"attempt,omitempty"`
	Outcome      *outcomeView `json:"outcome,omitempty"`
	Word         string       `json:"word,omitempty"`
	Names        []string     `json:"names,omitempty"`
}

// stepsOf returns the events of a task's life in order of height. Some of them are not in the state, for example when a seat committed.
// These come from the node's index of transactions; a node without an index leaves them out.
func stepsOf(t taskstypes.Task, d dealstypes.Deal, v *taskPage, at map[moment]int64) []step {
	steps := []step{{Height: d.Height, Kind: "matched", Word: d.Pool}, {Height: t.Opened, Kind: "opened"}}
	if t.Plan != nil && t.Counted != nil && t.Counted.Height > 0 {
		steps = append(steps, step{Height: t.Counted.Height, Kind: "planned", Word: t.Plan.Text})
	}
	for _, draw := range t.Draws {
		steps = append(steps, step{Height: draw.Height, Kind: "drawn", Wave: draw.Wave, Attempt: draw.Attempt, Names: append([]string{}, draw.Organisations...)})
	}
	seats := func(list []seatView, court string) {
		for _, s := range list {
			if s.Committed > 0 {
				steps = append(steps, step{Height: s.Committed, Kind: court + "committed", Organisation: s.Organisation, Who: s.Who, Wave: s.Wave})
			}
			if s.Revealed > 0 {
				steps = append(steps, step{Height: s.Revealed, Kind: court + "revealed", Organisation: s.Organisation, Who: s.Who, Wave: s.Wave, Outcome: s.Outcome})
			}
			if s.State == "silent" && !declined(s, t) {
				steps = append(steps, step{Height: heightOf(s.Who, t), Kind: court + "silent", Organisation: s.Organisation, Who: s.Who, Wave: s.Wave})
			}
		}
	}
	for _, d := range t.Declines {
		steps = append(steps, step{Height: d.Height, Kind: "declined", Organisation: d.Organisation, Who: d.Who, Attempt: d.Attempt, Word: poco.DeclineReason(d.Reason).Words()})
	}
	seats(v.Seats, "")
	if t.CourtCalled > 0 {
		var names []string
		for _, s := range t.Court {
			names = append(names, s.Organisation)
		}
		steps = append(steps, step{Height: t.CourtCalled, Kind: "court", Names: names})
	}
	seats(v.Court, "court ")
	if t.Done > 0 {
		word := v.Ending
		if t.ByCourt && t.Audit == nil {
			word += " by court"
		}
		steps = append(steps, step{Height: t.Done, Kind: "ended", Word: word, Outcome: outcomeOf(t.Verdict)})
	}
	if a := t.Audit; a != nil {
		if t.Final() {
			steps = append(steps, step{Height: finalHeight(t), Kind: "final", Word: wordOf(a.Result, "AUDIT_RESULT_")})
		} else {
			steps = append(steps, step{Height: a.End, Kind: "audit", Word: wordOf(a.Cause, "AUDIT_CAUSE_")})
		}
	}
	slices.SortStableFunc(steps, func(a, b step) int { return cmp.Compare(a.Height, b.Height) })
	return steps
}

// declined says whether a worker gave its seat of the present attempt back, which is a step of its own. No seat of the court can be.
func declined(s seatView, t taskstypes.Task) bool {
	return s.Wave > 0 && slices.ContainsFunc(t.Declines, func(d taskstypes.Decline) bool { return d.Who == s.Who && d.Attempt == t.Attempt })
}

// finalHeight returns the height at which an answer became final, as far as the state says. That is the end of its audit, or the last act
// of a court seat if a court was called and acted later.
func finalHeight(t taskstypes.Task) int64 {
	last := t.Audit.End
	if t.Audit.Cause != taskstypes.AUDIT_CAUSE_UNSPECIFIED {
		for _, s := range t.Court {
			last = max(last, s.Height)
		}
	}
	return last
}

func heightOf(who string, t taskstypes.Task) int64 {
	for _, s := range append(slices.Clone(t.Seats), t.Court...) {
		if s.Who == who {
			return s.Height
		}
	}
	return 0
}
