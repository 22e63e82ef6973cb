package keeper_test

import (
	"fmt"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/testutil"
	"github.com/credence-chain/credence/x/poa/keeper"
	"github.com/credence-chain/credence/x/poa/types"
)

// engine is the validator set of the consensus engine, as its own code changes it.
type engine struct{ *cmttypes.ValidatorSet }

func newEngine(t require.TestingT, c *testutil.Chain) engine {
	var updates []abci.ValidatorUpdate
	for _, s := range c.Seats {
		updates = append(updates, s.Update())
	}
	validators, err := cmttypes.PB2TM.ValidatorUpdates(updates)
	require.NoError(t, err)
	return engine{cmttypes.NewValidatorSet(validators)}
}

// follow has the engine take the updates of a block. The engine refuses to remove a validator that it does not have, to name one twice, and to have
// none left: there the chain would stop.
func (e engine) follow(t require.TestingT, updates []abci.ValidatorUpdate) {
	changes, err := cmttypes.PB2TM.ValidatorUpdates(updates)
	require.NoError(t, err)
	require.NoError(t, e.UpdateWithChangeSet(changes))
}

// powers returns the power of each consensus key.
func (e engine) powers() map[string]int64 {
	out := map[string]int64{}
	for _, v := range e.Validators {
		out[string(v.PubKey.Bytes())] = v.VotingPower
	}
	return out
}

// TestTheEngineFollowsTheSeats: whatever happens to seats, in any order and any number of times in a block, the engine takes the updates
// of the block, has the active seats by their keys and powers after it, and is told nothing that it knows.
func TestTheEngineFollowsTheSeats(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(5), short(1))
	c.NextN(2)
	base, k := c.Ctx().WithCometInfo(proofs(nil)), app.PoaKeeper(c.App)
	params := short0()
	params.JailBlocks = 0 // a seat can be jailed and be back within a block
	rapid.Check(t, func(t *rapid.T) {
		ctx, _ := base.CacheContext()
		require.NoError(t, k.Params.Set(ctx, params))
		e, keys := newEngine(t, c), 0
		for range rapid.IntRange(1, 12).Draw(t, "blocks") {
			ctx = ctx.WithBlockHeight(ctx.BlockHeight() + rapid.Int64Range(1, 3).Draw(t, "height"))
			require.NoError(t, k.BeginBlock(ctx))
			for range rapid.IntRange(0, 6).Draw(t, "acts") {
				org := testutil.SeatOrg(rapid.IntRange(1, 5).Draw(t, "seat"))
				switch rapid.SampledFrom([]string{"jail", "unjail", "leave", "rotate", "store"}).Draw(t, "act") {
				case "jail":
					_ = k.Jail(ctx, org, "a test") // one that left is not there
				case "unjail":
					_ = k.Unjail(ctx, org)
				case "leave":
					if rapid.IntRange(0, 4).Draw(t, "rarely") == 0 {
						_ = k.RemoveSeat(ctx, org)
					}
				case "rotate":
					keys++
					_ = rotateKey(ctx, k, c, org, keys)
				case "store": // nothing changes, and nothing is to be said
					if s, err := k.GetSeat(ctx, org); err == nil {
						require.NoError(t, k.Changed.Set(ctx, s.ConsensusPubkey))
					}
				}
			}
			before := e.powers()
			updates, err := k.EndBlock(ctx)
			require.NoError(t, err)
			for _, u := range updates {
				require.NotEqual(t, before[string(u.PubKey.GetEd25519())], u.Power, "it knows this")
			}
			e.follow(t, updates)
			active, err := k.ActiveSeats(ctx)
			require.NoError(t, err)
			want := map[string]int64{}
			for _, s := range active {
				want[string(s.ConsensusPubkey)] = s.Power
			}
			require.Equal(t, want, e.powers())
		}
	})
}

// rotateKey has a seat ask for another consensus key, the n-th of the test.
func rotateKey(ctx sdk.Context, k keeper.Keeper, c *testutil.Chain, org string, n int) error {
	s, err := k.GetSeat(ctx, org)
	if err != nil {
		return err
	}
	next := c.NewSeat(org, c.Seat(org).Operator, fmt.Sprintf("%s key %d", org, n))
	pubkey, possession := c.Possession(next, types.KeyConsensus)
	return k.RotateConsensusKey(ctx, s, pubkey, possession)
}
