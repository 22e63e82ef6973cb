package types

import (
	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/poco"
)

// CourtCapacity is what every seat of the court has promised to be able to do at once.
func (p Params) CourtCapacity() poco.CourtCapacity {
	return poco.CourtCapacity{Slots: p.CourtSlots, FuelPerBlock: p.CourtFuelPerBlock}
}

// ConvictionRule says when convictions put an app in question.
func (p Params) ConvictionRule() poco.ConvictionRule {
	return poco.ConvictionRule{Organisations: p.AppConvictions, Window: p.AppWindowBlocks}
}

// Load is what the courts in session ask of a seat.
func (c Courts) Load() poco.CourtLoad { return poco.CourtLoad{Sessions: c.Sessions, Pace: c.Pace} }

// CourtLineKey is where the task stands in the court's line, if it does.
func (t Task) CourtLineKey() collections.Triple[uint64, uint64, string] {
	return collections.Join3(t.CourtPlace.Round, uint64(t.CourtPlace.Since), t.Id)
}

// CourtShareKey is where the task stands among those of its requester in the court's line, if it does.
func (t Task) CourtShareKey() collections.Triple[string, uint64, string] {
	return collections.Join3(t.CourtPlace.Requester, t.CourtPlace.Round, t.Id)
}

// AttemptOn is the attempt that answers on the bench are for; poco.Task.AttemptOn.
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
