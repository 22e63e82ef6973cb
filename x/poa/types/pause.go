package types

import (
	"strings"
	"unicode/utf8"

	"github.com/credence-chain/credence/internal/printable"
)

// MaxReason bounds the reason of a pause, in bytes.
const MaxReason = 256

// ReasonOver is the reason that is given when a pause ends by itself, without a decision.
const ReasonOver = "its time is over"

// Holds says whether the pause holds at a height.
func (p Pause) Holds(height int64) bool { return height < p.Until }

// Refusal returns the error of a message that the pause refuses: ErrPaused, with the heights, the reason, and who decided the
// pause.
func (p Pause) Refusal() error {
	return ErrPaused.Wrapf("since height %d, until %d at the latest, by %s: %s. Tasks that run go on; send it again when it has ended",
		p.Since, p.Until, p.By(), printable.Line(p.Reason))
}

// By names who decided the pause.
func (p Pause) By() string {
	if len(p.Seats) == 0 {
		return "the council"
	}
	return "two thirds of the seats (" + strings.Join(p.Seats, ", ") + ")"
}

// Counts says whether a vote still counts at a height, if votes count for the given number of blocks.
func (v PauseVote) Counts(height, blocks int64) bool { return height-v.Height < blocks }

// Decides says whether a part of the active power is at least two thirds of it, which an emergency decision needs.
func Decides(part, total int64) bool { return total > 0 && 3*part >= 2*total }

// ValidateReason checks the reason of a pause or its end: ErrInvalidPause.
func ValidateReason(reason string) error {
	if strings.TrimSpace(reason) == "" || len(reason) > MaxReason || !utf8.ValidString(reason) {
		return ErrInvalidPause.Wrapf("reason: %d bytes, expected 1 to %d of text that says why: everybody who is refused reads it", len(reason), MaxReason)
	}
	return nil
}

// Validate checks a pause by itself: ErrInvalidPause.
func (p Pause) Validate() error {
	if p.Since < 0 || p.Until <= p.Since {
		return ErrInvalidPause.Wrapf("since %d, until %d: expected a height, and a later one", p.Since, p.Until)
	}
	for i, id := range p.Seats {
		if id == "" || i > 0 && p.Seats[i-1] >= id {
			return ErrInvalidPause.Wrapf("seats[%d]: %q: expected names in ascending order", i, id)
		}
	}
	return ValidateReason(p.Reason)
}

// validatePause checks the pause of a genesis state and the votes about a pause. Each vote must be that of a seat of the state.
func (g GenesisState) validatePause(known map[string]bool) error {
	if g.Pause != nil {
		if err := g.Pause.Validate(); err != nil {
			return err
		}
	}
	for i, v := range g.PauseVotes {
		if !known[v.OrgId] {
			return ErrNotFound.Wrapf("pause_votes[%d]: %s", i, v.OrgId)
		}
		if i > 0 && g.PauseVotes[i-1].OrgId >= v.OrgId {
			return ErrInvalidPause.Wrapf("pause_votes[%d]: %s: expected ascending order of org_id, each once", i, v.OrgId)
		}
		if err := ValidateReason(v.Reason); err != nil {
			return err
		}
	}
	return nil
}
