package broadcast

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/sender"
	"github.com/credence-chain/credence/internal/worker/metrics"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// fakeNode includes a transaction after `needs` broadcasts, unless another field changes that.
type fakeNode struct {
	needs      int
	signed     int
	gas        []uint64 // the gas limits of the signed transactions
	broadcasts map[string]int
	refuse     []error // the results of the first broadcasts
	fail       map[string]error
	now        time.Time
	away       bool
}

func newFake() *fakeNode {
	return &fakeNode{needs: 1, broadcasts: map[string]int{}, fail: map[string]error{}, now: time.Unix(100, 0)}
}

func (f *fakeNode) Sign(_ context.Context, gas uint64, _ ...sdk.Msg) (*client.SignedTx, error) {
	if f.away {
		return nil, client.ErrNoEndpoint
	}
	f.signed++
	f.gas = append(f.gas, gas)
	return &client.SignedTx{Hash: fmt.Sprintf("tx%d", f.signed), Timeout: f.now.Add(time.Minute)}, nil
}

func (f *fakeNode) Broadcast(_ context.Context, tx *client.SignedTx) error {
	if len(f.refuse) > 0 {
		err := f.refuse[0]
		f.refuse = f.refuse[1:]
		return err
	}
	f.broadcasts[tx.Hash]++
	return nil
}

func (f *fakeNode) Find(_ context.Context, hash string) (*client.TxResult, error) {
	if f.broadcasts[hash] < f.needs {
		return nil, nil
	}
	if err := f.fail[hash]; err != nil {
		return nil, err
	}
	return &client.TxResult{Hash: hash, Height: 7}, nil
}

func (f *fakeNode) Latest(context.Context) (int64, time.Time, error) { return 6, f.now, nil }

func (f *fakeNode) stack(m *metrics.Set) Sender {
	fast := sender.ConfirmOptions{Poll: time.Millisecond, Rebroadcast: 2 * time.Millisecond, Rebroadcasted: m.Rebroadcasts.Inc}
	return Metered(Retrying(Confirming(Direct(f), f, fast), RetryOptions{First: time.Millisecond, Most: time.Millisecond}), m)
}

func refused(space string, code uint32) error {
	return &client.TxError{Codespace: space, Code: code, Log: "words"}
}

var already = refused(taskstypes.ModuleName, taskstypes.ErrAlready.ABCICode())

func TestStack(t *testing.T) {
	notDrawn := refused(taskstypes.ModuleName, taskstypes.ErrNotDrawn.ABCICode())
	closed := refused(taskstypes.ModuleName, taskstypes.ErrWindowClosed.ABCICode())
	for _, tc := range []struct {
		name      string
		malleate  func(*fakeNode)
		expErr    error
		expSigned int
		expSent   int // broadcasts of the last transaction
		expEnd    string
	}{
		{"included at once", func(*fakeNode) {}, nil, 1, 1, "included"},
		{"lost twice, the same bytes again", func(f *fakeNode) { f.needs = 3 }, nil, 1, 3, "included"},
		{"connection breaks while sending", func(f *fakeNode) { f.refuse = []error{errors.New("EOF")} }, nil, 1, 1, "included"},
		{"mempool full, signed anew", func(f *fakeNode) { f.refuse = []error{refused("sdk", 20), refused("sdk", 20)} }, nil, 3, 1, "included"},
		{"already on the chain", func(f *fakeNode) { f.fail["tx1"] = already }, nil, 1, 1, "already"},
		{"too early, then fine", func(f *fakeNode) {
			f.fail["tx1"] = refused(taskstypes.ModuleName, taskstypes.ErrTooEarly.ABCICode())
		}, nil, 2, 1, "included"},
		{"the node is a block behind, and has not drawn us", func(f *fakeNode) {
			f.refuse = []error{notDrawn, refused(taskstypes.ModuleName, taskstypes.ErrWrongPhase.ABCICode()),
				refused(taskstypes.ModuleName, taskstypes.ErrWrongAttempt.ABCICode()), refused(taskstypes.ModuleName, taskstypes.ErrNotFound.ABCICode())}
		}, nil, 5, 1, "included"},
		{"an earlier signature waits, then is included", func(f *fakeNode) {
			f.refuse = []error{refused(taskstypes.ModuleName, taskstypes.ErrWaiting.ABCICode()), already}
		}, nil, 2, 0, "already"},
		{"not drawn, says a block", func(f *fakeNode) {
			f.fail["tx1"] = &client.TxError{Codespace: taskstypes.ModuleName, Code: taskstypes.ErrNotDrawn.ABCICode(), Height: 7}
		}, notDrawn, 1, 1, "refused"},
		{"window closed", func(f *fakeNode) { f.fail["tx1"] = closed }, closed, 1, 1, "refused"},
		{"same number in another codespace is no success", func(f *fakeNode) {
			f.fail["tx1"] = refused("market", taskstypes.ErrAlready.ABCICode())
		}, refused("market", taskstypes.ErrAlready.ABCICode()), 1, 1, "refused"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f, m := newFake(), metrics.New(prometheus.NewRegistry())
			tc.malleate(f)
			var announced []string
			r, err := f.stack(m).Send(context.Background(), Order{Step: "commit", Signed: func(hash string, _ time.Time) error {
				require.Zero(t, f.broadcasts[hash], "announced before it leaves")
				announced = append(announced, hash)
				return nil
			}})
			if tc.expErr != nil {
				require.ErrorIs(t, err, tc.expErr)
			} else {
				require.NoError(t, err)
			}
			require.Equal(t, tc.expSigned, f.signed)
			require.Len(t, announced, tc.expSigned)
			require.Equal(t, tc.expSent, f.broadcasts[r.Tx.Hash])
			require.Equal(t, 1.0, testutil.ToFloat64(m.Transactions.WithLabelValues("commit", tc.expEnd)))
		})
	}
}

func TestExpiredIsSignedAnew(t *testing.T) {
	f, m := newFake(), metrics.New(prometheus.NewRegistry())
	f.needs = 1 << 30
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	_, err := f.stack(m).Send(ctx, Order{Signed: func(string, time.Time) error {
		if f.signed == 2 {
			f.needs = 0
			return nil
		}
		f.now = f.now.Add(2 * time.Minute) // the timeout of the first transaction passes
		return nil
	}})
	require.NoError(t, err)
	require.Equal(t, 2, f.signed)
}

func TestNotSentWhenTheJournalRefuses(t *testing.T) {
	f, m := newFake(), metrics.New(prometheus.NewRegistry())
	full := errors.New("disk full")
	_, err := f.stack(m).Send(context.Background(), Order{Signed: func(string, time.Time) error { return full }})
	require.ErrorIs(t, err, full)
	require.Empty(t, f.broadcasts)
	require.Equal(t, 1, f.signed)
}

func TestNodeAwayUntilTheCallerGivesUp(t *testing.T) {
	f, m := newFake(), metrics.New(prometheus.NewRegistry())
	f.away = true
	ctx, cancel := context.WithTimeout(context.Background(), time.Second) // time for the first attempt on a busy machine
	defer cancel()
	_, err := f.stack(m).Send(ctx, Order{Step: "reveal"})
	require.ErrorIs(t, err, client.ErrNoEndpoint)
	require.Equal(t, 1.0, testutil.ToFloat64(m.Transactions.WithLabelValues("reveal", "stopped")))
}

func TestClassify(t *testing.T) {
	ctx := context.Background()
	require.Equal(t, Included, Classify(ctx, nil))
	require.Equal(t, Already, Classify(ctx, fmt.Errorf("wrapped: %w", already)))
	require.Equal(t, Again, Classify(ctx, client.ErrNoAccount))
	require.Equal(t, Again, Classify(ctx, &client.HashError{Err: client.ErrExpired}))
	require.Equal(t, Refused, Classify(ctx, refused("sdk", 4)), "unauthorized")
	require.Equal(t, Refused, Classify(ctx, refused("unheard of", 20)))
}

// An order that runs out of gas gets more gas each time, up to a bound. The next order begins with the usual limit again.
func TestGasIsLearnedForOneOrder(t *testing.T) {
	f, m := newFake(), metrics.New(prometheus.NewRegistry())
	outOfGas := refused("sdk", sdkerrors.ErrOutOfGas.ABCICode())
	f.refuse = []error{outOfGas, outOfGas, refused("sdk", sdkerrors.ErrMempoolIsFull.ABCICode())}
	_, err := f.stack(m).Send(context.Background(), Order{Step: "commit"})
	require.NoError(t, err)
	require.Equal(t, []uint64{0, 2 * usualGas, 4 * usualGas, 4 * usualGas}, f.gas)
	_, err = f.stack(m).Send(context.Background(), Order{Step: "reveal"})
	require.NoError(t, err)
	require.Zero(t, f.gas[4])
	require.Equal(t, mostGas, moreGas(mostGas-1))
}
