package sender

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
)

// scripted is a chain that makes one block each time its latest height is asked for, until it has made `blocks` of them.
type scripted struct {
	blocks     int64
	height     int64
	at         time.Time
	includedAt int64 // the height at which the transaction is found; 0 for never
	failed     error // the error with which the transaction is found
	refuse     error // the error of broadcasting
	broadcasts int
}

func (c *scripted) Broadcast(context.Context, *SignedTx) error {
	c.broadcasts++
	return c.refuse
}

func (c *scripted) Find(_ context.Context, hash string) (*TxResult, error) {
	if c.includedAt == 0 || c.height < c.includedAt {
		return nil, nil
	}
	return &TxResult{Hash: hash, Height: c.includedAt}, c.failed
}

func (c *scripted) Latest(context.Context) (int64, time.Time, error) {
	if c.height < c.blocks {
		c.height, c.at = c.height+1, c.at.Add(time.Second)
	}
	return c.height, c.at, nil
}

// The ways in which waiting for a transaction ends.
func TestConfirmEnds(t *testing.T) {
	full := &TxError{Codespace: "sdk", Code: sdkerrors.ErrMempoolIsFull.ABCICode()}
	failed := &TxError{Codespace: "tasks", Code: 4, Height: 3}
	for _, tc := range []struct {
		name   string
		chain  scripted
		taken  bool
		expErr error
	}{
		{"in a block", scripted{blocks: 5, includedAt: 3}, true, nil},
		{"in a block, and failed", scripted{blocks: 5, includedAt: 3, failed: failed}, true, failed},
		{"sent when nobody took it", scripted{blocks: 50, includedAt: 20}, false, nil},
		{"refused when nobody took it", scripted{blocks: 50, refuse: full}, false, full},
		{"refused then, for being in a block already", scripted{blocks: 50, includedAt: 2, refuse: full}, false, nil},
		{"refused when somebody took it: that tells nothing", scripted{blocks: 50, includedAt: 40, refuse: full}, true, nil},
		{"its timeout passed by the clock of blocks", scripted{blocks: 100}, true, ErrExpired},
		{"no more blocks", scripted{blocks: 3}, true, ErrStalled},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.chain.at = time.Unix(1000, 0)
			tx := &SignedTx{Hash: "AB", Timeout: time.Unix(1060, 0)}
			counted := 0
			opts := ConfirmOptions{Poll: time.Millisecond, Rebroadcast: 5 * time.Millisecond, Stall: 50 * time.Millisecond, Rebroadcasted: func() { counted++ }}
			res, err := Confirm(context.Background(), &tc.chain, tx, tc.taken, opts)
			require.Equal(t, tc.chain.broadcasts, counted)
			if tc.expErr != nil {
				require.ErrorIs(t, err, tc.expErr)
				var refused *TxError
				if !errors.As(err, &refused) {
					require.ErrorContains(t, err, "transaction AB")
				}
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.chain.includedAt, res.Height)
		})
	}
}

// Errors of modules are told apart by codespace and number, and not by their text.
func TestIs(t *testing.T) {
	err := error(&HashError{Hash: "AB", Err: &TxError{Codespace: "sdk", Code: sdkerrors.ErrOutOfGas.ABCICode(), Log: "insufficient funds"}})
	require.True(t, IsRefusal(err, sdkerrors.ErrOutOfGas))
	require.False(t, IsRefusal(err, sdkerrors.ErrInsufficientFunds))
	require.False(t, IsRefusal(&TxError{Codespace: "tasks", Code: sdkerrors.ErrOutOfGas.ABCICode()}, sdkerrors.ErrOutOfGas))
	require.False(t, IsRefusal(errors.New("out of gas"), sdkerrors.ErrOutOfGas))
	require.True(t, Passes(CodeOf(sdkerrors.ErrMempoolIsFull)))
	require.False(t, Passes(CodeOf(sdkerrors.ErrUnauthorized)))
	require.False(t, Passes(Code{"tasks", sdkerrors.ErrMempoolIsFull.ABCICode()}))
}

// Every unordered transaction gets a timeout of its own. This holds for many at one moment, and for a short timeout after a longer one.
func TestTimeoutsStrictlyIncrease(t *testing.T) {
	last := nextTimeout(time.Now().Add(time.Minute))
	for range 10_000 {
		next := nextTimeout(time.Now().Add(time.Minute))
		require.True(t, next.After(last))
		last = next
	}
	require.True(t, nextTimeout(time.Now().Add(time.Second)).After(last))
}
