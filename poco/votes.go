package poco

import "github.com/credence-chain/credence/poco/iexec"

// Votes of workers: what the policies that believe a vote have in common, and how a vote changes the records of those who voted. A
// vote takes nobody's stake (protocol section 3.1). It changes records, because the methods of Sarmenta and of iExec weigh votes by
// them.

// VoteUse says how a vote of workers changes their records, and which of their records it weighs.
type VoteUse uint8

// The uses of a vote.
const (
	VoteNone VoteUse = iota // a vote changes no record
	// VoteForgets weighs confirmations. The confirmations of an outvoted worker start again at 0.
	VoteForgets
	// VoteScores weighs iExec's score, and changes it by iExec's rule. It leaves confirmations alone.
	VoteScores
)

// VoteMark says how a vote changes one worker's record.
type VoteMark uint8

// The marks.
const (
	MarkNone     VoteMark = iota
	MarkOutvoted          // answered otherwise than the accepted answer
	MarkAccurate          // of iExec's score: gave the accepted answer, and not as the only one who contributed
	MarkFaulty            // of iExec's score: contributed something else, or did not reveal what it had contributed
)

// Apply returns a record's confirmations and iExec score after the mark.
func (m VoteMark) Apply(confirmations, score uint64) (uint64, uint64) {
	switch m {
	case MarkOutvoted:
		return 0, score
	case MarkAccurate:
		return confirmations, iexec.Score(score, iexec.Accurate)
	case MarkFaulty:
		return confirmations, iexec.Score(score, iexec.Faulty)
	}
	return confirmations, score
}

// ScoreUnder returns the number that a policy weighs: the worker's iExec score if the policy keeps one, else its confirmations.
func ScoreUnder(policy string, confirmations, score uint64) uint64 {
	if p, ok := PolicyByName(policy); ok && p.Rules().Votes == VoteScores {
		return score
	}
	return confirmations
}

// markOf returns how the vote changes a seat's record. A task without an accepted answer changes no record, as on iExec. Nor does
// work at price 0: otherwise one could gain a record, or have an honest worker outvoted, for nothing.
func (t *Task) markOf(seat Seat) VoteMark {
	if t.Ending != EndAccepted || t.ByCourt || !contributed(seat) || t.Terms.PriceOf(t.Verdict) == 0 {
		return MarkNone
	}
	switch right := t.isRight(seat); t.Terms.policyRules().Votes {
	case VoteForgets:
		if !right && seat.State == SeatRevealed {
			return MarkOutvoted
		}
	case VoteScores:
		return t.scoreMark(right)
	}
	return MarkNone
}

// scoreMark returns how the vote changes iExec's score of a worker that contributed.
func (t *Task) scoreMark(right bool) VoteMark {
	switch {
	case !right:
		return MarkFaulty
	case countSeats(t.Seats, contributed) > 1:
		return MarkAccurate
	}
	return MarkNone
}

// contributed says whether a seat committed, unless its reveal showed that it had no answer.
func contributed(s Seat) bool { return s.State == SeatCommitted || hasAnswered(s) }

// isBlind says whether a seat committed before anybody of the task had revealed. A worker that is drawn later knows what was
// revealed, and could copy it.
func isBlind(s Seat) bool { return s.Wave <= 2 }

// agreeOnNone says whether a vote ends because there is nothing to vote on: no seat has an answer, and more than half of the seats
// say so. The task then ends with the kind on which they agree or, if they do not agree, as one on which all abstained.
func agreeOnNone(ballots []Ballot) (Judgement, bool) {
	without, said := uint32(0), Outcome{}
	for _, b := range ballots {
		switch {
		case !b.Revealed:
		case b.Outcome.Kind.IsAnswer():
			return Judgement{}, false
		case without > 0 && b.Outcome != said:
			said, without = Outcome{Kind: KindAbstain}, without+1
		default:
			said, without = b.Outcome, without+1
		}
	}
	return Judgement{Decision: DecideRefund, Outcome: said}, without >= quorumOf(uint32(len(ballots)))
}
