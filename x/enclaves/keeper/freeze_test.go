package keeper_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/executor/attester"
	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/testutil"
	"github.com/credence-chain/credence/x/enclaves/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

// TestFreezeVotes: more than a third of the active power freezes a machine or a measurement in the block of the last vote, and for good.
func TestFreezeVotes(t *testing.T) {
	seen, other := measurement(t, types.PLATFORM_TDX, 192, 1), measurement(t, types.PLATFORM_SEV_SNP, 48, 2)
	list := []types.Measurement{seen, other}
	if seen.Id > other.Id {
		list = []types.Measurement{other, seen}
	}
	machine := types.Machine{Id: ids.Format(poco.MachineID(1, []byte{1})), Platform: types.PLATFORM_TDX, Organisation: "lab"}
	options := []testutil.Option{testutil.WithSeats(6), testutil.WithAccounts("alice"), withEnclaves(func(s *types.GenesisState) {
		s.Params.VoteBlocks, s.Measurements, s.Machines = 10, list, []types.Machine{machine}
	})}
	c := testutil.New(t, options...)
	vote := func(i int, subject, reason string) sdk.Msg {
		return &types.MsgVoteFreeze{Operator: c.Seats[i].Operator.String(), Subject: subject, Reason: reason}
	}
	ask := func(subject string) *types.QueryFreezeResponse {
		res, err := types.NewQueryClient(c.Conn()).Freeze(c.Ctx(), &types.QueryFreezeRequest{Subject: subject})
		require.NoError(t, err)
		return res
	}
	c.Deliver(c.Seats[2].Operator, vote(2, seen.Id, "I was first"))
	c.Deliver(c.Seats[2].Operator, vote(2, seen.Id, "I was first"))
	c.Deliver(c.Seats[0].Operator, vote(0, seen.Id, "me too"))
	require.Nil(t, ask(seen.Id).Freeze, "two of six are a third, not more")
	require.Len(t, ask(seen.Id).Votes, 2)
	exported := c.Export()
	require.JSONEq(t, string(exported.AppState), string(testutil.Import(t, exported, options...).Export().AppState))

	c.NextN(10)
	c.Deliver(c.Seats[3].Operator, vote(3, seen.Id, "late"))
	require.Nil(t, ask(seen.Id).Freeze, "the others are too old")
	c.Deliver(c.Seats[1].Operator, vote(1, seen.Id, "second"))
	c.Deliver(c.Seats[4].Operator, vote(4, seen.Id, "third"))
	require.Equal(t, &types.Freeze{Subject: seen.Id, Height: c.Height(), Reason: "late", Seats: []string{"val-2", "val-4", "val-5"}}, ask(seen.Id).Freeze)
	require.Nil(t, ask(other.Id).Freeze, "the votes were about another one")
	require.Nil(t, ask(machine.Id).Freeze)
	c.Refuse(c.Seats[5].Operator, types.ErrFrozen, vote(5, seen.Id, "again"))
	c.Refuse(c.Seats[5].Operator, types.ErrNotFound, vote(5, ids.Format([32]byte{7}), "never seen"))
	c.Refuse(c.Seats[5].Operator, types.ErrInvalid, vote(5, "x", "no id"))
	c.Refuse(c.Seats[5].Operator, types.ErrInvalid, vote(5, machine.Id, " "))
	c.Refuse(c.Account("alice"), orgstypes.ErrRole, &types.MsgVoteFreeze{Operator: c.Account("alice").String(), Subject: other.Id, Reason: "me"})

	c.Pass(&types.MsgFreeze{Authority: app.Authority(), Subject: machine.Id, Reason: "it was opened"})
	require.NotNil(t, ask(machine.Id).Freeze)
	unseen := ids.Format([32]byte{8})
	c.Pass(&types.MsgFreeze{Authority: app.Authority(), Subject: unseen, Reason: "as a precaution"})
	require.NotNil(t, ask(unseen).Freeze)
	require.Contains(t, c.Vote(&types.MsgFreeze{Authority: app.Authority(), Subject: unseen, Reason: "again"}).FailedReason, types.ErrFrozen.Error())
	res, err := types.NewQueryClient(c.Conn()).Freezes(c.Ctx(), &types.QueryFreezesRequest{})
	require.NoError(t, err)
	require.Len(t, res.Freezes, 3)
	exported = c.Export()
	require.JSONEq(t, string(exported.AppState), string(testutil.Import(t, exported, options...).Export().AppState))
}

// TestListImage: the council lists a few measurements for a runtime; frozen ones make room, and none is listed again.
func TestListImage(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(4), withEnclaves(func(s *types.GenesisState) {
		for i := range types.MaxImages - 1 {
			m := measurement(t, types.PLATFORM_SEV_SNP, 48, byte(i+1))
			s.Measurements = append(s.Measurements, m)
			s.Images = append(s.Images, types.Image{Runtime: contract.RuntimeWasm, Measurement: m.Id, Description: "an image"})
		}
		slices.SortFunc(s.Measurements, func(a, b types.Measurement) int { return strings.Compare(a.Id, b.Id) })
		slices.SortFunc(s.Images, func(a, b types.Image) int { return strings.Compare(a.Measurement, b.Measurement) })
	}))
	list := func(first byte) *types.MsgListImage {
		value := make([]byte, 48)
		value[0] = first
		return &types.MsgListImage{Authority: app.Authority(), Runtime: contract.RuntimeWasm, Platform: types.PLATFORM_SEV_SNP, Value: value, Description: "an image"}
	}
	c.Pass(list(101))
	require.Contains(t, c.Vote(list(102)).FailedReason, "expected at most 16")
	require.Contains(t, c.Vote(list(101)).FailedReason, types.ErrExists.Error())
	frozen := measurement(t, types.PLATFORM_SEV_SNP, 48, 101)
	c.Pass(&types.MsgFreeze{Authority: app.Authority(), Subject: frozen.Id, Reason: "it has a fault"})
	c.Pass(list(102))
	require.Contains(t, c.Vote(list(101)).FailedReason, "expected at most 16")
	short := list(9)
	short.Value = short.Value[1:]
	require.Contains(t, c.Vote(short).FailedReason, "expected the 48")
	nowhere := list(9)
	nowhere.Runtime = "python"
	require.Contains(t, c.Vote(nowhere).FailedReason, "python")
	res, err := types.NewQueryClient(c.Conn()).Images(c.Ctx(), &types.QueryImagesRequest{})
	require.NoError(t, err)
	require.Len(t, res.Images, types.MaxImages)
	for _, i := range res.Images {
		require.NotEqual(t, frozen.Id, i.Measurement)
	}
}

// TestFrozenIsNeverListed: neither the council nor a new registration brings back what is frozen, and a freeze ends the votes about it.
func TestFrozenIsNeverListed(t *testing.T) {
	d := newDevelopers(t, func(p *types.Params) { p.DelayBlocks = 7 })
	k, ctx := app.EnclavesKeeper(d.App), d.Ctx()
	measured := attester.DefaultMeasurement()
	image := &types.MsgListImage{
		Authority: app.Authority(), Runtime: contract.RuntimeWasm, Platform: types.PLATFORM_SOFTWARE, Value: measured[:], Description: "an image",
	}
	listed, err := k.ListImage(ctx, image)
	require.NoError(t, err)
	require.Equal(t, ctx.BlockHeight()+7, listed.ActiveFrom, "others can look at it first")

	_, err = k.VoteFreeze(ctx, d.Seats[0].Operator.Addr, listed.Measurement, "it leaks")
	require.NoError(t, err)
	require.NoError(t, k.Freeze(ctx, listed.Measurement, "it leaks", nil))
	has, err := k.Votes.Has(ctx, collections.Join(listed.Measurement, d.Seats[0].OrgID))
	require.NoError(t, err)
	require.False(t, has)

	image.Runtime = contract.RuntimeOCI
	_, err = k.ListImage(ctx, image)
	require.ErrorIs(t, err, types.ErrFrozen, "for another runtime")
	_, err = k.RegisterSession(ctx, d.session(1, "amber", "first", d.Height(), nil))
	require.ErrorIs(t, err, types.ErrFrozen)
	require.ErrorIs(t, k.Freeze(ctx, listed.Measurement, "again", nil), types.ErrFrozen, "the first reason stays")
}

// TestRepeatedFreezeVote: a seat that votes again has one vote, whose age begins anew. A seat cannot make a third of the power out of itself.
func TestRepeatedFreezeVote(t *testing.T) {
	m := measurement(t, types.PLATFORM_TDX, 192, 1)
	c := testutil.New(t, testutil.WithSeats(4), withEnclaves(func(s *types.GenesisState) {
		s.Params.VoteBlocks, s.Measurements = 10, []types.Measurement{m}
	}))
	k, ctx := app.EnclavesKeeper(c.App), c.Ctx()
	vote := func(seat int, after int64) bool {
		t.Helper()
		frozen, err := k.VoteFreeze(ctx.WithBlockHeight(ctx.BlockHeight()+after), c.Seats[seat].Operator.Addr, m.Id, "it leaks")
		require.NoError(t, err)
		return frozen
	}
	for after := range int64(5) {
		require.False(t, vote(0, after), "one of four")
	}
	require.True(t, vote(1, 13), "the last vote of the other is 9 blocks old")
}
