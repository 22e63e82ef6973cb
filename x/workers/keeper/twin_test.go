package keeper_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/workers/keeper"
	"github.com/credence-chain/credence/x/workers/types"
)

// twin is the module as one would write it without a store, a bank or a bound on work: obviously right, and slow.
type twin struct {
	height    int64
	params    types.Params
	stake     map[string]uint64 // of pools
	active    map[string]bool   // organisations
	workers   map[string]*twinWorker
	coins     uint64 // of the module
	burnt     uint64
	unbonding []twinItem
	cooling   []twinItem
}

type twinWorker struct {
	org             string
	slots           uint32
	pools           []string
	bonded          uint64
	paused, jailed  bool
	coolingUntil    int64
	strike          int64
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

func (tw *twin) eligible(pool string) map[string][]string {
	out := map[string][]string{}
	for name, w := range tw.workers {
		if tw.active[w.org] && slices.Contains(w.pools, pool) && !w.paused && !w.jailed && w.coolingUntil == 0 &&
			uint32(len(w.assignments)) < w.slots && w.bonded-w.locked() >= tw.stake[pool] {
			out[w.org] = append(out[w.org], name)
		}
	}
	return out
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

func (tw *twin) fault(name string, f poco.Fault) {
	w := tw.workers[name]
	if f == poco.FaultNone {
		return
	}
	if f == poco.FaultWrong || f == poco.FaultUnrevealed {
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
	})
	pools := map[string]uint64{"big": 60, "mid": 30, "small": 10}
	for _, id := range slices.Sorted(maps.Keys(pools)) {
		f.pool(id, pools[id])
	}
	base := f.ctx
	payee := f.account("")
	supply := f.bank.GetSupply(base, types.Denom).Amount.Uint64()

	rapid.Check(t, func(r *rapid.T) {
		f.ctx, _ = base.CacheContext()
		f.accounts = 1000
		params, err := f.k.Params.Get(f.ctx)
		require.NoError(r, err)
		tw := &twin{height: f.ctx.BlockHeight(), params: params, stake: pools, active: map[string]bool{}, workers: map[string]*twinWorker{}}
		orgNames := []string{"alpha", "beta", "gamma", "delta"}
		for _, o := range orgNames {
			f.grant(o, true)
			tw.active[o] = true
		}
		minted := f.bank.GetSupply(f.ctx, types.Denom).Amount.Uint64()
		require.Equal(r, supply, minted)
		m := &machine{f: f, tw: tw, orgs: orgNames, payee: text(payee)}
		r.Repeat(map[string]func(*rapid.T){
			"register": m.register, "update": m.update, "bond": m.bond, "unbond": m.unbond, "lock": m.lock, "lock again": m.lock,
			"release": m.release, "settle": m.settle, "settle again": m.settle, "block": m.block, "block again": m.block,
			"status": m.status, "unjail": m.unjail, "": m.compare,
		})
	})
}

// machine draws operations.
type machine struct {
	f     *fixture
	tw    *twin
	orgs  []string
	payee string
	names []string
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

func (m *machine) register(r *rapid.T) {
	if len(m.names) >= 9 {
		r.Skip("enough")
	}
	w := &twinWorker{
		org: rapid.SampledFrom(m.orgs).Draw(r, "org"), slots: rapid.Uint32Range(1, 3).Draw(r, "slots"),
		pools: pickPools(r, 1), bonded: tens(r, 0),
	}
	if !m.tw.active[w.org] {
		r.Skip("revoked")
	}
	name := m.f.worker(w.org, w.slots, w.bonded, w.pools...)
	m.names = append(m.names, name)
	m.tw.workers[name] = w
	m.tw.coins += w.bonded
}

func (m *machine) update(r *rapid.T) {
	name := m.pick(r)
	w := m.tw.workers[name]
	slots, pools, paused := rapid.Uint32Range(1, 3).Draw(r, "slots"), pickPools(r, 0), rapid.Bool().Draw(r, "paused")
	_, err := keeper.NewMsgServer(m.f.k).Update(m.f.ctx, &types.MsgUpdate{
		Owner: m.f.get(name).Owner, Worker: name, Endpoint: "https://new.example", Slots: slots, Pools: pools, Paused: paused,
	})
	if !m.tw.active[w.org] || slots < uint32(len(w.assignments)) {
		require.Error(r, err)
		return
	}
	require.NoError(r, err)
	w.slots, w.pools, w.paused = slots, pools, paused
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
	if amount == 0 || amount > w.bonded-w.locked() {
		require.ErrorIs(r, err, types.ErrStake)
		return
	}
	require.NoError(r, err)
	m.tw.unbond(name, amount)
}

func (m *machine) lock(r *rapid.T) {
	pool := rapid.SampledFrom([]string{"big", "mid", "small"}).Draw(r, "pool")
	n, err := m.f.k.EligibleOrgs(m.f.ctx, pool)
	require.NoError(r, err)
	if n == 0 {
		r.Skip("nobody eligible")
	}
	org, members, err := m.f.k.EligibleOrgAt(m.f.ctx, pool, rapid.Uint64Range(0, n-1).Draw(r, "org"))
	require.NoError(r, err)
	name, err := m.f.k.EligibleMemberAt(m.f.ctx, pool, org, rapid.Uint64Range(0, members-1).Draw(r, "member"))
	require.NoError(r, err)
	require.NoError(r, m.f.k.Lock(m.f.ctx, name, m.tw.stake[pool]), "whoever is in the arrays can be locked")
	w := m.tw.workers[name]
	w.assignments = append(w.assignments, m.tw.stake[pool])
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
	m.tw.fault(name, fault)
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
			Fault: rapid.SampledFrom([]poco.Fault{0, 0, 0, poco.FaultWrong, poco.FaultUnrevealed, poco.FaultSilent, poco.FaultAbstained}).Draw(r, "fault"),
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
		m.tw.fault(e.Worker, e.Fault)
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
	for pool := range m.tw.stake {
		orgs, workers := m.f.drawable(pool)
		want := m.tw.eligible(pool)
		require.ElementsMatch(r, slices.Collect(maps.Keys(want)), orgs, pool)
		for org, list := range want {
			require.ElementsMatch(r, list, workers[org], fmt.Sprint(pool, org))
		}
		registered, err := m.f.k.Registered(m.f.ctx, pool)
		require.NoError(r, err)
		require.EqualValues(r, m.tw.registered(pool), registered, pool)
	}
	for name, w := range m.tw.workers {
		have := m.f.get(name)
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
		require.Equal(r, []uint64{w.confirmations, w.slashed, w.earned, uint64(w.strike)},
			[]uint64{have.Record.Confirmations, have.Record.Slashed, have.Record.Earned, uint64(have.Record.StrikeHeight)})
	}
	balance, owed, err := m.f.k.Solvency(m.f.ctx)
	require.NoError(r, err)
	require.Equal(r, m.tw.coins, owed)
	require.Equal(r, m.tw.coins, balance)
}
