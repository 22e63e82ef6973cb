package poco

// The steps that decide a task: the policy's judgement, the next wave, the ledgers' turn, the end. The court is in court.go.

// judgementNow returns the policy's judgement of the seats in their present state.
func (t *Task) judgementNow() Judgement {
	policy, ok := PolicyByName(t.Terms.Policy)
	if !ok {
		return Judgement{Decision: DecideCourt}
	}
	ballots := make([]Ballot, len(t.Seats))
	for i, s := range t.Seats {
		ballots[i] = Ballot{Who: s.Who, Revealed: s.State == SeatRevealed, Outcome: s.Outcome, Score: s.Score}
	}
	return policy.Judge(t.Terms, ballots)
}

// judgeReveals carries out the policy's judgement of the revealed outcomes. If the plan is the court, it calls the court.
func (t *Task) judgeReveals(height int64) []Effect {
	if t.Plan.Court {
		return t.callCourt()
	}
	switch j := t.judgementNow(); j.Decision {
	case DecideAccept:
		if t.Terms.policyRules().Ledgers {
			t.Phase, t.Deadline = PhaseTurn, 0
			return []Effect{AskTurn{}}
		}
		return t.acceptAnswer(j.Outcome, height)
	case DecideRefund:
		return t.endTask(endingWithout(j.Outcome.Kind))
	case DecideMore:
		return t.recruitMore(height, j.More)
	}
	return t.callCourt()
}

func (t *Task) acceptAnswer(verdict Outcome, height int64) []Effect {
	t.Verdict = verdict
	t.openAudit(height)
	return t.endTask(EndAccepted)
}

// endingWithout returns the ending of a task that has no answer, by the kind that the replicas revealed instead.
func endingWithout(k Kind) Ending {
	switch k {
	case KindInputUnavailable:
		return EndInputUnavailable
	case KindAbstain:
		return EndAbstained
	}
	return EndUndecided
}

// nextWave returns the number of the wave to be drawn after wave 2, which may have had no seats.
func (t *Task) nextWave() uint32 { return max(2, t.Seats[len(t.Seats)-1].Wave) + 1 }

// drawNext asks for the next wave. Nothing has changed since the policy asked for it, so it asks for the same number again.
func (t *Task) drawNext() Draw {
	if !t.Seated {
		return Draw{Wave: 2}
	}
	return Draw{Wave: t.nextWave(), Count: t.judgementNow().More}
}

// recruitMore lets the next wave be drawn, from a seed that nobody knew when the answers so far were given. If the escrow has no
// room for the replicas that the policy needs, or the task has had as many further waves as attempts, the replicas do not decide.
func (t *Task) recruitMore(height int64, more uint32) []Effect {
	room := min(int(t.Terms.MaxSeats), MaxReplicas) - len(t.Seats)
	if more == 0 || int(more) > room || t.nextWave() > 1+t.Terms.MaxAttempts {
		return t.callCourt()
	}
	t.Phase, t.Deadline, t.WaitEnd = PhaseLocked, height+t.Delay, height+t.Terms.WaitBlocks
	return nil
}

func (t *Task) turnCame(e TurnCame) ([]Effect, error) {
	if err := t.requirePhase(PhaseTurn); err != nil {
		return nil, err
	}
	switch e.Gate {
	case GateOpen:
		return t.acceptAnswer(t.judgementNow().Outcome, e.Height), nil
	case GateShut:
		return t.callCourt(), nil
	}
	return nil, nil
}

// endTask closes the task. It tells the ledgers, if the task stood in them, and moves the money. An answer that can be challenged
// is under audit from then on.
func (t *Task) endTask(e Ending) []Effect {
	if t.underAudit() {
		return t.leaveUndecided(e)
	}
	t.Phase, t.Deadline, t.Ending = PhaseDone, 0, e
	if t.Audit.End > 0 {
		t.Phase, t.Deadline = PhaseAudit, t.Audit.End
	}
	var effects []Effect
	if t.Seated && t.Terms.policyRules().Ledgers {
		effects = append(effects, Resolve{Vindicated: t.isVindicated(), Counted: e == EndAccepted})
	}
	return append(effects, Finish{Settlement: t.settleEnding()})
}
