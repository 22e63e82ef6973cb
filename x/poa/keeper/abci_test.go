package keeper_test

import (
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/core/comet"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/testutil"
	"github.com/credence-chain/credence/x/poa/keeper"
	"github.com/credence-chain/credence/x/poa/types"
)

// proofs are the evidence of a block; the rest of what the engine tells is empty.
type proofs []proof

type proof struct {
	kind    comet.MisbehaviorType
	address []byte
}

func (p proofs) GetEvidence() comet.EvidenceList { return p }
func (p proofs) GetValidatorsHash() []byte       { return nil }
func (p proofs) GetProposerAddress() []byte      { return nil }
func (p proofs) GetLastCommit() comet.CommitInfo { return nil }
func (p proofs) Len() int                        { return len(p) }
func (p proofs) Get(i int) comet.Evidence        { return p[i] }
func (p proof) Type() comet.MisbehaviorType      { return p.kind }
func (p proof) Validator() comet.Validator       { return p }
func (p proof) Address() []byte                  { return p.address }
func (p proof) Power() int64                     { return 1 }
func (p proof) Height() int64                    { return 7 }
func (p proof) Time() time.Time                  { return time.Time{} }
func (p proof) TotalVotingPower() int64          { return 4 }

// TestEvidence: which misbehaviour tombstones whom.
func TestEvidence(t *testing.T) {
	for _, tc := range []struct {
		name   string
		kinds  []comet.MisbehaviorType
		of     string // a seat, or "" for a stranger
		guilty bool
	}{
		{"two blocks at one height", []comet.MisbehaviorType{comet.DuplicateVote}, "val-2", true},
		{"an attack on light clients", []comet.MisbehaviorType{comet.LightClientAttack}, "val-2", true},
		{"both at once", []comet.MisbehaviorType{comet.DuplicateVote, comet.LightClientAttack}, "val-2", true},
		{"of a kind that is not known", []comet.MisbehaviorType{comet.Unknown, 9}, "val-2", false},
		{"against a stranger", []comet.MisbehaviorType{comet.DuplicateVote}, "", false},
		{"none", nil, "val-2", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := testutil.New(t, testutil.WithSeats(4))
			c.Next()
			address := make([]byte, 20)
			if tc.of != "" {
				address = c.Seat(tc.of).ConsAddress()
			}
			var all proofs
			for _, kind := range tc.kinds {
				all = append(all, proof{kind, address})
			}
			ctx, k := c.Ctx().WithCometInfo(all), app.PoaKeeper(c.App)
			require.NoError(t, k.BeginBlock(ctx))
			updates, err := k.EndBlock(ctx)
			require.NoError(t, err)
			if !tc.guilty {
				require.Empty(t, updates)
				return
			}
			require.Equal(t, []abci.ValidatorUpdate{{PubKey: c.Seat(tc.of).Update().PubKey, Power: 0}}, updates, "once")
			s, err := k.GetSeat(ctx, tc.of)
			require.NoError(t, err)
			require.Equal(t, []bool{true, true}, []bool{s.Jailed, s.Tombstoned})
			// It is told once: the engine stops at the removal of a stranger.
			require.NoError(t, k.BeginBlock(ctx))
			updates, err = k.EndBlock(ctx)
			require.NoError(t, err)
			require.Empty(t, updates)
		})
	}
}

// TestVotes: who missed a vote, and whose votes count.
func TestVotes(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(4), short(1))
	c.NextN(2)
	ctx, k := c.Ctx().WithCometInfo(proofs(nil)), app.PoaKeeper(c.App)
	vote := func(height int64, flags ...cmtproto.BlockIDFlag) {
		var infos []abci.VoteInfo
		for i, f := range flags {
			infos = append(infos, abci.VoteInfo{Validator: abci.Validator{Address: c.Seats[i].ConsAddress(), Power: 1}, BlockIdFlag: f})
		}
		infos = append(infos, abci.VoteInfo{Validator: abci.Validator{Address: make([]byte, 20)}, BlockIdFlag: cmtproto.BlockIDFlagAbsent}) // a stranger's
		ctx = ctx.WithBlockHeight(height).WithVoteInfos(infos)
		require.NoError(t, k.BeginBlock(ctx))
	}
	missed := func() (out []int64) {
		for _, s := range c.Seats {
			n, err := k.MissedCount.Get(ctx, s.OrgID)
			if err != nil {
				n = 0
			}
			out = append(out, n)
		}
		return out
	}
	const yes, no, null = cmtproto.BlockIDFlagCommit, cmtproto.BlockIDFlagAbsent, cmtproto.BlockIDFlagNil
	vote(100, yes, no, null, no)
	require.Equal(t, []int64{0, 1, 0, 1}, missed(), "a vote for no block is a vote")
	vote(101, yes, no, yes, yes)
	require.Equal(t, []int64{0, 2, 0, 1}, missed())
	vote(110, yes, yes, yes, yes)
	require.Equal(t, []int64{0, 1, 0, 0}, missed(), "the slot of height 100 is written anew")
	for h := int64(112); h < 116; h++ {
		vote(h, yes, no, yes, yes)
	}
	s, err := k.GetSeat(ctx, "val-2")
	require.NoError(t, err)
	require.True(t, s.Jailed)
	require.Equal(t, int64(114)+5, s.JailedUntil, "at the fourth of the last ten")
	require.Equal(t, []int64{0, 0, 0, 0}, missed(), "and they are forgotten")
	updates, err := k.EndBlock(ctx)
	require.NoError(t, err)
	require.Equal(t, []abci.ValidatorUpdate{{PubKey: c.Seats[1].Update().PubKey, Power: 0}}, updates)

	// Back in: an update of its power, and one only.
	ctx = ctx.WithBlockHeight(200)
	require.NoError(t, k.Unjail(ctx, "val-2"))
	updates, err = k.EndBlock(ctx)
	require.NoError(t, err)
	require.Equal(t, []abci.ValidatorUpdate{c.Seats[1].Update()}, updates)
	updates, err = k.EndBlock(ctx)
	require.NoError(t, err)
	require.Empty(t, updates)
}

// TestParamsForgetMissedVotes: a slot is a height modulo the window, and means nothing under another one.
func TestParamsForgetMissedVotes(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(4), short(1))
	c.NextN(2)
	c.Absent("val-2")
	c.NextN(2)
	c.Present("val-2")
	missed := func() int {
		g, err := app.PoaKeeper(c.App).ExportGenesis(c.Ctx())
		require.NoError(t, err)
		return len(g.Missed)
	}
	require.Equal(t, 2, missed())
	res, err := types.NewQueryClient(c.Conn()).Seat(c.Ctx(), &types.QuerySeatRequest{OrgId: "val-2"})
	require.NoError(t, err)
	require.EqualValues(t, 2, res.Missed)
	again := testutil.Import(t, c.Export(), testutil.WithSeats(4))
	g, err := app.PoaKeeper(again.App).ExportGenesis(again.Ctx())
	require.NoError(t, err)
	require.Len(t, g.Missed, 2)

	p := short0()
	server := keeper.NewMsgServer(app.PoaKeeper(c.App))
	ctx := c.Ctx()
	_, err = server.UpdateParams(ctx, &types.MsgUpdateParams{Params: p})
	require.NoError(t, err)
	g, err = app.PoaKeeper(c.App).ExportGenesis(ctx)
	require.NoError(t, err)
	require.Len(t, g.Missed, 2, "the same window")
	p.DowntimeWindow = 11
	_, err = server.UpdateParams(ctx, &types.MsgUpdateParams{Params: p})
	require.NoError(t, err)
	g, err = app.PoaKeeper(c.App).ExportGenesis(ctx)
	require.NoError(t, err)
	require.Empty(t, g.Missed)
	p.MinActiveSeats = 0
	_, err = server.UpdateParams(ctx, &types.MsgUpdateParams{Params: p})
	require.ErrorIs(t, err, types.ErrInvalidParams)
}
