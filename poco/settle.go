package poco

import (
	"math/bits"
	"slices"
)

// Party says for which role somebody is paid.
type Party uint8

// The parties of a settlement.
const (
	PartyApp Party = iota
	PartyWorker
	PartyCourt
	PartyRequester
	PartyDataset
	PartyPool
	PartyAudits
)

// String names the party.
func (p Party) String() string {
	return [...]string{"APP", "WORKER", "COURT", "REQUESTER", "DATASET", "POOL", "AUDITS"}[p]
}

// Pay is one payment. To is the account of the requester, of the owner of the app, of a dataset or of the pool, of the worker, or
// the account that answers for the court seat. It is empty for PartyAudits, the chain's budget for audits.
type Pay struct {
	Party  Party
	To     string
	Amount uint64
}

// SeatEnd is what a settlement does to one worker.
type SeatEnd struct {
	Who       string
	Org       string
	Unlock    uint64 // what leaves the lock: the assignment's stake, or nothing while the seat's answer is under audit
	Slash     uint64 // the part of it that is taken
	Fault     Fault
	Outage    Outage // of FaultUnrevealed and FaultLate: tells whether it was one outage with other missed reveals
	Right     bool   // answered as the verdict says
	Confirmed bool   // counts as a confirmation in its record
	Dispute   Dispute
	Vote      VoteMark // what a vote of workers does to its record
}

// Settlement is every movement of money and record at a task's end. Two laws hold for each (tested):
//
//	sum(FromEscrow) + Premium + Refund = Terms.Escrow()      sum(FromStake) + Burn = sum(Seats.Slash)
type Settlement struct {
	Ending     Ending
	ByCourt    bool
	Verdict    Outcome
	FromEscrow []Pay
	// Premium is what is destroyed of the escrow: the premium of a task that counts in the ledgers, or the rest of what a charge costs for
	// which no stake pays.
	Premium   uint64
	Refund    uint64 // to whoever paid
	Seats     []SeatEnd
	FromStake []Pay
	Burn      uint64
	// CourtSilent lists court seats that did not commit or did not reveal. CourtWrong lists the seats that found something else
	// than the two thirds.
	CourtSilent []string
	CourtWrong  []string
	// FlagApp: two different answers of the app each had a third of the court's power, so the app is not deterministic. Seats that
	// had no answer, because they lacked an input or time, say nothing about the app.
	FlagApp bool
}

// settleEnding computes who is paid what in the task's ending: the outcome table of the specification.
func (t *Task) settleEnding() Settlement {
	s := Settlement{Ending: t.Ending, ByCourt: t.ByCourt, Verdict: t.Verdict, FlagApp: t.Ending == EndVoid && t.isContradictory()}
	accepted := t.Ending == EndAccepted
	escrow, _ := t.Terms.Escrow() // checked by Terms.Validate
	pay := func(p Party, to string, amount uint64) {
		if amount > 0 {
			s.FromEscrow = append(s.FromEscrow, Pay{p, to, amount})
			escrow -= amount
		}
	}
	if accepted { // then the task counts
		s.Premium = t.Terms.Premium
		escrow -= s.Premium
	}
	answer, payable := t.payableAnswer()
	if payable && answer.Kind == KindResult {
		pay(PartyApp, t.Terms.AppOwner, t.Terms.AppPrice)
		for _, r := range t.Terms.Royalties {
			pay(PartyDataset, r.To, r.Amount)
		}
	}
	slashed := t.endSeats(&s)
	pot := slashed // what is left of it
	paid, price := 0, t.Terms.PriceOf(answer)
	reward := t.Terms.rewardOf(price)
	for _, seat := range t.Seats {
		if payable && seat.State == SeatRevealed && seat.Outcome == answer && !isLate(seat) {
			paid++
			pay(PartyWorker, seat.Who, reward)
		}
	}
	pay(PartyPool, t.Terms.PoolOwner, uint64(paid)*(price-reward)) // within the escrow: paid <= MaxSeats, price <= Terms.Price

	// The court is paid from slashed stake first, and then from what is left of the escrow when everybody who delivered has been
	// paid.
	truthful := t.endCourt(&s)
	if k := uint64(len(truthful)); k > 0 {
		fromStake := min(t.Terms.CourtFee, pot/k)
		var fromEscrow uint64
		if accepted || t.isUnfound() {
			fromEscrow = min(t.Terms.CourtFee-fromStake, escrow/k)
		}
		if t.isWithdrawn() {
			fromEscrow, fromStake = payWithdrawal(t.Terms.CourtFee, escrow, pot, k)
		}
		for _, who := range truthful {
			pot -= fromStake
			s.FromStake = appendPay(s.FromStake, Pay{PartyCourt, who, fromStake})
			pay(PartyCourt, who, fromEscrow)
		}
	}
	if !accepted && !t.isWithdrawn() {
		// Restitution for the missing answer: at most the value at risk, and at most half of the stake that is left. So a requester
		// that also runs the worker cannot get a lost stake back. Nor does it get back of a charge's cost what the charge has to cost.
		floor, cost := t.chargeFloor(), total(s.FromEscrow)+slashed
		back := min(pot/2, t.Terms.Value, cost-min(floor, cost))
		s.FromStake = appendPay(s.FromStake, Pay{PartyRequester, t.Terms.Requester, back})
		pot, cost = pot-back, cost-back
		if t.isUnfound() && floor > cost {
			s.Premium = min(escrow, floor-cost)
			escrow -= s.Premium
		}
	} else if paid > 0 {
		each := t.informersPart(s.Seats, slashed-pot)
		for _, e := range s.Seats {
			if e.Right && e.Fault != FaultLate {
				s.FromStake = appendPay(s.FromStake, Pay{PartyWorker, e.Who, each})
				pot -= each
			}
		}
	}
	s.Burn, s.Refund = pot, escrow
	if t.Terms.AuditBlocks > 0 && slices.ContainsFunc(s.Seats, func(e SeatEnd) bool { return e.Fault == FaultWrong }) {
		// The court will also check the other answers of the convicted organisation, and the stake pays for that.
		s.FromStake, s.Burn = appendPay(s.FromStake, Pay{PartyAudits, "", s.Burn}), 0
	}
	return s
}

func appendPay(pays []Pay, p Pay) []Pay {
	if p.Amount == 0 {
		return pays
	}
	return append(pays, p)
}

// total returns the sum of payments.
func total(pays []Pay) (sum uint64) {
	for _, p := range pays {
		sum += p.Amount
	}
	return sum
}

// mulBps returns floor(amount * bps / 10000) without overflow.
func mulBps(amount uint64, bps uint32) uint64 {
	return amount/10_000*uint64(bps) + amount%10_000*uint64(bps)/10_000
}

// endSeats judges every worker's seat and returns how much is slashed in total.
func (t *Task) endSeats(s *Settlement) (slashed uint64) {
	confirms := t.Terms.policyRules().Confirms
	// The seats that answered as the verdict says without having seen what others revealed; each organisation has one seat.
	blind := countSeats(t.Seats, func(s Seat) bool { return t.isRight(s) && isBlind(s) })
	confirms = confirms && t.Terms.PriceOf(t.Verdict) > 0
	courtCost := t.courtCost()
	for _, seat := range t.Seats {
		e := SeatEnd{Who: seat.Who, Org: seat.Org, Unlock: t.Terms.Stake, Right: t.isRight(seat)}
		e.Fault, e.Dispute, e.Vote = t.faultOf(seat), t.disputeOf(seat), t.markOf(seat)
		if e.Fault == FaultUnrevealed || e.Fault == FaultLate {
			e.Outage = Outage{Committed: seat.Committed, Missed: seat.Missed}
		}
		switch e.Fault {
		case FaultWrong:
			e.Slash = t.wrongCost(seat)
		case FaultUnrevealed:
			e.Slash = t.Terms.Stake
		case FaultAbstained:
			if seat.Wave == 2 { // after the draw, having no answer and keeping silent are alike
				e.Slash = courtCost
			}
		case FaultSilent:
			e.Slash = courtCost
		case FaultUnserved:
			e.Slash = courtCost
			if seat.Wave == 1 { // its answer charges the ledgers: that costs what a lie costs
				e.Slash = t.Terms.Stake
			}
		case FaultLate:
			e.Slash = courtCost
		}
		if t.isHeld(seat) {
			e.Unlock = 0
		}
		e.Confirmed = e.Right && e.Fault != FaultLate && confirms && (blind > 1 && isBlind(seat) || t.ByCourt)
		slashed += e.Slash
		s.Seats = append(s.Seats, e)
	}
	return slashed
}

// courtCost returns what a worker that caused the court pays: the cost of the court, at most one stake.
func (t *Task) courtCost() uint64 {
	if hi, cost := bits.Mul64(t.Terms.CourtFee, uint64(len(t.Court))); hi == 0 {
		return min(t.Terms.Stake, cost)
	}
	return t.Terms.Stake
}

// payableAnswer returns the answer whose replicas are paid. This is the accepted answer or, if the escrow could not pay the court
// that would have confirmed it, the answer on which all replicas agree. These replicas did their work, and the requester has seen
// the answer and could have locked more.
func (t *Task) payableAnswer() (Outcome, bool) {
	switch t.Ending {
	case EndAccepted:
		return t.Verdict, true
	case EndCourtUnpaid:
		return t.soleAnswer()
	}
	return Outcome{}, false
}

// soleAnswer returns the answer that all replicas gave in time; only the first worker may have had none. If a court is called on such
// an answer, nobody is at fault.
func (t *Task) soleAnswer() (found Outcome, agreed bool) {
	for _, s := range t.Seats {
		switch {
		case s.State != SeatRevealed || isLate(s):
			return Outcome{}, false
		case !s.Outcome.Kind.IsAnswer() && s.Wave == 1:
		case found.Kind == KindUnspecified && s.Outcome.Kind.IsAnswer():
			found = s.Outcome
		case s.Outcome != found:
			return Outcome{}, false
		}
	}
	return found, found.Kind != KindUnspecified
}

// isContradictory says whether two different answers of the app each had a third of the court's power.
func (t *Task) isContradictory() bool {
	var total uint64
	for _, s := range t.Court {
		total += s.Power
	}
	var found []Outcome
	for _, s := range t.Court {
		if s.State != SeatRevealed || !s.Outcome.Kind.IsAnswer() || slices.Contains(found, s.Outcome) {
			continue
		}
		var power uint64
		for _, o := range t.Court {
			if o.State == SeatRevealed && o.Outcome == s.Outcome {
				power += o.Power
			}
		}
		if 3*power >= total {
			found = append(found, s.Outcome)
		}
	}
	return len(found) > 1
}

// endCourt notes the silent and the wrong seats of the court, and returns the seats to be paid: those that voted with the two
// thirds. If no two thirds agreed, all seats that answered are paid. A verdict that there is no answer says what most seats lacked, an input
// or time. A seat that found something else need not have lacked it, so that it is not wrong; nor is it paid.
func (t *Task) endCourt(s *Settlement) (paid []string) {
	if t.Ending == EndBroken {
		return nil
	}
	for _, seat := range t.Court {
		switch {
		case seat.State != SeatRevealed:
			s.CourtSilent = append(s.CourtSilent, seat.Who)
		case t.ByCourt && seat.Outcome != t.Verdict:
			if t.Verdict.Kind.IsAnswer() {
				s.CourtWrong = append(s.CourtWrong, seat.Who)
			}
		default:
			paid = append(paid, seat.Who)
		}
	}
	return paid
}
