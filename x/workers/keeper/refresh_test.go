package keeper_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"

	orgskeeper "github.com/credence-chain/credence/x/orgs/keeper"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

// TestRevokedIsNotDrawn goes through x/orgs itself: what the council does to an organisation takes effect in the arrays
// at once, and what it undoes as well. What runs is settled all the same, and stake can leave.
func TestRevokedIsNotDrawn(t *testing.T) {
	f := newFixture(t)
	f.pool("main", 10)
	f.pool("side", 10)
	beta := f.worker("beta", 1, 100, "main")
	alpha := f.worker("alpha", 2, 100, "main", "side")
	f.worker("alpha", 1, 100, "main")

	key := storetypes.NewKVStoreKey(orgstypes.StoreKey)
	orgsCtx := testutil.DefaultContextWithDB(t, key, storetypes.NewTransientStoreKey("t")).Ctx
	k := orgskeeper.NewKeeper(f.cdc, runtime.NewKVStoreService(key), codecOf, f.council)
	k.SetHooks(hook{f, k})
	require.NoError(t, k.InitGenesis(orgsCtx, *orgstypes.DefaultGenesis()))
	for _, org := range []string{"alpha", "beta"} {
		require.NoError(t, k.Admit(orgsCtx, orgstypes.Organisation{
			Id: org, Name: org, Admins: []string{text(f.account(""))}, Roles: []orgstypes.Role{orgstypes.ROLE_WORKER}, Status: orgstypes.STATUS_ACTIVE,
		}))
	}
	require.NoError(t, f.k.Lock(f.ctx, alpha, 10))

	drawn := func(pool string, want ...string) {
		t.Helper()
		orgs, _ := f.drawable(pool)
		require.ElementsMatch(t, want, orgs)
		f.check()
	}
	drawn("main", "alpha", "beta")
	require.NoError(t, k.SetStatus(orgsCtx, "alpha", orgstypes.STATUS_REVOKED))
	drawn("main", "beta")
	drawn("side")
	registered, err := f.k.Registered(f.ctx, "main")
	require.NoError(t, err)
	require.EqualValues(t, 2, registered, "who was registered still counts")

	// A change of one of its workers does not bring it back.
	require.NoError(t, f.k.Release(f.ctx, alpha, 10, 0))
	drawn("main", "beta")
	_, err = f.k.Unbond(f.ctx, alpha, 50)
	require.NoError(t, err)

	require.NoError(t, k.SetStatus(orgsCtx, "alpha", orgstypes.STATUS_ACTIVE))
	drawn("main", "alpha", "beta")
	drawn("side", "alpha")
	require.NoError(t, k.SetRoles(orgsCtx, "beta", []orgstypes.Role{orgstypes.ROLE_REQUESTER}))
	drawn("main", "alpha")
	require.Error(t, f.k.Lock(f.ctx, beta, 10))
}

// hook carries the word from x/orgs, which has a store of its own here, to the fixture's book and the keeper.
type hook struct {
	f *fixture
	k orgskeeper.Keeper
}

func (h hook) AfterRightsChanged(ctx context.Context, org string) error {
	active, err := h.k.HasRole(ctx, org, orgstypes.ROLE_WORKER)
	if err != nil {
		return err
	}
	h.f.grant(org, active)
	return h.f.k.AfterRightsChanged(h.f.ctx, org)
}
