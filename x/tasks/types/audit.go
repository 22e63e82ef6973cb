package types

import (
	"fmt"

	"cosmossdk.io/math"

	"github.com/credence-chain/credence/poco"
)

// ToPoco turns a stored audit into the protocol's; nil is none.
func (a *Audit) ToPoco() (poco.Audit, error) {
	if a == nil {
		return poco.Audit{}, nil
	}
	answer, err := a.Answer.ToPoco()
	return poco.Audit{
		End: a.End, Cause: poco.AuditCause(a.Cause), Challenger: a.Challenger, Bond: a.Bond, Answer: answer, Result: poco.AuditResult(a.Result),
		Asked: a.Asked, Bytes: poco.AuditResult(a.Bytes), Taken: a.Taken, Sessions: a.Sessions, Drawn: a.Drawn,
	}, err
}

// AuditFromPoco is the inverse, without a settlement.
func AuditFromPoco(a poco.Audit) Audit {
	return Audit{
		End: a.End, Cause: AuditCause(a.Cause), Challenger: a.Challenger, Bond: a.Bond, Answer: OutcomeFromPoco(a.Answer), Result: AuditResult(a.Result),
		Asked: a.Asked, Bytes: AuditResult(a.Bytes), Taken: a.Taken, Sessions: a.Sessions, Drawn: a.Drawn,
	}
}

// takeAudit copies the protocol's audit into the stored task; a settlement stays.
func (t *Task) takeAudit(a poco.Audit) {
	if a.End == 0 {
		return
	}
	next := AuditFromPoco(a)
	if t.Audit != nil {
		next.Settlement = t.Audit.Settlement
	}
	t.Audit = &next
}

// Ended says whether the task has ended for those who asked for it: its answer may still be under audit.
func (t Task) Ended() bool { return t.Ending != ENDING_UNSPECIFIED }

// Final says whether nothing of the task changes any more.
func (t Task) Final() bool { return t.Phase == PHASE_DONE }

// OpenBond is the bond that the module holds for the task, in ucred.
func (t Task) OpenBond() uint64 {
	if t.Audit == nil || t.Final() {
		return 0
	}
	return t.Audit.Bond
}

// SumOwed is what the module owes with these tasks and this audit budget, in ucred.
func SumOwed(tasks []Task, budget uint64) math.Int {
	sum := math.NewIntFromUint64(budget)
	for _, t := range tasks {
		sum = sum.Add(math.NewIntFromUint64(t.OpenBond()))
	}
	return sum
}

// Note counts a court that looked at an accepted answer. Pair says that two replicas had given it.
func (c *AuditCount) Note(r poco.AuditResult, pair bool) {
	c.Called++
	switch r {
	case poco.AuditUpheld:
		c.Upheld++
	case poco.AuditOverturned:
		c.Overturned++
	case poco.AuditNoAnswer, poco.AuditUnserved:
		c.NoAnswer++
		return
	default:
		c.Undecided++
		return
	}
	if !pair {
		return
	}
	c.Pairs++
	if r == poco.AuditOverturned {
		c.PairsOverturned++
	}
}

// Decided is how many of the courts found an answer.
func (c AuditCount) Decided() uint64 { return c.Upheld + c.Overturned }

// validateAudits names the first thing about audits that cannot be.
func (g GenesisState) validateAudits() error {
	for _, t := range g.Tasks {
		switch {
		case t.Phase == PHASE_AUDIT && (t.Audit == nil || t.Ending != ENDING_ACCEPTED):
			return fmt.Errorf("tasks: %s: in phase %s without an accepted answer under audit", t.Id, t.Phase)
		case t.Audit != nil && (t.Audit.End < 1 || t.Ending != ENDING_ACCEPTED):
			return fmt.Errorf("tasks: %s: has an audit that ends at %d and the ending %s, expected a height and %s", t.Id, t.Audit.End, t.Ending, ENDING_ACCEPTED)
		case t.Audit != nil && (AuditCause_name[int32(t.Audit.Cause)] == "" || AuditResult_name[int32(t.Audit.Result)] == "" || AuditResult_name[int32(t.Audit.Bytes)] == ""):
			return fmt.Errorf("tasks: %s: has an audit with the cause %d and the results %d and %d, expected those that have names", t.Id, t.Audit.Cause, t.Audit.Result, t.Audit.Bytes)
		case t.Ended() && t.Audit == nil && t.Phase != PHASE_DONE:
			return fmt.Errorf("tasks: %s: ended as %s in phase %s, expected %s", t.Id, t.Ending, t.Phase, PHASE_DONE)
		}
	}
	for i, c := range g.Convicted {
		if i > 0 && g.Convicted[i-1].Organisation >= c.Organisation {
			return fmt.Errorf("convicted: %q after %q, expected ascending order, each organisation once", c.Organisation, g.Convicted[i-1].Organisation)
		}
	}
	for i, c := range g.AuditCounts {
		if c.Cause < AUDIT_CAUSE_CHALLENGE || c.Cause > AUDIT_CAUSE_BYTES || i > 0 && g.AuditCounts[i-1].Cause >= c.Cause {
			return fmt.Errorf("audit_counts: cause %d, expected 1 to 4 in ascending order, each once", c.Cause)
		}
	}
	return nil
}
