package keeper_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/poco/contract"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/workers/keeper"
	"github.com/credence-chain/credence/x/workers/types"
)

// operated is a fixture with pools of an organisation and of the council, and those who may and may not operate them.
type operated struct {
	*fixture
	srv                           types.MsgServer
	operator, rival, labour, none string // accounts of ops, rival, alpha (a worker alone), nobody
}

func newOperated(t *testing.T) *operated {
	f := newFixture(t)
	o := &operated{
		fixture: f, srv: keeper.NewMsgServer(f.k),
		operator: text(f.account("ops")), rival: text(f.account("rival")), labour: text(f.account("alpha")), none: text(f.account("")),
	}
	f.orgs.roles["alpha"][orgstypes.ROLE_POOL_OPERATOR] = false
	f.pool("main", 10)
	for _, msg := range []types.MsgCreatePool{
		{Operator: f.council, Id: "public", Runtime: "wasm", Stake: 5},
		{Operator: o.operator, Id: "club", Runtime: "wasm", Stake: 10, Invited: true},
		{Operator: o.operator, Id: "cards", Runtime: "wasm", Stake: 10, Capabilities: []string{"tee", "gpu", "tee"}},
		{Operator: o.operator, Id: "old", Runtime: "wasm", Stake: 10},
	} {
		_, err := o.srv.CreatePool(f.ctx, &msg)
		require.NoError(t, err)
	}
	_, err := o.srv.SetPool(f.ctx, &types.MsgSetPool{Operator: o.operator, Id: "old", Retired: true})
	require.NoError(t, err)
	return o
}

func (o *operated) get(id string) types.Pool {
	p, err := o.k.GetPool(o.ctx, id)
	require.NoError(o.t, err)
	return p
}

// said returns the pool events since the last time it was asked.
func (o *operated) said() (out []types.EventPoolChanged) {
	for _, e := range o.ctx.EventManager().ABCIEvents() {
		if typed, err := sdk.ParseTypedEvent(e); err == nil {
			if c, ok := typed.(*types.EventPoolChanged); ok {
				out = append(out, *c)
			}
		}
	}
	o.ctx = o.ctx.WithEventManager(sdk.NewEventManager())
	return out
}

func TestCreatePoolInFull(t *testing.T) {
	o := newOperated(t)
	o.setParams(func(p *types.Params) { p.MaxStake, p.MaxCommissionBps = 100, 3_000 })
	valid := types.MsgCreatePool{
		Operator: o.operator, Id: "full", Runtime: "wasm", Stake: 100, Description: "all of it", MinPrice: 7, MaxCommissionBps: 3_000,
		Capabilities: []string{"tee", "gpu"}, Invited: true, Requesters: orgstypes.Audience{Organisations: []string{"acme"}},
	}
	for _, tc := range []struct {
		name     string
		malleate func(*types.MsgCreatePool)
		expErr   error
	}{
		{"valid", func(*types.MsgCreatePool) {}, nil},
		{"the council's", func(m *types.MsgCreatePool) { m.Operator = o.council }, nil},
		{"no operator", func(m *types.MsgCreatePool) { m.Operator = o.labour }, orgstypes.ErrRole},
		{"stake", func(m *types.MsgCreatePool) { m.Stake = 101 }, types.ErrTerms},
		{"commission", func(m *types.MsgCreatePool) { m.MaxCommissionBps = 3_001 }, types.ErrTerms},
		{"capability", func(m *types.MsgCreatePool) { m.Capabilities = []string{"G"} }, types.ErrInvalidPool},
		{"requesters", func(m *types.MsgCreatePool) { m.Requesters.Accounts = []string{"x"} }, types.ErrInvalidPool},
	} {
		t.Run(tc.name, func(t *testing.T) {
			ctx, _ := o.ctx.CacheContext()
			msg := valid
			tc.malleate(&msg)
			_, err := o.srv.CreatePool(ctx, &msg)
			require.ErrorIs(t, err, tc.expErr)
			if tc.expErr != nil {
				return
			}
			operator := "ops"
			if msg.Operator == o.council {
				operator = ""
			}
			p, err := o.k.GetPool(ctx, "full")
			require.NoError(t, err)
			require.Equal(t, types.Pool{
				Id: "full", Operator: operator, Runtime: "wasm", Stake: 100, Description: "all of it", MinPrice: 7, MaxCommissionBps: 3_000,
				Capabilities: []string{"gpu", "tee"}, Invited: true, Requesters: orgstypes.Audience{Organisations: []string{"acme"}},
			}, p)
		})
	}
}

func TestMayOperate(t *testing.T) {
	o := newOperated(t)
	for _, tc := range []struct {
		name, who, pool, org string
		expErr               error
	}{
		{"its operator", o.operator, "main", "ops", nil},
		{"another operator", o.rival, "main", "", types.ErrNotOperator},
		{"an organisation that is none", o.labour, "main", "", orgstypes.ErrRole},
		{"nobody", o.none, "main", "", orgstypes.ErrRole},
		{"the council, of another's", o.council, "main", "", types.ErrNotOperator},
		{"the council, of its own", o.council, "public", "", nil},
		{"an operator, of the council's", o.operator, "public", "", orgstypes.ErrRole},
		{"nobody, of the council's", o.none, "public", "", orgstypes.ErrRole},
	} {
		t.Run(tc.name, func(t *testing.T) {
			addr, err := codecOf.StringToBytes(tc.who)
			require.NoError(t, err)
			org, err := o.k.MayOperate(o.ctx, addr, o.get(tc.pool))
			require.ErrorIs(t, err, tc.expErr)
			require.Equal(t, tc.org, org)
		})
	}
	o.grant("ops", false)
	addr, err := codecOf.StringToBytes(o.operator)
	require.NoError(t, err)
	_, err = o.k.MayOperate(o.ctx, addr, o.get("main"))
	require.ErrorIs(t, err, orgstypes.ErrRole, "revoked")
}

// TestOperatorsAlone: every message of a pool is refused to everybody but its operator, and for a pool that is not there.
func TestOperatorsAlone(t *testing.T) {
	o := newOperated(t)
	worker := o.worker("alpha", 1, 100, "main", "public")
	o.orgs.roles["alpha"][orgstypes.ROLE_POOL_OPERATOR] = false
	messages := map[string]func(ctx sdk.Context, who, pool string) error{
		"set": func(ctx sdk.Context, who, pool string) error {
			_, err := o.srv.SetPool(ctx, &types.MsgSetPool{Operator: who, Id: pool})
			return err
		},
		"invite": func(ctx sdk.Context, who, pool string) error {
			_, err := o.srv.Invite(ctx, &types.MsgInvite{Operator: who, Pool: pool, Organisation: "alpha"})
			return err
		},
		"evict": func(ctx sdk.Context, who, pool string) error {
			_, err := o.srv.Evict(ctx, &types.MsgEvict{Operator: who, Pool: pool, Worker: worker})
			return err
		},
		"transfer": func(ctx sdk.Context, who, pool string) error {
			_, err := o.srv.TransferPool(ctx, &types.MsgTransferPool{Operator: who, Pool: pool, To: "rival"})
			return err
		},
	}
	for name, send := range messages {
		for _, tc := range []struct {
			who, pool string
			expErr    error
		}{
			{o.operator, "main", nil}, {o.council, "public", nil},
			{o.rival, "main", types.ErrNotOperator}, {o.council, "main", types.ErrNotOperator}, {o.labour, "main", orgstypes.ErrRole},
			{o.none, "main", orgstypes.ErrRole}, {"x", "main", types.ErrNotOperator}, {o.operator, "public", orgstypes.ErrRole},
			{o.operator, "nope", types.ErrPoolNotFound}, {o.operator, "", types.ErrPoolNotFound},
		} {
			t.Run(fmt.Sprint(name, tc.who, tc.pool), func(t *testing.T) {
				ctx, _ := o.ctx.CacheContext()
				require.ErrorIs(t, send(ctx, tc.who, tc.pool), tc.expErr)
			})
		}
	}
}

func TestSetPool(t *testing.T) {
	o := newOperated(t)
	o.setParams(func(p *types.Params) { p.NoticeBlocks, p.MaxStake, p.MaxCommissionBps = 100, 80, 3_000 })
	audience := orgstypes.Audience{Organisations: []string{"acme"}}
	for _, tc := range []struct {
		name   string
		msg    types.MsgSetPool
		expErr error
		want   types.Pool
		says   []string
	}{
		{"everything at once", types.MsgSetPool{Id: "main", Description: "new", Invited: true, Requesters: audience}, nil,
			types.Pool{Id: "main", Operator: "ops", Runtime: "wasm", Stake: 10, Description: "new", Invited: true, Requesters: audience}, []string{"set"}},
		{"and back to nothing", types.MsgSetPool{Id: "club"}, nil, types.Pool{Id: "club", Operator: "ops", Runtime: "wasm", Stake: 10}, []string{"set"}},
		{"terms wait", types.MsgSetPool{Id: "main", Terms: &types.PoolTerms{Stake: 80, MinPrice: 9, MaxCommissionBps: 3_000}}, nil,
			types.Pool{Id: "main", Operator: "ops", Runtime: "wasm", Stake: 10, Next: &types.PoolTerms{Stake: 80, MinPrice: 9, MaxCommissionBps: 3_000}, NextHeight: 110},
			[]string{"set", "announced"}},
		{"retires", types.MsgSetPool{Id: "main", Retired: true}, nil, types.Pool{Id: "main", Operator: "ops", Runtime: "wasm", Stake: 10, Retired: true}, []string{"set", "retired"}},
		{"retired may say so", types.MsgSetPool{Id: "old", Retired: true, Description: "gone"}, nil,
			types.Pool{Id: "old", Operator: "ops", Runtime: "wasm", Stake: 10, Retired: true, Description: "gone"}, []string{"set"}},
		{"retired for good", types.MsgSetPool{Id: "old"}, types.ErrRetired, types.Pool{}, nil},
		{"retired announces nothing", types.MsgSetPool{Id: "old", Retired: true, Terms: &types.PoolTerms{Stake: 10}}, types.ErrRetired, types.Pool{}, nil},
		{"retiring announces nothing", types.MsgSetPool{Id: "main", Retired: true, Terms: &types.PoolTerms{Stake: 10}}, types.ErrRetired, types.Pool{}, nil},
		{"description", types.MsgSetPool{Id: "main", Description: strings.Repeat("a", 513)}, types.ErrInvalidPool, types.Pool{}, nil},
		{"requesters", types.MsgSetPool{Id: "main", Requesters: orgstypes.Audience{Organisations: []string{"A"}}}, types.ErrInvalidPool, types.Pool{}, nil},
		{"stake falls", types.MsgSetPool{Id: "main", Terms: &types.PoolTerms{Stake: 9}}, types.ErrTerms, types.Pool{}, nil},
		{"stake", types.MsgSetPool{Id: "main", Terms: &types.PoolTerms{Stake: 81}}, types.ErrTerms, types.Pool{}, nil},
		{"commission", types.MsgSetPool{Id: "main", Terms: &types.PoolTerms{Stake: 10, MaxCommissionBps: 3_001}}, types.ErrTerms, types.Pool{}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			base := o.ctx
			defer func() { o.ctx = base }()
			o.ctx, _ = base.CacheContext()
			o.said()
			msg := tc.msg
			msg.Operator = o.operator
			res, err := o.srv.SetPool(o.ctx, &msg)
			require.ErrorIs(t, err, tc.expErr)
			if tc.expErr != nil {
				return
			}
			require.Equal(t, tc.want, o.get(msg.Id))
			require.Equal(t, tc.want.NextHeight, res.Height)
			var says []string
			for _, e := range o.said() {
				require.Equal(t, msg.Id, e.Pool)
				says = append(says, e.What)
				if e.What == "announced" {
					require.Equal(t, []any{msg.Terms, int64(110)}, []any{e.Next, e.NextHeight})
				}
			}
			require.Equal(t, tc.says, says)
			o.check()
		})
	}
}

func TestInvite(t *testing.T) {
	o := newOperated(t)
	o.grant("beta", true)
	for _, tc := range []struct { // one after the other
		name, pool, org string
		withdrawn       bool
		expErr          error
		says            string
	}{
		{"there is none to withdraw", "club", "beta", true, types.ErrInvitation, ""},
		{"invited", "club", "beta", false, nil, "invited"},
		{"twice", "club", "beta", false, types.ErrInvitation, ""},
		{"unknown", "club", "nobody", false, orgstypes.ErrNotFound, ""},
		{"an open pool may invite too", "main", "beta", false, nil, "invited"},
		{"retired", "old", "beta", false, types.ErrRetired, ""},
		{"withdrawn", "club", "beta", true, nil, "uninvited"},
		{"withdrawn twice", "club", "beta", true, types.ErrInvitation, ""},
		{"again", "club", "beta", false, nil, "invited"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o.said()
			_, err := o.srv.Invite(o.ctx, &types.MsgInvite{Operator: o.operator, Pool: tc.pool, Organisation: tc.org, Withdrawn: tc.withdrawn})
			require.ErrorIs(t, err, tc.expErr)
			if tc.expErr == nil {
				require.Equal(t, []types.EventPoolChanged{{Pool: tc.pool, What: tc.says, Organisation: tc.org}}, o.said())
			}
		})
	}
}

// TestJoin: what a worker needs to come into a pool, at registration and afterwards, and what it needs to stay.
func TestJoin(t *testing.T) {
	o := newOperated(t)
	beta := o.account("beta")
	_, err := o.srv.Invite(o.ctx, &types.MsgInvite{Operator: o.operator, Pool: "club", Organisation: "beta"})
	require.NoError(t, err)
	for _, tc := range []struct {
		name         string
		owner        string
		pools        []string
		capabilities []string
		expErr       error
	}{
		{"open", o.labour, []string{"main"}, nil, nil},
		{"the council's", o.labour, []string{"public", "main"}, nil, nil},
		{"uninvited", o.labour, []string{"club"}, nil, types.ErrNotInvited},
		{"invited", text(beta), []string{"club"}, nil, nil},
		{"the operator's own, uninvited", o.operator, []string{"club"}, nil, types.ErrNotInvited},
		{"able", o.labour, []string{"cards"}, []string{"tee", "disk", "gpu", "tee"}, nil},
		{"half able", o.labour, []string{"cards", "main"}, []string{"gpu"}, types.ErrLacks},
		{"unable", o.labour, []string{"cards"}, nil, types.ErrLacks},
		{"malformed", o.labour, []string{"main"}, []string{"G P U"}, types.ErrInvalidWorker},
		{"retired", o.labour, []string{"main", "old"}, nil, types.ErrRetired},
	} {
		t.Run(tc.name, func(t *testing.T) {
			ctx, _ := o.ctx.CacheContext()
			hot := text(address20(777))
			_, err := o.srv.Register(ctx, &types.MsgRegister{
				Owner: tc.owner, Worker: hot, Endpoint: "http://w", Slots: 1, Pools: tc.pools, Stake: 50, Capabilities: tc.capabilities,
			})
			require.ErrorIs(t, err, tc.expErr)
			require.True(t, err != nil || o.k.CheckInvariants(ctx) == nil)

			ctx, _ = o.ctx.CacheContext() // the same by an update of one that has nothing of it yet
			_, err = o.srv.Register(ctx, &types.MsgRegister{Owner: tc.owner, Worker: hot, Endpoint: "http://w", Slots: 1, Pools: []string{"public"}})
			require.NoError(t, err)
			_, err = o.srv.Update(ctx, &types.MsgUpdate{Owner: tc.owner, Worker: hot, Endpoint: "http://w", Slots: 1, Pools: tc.pools, Capabilities: tc.capabilities})
			require.ErrorIs(t, err, tc.expErr)
			if err == nil {
				w, err := o.k.GetWorker(ctx, hot)
				require.NoError(t, err)
				require.Equal(t, types.NormalCapabilities(tc.capabilities), w.Capabilities)
				require.NoError(t, o.k.CheckInvariants(ctx))
			}
		})
	}
}

// TestStay: who is in a pool stays in it though its invitation was withdrawn, the pool was closed or retired; its
// capabilities it must keep.
func TestStay(t *testing.T) {
	o := newOperated(t)
	hot := text(address20(777))
	_, err := o.srv.Register(o.ctx, &types.MsgRegister{
		Owner: o.labour, Worker: hot, Endpoint: "http://w", Slots: 1, Pools: []string{"main", "cards"}, Stake: 50, Capabilities: []string{"gpu", "tee"},
	})
	require.NoError(t, err)
	_, err = o.srv.SetPool(o.ctx, &types.MsgSetPool{Operator: o.operator, Id: "main", Invited: true})
	require.NoError(t, err)
	_, err = o.srv.SetPool(o.ctx, &types.MsgSetPool{Operator: o.operator, Id: "cards", Retired: true})
	require.NoError(t, err)
	update := func(capabilities []string, pools ...string) error {
		_, err := o.srv.Update(o.ctx, &types.MsgUpdate{Owner: o.labour, Worker: hot, Endpoint: "http://w", Slots: 2, Pools: pools, Capabilities: capabilities})
		return err
	}
	ctx, _ := o.ctx.CacheContext()
	_, err = o.srv.Update(ctx, &types.MsgUpdate{Owner: o.labour, Worker: hot, Endpoint: "http://w", Slots: 2, Pools: []string{"main", "cards"}, Capabilities: []string{"gpu"}})
	require.ErrorIs(t, err, types.ErrLacks)
	require.NoError(t, update([]string{"tee", "gpu"}, "main", "cards"))
	for _, pool := range []string{"main", "cards"} {
		orgs, _ := o.drawable(pool)
		require.Equal(t, []string{"alpha"}, orgs, "what was begun there finishes")
	}
	require.NoError(t, update(nil, "main"))
	ctx, _ = o.ctx.CacheContext()
	_, err = o.srv.Update(ctx, &types.MsgUpdate{Owner: o.labour, Worker: hot, Endpoint: "http://w", Slots: 2, Pools: []string{"main", "cards"}, Capabilities: []string{"gpu", "tee"}})
	require.ErrorIs(t, err, types.ErrRetired, "whoever leaves comes back as a newcomer")
	require.NoError(t, update(nil))
	ctx, _ = o.ctx.CacheContext()
	_, err = o.srv.Update(ctx, &types.MsgUpdate{Owner: o.labour, Worker: hot, Endpoint: "http://w", Slots: 2, Pools: []string{"main"}})
	require.ErrorIs(t, err, types.ErrNotInvited)
	o.check()
}

// TestDefaultPool: workers that name no pool join it; an update without pools leaves all.
func TestDefaultPool(t *testing.T) {
	o := newOperated(t)
	hot := text(address20(777))
	msg := &types.MsgRegister{Owner: o.labour, Worker: hot, Endpoint: "http://w", Slots: 1, Stake: 50}
	_, err := o.srv.Register(o.ctx, msg)
	require.ErrorIs(t, err, types.ErrInvalidWorker)
	params := types.DefaultParams()
	for _, tc := range []struct {
		pool   string
		expErr error
	}{{"nope", types.ErrInvalidParams}, {"old", types.ErrInvalidParams}, {"X", types.ErrInvalidParams}, {"public", nil}} {
		params.DefaultPool = tc.pool
		_, err := o.srv.UpdateParams(o.ctx, &types.MsgUpdateParams{Authority: o.council, Params: params})
		require.ErrorIs(t, err, tc.expErr, tc.pool)
	}
	_, err = o.srv.Register(o.ctx, msg)
	require.NoError(t, err)
	require.Equal(t, []string{"public"}, o.fixture.get(hot).Pools)
	orgs, _ := o.drawable("public")
	require.Equal(t, []string{"alpha"}, orgs)
	_, err = o.srv.Update(o.ctx, &types.MsgUpdate{Owner: o.labour, Worker: hot, Endpoint: "http://w", Slots: 1})
	require.NoError(t, err)
	require.Empty(t, o.fixture.get(hot).Pools)
	o.check()

	_, err = o.srv.SetPool(o.ctx, &types.MsgSetPool{Operator: o.council, Id: "public", Retired: true})
	require.NoError(t, err)
	msg.Worker = text(address20(778))
	_, err = o.srv.Register(o.ctx, msg)
	require.ErrorIs(t, err, types.ErrRetired)
}

// TestTheBoundOnColluders: a pool's operator can not lower it by evicting others; only an owner who takes its worker out
// of every pool does, and only for the last worker of its organisation.
func TestTheBoundOnColluders(t *testing.T) {
	o := newOperated(t)
	bound := func(want uint64) {
		t.Helper()
		n, err := o.k.RegisteredFor(o.ctx, contract.RuntimeWasm)
		require.NoError(t, err)
		require.Equal(t, want, n)
		o.check()
	}
	first, second := o.worker("alpha", 1, 100, "main"), o.worker("alpha", 1, 0, "main", "public")
	third := o.worker("beta", 1, 100, "main")
	bound(2)
	for _, w := range []string{first, second, third} {
		o.evict(o.operator, "main", w)
		bound(2)
	}
	require.Empty(t, o.fixture.get(third).Pools)
	registered, err := o.k.Registered(o.ctx, "main")
	require.NoError(t, err)
	require.Zero(t, registered)
	// Nor by revoking the invitations, retiring the pool, or what happens to the worker.
	_, err = o.srv.SetPool(o.ctx, &types.MsgSetPool{Operator: o.operator, Id: "main", Retired: true})
	require.NoError(t, err)
	o.grant("beta", false)
	require.NoError(t, o.k.Refresh(o.ctx, "beta"))
	bound(2)
	_, err = o.k.Unbond(o.ctx, third, 100)
	require.NoError(t, err)
	bound(2)
	o.grant("beta", true)
	update := func(w string, pools ...string) {
		_, err := o.srv.Update(o.ctx, &types.MsgUpdate{Owner: o.fixture.get(w).Owner, Worker: w, Endpoint: "http://w", Slots: 1, Pools: pools})
		require.NoError(t, err)
	}
	update(third, "public") // comes back elsewhere: counted once
	bound(2)
	update(first) // leaves, as one of two
	bound(2)
	update(second)
	bound(1)
	update(third)
	bound(0)
	update(first, "public")
	bound(1)
}

func TestTransfer(t *testing.T) {
	o := newOperated(t)
	accept := func(who, pool string) error {
		_, err := o.srv.AcceptPool(o.ctx, &types.MsgAcceptPool{Operator: who, Pool: pool})
		return err
	}
	offer := func(who, pool, to string) error {
		_, err := o.srv.TransferPool(o.ctx, &types.MsgTransferPool{Operator: who, Pool: pool, To: to})
		return err
	}
	for _, step := range []struct { // one after the other
		name     string
		do       func() error
		expErr   error
		operator string // of main, afterwards
		pending  string
		says     string
	}{
		{"to nobody", func() error { return offer(o.operator, "main", "") }, types.ErrOffer, "ops", "", ""},
		{"to itself", func() error { return offer(o.operator, "main", "ops") }, types.ErrOffer, "ops", "", ""},
		{"to an organisation unknown", func() error { return offer(o.operator, "main", "zeta") }, orgstypes.ErrNotFound, "ops", "", ""},
		{"to one that may not", func() error { return offer(o.operator, "main", "alpha") }, types.ErrOffer, "ops", "", ""},
		{"of a retired pool", func() error { return offer(o.operator, "old", "rival") }, types.ErrRetired, "ops", "", ""},
		{"accepted without an offer", func() error { return accept(o.rival, "main") }, types.ErrOffer, "ops", "", ""},
		{"by the council, without an offer", func() error { return accept(o.council, "main") }, types.ErrOrganisation, "ops", "", ""},
		{"unknown pool", func() error { return accept(o.rival, "nope") }, types.ErrPoolNotFound, "ops", "", ""},
		{"offered", func() error { return offer(o.operator, "main", "rival") }, nil, "ops", "rival", "offered"},
		{"accepted by the giver", func() error { return accept(o.operator, "main") }, types.ErrOffer, "ops", "rival", ""},
		{"accepted by one that may not", func() error { return accept(o.labour, "main") }, orgstypes.ErrRole, "ops", "rival", ""},
		{"taken back", func() error { return offer(o.operator, "main", "") }, nil, "ops", "", "offered"},
		{"accepted too late", func() error { return accept(o.rival, "main") }, types.ErrOffer, "ops", "", ""},
		{"offered again", func() error { return offer(o.operator, "main", "rival") }, nil, "ops", "rival", "offered"},
		{"not by who is to have it", func() error { return offer(o.rival, "main", "") }, types.ErrNotOperator, "ops", "rival", ""},
		{"accepted", func() error { return accept(o.rival, "main") }, nil, "rival", "", "transferred"},
		{"twice", func() error { return accept(o.rival, "main") }, types.ErrOffer, "rival", "", ""},
		{"the giver has it no more", func() error { return offer(o.operator, "main", "") }, types.ErrNotOperator, "rival", "", ""},
		{"the council gives its own away", func() error { return offer(o.council, "public", "ops") }, nil, "rival", "", "offered"},
		{"and it is taken", func() error { return accept(o.operator, "public") }, nil, "rival", "", "transferred"},
		{"and gone", func() error { return offer(o.council, "public", "rival") }, types.ErrNotOperator, "rival", "", ""},
	} {
		t.Run(step.name, func(t *testing.T) {
			o.said()
			require.ErrorIs(t, step.do(), step.expErr)
			p := o.get("main")
			require.Equal(t, []string{step.operator, step.pending}, []string{p.Operator, p.PendingOperator})
			said := o.said()
			if step.says == "" {
				require.Empty(t, said)
				return
			}
			require.Len(t, said, 1)
			require.Equal(t, step.says, said[0].What)
		})
	}
	require.Equal(t, "ops", o.get("public").Operator)
	// Retiring takes an offer back.
	require.NoError(t, offer(o.rival, "main", "ops"))
	_, err := o.srv.SetPool(o.ctx, &types.MsgSetPool{Operator: o.rival, Id: "main", Retired: true})
	require.NoError(t, err)
	require.ErrorIs(t, accept(o.operator, "main"), types.ErrOffer)
}
