package keeper_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/workers/keeper"
	"github.com/credence-chain/credence/x/workers/types"
)

func TestCreatePool(t *testing.T) {
	f := newFixture(t)
	operator, stranger := f.account("ops"), f.account("")
	srv := keeper.NewMsgServer(f.k)
	valid := types.MsgCreatePool{Operator: text(operator), Id: "main", Runtime: "wasm", Stake: 5, Description: "for all"}
	for _, tc := range []struct {
		name     string
		malleate func(*types.MsgCreatePool)
		expErr   error
	}{
		{"valid", func(*types.MsgCreatePool) {}, nil},
		{"again", func(*types.MsgCreatePool) {}, types.ErrPoolExists},
		{"stranger", func(m *types.MsgCreatePool) { m.Operator = text(stranger) }, orgstypes.ErrRole},
		{"no address", func(m *types.MsgCreatePool) { m.Operator = "x" }, types.ErrOrganisation},
		{"short id", func(m *types.MsgCreatePool) { m.Id = "a" }, types.ErrInvalidPool},
		{"long id", func(m *types.MsgCreatePool) { m.Id = strings.Repeat("a", 33) }, types.ErrInvalidPool},
		{"odd id", func(m *types.MsgCreatePool) { m.Id = "Main" }, types.ErrInvalidPool},
		{"runtime", func(m *types.MsgCreatePool) { m.Runtime = "python" }, types.ErrInvalidPool},
		{"no stake", func(m *types.MsgCreatePool) { m.Stake = 0 }, types.ErrInvalidPool},
		{"description", func(m *types.MsgCreatePool) { m.Description = strings.Repeat("a", 513) }, types.ErrInvalidPool},
	} {
		t.Run(tc.name, func(t *testing.T) {
			msg := valid
			tc.malleate(&msg)
			_, err := srv.CreatePool(f.ctx, &msg)
			require.ErrorIs(t, err, tc.expErr)
		})
	}
	pool, err := f.k.GetPool(f.ctx, "main")
	require.NoError(t, err)
	require.Equal(t, types.Pool{Id: "main", Operator: "ops", Runtime: "wasm", Stake: 5, Description: "for all"}, pool)
	_, err = f.k.GetPool(f.ctx, "other")
	require.ErrorIs(t, err, types.ErrPoolNotFound)
}

func TestRegister(t *testing.T) {
	f := newFixture(t)
	f.pool("main", 10)
	f.pool("side", 20)
	owner, stranger, other := f.account("alpha"), f.account(""), f.account("beta")
	taken := f.worker("alpha", 1, 10, "main")
	f.setParams(func(p *types.Params) { p.MaxSlots, p.MaxPools = 4, 2 })
	srv := keeper.NewMsgServer(f.k)
	for _, tc := range []struct {
		name     string
		malleate func(*types.MsgRegister)
		expErr   error
	}{
		{"valid", func(*types.MsgRegister) {}, nil},
		{"pools in any order", func(m *types.MsgRegister) { m.Pools = []string{"side", "main"} }, nil},
		{"hot key of its own organisation", func(m *types.MsgRegister) { m.Worker = m.Owner }, nil},
		{"no stake yet", func(m *types.MsgRegister) { m.Stake = 0 }, nil},
		{"stranger", func(m *types.MsgRegister) { m.Owner = text(stranger) }, orgstypes.ErrRole},
		{"hot key of another organisation", func(m *types.MsgRegister) { m.Worker = text(other) }, types.ErrOrganisation},
		{"taken", func(m *types.MsgRegister) { m.Worker = taken }, types.ErrExists},
		{"taken, in capitals", func(m *types.MsgRegister) { m.Worker = strings.ToUpper(taken) }, types.ErrExists},
		{"no address", func(m *types.MsgRegister) { m.Worker = "cred1" }, types.ErrInvalidWorker},
		{"no slots", func(m *types.MsgRegister) { m.Slots = 0 }, types.ErrInvalidWorker},
		{"too many slots", func(m *types.MsgRegister) { m.Slots = 5 }, types.ErrInvalidWorker},
		{"no pool", func(m *types.MsgRegister) { m.Pools = nil }, types.ErrInvalidWorker},
		{"too many pools", func(m *types.MsgRegister) { m.Pools = []string{"main", "side", "x"} }, types.ErrInvalidWorker},
		{"twice the pool", func(m *types.MsgRegister) { m.Pools = []string{"main", "main"} }, types.ErrInvalidWorker},
		{"unknown pool", func(m *types.MsgRegister) { m.Pools = []string{"nope"} }, types.ErrPoolNotFound},
		{"no endpoint", func(m *types.MsgRegister) { m.Endpoint = "" }, types.ErrInvalidWorker},
		{"endpoint of a file", func(m *types.MsgRegister) { m.Endpoint = "file:///etc/passwd" }, types.ErrInvalidWorker},
		{"endpoint without host", func(m *types.MsgRegister) { m.Endpoint = "http://:80" }, types.ErrInvalidWorker},
		{"endpoint with password", func(m *types.MsgRegister) { m.Endpoint = "http://a:b@c" }, types.ErrInvalidWorker},
		{"endpoint with query", func(m *types.MsgRegister) { m.Endpoint = "http://c/?x=1" }, types.ErrInvalidWorker},
		{"endpoint with newline", func(m *types.MsgRegister) { m.Endpoint = "http://c/\n" }, types.ErrInvalidWorker},
		{"long endpoint", func(m *types.MsgRegister) { m.Endpoint = "http://" + strings.Repeat("c", 256) }, types.ErrInvalidWorker},
		{"more than it has", func(m *types.MsgRegister) { m.Stake = 1 << 60 }, sdkerrors.ErrInsufficientFunds},
		{"more than can be", func(m *types.MsgRegister) { m.Stake = 1<<64 - 1 }, types.ErrStake},
	} {
		t.Run(tc.name, func(t *testing.T) {
			ctx, _ := f.ctx.CacheContext()
			msg := types.MsgRegister{
				Owner: text(owner), Worker: text(address20(77)), Endpoint: "https://w.example/a", Slots: 2, Pools: []string{"main"}, Stake: 100,
			}
			tc.malleate(&msg)
			_, err := srv.Register(ctx, &msg)
			require.ErrorIs(t, err, tc.expErr)
			if tc.expErr == nil {
				require.NoError(t, f.k.CheckInvariants(ctx))
				w, err := f.k.GetWorker(ctx, msg.Worker)
				require.NoError(t, err)
				require.Equal(t, "alpha", w.Organisation)
				require.Equal(t, msg.Stake, w.Bonded)
			}
		})
	}
}

// TestOwner says who may do what to a worker, also after its owner left the organisation or that was revoked.
func TestOwner(t *testing.T) {
	f := newFixture(t)
	f.pool("main", 10)
	worker := f.worker("alpha", 2, 100, "main")
	owner := f.get(worker).Owner
	ownerAddr, err := codecOf.StringToBytes(owner)
	require.NoError(t, err)
	colleague := text(f.account("alpha"))
	srv := keeper.NewMsgServer(f.k)
	update := func(ctx sdk.Context, who string) error {
		_, err := srv.Update(ctx, &types.MsgUpdate{Owner: who, Worker: worker, Endpoint: "http://x", Slots: 1})
		return err
	}
	bond := func(ctx sdk.Context, who string) error {
		_, err := srv.Bond(ctx, &types.MsgBond{Owner: who, Worker: worker, Amount: 5})
		return err
	}
	unbond := func(ctx sdk.Context, who string) error {
		_, err := srv.Unbond(ctx, &types.MsgUnbond{Owner: who, Worker: worker, Amount: 5})
		return err
	}
	for _, tc := range []struct {
		name                 string
		malleate             func()
		who                  string
		update, bond, unbond error
	}{
		{"owner", func() {}, owner, nil, nil, nil},
		{"colleague", func() {}, colleague, types.ErrNotOwner, types.ErrNotOwner, types.ErrNotOwner},
		{"no address", func() {}, "x", types.ErrNotOwner, types.ErrNotOwner, types.ErrNotOwner},
		{"organisation revoked", func() { f.grant("alpha", false) }, owner, orgstypes.ErrRole, orgstypes.ErrRole, nil},
		{"owner in another organisation", func() {
			f.grant("beta", true)
			f.orgs.of[string(ownerAddr)] = "beta"
		}, owner, types.ErrOrganisation, types.ErrOrganisation, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f.grant("alpha", true)
			tc.malleate()
			for _, op := range []struct {
				do     func(sdk.Context, string) error
				expErr error
			}{{update, tc.update}, {bond, tc.bond}, {unbond, tc.unbond}} {
				ctx, _ := f.ctx.CacheContext()
				require.ErrorIs(t, op.do(ctx, tc.who), op.expErr)
			}
		})
	}
}

// TestUpdateBelowBusy keeps busy <= slots.
func TestUpdateBelowBusy(t *testing.T) {
	f := newFixture(t)
	f.pool("main", 10)
	worker := f.worker("alpha", 3, 100, "main")
	require.NoError(t, f.k.Lock(f.ctx, worker, 10))
	require.NoError(t, f.k.Lock(f.ctx, worker, 10))
	msg := &types.MsgUpdate{Owner: f.get(worker).Owner, Worker: worker, Endpoint: "http://x", Slots: 1, Pools: []string{"main"}}
	_, err := keeper.NewMsgServer(f.k).Update(f.ctx, msg)
	require.ErrorIs(t, err, types.ErrInvalidWorker)
	require.ErrorContains(t, err, "at least the 2 that are busy")
	msg.Slots = 2
	_, err = keeper.NewMsgServer(f.k).Update(f.ctx, msg)
	require.NoError(t, err)
	orgs, _ := f.drawable("main")
	require.Empty(t, orgs)
	f.check()
}

func TestCouncil(t *testing.T) {
	f := newFixture(t)
	f.pool("main", 10)
	worker, mallory := f.worker("alpha", 1, 100, "main"), text(f.account("alpha"))
	srv := keeper.NewMsgServer(f.k)
	params := types.DefaultParams()
	params.DuePerBlock = 7
	_, err := srv.UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: mallory, Params: params})
	require.ErrorIs(t, err, sdkerrors.ErrUnauthorized)
	_, err = srv.UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: f.council})
	require.ErrorIs(t, err, types.ErrInvalidParams)
	_, err = srv.UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: f.council, Params: params})
	require.NoError(t, err)
	have, err := f.k.Params.Get(f.ctx)
	require.NoError(t, err)
	require.Equal(t, params, have)

	_, err = srv.Unjail(f.ctx, &types.MsgUnjail{Authority: mallory, Worker: worker})
	require.ErrorIs(t, err, sdkerrors.ErrUnauthorized)
	_, err = srv.Unjail(f.ctx, &types.MsgUnjail{Authority: f.council, Worker: worker})
	require.ErrorIs(t, err, types.ErrNotJailed)
	_, err = srv.Unjail(f.ctx, &types.MsgUnjail{Authority: f.council, Worker: mallory})
	require.ErrorIs(t, err, types.ErrNotFound)
	_, err = srv.Unjail(f.ctx, &types.MsgUnjail{Authority: f.council, Worker: "x"})
	require.ErrorIs(t, err, types.ErrInvalidWorker)
}
