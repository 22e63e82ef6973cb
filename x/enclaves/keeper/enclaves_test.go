package keeper_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/testutil"
	"github.com/credence-chain/credence/x/enclaves/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

func withEnclaves(edit func(*types.GenesisState)) testutil.Option {
	return testutil.WithGenesis(func(c *testutil.Chain, g genesis.State) {
		require.NoError(c.T, genesis.Edit(g, c.App.Encoding.Codec, types.ModuleName, &types.GenesisState{}, func(s *types.GenesisState) error {
			edit(s)
			return nil
		}))
	})
}

// measurement of a platform, of a value that begins with a byte.
func measurement(t *testing.T, platform types.Platform, size int, first byte) types.Measurement {
	value := make([]byte, size)
	value[0] = first
	m, err := types.NewMeasurement(platform, value)
	require.NoError(t, err)
	return m
}

// TestNoOtherGenesisTakesTheSoftwarePlatform: whoever writes it, or what came from it, into the genesis of another chain has no chain.
// Neither does a vote of the council bring it in, nor a message.
func TestNoOtherGenesisTakesTheSoftwarePlatform(t *testing.T) {
	ways := map[string]func(*types.GenesisState){
		"parameters": func(s *types.GenesisState) { s.Params.Software = true },
		"measurement": func(s *types.GenesisState) {
			s.Measurements = []types.Measurement{measurement(t, types.PLATFORM_SOFTWARE, 32, 1)}
		},
		"machine": func(s *types.GenesisState) {
			s.Machines = []types.Machine{{Id: ids.Format(poco.MachineID(3, []byte{1})), Platform: types.PLATFORM_SOFTWARE, Organisation: "lab"}}
		},
	}
	for name, way := range ways {
		require.NotPanics(t, func() { testutil.New(t, testutil.WithChainID("credence-devnet"), withEnclaves(way)) }, name)
		require.Panics(t, func() { testutil.New(t, testutil.WithChainID("credence-1"), withEnclaves(way)) }, name)
		g := types.DefaultGenesis()
		way(g)
		for _, id := range []string{"credence-1", "credence-test", "credence-testnet", "devnet-1", "credencedevnet", ""} {
			require.ErrorIs(t, g.CheckChain(id), types.ErrDevelopment, "%s in %s", name, id)
		}
		require.NoError(t, g.CheckChain("devnet"))
	}

	c := testutil.NewCompute(t, testutil.ComputeOptions{Workers: 1}, testutil.WithChainID("credence-1"))
	params := types.DefaultParams()
	params.Software = true
	for _, msg := range []sdk.Msg{
		&types.MsgUpdateParams{Authority: app.Authority(), Params: params},
		&types.MsgListImage{Authority: app.Authority(), Runtime: contract.RuntimeWasm, Platform: types.PLATFORM_SOFTWARE, Value: make([]byte, 32), Description: "x"},
	} {
		require.Contains(t, c.Vote(msg).FailedReason, types.ErrDevelopment.Error())
	}
	worker := c.WorkerKey(testutil.Lab(1))
	key := [64]byte{}
	copy(key[:], p256Generator)
	c.Refuse(worker, types.ErrDevelopment, &types.MsgRegisterSession{
		Worker: worker.String(), Platform: types.PLATFORM_SOFTWARE, Key: key[:], Height: c.Height(), Quote: make([]byte, 344),
	})
}

// p256Generator is a point of the curve.
var p256Generator = []byte("\x6b\x17\xd1\xf2\xe1\x2c\x42\x47\xf8\xbc\xe6\xe5\x63\xa4\x40\xf2\x77\x03\x7d\x81\x2d\xeb\x33\xa0\xf4\xa1\x39\x45\xd8\x98\xc2\x96" +
	"\x4f\xe3\x42\xe2\xfe\x1a\x7f\x9b\x8e\xe7\xeb\x4a\x7c\x0f\x9e\x16\x2b\xce\x33\x57\x6b\x31\x5e\xce\xcb\xb6\x40\x68\x37\xbf\x51\xf5")

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
