package load

import (
	"bytes"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/sender"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

func TestCheck(t *testing.T) {
	good := Plan{Accounts: 2, Rate: 1, Batch: 1, Duration: time.Second, Most: 1}
	require.NoError(t, good.Check())
	for flag, edit := range map[string]func(*Plan){
		"--accounts": func(p *Plan) { p.Accounts = 1 },
		"--rate":     func(p *Plan) { p.Rate = 0 },
		"--batch":    func(p *Plan) { p.Batch = 0 },
		"--duration": func(p *Plan) { p.Duration = 0 },
		"--most":     func(p *Plan) { p.Batch = 2 },
	} {
		bad := good
		edit(&bad)
		require.ErrorContains(t, bad.Check(), flag)
	}
}

func keysOf(t *testing.T, n int) (keys []client.Key) {
	for range n {
		key, err := client.GenerateKey()
		require.NoError(t, err)
		keys = append(keys, key)
	}
	return keys
}

// TestSendsGoToOthers: every account sends to each of the others, and never to itself.
func TestSendsGoToOthers(t *testing.T) {
	keys := keysOf(t, 3)
	for account := range keys {
		to := map[string]bool{}
		for i := range 4 {
			msgs := NewSends().Messages(keys, account, i, 2)
			require.Len(t, msgs, 2)
			for _, m := range msgs {
				send := m.(*banktypes.MsgSend)
				require.Equal(t, keys[account].Address(), send.FromAddress)
				to[send.ToAddress] = true
			}
		}
		require.Len(t, to, 2)
		require.False(t, to[keys[account].Address()])
	}
}

// TestTasksAreCounted: only the tasks of our own requests count, in whatever order the events come.
func TestTasksAreCounted(t *testing.T) {
	w := NewTasks("chain", markettypes.Job{App: "a/b:1"})
	key := keysOf(t, 1)
	msgs := w.Messages(key, 0, 0, 3)
	require.EqualValues(t, 3, msgs[0].(*markettypes.MsgSubmitTask).Job.Size_)
	lost := w.Messages(key, 0, 1, 3)
	require.NotEqual(t, w.requestOf(msgs), w.requestOf(lost))
	at := time.Now()
	w.Sent(&sender.SignedTx{Hash: "A"}, msgs, 3, at)
	w.Sent(&sender.SignedTx{Hash: "B"}, lost, 3, at)
	require.Equal(t, 6, w.UnderWay())
	w.Lost(&sender.SignedTx{Hash: "B"}, lost)
	require.Equal(t, 3, w.UnderWay())

	request := w.requestOf(msgs)
	w.noteDeal(&dealstypes.EventDeal{Id: "ours", Request: request})
	w.noteDeal(&dealstypes.EventDeal{Id: "theirs", Request: "other"})
	end := func(deal string, e taskstypes.Ending) {
		w.noteEnded(&taskstypes.EventEnded{Deal: deal, Ending: e}, at.Add(2*time.Second))
	}
	end("theirs", taskstypes.ENDING_ACCEPTED)
	require.Equal(t, 3, w.UnderWay())
	end("ours", taskstypes.ENDING_ACCEPTED)
	end("ours", taskstypes.ENDING_VOID)
	end("ours", taskstypes.ENDING_ACCEPTED)
	end("ours", taskstypes.ENDING_ACCEPTED) // an end too many: there is no fourth task
	require.Zero(t, w.UnderWay())
	got := w.Result()
	require.Equal(t, 2, got.Accepted)
	require.Equal(t, 1, got.Failed)
	require.Equal(t, map[string]int{"ENDING_ACCEPTED": 2, "ENDING_VOID": 1}, got.Endings)
	require.Equal(t, 2*time.Second, got.Latency(1))
}

// TestRefusedInABlock: a request that fails in a block is no longer under way. Its tasks count as failed, for the chain's reason.
func TestRefusedInABlock(t *testing.T) {
	w := NewTasks("chain", markettypes.Job{App: "a/b:1"})
	msgs := w.Messages(keysOf(t, 1), 0, 0, 3)
	w.Sent(&sender.SignedTx{Hash: "A"}, msgs, 3, time.Now())
	w.noteExecuted(executed{"another", "sdk/5"})
	require.Equal(t, 3, w.UnderWay())
	w.noteExecuted(executed{"A", "market/7"})
	require.Zero(t, w.UnderWay())
	require.Equal(t, 3, w.Result().Failed)
	require.Equal(t, map[string]int{"refused by the chain: market/7": 3}, w.Result().Endings)
}

// TestGasOfRequests: a request has the gas of the table, until one of ours ran out of it, as on a chain with dearer places. Then it is simulated.
func TestGasOfRequests(t *testing.T) {
	w := NewTasks("chain", markettypes.Job{App: "a/b:1"})
	msgs := w.Messages(keysOf(t, 1), 0, 0, 3)
	w.noteExecuted(executed{"another", "sdk/11"})
	require.Equal(t, client.TableGas(msgs), w.Gas(msgs))
	require.NotZero(t, w.Gas(msgs))
	w.Sent(&sender.SignedTx{Hash: "A"}, msgs, 3, time.Now())
	w.noteExecuted(executed{"A", "sdk/11"})
	require.Zero(t, w.Gas(msgs))
}

func TestSendsUnderWay(t *testing.T) {
	s := NewSends()
	s.Sent(&sender.SignedTx{Hash: "A"}, []sdk.Msg{nil, nil}, 2, time.Now())
	s.Sent(&sender.SignedTx{Hash: "B"}, nil, 2, time.Now())
	s.Lost(&sender.SignedTx{Hash: "B"}, nil)
	s.Lost(&sender.SignedTx{Hash: "B"}, nil)
	require.Equal(t, 2, s.UnderWay())
}

func TestReport(t *testing.T) {
	var r Result
	for i := range 100 {
		r.noteAccepted(1, time.Duration(100-i)*time.Millisecond)
	}
	require.Equal(t, 50*time.Millisecond, r.Latency(.5))
	require.Equal(t, 95*time.Millisecond, r.Latency(.95))
	require.Equal(t, 100*time.Millisecond, r.Latency(1))
	require.Zero(t, Result{}.Latency(.5))

	report := Report{Work: "send", Accounts: 3, Batch: 1, AskedRate: 60, Seconds: 2, Result: r, Measured: true, NodeSeconds: 0.5, Refused: map[string]int{"sdk/20": 4}}
	require.InDelta(t, 50, report.PerSecond(), 1e-9)
	require.InDelta(t, 5, report.NodeMillis(), 1e-9)
	var text bytes.Buffer
	report.Write(&text)
	require.Contains(t, text.String(), "accepted   100, 50.0 a second (asked for: 60)")
	require.Contains(t, text.String(), "refused    4 transactions: sdk/20")
	require.Contains(t, text.String(), "5.00 ms for each accepted send")
}

func TestProcessorTime(t *testing.T) {
	none, err := processorTime(nil)
	require.NoError(t, err)
	require.Zero(t, none)
	before, err := processorTime([]int{os.Getpid()})
	if err != nil {
		t.Skip(err) // this system does not report it
	}
	for begin := time.Now(); time.Since(begin) < 50*time.Millisecond; {
	}
	for deadline := time.Now().Add(10 * time.Second); ; {
		after, err := processorTime([]int{os.Getpid()})
		require.NoError(t, err)
		if after > before {
			break
		}
		require.True(t, time.Now().Before(deadline), "it counts")
	}
	_, err = processorTime([]int{1 << 30})
	require.ErrorContains(t, err, "--pid")
}
