package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/testutil"
	"github.com/credence-chain/credence/x/enclaves/types"
)

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
