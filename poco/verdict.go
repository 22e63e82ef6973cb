package poco

import "slices"

// How a task is decided: the policy's judgement, the ledgers' turn, the court, the end.

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

func (t *Task) callCourt() []Effect {
	t.Phase, t.Deadline = PhaseCourtWait, 0
	return []Effect{OpenCourt{}}
}

func (t *Task) courtOpened(e CourtOpened) error {
	if err := t.in(PhaseCourtWait); err != nil {
		return err
	}
	t.Court, t.CourtCalled = slices.Clone(e.Seats), e.Height
	t.Phase, t.Deadline = PhaseCourtCommit, e.Height+FollowingWindow(t.Terms.CourtBlocks, t.Took)
	return nil
}

// tally looks for more than two thirds of the court's whole power on one outcome (protocol section 4).
func (t *Task) tally() []Effect {
	var total, open uint64
	for _, s := range t.Court {
		total += s.Power
		if s.State == SeatRevealed {
			open += s.Power
		}
	}
	for _, s := range t.Court {
		if s.State != SeatRevealed {
			continue
		}
		var power uint64
		for _, o := range t.Court {
			if o.State == SeatRevealed && o.Outcome == s.Outcome {
				power += o.Power
			}
		}
		if 3*power <= 2*total {
			continue
		}
		t.ByCourt, t.Verdict = true, s.Outcome
		switch s.Outcome.Kind {
		case KindInputUnavailable:
			return t.end(EndInputUnavailable)
		case KindAbstain:
			return t.end(EndAbstained)
		}
		return t.end(EndAccepted)
	}
	if 3*(total-open) > total {
		return t.end(EndCourtSilent)
	}
	return t.end(EndVoid)
}

// end closes the task: the ledgers are told if it stood in them, the money moves.
func (t *Task) end(e Ending) []Effect {
	stood := t.Planned && t.Phase > PhaseLocked
	t.Phase, t.Deadline, t.Ending = PhaseDone, 0, e
	var effects []Effect
	if stood {
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
