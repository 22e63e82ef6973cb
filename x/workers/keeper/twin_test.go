package keeper_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/x/workers/keeper"
	"github.com/credence-chain/credence/x/workers/types"
)

// twin is the module as one would write it without a store, a bank or a bound on work: obviously right, and slow.
type twin struct {
	height    int64
	params    types.Params
	pools     map[string]*twinPool
	active    map[string]bool // organisations
	workers   map[string]*twinWorker
	coins     uint64 // of the module
	burnt     uint64
	unbonding []twinItem
	cooling   []twinItem
	evictions []twinItem // of "pool/worker"
}

type twinPool struct {
	stake, next uint64 // next is 0 when nothing was announced
	nextHeight  int64
	pass        *twinPass // nil when there is none, or it has ended
	invited     bool
	invitations map[string]bool
	capability  string
	retired     bool
	tickets     []string // organisations that ever had a worker in it, as they came
}

// twinPass goes over a pool's workers before its next stake is in force.
type twinPass struct{ worker string }

type twinWorker struct {
	org, capability string
	runtime         bool
	slots           uint32
	pools           []string
	evictions       map[string]int64 // pool -> height
	bonded          uint64
	paused, jailed  bool
	coolingUntil    int64
	strike          int64
	outage          poco.Outage
	assignments     []uint64
	confirmations   uint64
	slashed, earned uint64
}

type twinItem struct {
	height int64
	worker string
	amount uint64
}

func (w *twinWorker) locked() (sum uint64) {
	for _, a := range w.assignments {
		sum += a
	}
	return sum
}

// inForce is the stake of a pool at this height.
func (tw *twin) inForce(pool string) uint64 {
	p := tw.pools[pool]
	if p.next > 0 && tw.height >= p.nextHeight {
		return p.next
	}
	return p.stake
}

// asks is the free stake that a worker needs: the larger one from when the pass has reached it.
func (tw *twin) asks(pool, worker string) uint64 {
	p := tw.pools[pool]
	if p.next > p.stake && (p.pass == nil || worker <= p.pass.worker) {
		return p.next
	}
	return p.stake
}

// ahead lists the workers that a pool's pass has yet to reach.
func (tw *twin) ahead(pool string) (out []string) {
	for name, w := range tw.workers {
		if slices.Contains(w.pools, pool) && name > tw.pools[pool].pass.worker {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

func (tw *twin) load() (sum int) {
	for id, p := range tw.pools {
		if p.pass != nil {
			sum += len(tw.ahead(id)) + 1
		}
	}
	return sum
}

// urgent is the pool whose pass has the earliest deadline.
func (tw *twin) urgent() (first string) {
	for _, id := range slices.Sorted(maps.Keys(tw.pools)) {
		if tw.pools[id].pass != nil && (first == "" || tw.pools[id].nextHeight < tw.pools[first].nextHeight) {
			first = id
		}
	}
	return first
}

func (tw *twin) passes() {
	per := int(tw.params.DuePerBlock)
	for steps := per; steps > 0; {
		id := tw.urgent()
		if id == "" {
			return
		}
		p := tw.pools[id]
		if left := int(p.nextHeight - tw.height); left > 0 && 2*tw.load() <= left*per {
			return
		}
		ahead := tw.ahead(id)
		if n := min(steps, len(ahead)); n > 0 {
			p.pass.worker = ahead[n-1]
			steps -= n
		} else {
			steps--
		}
		if len(tw.ahead(id)) == 0 {
			p.pass = nil
		}
	}
}

// fold makes terms that came into force the pool's own.
func (p *twinPool) fold(height int64) {
	if p.next > 0 && height >= p.nextHeight {
		p.stake, p.next, p.nextHeight = p.next, 0, 0
	}
}

// announce says whether the terms may follow.
func (tw *twin) announce(pool string, stake uint64) bool {
	p := tw.pools[pool]
	was := *p
	p.fold(tw.height)
	raised := p.next > p.stake
	passed := raised && (p.pass == nil || p.pass.worker != "")
	if p.retired || stake < p.stake || stake > tw.params.MaxStake || (passed && stake != p.next) {
		*p = was
		return false
	}
	p.next, p.nextHeight = stake, tw.height+tw.params.NoticeBlocks
	if passed {
		return true
	}
	p.pass = nil
	if stake > p.stake {
		p.pass = &twinPass{}
		if 2*tw.load() > int(tw.params.NoticeBlocks)*int(tw.params.DuePerBlock) {
			*p = was
			return false
		}
	}
	return true
}

// mayServe says whether a worker of an organisation that was in the pools before may be in others now.
func (tw *twin) mayServe(org, capability string, before, pools []string) bool {
	for _, id := range pools {
		p := tw.pools[id]
		if p.capability != "" && p.capability != capability {
			return false
		}
		if !slices.Contains(before, id) && (p.retired || (p.invited && !p.invitations[org])) {
			return false
		}
	}
	return true
}

func (tw *twin) eligible(pool string) map[string][]string {
	out := map[string][]string{}
	for name, w := range tw.workers {
		if tw.active[w.org] && slices.Contains(w.pools, pool) && !w.paused && !w.jailed && w.coolingUntil == 0 &&
			uint32(len(w.assignments)) < w.slots && w.bonded-w.locked() >= tw.asks(pool, name) {
			out[w.org] = append(out[w.org], name)
		}
	}
	return out
}

func (tw *twin) registeredFor() int {
	orgs := map[string]bool{}
	for _, w := range tw.workers {
		if w.runtime {
			orgs[w.org] = true
		}
	}
	return len(orgs)
}

func (tw *twin) registered(pool string) int {
	orgs := map[string]bool{}
	for _, w := range tw.workers {
		if slices.Contains(w.pools, pool) {
			orgs[w.org] = true
		}
	}
	return len(orgs)
}

func (tw *twin) fault(name string, f poco.Fault, missed poco.Outage) {
	w := tw.workers[name]
	if f == poco.FaultNone {
		return
	}
	strike := f == poco.FaultWrong
	if f == poco.FaultUnrevealed || f == poco.FaultLate {
		w.confirmations = 0
		w.outage, strike = w.outage.Strike(missed)
	}
	if strike {
		w.confirmations = 0
		if w.strike > 0 && tw.height-w.strike < tw.params.ForgivenessBlocks {
			w.jailed = true
		}
		w.strike = tw.height
	}
	w.coolingUntil = tw.height + tw.params.CoolingBlocks
	tw.cooling = slices.DeleteFunc(tw.cooling, func(i twinItem) bool { return i.worker == name })
	tw.cooling = append(tw.cooling, twinItem{height: w.coolingUntil, worker: name})
}

// due takes what is due off a queue, oldest first, at most as much as a block may.
func (tw *twin) due(queue *[]twinItem) (out []twinItem) {
	slices.SortFunc(*queue, func(a, b twinItem) int {
		if a.height != b.height {
			return int(a.height - b.height)
		}
		if a.worker < b.worker {
			return -1
		}
		return 1
	})
	for len(*queue) > 0 && (*queue)[0].height <= tw.height && len(out) < int(tw.params.DuePerBlock) {
		out = append(out, (*queue)[0])
		*queue = (*queue)[1:]
	}
	return out
}

func (tw *twin) block() {
	tw.height++
	for _, i := range tw.due(&tw.unbonding) {
		tw.coins -= i.amount
	}
	for _, i := range tw.due(&tw.cooling) {
		tw.workers[i.worker].coolingUntil = 0
	}
	for _, i := range tw.due(&tw.evictions) {
		pool, name, _ := strings.Cut(i.worker, "/")
		if w := tw.workers[name]; w.evictions[pool] == i.height {
			w.serve(slices.DeleteFunc(slices.Clone(w.pools), func(id string) bool { return id == pool }))
		}
	}
	tw.passes()
}

// serve sets the pools that a worker serves; it can not be evicted from one that it left.
func (w *twinWorker) serve(pools []string) {
	w.pools = pools
	maps.DeleteFunc(w.evictions, func(pool string, _ int64) bool { return !slices.Contains(pools, pool) })
}

// give gives an organisation tickets of pools.
func (tw *twin) give(org string, pools []string) {
	for _, id := range pools {
		if p := tw.pools[id]; !slices.Contains(p.tickets, org) {
			p.tickets = append(p.tickets, org)
		}
	}
}

func (tw *twin) unbond(name string, amount uint64) {
	tw.workers[name].bonded -= amount
	due := tw.height + tw.params.UnbondingBlocks
	for i, u := range tw.unbonding {
		if u.height == due && u.worker == name {
			tw.unbonding[i].amount += amount
			return
		}
	}
	tw.unbonding = append(tw.unbonding, twinItem{due, name, amount})
}

// TestAgainstTwin does the same random things to the keeper and its twin, and compares them after each.
func TestAgainstTwin(t *testing.T) {
	f := newFixture(t)
	f.setParams(func(p *types.Params) {
		p.UnbondingBlocks, p.CoolingBlocks, p.ForgivenessBlocks, p.DuePerBlock = 4, 3, 8, 2
		p.NoticeBlocks, p.MaxStake, p.EvictBlocks = 6, 110, 3
		p.MinUnbond = 20
	})
	stakes := map[string]uint64{"big": 60, "mid": 30, "small": 10}
	for _, id := range slices.Sorted(maps.Keys(stakes)) {
		pool := types.Pool{Id: id, Operator: "ops", Runtime: contract.RuntimeWasm, Stake: stakes[id]}
		if id == "mid" {
			pool.Capabilities = []string{"gpu"}
		}
		require.NoError(t, f.k.CreatePool(f.ctx, pool))
	}
	operator := text(f.account("ops"))
	base := f.ctx
	payee := f.account("")
	supply := f.bank.GetSupply(base, types.Denom).Amount.Uint64()

	rapid.Check(t, func(r *rapid.T) {
		f.ctx, _ = base.CacheContext()
		f.accounts = 1000
		params, err := f.k.Params.Get(f.ctx)
		require.NoError(r, err)
		tw := &twin{height: f.ctx.BlockHeight(), params: params, pools: map[string]*twinPool{}, active: map[string]bool{}, workers: map[string]*twinWorker{}}
		for id, stake := range stakes {
			tw.pools[id] = &twinPool{stake: stake, invitations: map[string]bool{}}
		}
		tw.pools["mid"].capability = "gpu"
		orgNames := []string{"alpha", "beta", "gamma", "delta"}
		for _, o := range orgNames {
			f.grant(o, true)
			tw.active[o] = true
		}
		minted := f.bank.GetSupply(f.ctx, types.Denom).Amount.Uint64()
		require.Equal(r, supply, minted)
		m := &machine{f: f, tw: tw, orgs: orgNames, payee: text(payee), operator: operator}
		r.Repeat(map[string]func(*rapid.T){
			"register": m.register, "update": m.update, "bond": m.bond, "unbond": m.unbond, "lock": m.lock, "lock again": m.lock,
			"release": m.release, "settle": m.settle, "settle again": m.settle, "block": m.block, "block again": m.block,
			"status": m.status, "unjail": m.unjail, "announce": m.announce, "announce again": m.announce, "blocks": m.blocks,
			"evict": m.evict, "invite": m.invite, "set": m.set, "": m.compare,
		})
	})
}

// machine draws operations.
type machine struct {
	f        *fixture
	tw       *twin
	orgs     []string
	payee    string
	operator string
	names    []string
}

func (m *machine) pick(r *rapid.T) string {
	if len(m.names) == 0 {
		r.Skip("nobody registered")
	}
	return rapid.SampledFrom(m.names).Draw(r, "worker")
}

func pickPools(r *rapid.T, min int) []string {
	out := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"big", "mid", "small"}), min, 3, rapid.ID[string]).Draw(r, "pools")
	slices.Sort(out)
	return out
}

// tens draws an amount such that stakes are often just as large as a pool asks.
func tens(r *rapid.T, min uint64) uint64 { return 10 * rapid.Uint64Range(min, 12).Draw(r, "tens") }

func pickPool(r *rapid.T) string {
	return rapid.SampledFrom([]string{"big", "mid", "small"}).Draw(r, "pool")
}

// pickCapability draws what a worker declares, and that as a set.
func pickCapability(r *rapid.T) (string, []string) {
	if rapid.Bool().Draw(r, "gpu") {
		return "gpu", []string{"gpu", "disk", "gpu"}
	}
	return "", nil
}

func (m *machine) register(r *rapid.T) {
	if len(m.names) >= 9 {
		r.Skip("enough")
	}
	capability, declared := pickCapability(r)
	w := &twinWorker{
		org: rapid.SampledFrom(m.orgs).Draw(r, "org"), slots: rapid.Uint32Range(1, 3).Draw(r, "slots"),
		pools: pickPools(r, 1), bonded: tens(r, 0), capability: capability, runtime: true,
		evictions: map[string]int64{},
	}
	if !m.tw.active[w.org] {
		r.Skip("revoked")
	}
	owner, name := text(m.f.account(w.org)), text(m.f.account(""))
	_, err := keeper.NewMsgServer(m.f.k).Register(m.f.ctx, &types.MsgRegister{
		Owner: owner, Worker: name, Endpoint: "http://w.example:8080", Slots: w.slots, Pools: w.pools, Stake: w.bonded, Capabilities: declared,
	})
	if !m.tw.mayServe(w.org, capability, nil, w.pools) {
		require.Error(r, err)
		return
	}
	require.NoError(r, err)
	m.names = append(m.names, name)
	m.tw.workers[name] = w
	m.tw.give(w.org, w.pools)
	m.tw.coins += w.bonded
}

func (m *machine) update(r *rapid.T) {
	name := m.pick(r)
	w := m.tw.workers[name]
	slots, pools, paused := rapid.Uint32Range(1, 3).Draw(r, "slots"), pickPools(r, 0), rapid.Bool().Draw(r, "paused")
	capability, declared := pickCapability(r)
	ctx, write := m.f.ctx.CacheContext()
	_, err := keeper.NewMsgServer(m.f.k).Update(ctx, &types.MsgUpdate{
		Owner: m.f.get(name).Owner, Worker: name, Endpoint: "https://new.example", Slots: slots, Pools: pools, Paused: paused, Capabilities: declared,
	})
	if !m.tw.active[w.org] || slots < uint32(len(w.assignments)) || !m.tw.mayServe(w.org, capability, w.pools, pools) {
		require.Error(r, err)
		return
	}
	require.NoError(r, err)
	write()
	w.slots, w.paused, w.capability, w.runtime = slots, paused, capability, len(pools) > 0
	w.serve(pools)
	m.tw.give(w.org, pools)
}

func (m *machine) announce(r *rapid.T) {
	pool := pickPool(r)
	stake := m.tw.pools[pool].stake - 10 + tens(r, 0)%50
	msg := m.settings(pool)
	msg.Terms = &types.PoolTerms{Stake: stake}
	ctx, write := m.f.ctx.CacheContext()
	res, err := keeper.NewMsgServer(m.f.k).SetPool(ctx, msg)
	if stake == 0 || !m.tw.announce(pool, stake) {
		require.Error(r, err)
		return
	}
	require.NoError(r, err)
	require.Equal(r, m.tw.height+m.tw.params.NoticeBlocks, res.Height)
	write()
}

// settings leaves a pool as it is.
func (m *machine) settings(pool string) *types.MsgSetPool {
	p := m.tw.pools[pool]
	return &types.MsgSetPool{Operator: m.operator, Id: pool, Invited: p.invited, Retired: p.retired}
}

func (m *machine) set(r *rapid.T) {
	pool := pickPool(r)
	msg := m.settings(pool)
	msg.Invited = rapid.Bool().Draw(r, "invited")
	msg.Retired = msg.Retired || (pool == "small" && rapid.IntRange(0, 4).Draw(r, "retire") == 0)
	_, err := keeper.NewMsgServer(m.f.k).SetPool(m.f.ctx, msg)
	require.NoError(r, err)
	p := m.tw.pools[pool]
	p.invited, p.retired = msg.Invited, msg.Retired
	if p.pass == nil { // storing the pool makes terms in force its own
		p.fold(m.tw.height)
	}
}

func (m *machine) invite(r *rapid.T) {
	pool, org := pickPool(r), rapid.SampledFrom(m.orgs).Draw(r, "org")
	p, withdrawn := m.tw.pools[pool], rapid.Bool().Draw(r, "withdrawn")
	_, err := keeper.NewMsgServer(m.f.k).Invite(m.f.ctx, &types.MsgInvite{Operator: m.operator, Pool: pool, Organisation: org, Withdrawn: withdrawn})
	if p.invitations[org] != withdrawn || (p.retired && !withdrawn) {
		require.Error(r, err)
		return
	}
	require.NoError(r, err)
	p.invitations[org] = !withdrawn
}

func (m *machine) evict(r *rapid.T) {
	name, pool := m.pick(r), pickPool(r)
	w := m.tw.workers[name]
	res, err := keeper.NewMsgServer(m.f.k).Evict(m.f.ctx, &types.MsgEvict{Operator: m.operator, Pool: pool, Worker: name})
	if !slices.Contains(w.pools, pool) {
		require.ErrorIs(r, err, types.ErrNotServing)
		return
	}
	if w.evictions[pool] > 0 {
		require.ErrorIs(r, err, types.ErrEvicting)
		return
	}
	require.NoError(r, err)
	due := m.tw.height + m.tw.params.EvictBlocks
	require.Equal(r, due, res.Height)
	w.evictions[pool] = due
	// Evicted, gone, back and evicted again in one block has one turn.
	if item := (twinItem{height: due, worker: pool + "/" + name}); !slices.Contains(m.tw.evictions, item) {
		m.tw.evictions = append(m.tw.evictions, item)
	}
}

func (m *machine) blocks(r *rapid.T) {
	for range rapid.IntRange(2, 5).Draw(r, "blocks") {
		m.block(r)
		m.compare(r)
	}
}

func (m *machine) bond(r *rapid.T) {
	name, amount := m.pick(r), tens(r, 1)
	require.NoError(r, m.f.k.Bond(m.f.ctx, name, amount))
	m.tw.workers[name].bonded += amount
	m.tw.coins += amount
}

func (m *machine) unbond(r *rapid.T) {
	name, amount := m.pick(r), tens(r, 0)
	w := m.tw.workers[name]
	_, err := m.f.k.Unbond(m.f.ctx, name, amount)
	free, open, joins := w.bonded-w.locked(), 0, false
	for _, u := range m.tw.unbonding {
		if u.worker == name {
			open++
			joins = joins || u.height == m.tw.height+m.tw.params.UnbondingBlocks
		}
	}
	switch {
	case amount == 0 || amount > free:
		require.ErrorIs(r, err, types.ErrStake)
		return
	case !joins && open == types.MaxUnbondings:
		require.ErrorIs(r, err, types.ErrUnbondings)
		return
	case !joins && amount < m.tw.params.MinUnbond && (amount < free || open > 0):
		require.ErrorIs(r, err, types.ErrStake)
		return
	}
	require.NoError(r, err)
	m.tw.unbond(name, amount)
}

func (m *machine) lock(r *rapid.T) {
	pool := pickPool(r)
	n, err := m.f.k.EligibleOrgs(m.f.ctx, pool)
	require.NoError(r, err)
	if n == 0 {
		r.Skip("nobody eligible")
	}
	org, members, err := m.f.k.EligibleOrgAt(m.f.ctx, pool, rapid.Uint64Range(0, n-1).Draw(r, "org"))
	require.NoError(r, err)
	name, err := m.f.k.EligibleMemberAt(m.f.ctx, pool, org, rapid.Uint64Range(0, members-1).Draw(r, "member"))
	require.NoError(r, err)
	require.NoError(r, m.f.k.Lock(m.f.ctx, name, m.tw.inForce(pool)), "whoever is in the arrays can be locked")
	w := m.tw.workers[name]
	w.assignments = append(w.assignments, m.tw.inForce(pool))
}

func (m *machine) release(r *rapid.T) {
	name := m.pick(r)
	w := m.tw.workers[name]
	if len(w.assignments) == 0 {
		require.ErrorIs(r, m.f.k.Release(m.f.ctx, name, 0, poco.FaultNone), types.ErrSettlement)
		return
	}
	fault := rapid.SampledFrom([]poco.Fault{poco.FaultNone, poco.FaultSilent, poco.FaultAbstained}).Draw(r, "fault")
	require.NoError(r, m.f.k.Release(m.f.ctx, name, w.assignments[0], fault))
	w.assignments = w.assignments[1:]
	m.tw.fault(name, fault, poco.Outage{})
}

func (m *machine) settle(r *rapid.T) {
	var ends []types.SeatSettlement
	var total uint64
	for _, name := range m.names {
		w := m.tw.workers[name]
		if len(w.assignments) == 0 || !rapid.Bool().Draw(r, "take part") {
			continue
		}
		e := types.SeatSettlement{
			Worker: name, Unlock: w.assignments[0], Earned: 3,
			Fault: rapid.SampledFrom([]poco.Fault{0, 0, 0, poco.FaultWrong, poco.FaultUnrevealed, poco.FaultLate, poco.FaultSilent, poco.FaultAbstained}).Draw(r, "fault"),
		}
		if e.Fault == poco.FaultUnrevealed || e.Fault == poco.FaultLate {
			e.Outage.Committed = rapid.Int64Range(1, 60).Draw(r, "committed")
			e.Outage.Missed = e.Outage.Committed + rapid.Int64Range(1, 20).Draw(r, "missed")
		}
		e.Right = e.Fault == poco.FaultNone
		e.Confirmed = e.Right && rapid.Bool().Draw(r, "confirmed")
		if !e.Right {
			e.Slash = rapid.SampledFrom([]uint64{0, e.Unlock / 2, e.Unlock}).Draw(r, "slash")
		}
		total += e.Slash
		ends = append(ends, e)
	}
	pay := rapid.Uint64Range(0, total).Draw(r, "pay")
	addr, err := codecOf.StringToBytes(m.payee)
	require.NoError(r, err)
	pays := []types.StakePay{{To: addr, Amount: pay}}
	require.ErrorIs(r, m.f.k.Settle(m.f.ctx, "t", ends, pays, total-pay+1), types.ErrSettlement)
	before := m.f.balance(m.payee)
	require.NoError(r, m.f.k.Settle(m.f.ctx, "t", ends, pays, total-pay))
	require.Equal(r, before+pay, m.f.balance(m.payee))
	for _, e := range ends {
		w := m.tw.workers[e.Worker]
		w.assignments = w.assignments[1:]
		w.bonded -= e.Slash
		w.slashed += e.Slash
		w.earned += e.Earned
		if e.Confirmed {
			w.confirmations++
		}
		m.tw.fault(e.Worker, e.Fault, e.Outage)
	}
	m.tw.coins -= total
	m.tw.burnt += total - pay
}

func (m *machine) block(*rapid.T) {
	m.f.block(1)
	m.tw.block()
}

func (m *machine) status(r *rapid.T) {
	org, active := rapid.SampledFrom(m.orgs).Draw(r, "org"), rapid.Bool().Draw(r, "active")
	m.f.grant(org, active)
	m.tw.active[org] = active
	require.NoError(r, m.f.k.Refresh(m.f.ctx, org))
}

func (m *machine) unjail(r *rapid.T) {
	name := m.pick(r)
	w := m.tw.workers[name]
	err := m.f.k.Unjail(m.f.ctx, name)
	if !w.jailed {
		require.ErrorIs(r, err, types.ErrNotJailed)
		return
	}
	require.NoError(r, err)
	w.jailed = false
}

// compare checks every law and that keeper and twin say the same.
func (m *machine) compare(r *rapid.T) {
	require.NoError(r, m.f.k.CheckInvariants(m.f.ctx))
	for pool, p := range m.tw.pools {
		have, err := m.f.k.GetPool(m.f.ctx, pool)
		require.NoError(r, err)
		require.Equal(r, m.tw.inForce(pool), have.Stake, "terms are in force from their height, whatever the pass had to do")
		if p.nextHeight > 0 && m.tw.height >= p.nextHeight {
			require.Nil(r, p.pass, "passes end in time")
		}
		orgs, workers := m.f.drawable(pool)
		want := m.tw.eligible(pool)
		require.ElementsMatch(r, slices.Collect(maps.Keys(want)), orgs, pool)
		for org, list := range want {
			require.ElementsMatch(r, list, workers[org], fmt.Sprint(pool, org))
		}
		registered, err := m.f.k.Registered(m.f.ctx, pool)
		require.NoError(r, err)
		require.EqualValues(r, m.tw.registered(pool), registered, pool)
		require.Equal(r, p.tickets, m.f.tickets(pool))
	}
	registered, err := m.f.k.RegisteredFor(m.f.ctx, contract.RuntimeWasm)
	require.NoError(r, err)
	require.EqualValues(r, m.tw.registeredFor(), registered)
	for name, w := range m.tw.workers {
		have := m.f.get(name)
		require.ElementsMatch(r, w.pools, have.Pools)
		evictions := map[string]int64{}
		for _, e := range have.Evictions {
			evictions[e.Pool] = e.Height
		}
		require.Equal(r, w.evictions, evictions)
		var unbonding uint64
		for _, u := range m.tw.unbonding {
			if u.worker == name {
				unbonding += u.amount
			}
		}
		require.Equal(r, w.bonded, have.Bonded)
		require.Equal(r, w.locked(), have.Locked)
		require.Equal(r, unbonding, have.Unbonding)
		require.EqualValues(r, len(w.assignments), have.Busy)
		require.Equal(r, w.jailed, have.Jailed)
		require.Equal(r, w.coolingUntil, have.CoolingUntil)
		require.Equal(r, w.outage, have.Record.Outage())
		require.Equal(r, []uint64{w.confirmations, w.slashed, w.earned, uint64(w.strike)},
			[]uint64{have.Record.Confirmations, have.Record.Slashed, have.Record.Earned, uint64(have.Record.StrikeHeight)})
	}
	balance, owed, err := m.f.k.Solvency(m.f.ctx)
	require.NoError(r, err)
	require.Equal(r, m.tw.coins, owed)
	require.Equal(r, m.tw.coins, balance)
}
