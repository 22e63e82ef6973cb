package keeper_test

import (
	"testing"
	"time"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/testutil"
	"github.com/credence-chain/credence/x/poa/types"
)

func rotateConsensus(c *testutil.Chain, s *testutil.Seat) sdk.Msg {
	m := &types.MsgRotateConsensusKey{Operator: s.Operator.String()}
	m.Pubkey, m.Possession = c.Possession(s, types.KeyConsensus)
	return m
}

func rotateBeacon(c *testutil.Chain, s *testutil.Seat) sdk.Msg {
	m := &types.MsgRotateBeaconKey{Operator: s.Operator.String()}
	m.Pubkey, m.Possession = c.Possession(s, types.KeyBeacon)
	return m
}

func rotateCourt(c *testutil.Chain, s *testutil.Seat) sdk.Msg {
	m := &types.MsgRotateCourtKey{Operator: s.Operator.String()}
	m.Pubkey, m.Possession = c.Possession(s, types.KeyCourt)
	return m
}

// TestConsensusKeyRotates: the engine is told of both keys in one block; the old one makes blocks until it has followed, cannot be
// taken again, and is still evidence against the seat.
func TestConsensusKeyRotates(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(4))
	c.NextN(2)
	old := c.Seat("val-2")
	next := c.NewSeat("val-2", old.Operator, "val-2 new")
	next.Beacon, next.Court = old.Beacon, old.Court
	c.Refuse(old.Operator, types.ErrTaken, rotateConsensus(c, old))
	c.Refuse(old.Operator, types.ErrPossession, &types.MsgRotateConsensusKey{
		Operator: old.Operator.String(), Pubkey: next.Cons.PubKey().Bytes(), Possession: make([]byte, 64),
	})
	c.Deliver(old.Operator, rotateConsensus(c, next))
	powers := map[string]int64{}
	for _, u := range c.LastBlock.ValidatorUpdates {
		powers[string(u.PubKey.GetEd25519())] = u.Power
	}
	require.Equal(t, map[string]int64{string(old.Cons.PubKey().Bytes()): 0, string(next.Cons.PubKey().Bytes()): 1}, powers)
	imports(c, testutil.WithSeats(4)).Restart()
	signed := map[string]bool{}
	for range 10 {
		signed[string(c.Proposer().ConsAddress())] = true
		c.Next()
	}
	require.True(t, signed[string(next.ConsAddress())], "the new key makes blocks")
	c.Refuse(old.Operator, types.ErrTaken, rotateConsensus(c, old))
	c.AccuseKey(old)
	c.Next()
	require.True(t, seat(c, "val-2").Tombstoned, "old evidence counts")
	c.Refuse(old.Operator, types.ErrTombstoned, rotateConsensus(c, c.NewSeat("val-2", old.Operator, "a third")))
	imports(c, testutil.WithSeats(4))
	require.Equal(t, c.AppHash(), c.Replay())
}

// TestBeaconKeyRotates after as many blocks as colluding proposers can have in a row, and one more: nobody who knows the seed that
// the new key signs first could still choose it.
func TestBeaconKeyRotates(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(7))
	c.NextN(2)
	old := c.Seat("val-2")
	next := c.NewSeat("val-2", old.Operator, "val-2 new")
	c.Refuse(old.Operator, types.ErrTaken, rotateBeacon(c, old))
	others := *c.Seat("val-3")
	others.Operator = old.Operator
	c.Refuse(old.Operator, types.ErrTaken, rotateBeacon(c, &others))
	c.Deliver(old.Operator, rotateBeacon(c, next))
	began := c.Height()
	delay, err := app.BeaconKeeper(c.App).Delay(c.Ctx())
	require.NoError(t, err)
	require.EqualValues(t, 3, delay)
	c.Refuse(old.Operator, types.ErrPending, rotateBeacon(c, c.NewSeat("val-2", old.Operator, "a third")))
	for string(seat(c, "val-2").BeaconPubkey) == string(old.Beacon.PublicKey()) {
		imports(c, testutil.WithSeats(7))
		c.Next()
	}
	require.Equal(t, began+delay, c.Height())
	require.Empty(t, c.LastBlock.ValidatorUpdates)
	c.NextN(10) // the change is carried out among these
	require.Equal(t, c.AppHash(), c.Replay())
}

// TestCourtKeyRotates at once; the old account is an ordinary one again.
func TestCourtKeyRotates(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(4), testutil.WithAccounts("victim"))
	c.Next()
	s := c.Seat("val-2")
	next := c.NewSeat("val-2", s.Operator, "val-2 new")
	// Nobody names another's account, which could then do nothing else.
	stolen := *next
	stolen.Court = c.Account("victim")
	m := rotateCourt(c, &stolen).(*types.MsgRotateCourtKey)
	m.Possession, _ = next.Court.Key.Sign(types.PossessionMessage(types.KeyCourt, testutil.ChainID, "val-2", m.Pubkey))
	c.Refuse(s.Operator, types.ErrPossession, m)
	stolen.Court = c.Seat("val-3").Court
	c.Refuse(s.Operator, types.ErrTaken, rotateCourt(c, &stolen))
	c.Refuse(s.Operator, types.ErrTaken, rotateCourt(c, s))
	c.Deliver(s.Operator, rotateCourt(c, next))
	require.Equal(t, next.Court.String(), seat(c, "val-2").Court)
	_, is, err := app.PoaKeeper(c.App).SeatByCourt(c.Ctx(), s.Court.Addr)
	require.NoError(t, err)
	require.False(t, is)
	require.NotNil(t, app.AccountKeeper(c.App).GetAccount(c.Ctx(), next.Court.Addr), "it can sign without coins")
	imports(c, testutil.WithSeats(4), testutil.WithAccounts("victim"))
}

// TestOldKeysAreForgotten when no evidence about them can come any more, and not before; and a seat cannot leave more of them than
// a walk may meet.
func TestOldKeysAreForgotten(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(4), short(1))
	c.NextN(2)
	k, s := app.PoaKeeper(c.App), seat(c, "val-2")
	ctx := c.Ctx().WithCometInfo(proofs(nil)).WithConsensusParams(cmtproto.ConsensusParams{
		Evidence: &cmtproto.EvidenceParams{MaxAgeNumBlocks: 50, MaxAgeDuration: time.Minute},
	})
	require.NoError(t, k.Jail(ctx, "val-2", "test")) // out, so that no share of the power bounds how often it rotates
	var names []*testutil.Seat
	for i := range 17 {
		next := c.NewSeat("val-2", c.Seat("val-2").Operator, "val-2 "+string(rune('a'+i)))
		pubkey, proof := c.Possession(next, types.KeyConsensus)
		s = func() types.Seat { got, err := k.GetSeat(ctx, "val-2"); require.NoError(t, err); return got }()
		err := k.RotateConsensusKey(ctx, s, pubkey, proof)
		if i == 16 {
			require.ErrorIs(t, err, types.ErrTaken)
			break
		}
		require.NoError(t, err)
		_, err = k.EndBlock(ctx)
		require.NoError(t, err)
		names = append(names, next)
	}
	remembered := func(blocks int64, after time.Duration) int {
		ctx = ctx.WithBlockHeight(c.Height() + blocks).WithBlockTime(c.Now().Add(after))
		require.NoError(t, k.BeginBlock(ctx))
		g, err := k.ExportGenesis(ctx)
		require.NoError(t, err)
		return len(g.OldKeys)
	}
	require.Equal(t, 16, remembered(1000, time.Minute), "too many blocks, and not enough time")
	require.Equal(t, 16, remembered(50, time.Hour), "the other way round")
	require.Equal(t, 14, remembered(1000, time.Hour), "a few in a block")
	for i := range 7 {
		require.Equal(t, 12-2*i, remembered(1001+int64(i), time.Hour))
	}
	_, _, found, err := k.BeaconKey(ctx, c.Seat("val-2").ConsAddress())
	require.NoError(t, err)
	require.False(t, found)
	_, pubkey, found, err := k.BeaconKey(ctx, names[15].ConsAddress())
	require.NoError(t, err)
	require.True(t, found, "the one that it has stays")
	require.Equal(t, s.BeaconPubkey, pubkey)
}
