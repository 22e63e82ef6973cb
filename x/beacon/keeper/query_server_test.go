package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/testutil"
	"github.com/credence-chain/credence/x/beacon/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

// TestQueries asks for seeds as clients do: the latest, one that is kept, and one that is not.
func TestQueries(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(4))
	c.NextN(3)
	query := types.NewQueryClient(c.Conn())

	latest, err := query.Seed(c.Ctx(), &types.QuerySeedRequest{})
	require.NoError(t, err)
	require.Equal(t, c.Height(), latest.Seed.Height)
	require.Len(t, latest.Seed.Seed, types.SeedSize)
	require.Equal(t, int64(2), latest.Delay, "four seats have no proposer twice in a row that colludes")
	require.Equal(t, uint64(2), latest.Factor)
	same, err := query.Seed(c.Ctx(), &types.QuerySeedRequest{Height: c.Height()})
	require.NoError(t, err)
	require.Equal(t, latest, same)
	earlier, err := query.Seed(c.Ctx(), &types.QuerySeedRequest{Height: c.Height() - 1})
	require.NoError(t, err)
	require.Equal(t, c.Height()-1, earlier.Seed.Height)
	require.NotEqual(t, latest.Seed.Seed, earlier.Seed.Seed)
	_, err = query.Seed(c.Ctx(), &types.QuerySeedRequest{Height: c.Height() + 1})
	require.Equal(t, codes.NotFound, status.Code(err))
}

// TestTheCouncilSetsTheRetention changes the only parameter, by a vote; a value that no draw could live with is refused.
func TestTheCouncilSetsTheRetention(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(4), testutil.WithAccounts("alice"))
	query := types.NewQueryClient(c.Conn())
	c.Pass(&types.MsgUpdateParams{Authority: app.Authority(), Params: types.Params{Retention: types.MinRetention}})
	res, err := query.Params(c.Ctx(), &types.QueryParamsRequest{})
	require.NoError(t, err)
	require.Equal(t, types.MinRetention, res.Params.Retention)

	c.Refuse(c.Account("alice"), orgstypes.ErrRole, &types.MsgUpdateParams{Authority: c.Account("alice").String(), Params: types.DefaultParams()})
	c.NextN(int(types.MinRetention) + 3)
	kept, err := app.BeaconKeeper(c.App).SeedAt(c.Ctx(), c.Height()-types.MinRetention)
	require.ErrorIs(t, err, types.ErrNoSeed, "%X", kept)
	_, err = app.BeaconKeeper(c.App).SeedAt(c.Ctx(), c.Height()-types.MinRetention+1)
	require.NoError(t, err)
}
