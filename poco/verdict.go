package poco

// How a task is decided: the policy's judgement, the ledgers' turn, the end. The court is in court.go.

// judge asks the policy what the revealed outcomes mean. A plan of the court leaves nothing to ask.
func (t *Task) judge() []Effect {
	policy, ok := PolicyByName(t.Terms.Policy)
	if t.Plan.Court || !ok {
		return t.callCourt()
	}
	ballots := make([]Ballot, len(t.Seats))
	for i, s := range t.Seats {
		ballots[i] = Ballot{Revealed: s.State == SeatRevealed, Outcome: s.Outcome}
	}
	switch j := policy.Judge(t.Terms, ballots); j.Decision {
	case DecideAccept:
		t.Phase, t.Deadline = PhaseTurn, 0
		return []Effect{AskTurn{}}
	case DecideRefund:
		if j.Outcome.Kind == KindInputUnavailable {
			return t.end(EndInputUnavailable)
		}
		return t.end(EndAbstained)
	}
	return t.callCourt()
}

func (t *Task) turnCame(e TurnCame) ([]Effect, error) {
	if err := t.in(PhaseTurn); err != nil {
		return nil, err
	}
	switch e.Gate {
	case GateOpen:
		t.Verdict = t.Seats[0].Outcome
		return t.end(EndAccepted), nil
	case GateShut:
		return t.callCourt(), nil
	}
	return nil, nil
}

// end closes the task: the ledgers are told if it stood in them, the money moves.
func (t *Task) end(e Ending) []Effect {
	t.Phase, t.Deadline, t.Ending = PhaseDone, 0, e
	var effects []Effect
	if t.Planned {
		first := t.Seats[0]
		accepted := e == EndAccepted
		// A first worker that committed to no answer cannot have its lie accepted: nothing is to be charged for it.
		revealed := first.State == SeatRevealed
		effects = append(effects, Resolve{
			Vindicated: revealed && (!first.Outcome.Kind.IsAnswer() || accepted && first.Outcome == t.Verdict),
			Counted:    accepted,
		})
	}
	return append(effects, Finish{Settlement: t.settle()})
}
