package client

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// A client without a key resumes a run by its id alone. The report is the same as that of an uninterrupted run.
func TestResume(t *testing.T) {
	m := newFakeMarket(t, fill("north", 2, matched), heard(EventResuming, 1), end(0), end(1))
	r, events, tell := m.runner()
	ctx, cancel := context.WithCancel(within(t))
	_, err := r.Run(ctx, Job{App: write(t, "app.wasm", emptyApp), Trust: 100, Bag: 2}, func(e Event) {
		tell(e)
		if e.Kind == EventMatched {
			cancel()
		}
	})
	var left *Interrupted
	require.ErrorAs(t, err, &left)
	require.Equal(t, requestID, left.ID())

	other := &Runner{Conn: r.Conn}
	report, err := other.Resume(within(t), left.ID(), "", tell)
	require.NoError(t, err)
	require.True(t, report.Complete)
	require.EqualValues(t, 2, report.Accepted)
	require.EqualValues(t, 1800, report.Locked)
	require.EqualValues(t, 600, report.Paid)
	require.EqualValues(t, 1200, report.Refunded)
	require.Equal(t, "going on with request 4a: 2 tasks", texts(*events, EventResuming))

	again, err := other.Resume(within(t), left.ID(), "", nil)
	require.NoError(t, err, "also of what has ended")
	require.Equal(t, report.Tasks, again.Tasks)
}

// A nonce submits one job once. The same job under the same nonce is resumed; another job under it is refused.
func TestOneNonceIsPaidOnce(t *testing.T) {
	m := newFakeMarket(t, fill("north", 1, matched), nothing, end(0))
	r, events, tell := m.runner()
	job := Job{App: write(t, "app.wasm", emptyApp), Trust: 100, Nonce: 7, Args: []string{"a"}}
	first, err := r.Run(within(t), job, tell)
	require.NoError(t, err)
	require.EqualValues(t, 7, m.submitted.Nonce)

	id := markettypes.FormatID(poco.RequestID(r.Conn.ChainID(), r.Requester.Address(), 7))
	m.set(func() { m.request.Id, m.submitted = id, nil })
	second, err := r.Run(within(t), job, tell)
	require.NoError(t, err)
	require.Nil(t, m.submitted, "nothing is sent")
	require.Equal(t, id, second.Request)
	require.Equal(t, first.Tasks, second.Tasks)
	require.Contains(t, texts(*events, EventResuming), "going on with request ")

	job.MaxPrice = 5000
	_, err = r.Run(within(t), job, tell)
	require.NoError(t, err, "the price follows the market")
	require.Nil(t, m.submitted)
	job.Args = []string{"b"}
	_, err = r.Run(within(t), job, tell)
	var e *Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, CodeConflict, e.Code)
	require.Equal(t, "Nonce", e.Field)
	require.Nil(t, m.submitted)
}

// If a run ends while its user stops it, the error says how it ended. It proposes no way to resume.
func TestAnEndingOutlivesCtrlC(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var left *Interrupted
	require.ErrorAs(t, endedEarly(ctx, ctx.Err(), "ab", "", ""), &left)
	for _, code := range []Code{CodeUnmet, CodeSkipped, CodeCancelled, CodeNoAnswer, CodeAppFailed} {
		ending := &Error{Code: code, What: "it ended"}
		require.True(t, IsEnding(fmt.Errorf("run: %w", ending)), code)
		require.ErrorIs(t, endedEarly(ctx, ending, "ab", "", ""), ending, code)
	}
	require.False(t, IsEnding(&Error{Code: CodeUnfinished}))
	require.False(t, IsEnding(context.Canceled))
	require.NotContains(t, (&Interrupted{}).Error(), "request ", "a workflow has many")
	require.Contains(t, (&Interrupted{Request: "ab", InDoubt: true}).Error(), "if it did, it runs on")
}
