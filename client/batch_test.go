package client

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	markettypes "github.com/credence-chain/credence/x/market/types"
)

// takeBatches makes the market note the transactions that submit requests, and keep the last request under its true id.
func takeBatches(m *fakeMarket, r *Runner) *[][]*markettypes.MsgSubmitTask {
	var batches [][]*markettypes.MsgSubmitTask
	before := m.execute
	m.execute = func(msgs []sdk.Msg) (out []proto.Message) {
		var batch []*markettypes.MsgSubmitTask
		for _, msg := range msgs {
			if submit, is := msg.(*markettypes.MsgSubmitTask); is {
				id := r.RequestID(submit.Nonce)
				m.request = markettypes.Request{Id: id, Requester: submit.Requester, Job: submit.Job}
				batch, out = append(batch, submit), append(out, &markettypes.MsgSubmitTaskResponse{Id: id})
			}
		}
		if batch == nil {
			return before(msgs)
		}
		batches = append(batches, batch)
		return out
	}
	return &batches
}

// Jobs that wait for each other are submitted together. All of them are affordable, or none is submitted. What the chain has is not
// submitted again, even if it has filled in an answer since.
func TestBatch(t *testing.T) {
	m := newFakeMarket(t)
	r, _, tell := m.runner()
	batches := takeBatches(m, r)
	input := filepath.Join(t.TempDir(), "a.txt")
	require.NoError(t, os.WriteFile(input, []byte("a"), 0o600))
	prepare := func(price uint64) (out []*Prepared) {
		jobs := []Job{
			{App: "acme/app:1", Trust: 100, MaxPrice: price, Nonce: 7, Inputs: []InputFile{{Path: input}}},
			{App: "acme/app:1", Trust: 100, MaxPrice: price, Nonce: 8, Answers: []Answer{{Name: "first", Request: r.RequestID(7)}}},
		}
		for _, j := range jobs {
			p, err := r.Prepare(context.Background(), j, tell)
			require.NoError(t, err)
			out = append(out, p)
		}
		return out
	}
	_, err := r.Prepare(context.Background(), Job{App: "acme/app:1", Trust: 100}, tell)
	require.ErrorContains(t, err, "a nonce")

	m.money = 1999
	dear := prepare(1000)
	require.EqualValues(t, 1000, dear[1].Locked)
	require.Positive(t, dear[1].Expiry)
	require.Zero(t, dear[0].Expiry)
	var poor *Error
	require.ErrorAs(t, r.CheckFunds(context.Background(), dear), &poor)
	require.EqualValues(t, []uint64{1999, 2000}, []uint64{poor.Got, poor.Limit})
	m.money = 2000
	require.NoError(t, r.CheckFunds(context.Background(), dear))

	told := 0
	require.NoError(t, r.SubmitAll(context.Background(), dear, func(n int) { told = n }))
	require.Equal(t, 2, told)
	require.Len(t, *batches, 1)
	require.Len(t, (*batches)[0], 2)
	require.Equal(t, r.RequestID(7), (*batches)[0][1].Job.Inputs[0].Of)

	m.set(func() { m.request.Job = m.request.Job.WithAnswer(r.RequestID(7), "sha256:"+fmt.Sprintf("%064x", 1)) })
	again := prepare(1000)
	require.False(t, again[0].Known, "this chain keeps one request alone")
	require.True(t, again[1].Known)
	m.money = 1000
	require.NoError(t, r.CheckFunds(context.Background(), again))
	require.NoError(t, r.SubmitAll(context.Background(), again, func(int) {}))
	require.Len(t, (*batches)[1], 1)
}

// A transaction has as many jobs as its gas allows, and always one.
func TestBatchSize(t *testing.T) {
	free, waits, long := &Prepared{msg: &markettypes.MsgSubmitTask{}}, &Prepared{msg: &markettypes.MsgSubmitTask{}}, &Prepared{msg: &markettypes.MsgSubmitTask{}}
	waits.msg.Job.After = []string{requestID}
	long.msg.Job.Args = []string{string(make([]byte, 1<<20))}
	require.Equal(t, 8, batchSize([]*Prepared{free, free, free, free, free, free, free, free, free}))
	require.Equal(t, 4, batchSize([]*Prepared{free, waits, waits, waits, waits, waits}), "its release takes a place too")
	require.Equal(t, 1, batchSize([]*Prepared{long, free}))
	require.Equal(t, 1, batchSize([]*Prepared{free, long}))
}
