package poco

import (
	"fmt"
	"slices"
)

// What happens to an answer between its acceptance and the height at which it is final (protocol section 5.1).
//
// An answer that the replicas gave is paid for at once. The stakes of those who gave it stay locked for the audit window.
// Within the window anybody can post a bond and call the court. When the window ends the chain itself calls the court in
// two cases: a worker of an organisation that answered has been convicted meanwhile, or the seed of that height draws the
// task for the patrol. The court examines a task once. What it finds is final; when it finds nothing, the answer stands.

// AuditCause is the reason why the court examines an accepted answer.
type AuditCause uint8

// The causes.
const (
	AuditNone       AuditCause = iota
	AuditChallenge             // somebody posted a bond
	AuditConviction            // a worker of an organisation that answered was convicted since the task was opened
	AuditPatrol                // it was drawn at random
	AuditBytes                 // somebody posted a bond to have its bytes
)

// String names the cause.
func (c AuditCause) String() string {
	return [...]string{"NONE", "CHALLENGE", "CONVICTION", "PATROL", "BYTES"}[c]
}

// AuditResult is how the audit of an answer ended, or that it is still open.
type AuditResult uint8

// The results.
const (
	AuditOpen       AuditResult = iota // it is under audit still
	AuditUnopposed                     // nobody called the court
	AuditUpheld                        // the court found the same answer
	AuditOverturned                    // the court found another answer, which is the task's now
	// AuditNoAnswer: the court agreed that it has no answer, or was divided and nobody owes it the inputs. What was accepted stands.
	AuditNoAnswer
	AuditUndecided // the court did not agree, or was silent: what was accepted stands
	// AuditUnserved: a third of the court or more could not get an input. The workers whose stakes stand for the answer must
	// serve its inputs until the answer is final. The accepted answer stands, and these workers pay the court.
	AuditUnserved
)

// String names the result.
func (r AuditResult) String() string {
	return [...]string{"OPEN", "UNOPPOSED", "UPHELD", "OVERTURNED", "NO_ANSWER", "UNDECIDED", "UNSERVED"}[r]
}

// Audit is the state of the audit of a task's answer. It is empty for a task without an audit: the court judged the task, or its
// terms have no audit window.
type Audit struct {
	End        int64 // first height that is too late to challenge it
	Cause      AuditCause
	Challenger string // account whose bond it is; empty when the audit budget pays
	Bond       uint64 // ucred set aside for the court
	Answer     Outcome
	Result     AuditResult
	// The fields below belong to a request for the answer's bytes; see bytes.go.
	Asked    int64       // height at which they were asked for; 0 for never
	Bytes    AuditResult // UPHELD: the court had them; UNSERVED: it could not
	Taken    uint64      // of each stake that stands for the answer
	Sessions uint32      // of the court before the one that examines the answer itself
	Drawn    int64       // height whose seed draws the patrol; 0: that of End
}

// DrawHeight is the height whose seed decides whether the patrol draws the answer. The height was fixed when the answer was
// accepted.
func (a Audit) DrawHeight() int64 {
	if a.Drawn != 0 {
		return a.Drawn
	}
	return a.End
}

// AuditSettlement is every movement of stake, record and bond when an answer becomes final. Two laws hold (tested):
//
//	sum(FromStake) = sum(Seats.Slash)      sum(FromBond) + BondBack + BondKept = Audit.Bond
//
// It also holds the settlement of a request for an answer's bytes. After that one the audit goes on.
type AuditSettlement struct {
	Result AuditResult
	// Challenger is the account whose bond it was; empty when the audit budget paid.
	Challenger string
	// Seats whose stakes stood for the answer. Their slots were freed when it was accepted.
	Seats     []SeatEnd
	FromStake []Pay
	FromBond  []Pay
	BondBack  uint64 // to whom it came from
	BondKept  uint64 // by the audit budget
	// CourtSilent, CourtWrong and FlagApp are those of Settlement.
	CourtSilent []string
	CourtWrong  []string
	FlagApp     bool
}

// owesInputs says whether the workers whose stakes stand for the answer must serve its inputs to the court. They need not where the
// answer came with evidence: the enclave may have read secrets that are released to it alone, which its own worker cannot read or
// pass on.
func (t *Task) owesInputs() bool { return t.Terms.policyRules().Evidence == EvidenceNone }

// AuditsReplicas says whether the audited answer was given by replicas under the error debt. Only such answers are audited after a
// conviction and counted for the bounds on errors and colluders.
func (t *Task) AuditsReplicas() bool { return t.Terms.policyRules().Ledgers }

// openAudit begins the audit window of an answer that the replicas gave. A policy without a court has no audit.
func (t *Task) openAudit(height int64) {
	if t.Terms.AuditBlocks > 0 && t.Terms.policyRules().Court != CourtNever {
		t.Audit = Audit{End: height + t.Terms.AuditBlocks, Answer: t.Verdict}
	}
}

// underAudit says whether the answer is accepted and not final.
func (t *Task) underAudit() bool {
	return t.Ending == EndAccepted && t.Audit.End > 0 && t.Phase != PhaseDone
}

// isHeld says whether the stake of a seat stands for the answer until that is final.
func (t *Task) isHeld(s Seat) bool {
	return t.Audit.End > 0 && s.State == SeatRevealed && s.Outcome == t.Audit.Answer
}

// applyChallenge notes a bond. The block hook calls the court, because an event from a message returns no effects.
func (t *Task) applyChallenge(e Challenged) error {
	if t.underAudit() && t.Audit.Cause != AuditNone {
		return fmt.Errorf("%w: the court was called (%s)", ErrAlready, t.Audit.Cause)
	}
	if err := t.requirePhase(PhaseAudit); err != nil {
		return err
	}
	if e.Height >= t.Audit.End {
		return fmt.Errorf("%w: at height %d, an answer can be challenged below %d", ErrWindowClosed, e.Height, t.Audit.End)
	}
	if e.Bytes && t.Audit.Asked != 0 {
		return fmt.Errorf("%w: the bytes were asked for at height %d (%s)", ErrAlready, t.Audit.Asked, t.Audit.Bytes)
	}
	t.Audit.Cause, t.Audit.Challenger, t.Audit.Bond = AuditChallenge, e.By, e.Bond
	if e.Bytes {
		t.Audit.Cause, t.Audit.Asked = AuditBytes, e.Height
	}
	t.Deadline = e.Height
	return nil
}

// auditDue acts on a challenge, or on the end of the window.
func (t *Task) auditDue() []Effect {
	if t.Audit.Cause != AuditNone {
		return t.callCourt()
	}
	return []Effect{AskAudit{}}
}

// auditDrawn makes the answer final, unless the chain calls the court.
func (t *Task) auditDrawn(e AuditDrawn) ([]Effect, error) {
	if err := t.requirePhase(PhaseAudit); err != nil {
		return nil, err
	}
	if e.Cause == AuditNone {
		return t.closeAudit(AuditUnopposed, false), nil
	}
	t.Audit.Cause, t.Audit.Bond = e.Cause, e.Bond
	return t.callCourt(), nil
}

// foundInAudit ends the audit with the court's verdict about the accepted answer.
func (t *Task) foundInAudit(verdict Outcome) []Effect {
	switch {
	case verdict.Kind == KindInputUnavailable && t.owesInputs():
		return t.closeAudit(AuditUnserved, true)
	case !verdict.Kind.IsAnswer():
		return t.closeAudit(AuditNoAnswer, true)
	case verdict == t.Verdict:
		t.ByCourt = true
		return t.closeAudit(AuditUpheld, true)
	}
	t.ByCourt, t.Verdict = true, verdict
	return t.closeAudit(AuditOverturned, true)
}

// leaveUndecided makes an accepted answer final although its court reached no verdict. The seats are judged only if the court voted
// (EndVoid). Otherwise the chain gave the court up and has noted its silences already, or could not process the task and notes nothing.
//
// A court that voted and was divided is paid from the bond where nobody owes it the inputs, and the rest of the bond comes back. Without
// that pay a challenger that owns the app and the inputs could serve a part of the court, get its whole bond back, and call the court
// again and again at no cost.
func (t *Task) leaveUndecided(e Ending) []Effect {
	switch {
	case e != EndVoid:
		return t.closeAudit(AuditUndecided, false)
	case !t.owesInputs():
		return t.closeAudit(AuditNoAnswer, true)
	case t.courtMissesInput():
		return t.closeAudit(AuditUnserved, true)
	}
	return t.closeAudit(AuditUndecided, true)
}

func (t *Task) closeAudit(r AuditResult, judged bool) []Effect {
	t.Phase, t.Deadline, t.Audit.Result = PhaseDone, 0, r
	return []Effect{FinishAudit{Settlement: t.settleAudit(judged)}}
}

// settleAudit computes who is paid what when an answer becomes final. Judged says that the court's seats have voted.
func (t *Task) settleAudit(judged bool) AuditSettlement {
	s := AuditSettlement{Result: t.Audit.Result, Challenger: t.Audit.Challenger}
	slashed := t.endHeldSeats(&s)
	var truthful []string
	if judged {
		truthful = t.endAuditCourt(&s)
	}
	switch s.Result {
	case AuditOverturned:
		s.BondBack = t.Audit.Bond
		t.payFromLiars(&s, slashed, truthful)
	case AuditUnserved: // whoever challenges cannot know who takes an input away, or when
		s.BondBack = t.Audit.Bond
		var left uint64
		s.FromStake, left = payCourt(truthful, t.Terms.CourtFee, slashed)
		s.FromStake = appendPay(s.FromStake, Pay{PartyAudits, "", left})
	case AuditUpheld, AuditNoAnswer:
		s.FromBond, s.BondKept = payCourt(truthful, t.Terms.CourtFee, t.Audit.Bond)
		if s.Result == AuditNoAnswer && !t.owesInputs() { // a right challenger cannot know whom the owner of an input serves
			s.BondBack, s.BondKept = s.BondKept, 0
		}
	default:
		s.BondBack = t.Audit.Bond
	}
	return s
}

// endHeldSeats frees the stakes that stood for the answer, or takes them if the court found another answer.
func (t *Task) endHeldSeats(s *AuditSettlement) (slashed uint64) {
	for _, seat := range t.Seats {
		if !t.isHeld(seat) {
			continue
		}
		e := SeatEnd{Who: seat.Who, Org: seat.Org, Unlock: t.Terms.Stake - t.Audit.Taken, Right: true}
		switch s.Result {
		case AuditOverturned:
			e.Right, e.Fault, e.Slash = false, FaultWrong, e.Unlock
		case AuditUnserved:
			e.Fault, e.Slash = FaultUnserved, min(e.Unlock, t.courtCost())
		}
		slashed += e.Slash
		s.Seats = append(s.Seats, e)
	}
	return slashed
}

// endAuditCourt sorts the court's seats as endCourt does, by the verdict if there is one. It returns the seats to be paid.
func (t *Task) endAuditCourt(s *AuditSettlement) (paid []string) {
	verdict, found := t.courtVerdict()
	for _, seat := range t.Court {
		switch {
		case seat.State != SeatRevealed:
			s.CourtSilent = append(s.CourtSilent, seat.Who)
		case found && seat.Outcome != verdict:
			s.CourtWrong = append(s.CourtWrong, seat.Who)
		default:
			paid = append(paid, seat.Who)
		}
	}
	s.FlagApp = !found && t.isContradictory()
	return paid
}

// courtVerdict is the outcome on which more than two thirds of the court's whole power agree.
func (t *Task) courtVerdict() (Outcome, bool) {
	var total uint64
	for _, s := range t.Court {
		total += s.Power
	}
	i := slices.IndexFunc(t.Court, func(s Seat) bool {
		return s.State == SeatRevealed && 3*t.powerOf(s.Outcome) > 2*total
	})
	if i < 0 {
		return Outcome{}, false
	}
	return t.Court[i].Outcome, true
}

// payFromLiars shares the slashed stake of an overturned answer. The court is paid first. Then the requester gets up to the value
// at risk, but at most half of the rest, so that a requester that controls the workers too still loses something. The audit budget
// gets what is left.
func (t *Task) payFromLiars(s *AuditSettlement, slashed uint64, court []string) {
	s.FromStake, slashed = payCourt(court, t.Terms.CourtFee, slashed)
	back := min(slashed/2, t.Terms.Value)
	s.FromStake = appendPay(s.FromStake, Pay{PartyRequester, t.Terms.Requester, back})
	s.FromStake = appendPay(s.FromStake, Pay{PartyAudits, "", slashed - back})
}

// payCourt pays the fee to each of the seats; if the pot is too small, each gets an equal part of it. It returns what is left.
func payCourt(seats []string, fee, pot uint64) (pays []Pay, left uint64) {
	if len(seats) == 0 {
		return nil, pot
	}
	each := min(fee, pot/uint64(len(seats)))
	for _, who := range seats {
		pays = appendPay(pays, Pay{PartyCourt, who, each})
	}
	return pays, pot - each*uint64(len(seats))
}

// ChallengeBond is the bond that a challenger posts, in ucred: the fees of a court of this many seats, and at least the governed
// minimum. It saturates.
func (t Terms) ChallengeBond(seats, least uint64) uint64 {
	return max(t.Exposure(seats).CourtCost, least)
}
