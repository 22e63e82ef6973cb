package poco

// The bytes of an accepted answer (protocol section 5.2).
//
// Whoever is paid for an answer serves its bytes until the answer is final. Within the audit window anybody can post a bond and
// ask for them, once for each task. The court tries to fetch them from those who were paid. A seat that has them commits to the
// accepted answer, one that cannot have them commits to INPUT_UNAVAILABLE, and both reveal as ever. When more than two thirds of
// the court could not have the bytes, those who were paid are at fault. The audit goes on afterwards, longer by the time that
// this took, and with what is left of the stakes: else a liar could have the one look at its answer used up.

// askingBytes says whether the court that is called tries to fetch the answer's bytes.
func (t *Task) askingBytes() bool { return t.underAudit() && t.Audit.Cause == AuditBytes }

// foundBytes ends the asking with what more than two thirds of the court found.
func (t *Task) foundBytes(found Outcome, height int64) []Effect {
	switch {
	case found == t.Verdict:
		return t.endBytes(AuditUpheld, height, true)
	case found.Kind == KindInputUnavailable:
		return t.endBytes(AuditUnserved, height, true)
	}
	return t.endBytes(AuditUndecided, height, true)
}

// endBytes settles the asking and lets the audit go on. Judged says that the court's seats have voted.
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

// settleBytes computes who is paid what when the court has looked for an answer's bytes. Withheld bytes cost each of those who
// were paid what silence in wave 2 costs, and are one missed reveal: whoever withholds many at a time has one outage.
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
		truthful = t.endAuditCourt(&s)
		s.CourtWrong, s.FlagApp = nil, false // a seat that was served, or was not, has done nothing wrong
	}
	switch s.Result {
	case AuditUnserved:
		s.BondBack = t.Audit.Bond
		t.payFromLiars(&s, slashed, truthful)
	case AuditUpheld:
		s.FromBond, s.BondKept = payCourt(truthful, t.Terms.CourtFee, t.Audit.Bond)
	default:
		s.BondBack = t.Audit.Bond
	}
	return s
}
