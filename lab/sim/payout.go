package sim

import (
	"encoding/binary"

	"github.com/credence-chain/credence/poco"
)

// countEnded counts a task that has ended and been decided.
func (c *chain) countEnded(f *flight) {
	accepted := none
	if f.task.Ending == poco.EndAccepted {
		accepted = int(binary.BigEndian.Uint64(f.task.Verdict.Digest[:])) - 1
	}
	c.tally.countAccepted(f.number, accepted)
	if accepted > right {
		c.countGain(f, float64(c.trial.World.Value))
	}
	c.tally.Wait += c.now - f.done
	c.tally.markHorizon(c.decided)
	c.decided++
	c.open--
}

// payOut carries out a settlement: records, strikes, and the money of the coalition and of others.
func (c *chain) payOut(f *flight, s poco.Settlement) {
	w := c.trial.World
	for i, seat := range s.Seats {
		who := f.who[i]
		ours := c.crowd.collude[who]
		if f.acts[i] != none {
			c.tally.Replicas++
			if ours {
				c.countGain(f, -float64(w.Cost))
			} else {
				c.tally.Honest++
			}
		}
		if ours {
			c.countGain(f, -float64(seat.Slash))
		} else {
			c.tally.Slashed += float64(seat.Slash)
		}
		c.record[who]++
		if seat.Fault == poco.FaultWrong || seat.Fault == poco.FaultUnrevealed {
			c.record[who] = 0
			c.tally.countConviction(ours)
			c.crowd.strikeWorker(who)
		}
	}
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

// countGain counts money that a task brought the coalition, or cost it.
func (c *chain) countGain(f *flight, amount float64) {
	c.tally.Profit += amount
	if f.line == Lied {
		c.tally.Booty += amount
	}
}
