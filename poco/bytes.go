package poco

// The bytes of an accepted answer (protocol section 5.2).
//
// Every worker that is paid for an answer serves the answer's bytes until the answer is final. Within the audit window anybody can
// post a bond and ask for them, once for each task. The court then tries to fetch the bytes from the workers that were paid. A seat
// that gets them commits to the accepted answer, a seat that cannot get them commits to INPUT_UNAVAILABLE, and both reveal as in
// any session. When more than two thirds of the court could not get the bytes, the paid workers are at fault. A divided court finds
// no worker at fault, and the bond pays its seats: a worker may serve one half of the court and ask for its own bytes. The audit goes on
// afterwards. It ends later by the time that this took, and the rest of the stakes still stands for the answer. Otherwise a liar
// could ask for the bytes to use up the only court session about its answer.

// askingBytes says whether the court that is called tries to fetch the answer's bytes.
func (t *Task) askingBytes() bool { return t.underAudit() && t.Audit.Cause == AuditBytes }

// foundBytes ends the request for the bytes with what more than two thirds of the court found.
func (t *Task) foundBytes(found Outcome, height int64) []Effect {
	switch {
	case found == t.Verdict:
		return t.endBytes(AuditUpheld, height, true)
	case found.Kind == KindInputUnavailable:
		return t.endBytes(AuditUnserved, height, true)
	}
	return t.endBytes(AuditUndecided, height, true)
}

// endBytes settles the request for the bytes and lets the audit go on. judged says that the court's seats have voted.
func (t *Task) endBytes(r AuditResult, height int64, judged bool) []Effect {
	t.Audit.Bytes = r
	settlement := t.settleBytes(height, judged)
	if r == AuditUnserved {
		t.Audit.Taken = t.courtCost()
	}
	if t.Audit.Drawn == 0 {
		t.Audit.Drawn = t.Audit.End
	}
	t.Audit.End += height - t.Audit.Asked
	t.Audit.Cause, t.Audit.Challenger, t.Audit.Bond = AuditNone, "", 0
	t.Audit.Sessions += t.Recalls + 1
	t.Recalls = 0
	t.Phase, t.Deadline = PhaseAudit, t.Audit.End
	return []Effect{FinishBytes{Settlement: settlement}}
}

// settleBytes computes the payments when the court has tried to fetch an answer's bytes. Withheld bytes cost each paid worker as
// much as silence in wave 2, and count as one missed reveal. A worker that withholds the bytes of many answers at a time has one
// outage.
func (t *Task) settleBytes(height int64, judged bool) AuditSettlement {
	s := AuditSettlement{Result: t.Audit.Bytes, Challenger: t.Audit.Challenger}
	var slashed uint64
	if s.Result == AuditUnserved {
		for _, seat := range t.Seats {
			if !t.isHeld(seat) {
				continue
			}
			cost := t.courtCost()
			slashed += cost
			s.Seats = append(s.Seats, SeatEnd{
				Who: seat.Who, Org: seat.Org, Unlock: cost, Slash: cost, Right: true, Fault: FaultWithheld,
				Outage: Outage{Committed: t.Audit.End - t.Terms.AuditBlocks, Missed: height},
			})
		}
	}
	var truthful []string
	if judged {
		truthful = t.endBytesCourt(&s)
	}
	switch s.Result {
	case AuditUnserved:
		s.BondBack = t.Audit.Bond
		t.payFromLiars(&s, slashed, truthful)
	case AuditUpheld:
		s.FromBond, s.BondKept = payCourt(truthful, t.Terms.CourtFee, t.Audit.Bond)
	default:
		s.FromBond, s.BondBack = payCourt(truthful, t.Terms.CourtFee, t.Audit.Bond)
	}
	return s
}

// endBytesCourt notes the seats that are at fault in a court about the bytes, and returns those to be paid: the seats that said what two
// thirds said, or without two thirds all that said whether they were served. A seat that was served, or was not, has done nothing wrong: a
// worker can serve some seats and not others. But every seat can say which of the two it is. A seat that says neither has not done its
// work: it is not paid, and it is at fault if more than two thirds said one of them.
func (t *Task) endBytesCourt(s *AuditSettlement) (paid []string) {
	verdict, _ := t.courtVerdict()
	for _, seat := range t.Court {
		said := seat.Outcome == t.Verdict || seat.Outcome.Kind == KindInputUnavailable
		switch {
		case seat.State != SeatRevealed:
			s.CourtSilent = append(s.CourtSilent, seat.Who)
		case said && (seat.Outcome == verdict || s.Result == AuditUndecided):
			paid = append(paid, seat.Who)
		case !said && s.Result != AuditUndecided:
			s.CourtWrong = append(s.CourtWrong, seat.Who)
		}
	}
	return paid
}
