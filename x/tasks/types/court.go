package types

import (
	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/poco"
)

// CourtCapacity returns how much work every seat of the court has promised to do at once.
func (p Params) CourtCapacity() poco.CourtCapacity {
	return poco.CourtCapacity{Slots: p.CourtSlots, FuelPerBlock: p.CourtFuelPerBlock}
}

// ConvictionRule returns the rule by which convictions put an app in question.
func (p Params) ConvictionRule() poco.ConvictionRule {
	return poco.ConvictionRule{Organisations: p.AppConvictions, Window: p.AppWindowBlocks}
}

// Load returns the work that the courts in session require of a seat.
func (c Courts) Load() poco.CourtLoad { return poco.CourtLoad{Sessions: c.Sessions, Pace: c.Pace} }

// CourtLineKey returns the task's key in the court's line. The task must be in the line.
func (t Task) CourtLineKey() collections.Triple[uint64, uint64, string] {
	return collections.Join3(t.CourtPlace.Round, uint64(t.CourtPlace.Since), t.Id)
}

// CourtShareKey returns the task's key among its requester's tasks in the court's line. The task must be in the line.
func (t Task) CourtShareKey() collections.Triple[string, uint64, string] {
	return collections.Join3(t.CourtPlace.Requester, t.CourtPlace.Round, t.Id)
}

// AttemptOn returns the attempt for which the bench answers, like poco.Task.AttemptOn.
func (t Task) AttemptOn(b Bench) uint32 {
	if b == BENCH_COURT {
		attempt := t.Attempt + t.Recalls
		if t.Audit != nil {
			attempt += t.Audit.Sessions
		}
		return attempt
	}
	return t.Attempt
}
