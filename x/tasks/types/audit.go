package types

import (
	"fmt"

	"cosmossdk.io/math"

	"github.com/credence-chain/credence/poco"
)

// ToPoco converts a stored audit to the type of package poco. nil stands for no audit.
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

// AuditFromPoco is the inverse of ToPoco. It leaves the settlement out.
func AuditFromPoco(a poco.Audit) Audit {
	return Audit{
		End: a.End, Cause: AuditCause(a.Cause), Challenger: a.Challenger, Bond: a.Bond, Answer: OutcomeFromPoco(a.Answer), Result: AuditResult(a.Result),
		Asked: a.Asked, Bytes: AuditResult(a.Bytes), Taken: a.Taken, Sessions: a.Sessions, Drawn: a.Drawn,
	}
}

// takeAudit copies the protocol's audit into the stored task, and keeps the stored settlement.
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

// Ended says whether the task has ended for its requester. Its answer may still be under audit.
func (t Task) Ended() bool { return t.Ending != ENDING_UNSPECIFIED }

// TakesLate says whether a worker that has missed the window to reveal can still open its commitment; poco.Task.TakesLate.
func (t Task) TakesLate() bool {
	return (t.Phase == PHASE_COURT_WAIT || t.Phase == PHASE_COURT_COMMIT) && t.Recalls == 0 && !t.Ended()
}

// Final says whether the task cannot change any more.
func (t Task) Final() bool { return t.Phase == PHASE_DONE }

// OpenBond returns the bond that the module holds for the task, in ucred.
func (t Task) OpenBond() uint64 {
	if t.Audit == nil || t.Final() {
		return 0
	}
	return t.Audit.Bond
}

// SumOwed returns what the module owes with these tasks and this audit budget, in ucred.
func SumOwed(tasks []Task, budget uint64) math.Int {
	sum := math.NewIntFromUint64(budget)
	for _, t := range tasks {
		sum = sum.Add(math.NewIntFromUint64(t.OpenBond()))
	}
	return sum
}

// Note counts a court that judged an accepted answer. pair says that two replicas had given the answer.
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

// Decided returns how many of the courts found an answer.
func (c AuditCount) Decided() uint64 { return c.Upheld + c.Overturned }

// checkAudit checks that the task's audit fits its phase and its ending.
func (t Task) checkAudit() error {
	switch {
	case t.Audit != nil:
		return t.Audit.check(t.Ending)
	case t.Phase == PHASE_AUDIT:
		return fmt.Errorf("in phase %s without an accepted answer under audit", t.Phase)
	case t.Ended() && t.Phase != PHASE_DONE:
		return fmt.Errorf("ended as %s in phase %s, expected %s", t.Ending, t.Phase, PHASE_DONE)
	}
	return nil
}

// check checks the audit of a task with an ending.
func (a *Audit) check(ending Ending) error {
	if a.End < 1 || ending != ENDING_ACCEPTED {
		return fmt.Errorf("has an audit that ends at %d and the ending %s, expected a height and %s", a.End, ending, ENDING_ACCEPTED)
	}
	if AuditCause_name[int32(a.Cause)] == "" || AuditResult_name[int32(a.Result)] == "" || AuditResult_name[int32(a.Bytes)] == "" {
		return fmt.Errorf("has an audit with the cause %d and the results %d and %d, expected those that have names", a.Cause, a.Result, a.Bytes)
	}
	return nil
}

func (c *genesisCheck) checkAudits() error {
	for _, t := range c.Tasks {
		if err := t.checkAudit(); err != nil {
			return fmt.Errorf("tasks: %s: %w", t.Id, err)
		}
	}
	return nil
}

func (c *genesisCheck) checkConvicted() error {
	for i, v := range c.Convicted {
		if i > 0 && c.Convicted[i-1].Organisation >= v.Organisation {
			return fmt.Errorf("convicted: %q after %q, expected ascending order, each organisation once", v.Organisation, c.Convicted[i-1].Organisation)
		}
	}
	return nil
}

func (c *genesisCheck) checkAuditCounts() error {
	before := AUDIT_CAUSE_CHALLENGE - 1
	for _, n := range c.AuditCounts {
		if n.Cause <= before || n.Cause > AUDIT_CAUSE_BYTES {
			return fmt.Errorf("audit_counts: cause %d, expected 1 to 4 in ascending order, each once", n.Cause)
		}
		before = n.Cause
	}
	return nil
}
