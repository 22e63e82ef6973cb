package enclave

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/evidence/software"
	"github.com/credence-chain/credence/executor/attester"
	"github.com/credence-chain/credence/poco"
	beacontypes "github.com/credence-chain/credence/x/beacon/types"
	enclavestypes "github.com/credence-chain/credence/x/enclaves/types"
)

// fake is a chain on which every session counts for 100 blocks.
type fake struct {
	height   int64
	sessions []enclavestypes.SessionState
	sent     []*enclavestypes.MsgRegisterSession
	broken   error
}

func (f *fake) Params(context.Context) (enclavestypes.Params, error) {
	return enclavestypes.Params{SessionBlocks: 100}, f.broken
}
func (f *fake) Sessions(context.Context) ([]enclavestypes.SessionState, error) {
	return f.sessions, nil
}
func (f *fake) Organisation(context.Context) (string, error) { return "lab", nil }
func (f *fake) Seed(context.Context) (beacontypes.Seed, error) {
	return beacontypes.Seed{Height: f.height, Seed: []byte{7}}, nil
}

func (f *fake) Send(_ context.Context, msg sdk.Msg) error {
	m := msg.(*enclavestypes.MsgRegisterSession)
	f.sent = append(f.sent, m)
	f.sessions = []enclavestypes.SessionState{{Session: enclavestypes.Session{Key: m.Key, UntilHeight: f.height + 100}}}
	return nil
}

// TestRenew: a session is registered once. It is registered again when half of its blocks are over, or when it does not count. Each
// registration has a quote over the latest block.
func TestRenew(t *testing.T) {
	session, err := attester.NewSoftware(attester.Machine{Seed: []byte("m"), End: 1 << 40}, "a")
	require.NoError(t, err)
	f := &fake{height: 10}
	c := Config{Who: "cred1w", ChainID: "x-devnet", Session: session, Chain: f}
	renew := func(want bool) {
		t.Helper()
		done, err := c.Renew(context.Background())
		require.NoError(t, err)
		require.Equal(t, want, done)
	}
	renew(true)
	require.Len(t, f.sent, 1)
	q, err := software.ParseQuote(f.sent[0].Quote)
	require.NoError(t, err)
	require.Equal(t, poco.SessionData("x-devnet", "cred1w", "lab", session.Key(), 10, []byte{7}), q.Data)
	require.Equal(t, enclavestypes.PLATFORM_SOFTWARE, f.sent[0].Platform)
	renew(false)
	f.height = 59
	renew(false)
	f.height = 60
	renew(true)
	renew(false)
	f.sessions[0].Refused = "frozen"
	renew(true)
	f.sessions[0].Session.Key = make([]byte, 64)
	renew(true)
	require.Len(t, f.sent, 4)
	f.broken = errors.New("no node")
	_, err = c.Renew(context.Background())
	require.ErrorContains(t, err, "no node")
	f.broken, f.height, f.sessions = nil, 0, nil
	_, err = c.Renew(context.Background())
	require.ErrorContains(t, err, "no block")
}

// TestKeepEnds: Keep ends when its context ends, whatever the chain answers.
func TestKeepEnds(t *testing.T) {
	session, err := attester.NewSoftware(attester.Machine{Seed: []byte("m"), End: 1 << 40}, "a")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	Config{Session: session, Chain: &fake{broken: errors.New("no node")}}.Keep(ctx)
}
