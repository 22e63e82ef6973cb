package sim

import (
	"encoding/binary"

	"github.com/credence-chain/credence/poco"
)

// countEnded counts a task that has ended and whose turn is decided.
func (c *chain) countEnded(f *flight) {
	c.crowd.takeSlots(f.who, -1)
	c.tally.Wait += c.now - f.done
	c.tally.markHorizon(c.decided)
	c.decided++
	c.open--
	if f.task.Phase == poco.PhaseAudit {
		c.audits = append(c.audits, f)
		return
	}
	c.countFinal(f)
}

// countFinal counts a task's answer when it is final.
func (c *chain) countFinal(f *flight) {
	accepted := none
	if f.task.Ending == poco.EndAccepted {
		accepted = int(binary.BigEndian.Uint64(f.task.Verdict.Digest[:])) - 1
	}
	c.tally.countAccepted(f.number, accepted)
	if accepted > right {
		c.countGain(f, float64(f.task.Terms.Value))
		c.tally.LostValue += float64(f.task.Terms.Value)
		if c.trial.World.AuditTasks > 0 {
			c.tally.Likely++
		}
	}
	c.free = append(c.free, f)
}

// addLikely adds the chance with which the task's answer was wrong and accepted. If answers can be overturned later, the rehearsed
// chance at the draw is not the chance of the final answer: then the wrong answers that stay are counted instead.
func (c *chain) addLikely(f *flight) {
	if c.trial.World.AuditTasks > 0 {
		return
	}
	chance := f.chance
	if v := c.scheme.Variant; v != nil {
		chance *= 1 - v.Audits
	}
	c.tally.Likely += chance
	if f.victim {
		c.tally.VictimLikely += chance
	}
	c.tally.LikelyValue += chance * float64(f.task.Terms.Value)
}

// endAudits makes accepted answers final whose window has ended by a height, in the order of their windows. As in x/tasks, a court
// looks at an answer if a worker that gave it was convicted since the task was created.
func (c *chain) endAudits(height int64) {
	for len(c.audits) > 0 && c.audits[0].task.Deadline <= height {
		f := c.audits[0]
		c.audits = c.audits[1:]
		c.applyEvent(f, poco.Due{Height: f.task.Deadline})
		cause, bond := poco.AuditNone, uint64(0)
		for _, who := range f.who {
			if at, found := c.found[who]; found && at >= f.opened {
				cause, bond = poco.AuditConviction, f.task.Terms.Exposure(c.trial.World.Court).CourtCost
			}
		}
		effects := c.applyEvent(f, poco.AuditDrawn{Height: f.task.Deadline, Cause: cause, Bond: bond})
		if cause != poco.AuditNone {
			effects = c.holdCourt(f)
		}
		for _, e := range effects {
			if e, ok := e.(poco.FinishAudit); ok {
				c.endSeats(f, e.Settlement.Seats)
			}
		}
		c.countFinal(f)
	}
}

// payOut carries out a settlement: records, strikes, and the money of the coalition and of other workers.
func (c *chain) payOut(f *flight, s poco.Settlement) {
	w := c.trial.World
	for i, act := range f.acts {
		if act == none {
			continue
		}
		c.tally.Replicas++
		if c.crowd.collude[f.who[i]] {
			c.countGain(f, -float64(w.Cost))
		} else {
			c.tally.Honest++
		}
	}
	c.endSeats(f, s.Seats)
	for _, pays := range [][]poco.Pay{s.FromEscrow, s.FromStake} {
		for _, p := range pays {
			if i, ok := c.byName[p.To]; ok && p.Party == poco.PartyWorker && c.crowd.collude[i] {
				c.countGain(f, float64(p.Amount))
			}
		}
	}
	c.tally.Waves++
	if len(f.who) > 1 {
		c.tally.Waves++
	}
}

// endSeats applies a settlement to the workers: their stakes, records and strikes.
func (c *chain) endSeats(f *flight, ends []poco.SeatEnd) {
	for _, seat := range ends {
		who := c.byName[seat.Who]
		ours := c.crowd.collude[who]
		if ours {
			c.countGain(f, -float64(seat.Slash))
		} else {
			c.tally.Slashed += float64(seat.Slash)
		}
		if f.task.Phase == poco.PhaseDone && f.task.Audit.End > 0 && seat.Fault == poco.FaultNone {
			continue // its answer was paid for, and put on record, when it was accepted
		}
		c.record[who]++
		if seat.Confirmed {
			c.scores[who]++
		}
		strike := seat.Fault == poco.FaultWrong
		if seat.Fault == poco.FaultUnrevealed || seat.Fault == poco.FaultLate {
			c.outages[who], strike = c.outages[who].Strike(seat.Outage)
			if ours { // its silences are no outages, and what it opens late is assumed to cost no strike
				strike = seat.Fault == poco.FaultUnrevealed
			}
			c.scores[who] = 0
		}
		if seat.Fault == poco.FaultLate && !ours {
			c.tally.Late++
		}
		if !strike {
			continue
		}
		c.record[who], c.scores[who], c.found[who] = 0, 0, c.currentHeight()
		c.tally.countConviction(ours)
		if c.crowd.strikeWorker(who) {
			c.banned++
		}
	}
}

// countGain counts money that the coalition gained by a task, or lost if it is negative.
func (c *chain) countGain(f *flight, amount float64) {
	c.tally.Profit += amount
	if f.line == Lied {
		c.tally.Booty += amount
	}
}
