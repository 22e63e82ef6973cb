package agent

import (
	"context"
	"fmt"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/worker/broadcast"
	"github.com/credence-chain/credence/internal/worker/journal"
	"github.com/credence-chain/credence/poco"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// maxSent bounds how many transactions a record lists. When the list is full, a new transaction replaces the last one.
const maxSent = 32

// sendAnswer sends a commit, a reveal or a decline to the chain. The intent is durable before anything is signed, and the hash of each
// transaction before the transaction is sent.
func (a *Agent) sendAnswer(ctx context.Context, s sight, action Action) {
	a.startWork(ctx, s, action, func(ctx context.Context) {
		if err := a.deliverAnswer(ctx, s, action); err != nil && context.Cause(ctx) == nil {
			a.noteTrouble(s, "send", err)
		}
	})
}

func (a *Agent) deliverAnswer(ctx context.Context, s sight, action Action) error {
	intent, sent := statesOf(action)
	if err := a.moveForward(s.key, intent); err != nil {
		return err
	}
	r, _, err := a.Journal.Get(s.key)
	if err != nil {
		return err
	}
	msg, err := a.buildMessage(r, action)
	if err != nil {
		return err
	}
	if reveal, ok := msg.(*taskstypes.MsgReveal); ok {
		if _, commitment, err := a.promiseOf(r); err != nil || s.holdsOther(commitment) {
			a.Metrics.Troubles.WithLabelValues("refuse").Inc()
			return a.moveRecord(s.key, journal.Failed, func(r *journal.Record) {
				r.Cause = fmt.Sprintf("not revealed: the chain holds another commitment than to %s %s", reveal.Outcome.Kind, reveal.Outcome.Digest)
			})
		}
		a.attachOnchain(ctx, s, reveal)
	}
	receipt, err := a.sendOrder(ctx, s, broadcast.Order{Step: action.String(), Msg: msg, Signed: func(hash string, timeout time.Time) error {
		if err := a.noteSent(s.key, sent, journal.Sent{Step: action.String(), Hash: hash, Timeout: timeout}); err != nil {
			return err
		}
		a.at(action.String() + "-signed")
		return nil
	}})
	if err == nil {
		a.mu.Lock()
		a.included[s.key] = max(a.included[s.key], receipt.Height)
		a.mu.Unlock()
		a.at(action.String() + "-included")
	}
	return err
}

// statesOf returns the states of a record before and after an action is sent.
func statesOf(action Action) (intent, sent journal.State) {
	switch action {
	case Commit:
		return journal.CommitIntended, journal.CommitSent
	case Reveal:
		return journal.RevealIntended, journal.RevealSent
	}
	return journal.DeclineIntended, journal.DeclineIntended
}

func (a *Agent) noteSent(key journal.Key, state journal.State, tx journal.Sent) error {
	return a.moveRecord(key, state, func(r *journal.Record) {
		if len(r.Sent) == maxSent {
			r.Sent[maxSent-1] = tx
			return
		}
		r.Sent = append(r.Sent, tx)
	})
}

func (a *Agent) buildMessage(r journal.Record, action Action) (sdk.Msg, error) {
	if action == Decline {
		reason := taskstypes.DeclineReason(declineOf(r))
		return &taskstypes.MsgDecline{Who: a.Who, Task: taskstypes.IDText(r.Key.Task), Attempt: r.Key.Attempt, Reason: reason}, nil
	}
	return BuildMessage(r, action == Reveal, a.Secret, a.ChainID, a.Who)
}

// BuildMessage makes the commit or the reveal of a record. It makes the same message every time.
func BuildMessage(r journal.Record, reveal bool, secret []byte, chainID, who string) (sdk.Msg, error) {
	o, commitment, err := MakePromise(r, secret, chainID, who)
	if err != nil {
		return nil, err
	}
	bench := taskstypes.BENCH_WORKERS
	if r.Key.Bench == poco.BenchCourt {
		bench = taskstypes.BENCH_COURT
	}
	if !reveal {
		return &taskstypes.MsgCommit{Who: who, Task: taskstypes.IDText(r.Key.Task), Attempt: r.Key.Attempt, Bench: bench, Commitment: commitment[:]}, nil
	}
	return &taskstypes.MsgReveal{Who: who, Task: taskstypes.IDText(r.Key.Task), Attempt: r.Key.Attempt, Bench: bench,
		Outcome: taskstypes.OutcomeFromPoco(o), Evidence: r.Evidence, Salt: poco.Salt(secret, r.Key.Bench, chainID, r.Key.Task, r.Key.Attempt)}, nil
}
