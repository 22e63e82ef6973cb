package keeper_test

import (
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/testutil"
	"github.com/credence-chain/credence/x/supply/types"
)

// year is year_blocks: more than the votes of a test take.
const year = 200

func setting() []testutil.Option {
	return []testutil.Option{
		testutil.WithSeats(3), testutil.WithAccounts("treasury"),
		testutil.WithGenesis(func(c *testutil.Chain, g genesis.State) {
			require.NoError(c.T, genesis.Edit(g, c.App.Encoding.Codec, types.ModuleName, &types.GenesisState{}, func(s *types.GenesisState) error {
				s.Params = types.Params{MintCap: 100, YearBlocks: year}
				return nil
			}))
		}),
	}
}

func mint(c *testutil.Chain, amount uint64, reason string) sdk.Msg {
	return &types.MsgMint{Authority: app.Authority(), To: c.Account("treasury").String(), Amount: amount, Reason: reason}
}

func supplyOf(c *testutil.Chain) *types.QuerySupplyResponse {
	c.T.Helper()
	require.NoError(c.T, app.SupplyKeeper(c.App).CheckInvariants(c.Ctx()))
	res, err := types.NewQueryClient(c.Conn()).Supply(c.Ctx(), &types.QuerySupplyRequest{})
	require.NoError(c.T, err)
	return res
}
