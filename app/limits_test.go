package app_test

import (
	"testing"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/stretchr/testify/require"

	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/testutil"
)

// TestCouncilCannotStopTheEngine: the council votes for consensus parameters under which no block could be made. The proposal fails, and
// the chain goes on.
func TestCouncilCannotStopTheEngine(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(1))
	p := genesis.ConsensusParams().ToProto()
	update := func(abci *cmtproto.ABCIParams, keys ...string) govv1.Proposal {
		return c.Vote(&consensustypes.MsgUpdateParams{
			Authority: app.Authority(), Block: p.Block, Evidence: p.Evidence, Validator: &cmtproto.ValidatorParams{PubKeyTypes: keys}, Abci: abci,
		})
	}
	for want, got := range map[string]govv1.Proposal{
		"vote_extensions_enable_height: 100, expected 0": update(&cmtproto.ABCIParams{VoteExtensionsEnableHeight: 100}, "ed25519"),
		"pub_key_types": update(nil, "secp256k1"),
	} {
		require.Equal(t, govv1.StatusFailed, got.Status)
		require.Contains(t, got.FailedReason, want)
	}
	c.Until(110)
	got := update(nil, "ed25519")
	require.Equal(t, govv1.StatusPassed, got.Status, got.FailedReason)
	c.NextN(2)
}
