package keeper_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	sdk "github.com/cosmos/cosmos-sdk/types"

	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

const funds = 40_000 // of each person

var people = []string{"ann", "bob", "cyd", "iss", "spo"}

// world is a market that random messages are sent to, and what a witness remembers of them.
type world struct {
	*fixture
	rt     *rapid.T
	nonce  uint64
	seen   map[string]types.Order // everything that was ever signed, presigned, placed or submitted
	gone   map[string]bool        // taken back by its owner
	floors map[string]uint64
	filled map[string]uint64 // tasks by order and request, counted from the deals
	live   map[string]uint64 // deal -> tasks opened and not ended
	asked  []string          // requests on the chain
	signed []types.Order     // requests signed off it, the latest first: the likeliest to be drawn, and to be good
	offers []types.Order     // orders signed, presigned or placed
	issued []string          // vouchers, the latest first
	holder map[string]string // voucher -> name
	mirror *mirror
	read   int // events that the mirror has seen
}

func newWorld(t *testing.T, rt *rapid.T) *world {
	w := &world{
		fixture: newFixture(t), rt: rt, seen: map[string]types.Order{}, gone: map[string]bool{}, floors: map[string]uint64{},
		filled: map[string]uint64{}, live: map[string]uint64{}, holder: map[string]string{}, mirror: newMirror(),
	}
	w.addApp("studio/zoo:v1", 10)
	w.setApp("studio/zoo:v1", func(_ *appstypes.App, v *appstypes.Version) { v.ByOrder = true })
	w.addApp("studio/bomb:v1", 10)
	w.setDataset("data/bb:v1", func(_ *appstypes.Dataset, v *appstypes.DatasetVersion) { v.ByOrder = true })
	w.member("cyd", "cyds")
	for _, n := range people {
		w.fund(n, funds)
	}
	w.tasks.fail = func(_ dealstypes.Deal, index uint64) error {
		if index == 3 {
			panic("injected")
		}
		return nil
	}
	w.setParams(func(p *types.Params) { p.MatchesPerBlock, p.EndsPerBlock = 4, 3 })
	w.setDealParams(func(p *dealstypes.Params) { p.OpensPerBlock = 6 })
	return w
}

func (w *world) pick(what string, of ...string) string { return rapid.SampledFrom(of).Draw(w.rt, what) }
func (w *world) up(what string, from, to uint64) uint64 {
	return rapid.Uint64Range(from, to).Draw(w.rt, what)
}
func (w *world) chance(what string) bool { return rapid.IntRange(0, 3).Draw(w.rt, what) == 0 }

func (w *world) expiry() int64 {
	if w.chance("expires") {
		return w.height() + int64(w.up("expiry", 1, 6))
	}
	return 0
}

// anOrder draws an app, dataset or pool order.
func (w *world) anOrder() (o types.Order) {
	w.nonce++
	price, volume := w.up("price", 0, 60), w.up("volume", 0, 5)
	switch w.pick("kind", "app", "dataset", "pool", "pool") {
	case "app":
		o = appOrder(w.pick("app", "studio/ray:v1", "studio/zoo:v1"), w.nonce, price/4, volume)
		if w.chance("restricts") {
			o.App.Requesters.Accounts = []string{addr(w.pick("requester", people...))}
		}
		if w.chance("restricts pools") {
			o.App.Pools.Ids = []string{w.pick("pool", "open", "second")}
		}
	case "dataset":
		o = datasetOrder(w.pick("dataset", "data/aa:v1", "data/bb:v1"), w.nonce, price/8, volume)
		if w.chance("restricts") {
			o.Dataset.Apps.Ids = []string{w.pick("app", "studio/ray", "studio/zoo")}
		}
	default:
		pool := w.pick("pool", "open", "second")
		o = w.poolOrder(pool, w.nonce, price, volume)
		o.Pool.Stake = w.pools.pools[pool].Stake
		if w.chance("restricts") {
			o.Pool.Requesters.Organisations = []string{"cyds"}
		}
		if w.chance("has a category") {
			o.Pool.Category = "xs"
		}
	}
	o.Expiry = w.expiry()
	return o
}

// aJob draws a job of somebody's.
func (w *world) aJob(who string) types.Job {
	j := job()
	j.App = w.pick("app", "studio/ray:v1", "studio/ray:v1", "studio/ray:v1", "studio/ray:v1", "studio/zoo:v1", "studio/bomb:v1")
	j.MaxPrice, j.Size_ = 300-w.up("below_300", 0, 270), w.up("size", 1, 8)
	j.Policy = w.pick("policy", "credence", "court")
	j.Partial = w.chance("partial") || w.chance("partial again")
	switch w.pick("datasets", "none", "none", "one", "by order", "split") {
	case "one":
		j.Datasets = []string{"data/aa:v1"}
	case "by order":
		j.Datasets = []string{"data/bb:v1"}
	case "split":
		j.Datasets, j.DatasetsPerTask, j.Size_ = []string{"data/bb:v1", "data/aa:v1", "data/cc:v1"}, 1, 3
	}
	if w.chance("category") {
		j.Category = "xs"
	}
	if w.chance("pool") {
		j.Pool = w.pick("of", "open", "second")
	}
	if len(w.issued) > 0 && (w.chance("voucher") || w.chance("voucher again")) {
		likely := slices.DeleteFunc(slices.Clone(w.issued), func(id string) bool { return w.holder[id] != who })
		j.Voucher = w.pick("which", append(likely, w.pick("any", w.issued...))...) // first choices are the likeliest
	}
	return j
}

func (w *world) know(o types.Order) types.Order {
	o = o.Normal()
	if _, known := w.seen[idOf(o)]; !known {
		w.seen[idOf(o)] = o
		if o.Request == nil {
			w.offers = append(w.offers, o)
		}
	}
	return o
}

// issueTo gives somebody a voucher for so many blocks.
func (w *world) issueTo(holder string, amount, blocks uint64) {
	w.nonce++
	if id, err := w.issueErr(voucherstypes.MsgIssueVoucher{
		Issuer: addr("iss"), Nonce: w.nonce, Holder: addr(holder), Amount: amount, Expiry: w.height() + int64(blocks),
	}); err == nil {
		w.issued, w.holder[id] = slices.Insert(w.issued, 0, id), holder
	}
}

// waitFor lets a job of somebody's wait for some of the last requests: whatever becomes of them.
func (w *world) waitFor(who string, j *types.Job) {
	own := slices.DeleteFunc(slices.Clone(w.asked), func(id string) bool { return names[w.seen[id].Owner] != who })
	own = own[max(0, len(own)-4):]
	for _, id := range own {
		switch w.pick("waits for", "after", "input", "none") {
		case "after":
			j.After = append(j.After, id)
		case "input":
			j.Inputs = append(j.Inputs, &dealstypes.Input{Name: "of/" + id, Size_: 10, Tree: true, Of: id})
		}
	}
}

// over says that an order is taken back or expired.
func (w *world) over(o types.Order) bool {
	return w.gone[idOf(o)] || o.Expiry > 0 && o.Expiry <= w.height()
}

// steps are what may happen, by name.
var steps = map[string]func(w *world){
	"place": func(w *world) {
		o := w.anOrder()
		if _, err := w.placeErr(o); err == nil {
			w.know(o)
		}
	},
	"presign": func(w *world) {
		o := w.anOrder()
		if _, err := w.presignErr(o); err == nil {
			w.know(o)
		}
	},
	"sign": func(w *world) { w.know(w.anOrder()) },
	"place again": func(w *world) {
		if len(w.offers) > 0 {
			_, _ = w.placeErr(rapid.SampledFrom(w.offers).Draw(w.rt, "order"))
		}
	},
	"cancel order": func(w *world) {
		if len(w.offers) > 0 {
			o := rapid.SampledFrom(w.offers).Draw(w.rt, "order")
			kind, _ := o.Kind()
			if w.cancelNonce(names[o.Owner], kind, o.Nonce) == nil {
				w.gone[idOf(o)] = true
			}
		}
	},
	"floor": func(w *world) {
		if w.chance("really") {
			who := w.pick("owner", "acme", "bolt", "studio", "data", "ann")
			kind := map[string]types.OrderKind{"acme": kindPool, "bolt": kindPool, "studio": kindApp, "data": kindDataset, "ann": kindRequest}[who]
			below := w.up("below", 2, w.nonce/2+2)
			if w.cancelBelow(who, kind, below) == nil {
				w.floors[addr(who)+kind.Word()] = below
			}
		}
	},
	"submit": func(w *world) {
		w.nonce++
		n := w.pick("requester", "ann", "bob", "cyd")
		j, expiry := w.aJob(n), int64(0)
		if w.chance("rests") || w.chance("rests again") {
			expiry = w.height() + int64(w.up("expiry", 2, 12))
		}
		if len(w.asked) > 0 && w.chance("waits") {
			w.waitFor(n, &j)
			expiry = w.height() + int64(w.up("expiry", 2, 25))
		}
		if id, err := w.restErr(n, w.nonce, j, expiry); err == nil {
			w.asked = append(w.asked, id)
			w.know(with(requestOrder(n, w.nonce, j), func(o *types.Order) { o.Expiry = expiry }))
		}
	},
	"sign request": func(w *world) {
		w.nonce++
		n := w.pick("requester", "ann", "bob", "cyd")
		o := requestOrder(n, w.nonce, w.aJob(n))
		o.Expiry = w.expiry()
		if !w.chance("pays itself") && o.Request.Voucher == "" {
			o.Request.Sponsor = addr("spo")
		}
		if w.chance("presigned") {
			if _, err := w.presignErr(o); err != nil {
				return
			}
		}
		w.signed = slices.Insert(w.signed, 0, w.know(o))
	},
	"match": func(w *world) {
		if len(w.signed) == 0 || len(w.offers) == 0 {
			return
		}
		r := rapid.SampledFrom(w.signed).Draw(w.rt, "request")
		m, careless := types.MsgMatchOrders{Relayer: addr("spo"), Request: w.sign(r)}, w.chance("careless")
		if careless || r.Request.Sponsor == "" {
			m.Relayer = addr(w.pick("relayer", "eve", "spo"))
		}
		for _, o := range slices.Backward(w.offers) { // the latest that suit at first sight
			if !careless && w.over(o) {
				continue
			}
			s := w.sign(o)
			switch {
			case o.App != nil && o.App.App == r.Request.App && m.App == nil:
				m.App = &s
			case o.Pool != nil && m.Pool.Order == nil && o.Pool.Category == r.Request.Category && (r.Request.Pool == "" || r.Request.Pool == o.Pool.Pool):
				m.Pool = s
			}
		}
		for _, ref := range r.Request.Datasets {
			s := types.SignedOrder{}
			for _, o := range slices.Backward(w.offers) {
				if o.Dataset != nil && o.Dataset.Dataset == ref && (careless || !w.over(o)) {
					s = w.sign(o)
					break
				}
			}
			m.Datasets = append(m.Datasets, s)
		}
		_, _ = w.matchErr(m)
	},
	"cancel request": func(w *world) {
		if len(w.asked) > 0 {
			id := rapid.SampledFrom(w.asked).Draw(w.rt, "request")
			if w.cancel(names[w.seen[id].Owner], id) == nil {
				w.gone[id] = true
			}
		}
	},
	"issue": func(w *world) {
		w.issueTo(w.pick("holder", "ann", "bob"), w.up("amount", 1, 9_000), w.up("expiry", 1, 30))
	},
	"top up": func(w *world) {
		if len(w.issued) > 0 {
			_ = w.topUp("iss", rapid.SampledFrom(w.issued).Draw(w.rt, "voucher"), w.up("amount", 0, 500), w.height()+int64(w.up("expiry", 1, 20)))
		}
	},
	"stake": func(w *world) {
		if w.chance("really") {
			w.setPool(w.pick("pool", "open", "second"), func(p *workerstypes.Pool) { p.Stake += 1 })
		}
	},
	"revoke": func(w *world) {
		org := w.pick("organisation", "acme", "studio", "cyds")
		w.orgs.revoked[org] = w.chance("revoked")
	},
	"block":  func(w *world) { w.block() },
	"settle": func(w *world) { w.settleSome() },
}

// block ends this block and begins the next, with an app that panics at every match.
func (w *world) block() {
	bomb := func(armed bool) {
		w.setApp("studio/bomb:v1", func(a *appstypes.App, _ *appstypes.Version) {
			a.Description = map[bool]string{true: "panics"}[armed]
		})
	}
	w.endBlock()
	w.listen()
	w.compare()
	w.read, w.txs = 0, 0
	w.tasks.opened = nil
	w.ctx = w.ctx.WithBlockHeight(w.height() + 1).WithEventManager(sdk.NewEventManager())
	bomb(true)
	w.beginBlock()
	bomb(false)
	for _, o := range w.tasks.opened {
		w.live[o[:64]]++
	}
	for _, e := range events[sdk.Msg](w.fixture) { // in their order: volume given back may be met again at once
		switch e := e.(type) {
		case *types.EventOrderReleased:
			w.release(e)
		case *dealstypes.EventDeal:
			w.judge(e)
		}
	}
}

func (w *world) release(e *types.EventOrderReleased) {
	require.LessOrEqual(w, e.Tasks, w.filled[e.Id], "given back more than was met")
	w.filled[e.Id] -= e.Tasks
}

// settleSome ends an opened task of every deal.
func (w *world) settleSome() {
	before := len(events[*types.EventOrderReleased](w.fixture))
	for _, id := range sorted(w.live) {
		if w.live[id] == 0 {
			continue
		}
		d, err := w.dealing.GetDeal(w.ctx, id)
		require.NoError(w, err)
		each, err := d.Terms.Escrow()
		require.NoError(w, err)
		accepted, premium := rapid.Bool().Draw(w.rt, "accepted"), uint64(0)
		if accepted {
			premium = d.Terms.Premium
		}
		pays, left := []dealstypes.EscrowPay{}, each-premium
		for _, to := range []string{"studio", "w1", "blocked"} {
			_, raw := account(to)
			amount := w.up(to, 0, left)
			pays, left = append(pays, dealstypes.EscrowPay{To: raw, Amount: amount}), left-amount
		}
		if !accepted && w.chance("nobody was drawn") {
			pays, left = nil, each
		}
		s := dealstypes.TaskSettlement{Deal: id, Task: "t", Index: d.First + d.Ended, Pays: pays, Premium: premium, Refund: left, Accepted: accepted}
		s.Failed = accepted && w.chance("failed")
		if accepted && !s.Failed {
			w.tasks.setResult(d.Request)
		}
		require.NoError(w, w.dealing.Settle(w.ctx, s))
		w.live[id]--
	}
	for _, e := range events[*types.EventOrderReleased](w.fixture)[before:] {
		w.release(e)
	}
}

func (w *world) running() bool {
	for _, n := range w.live {
		if n > 0 {
			return true
		}
	}
	return false
}

// often is how often each step is taken.
var often = []string{
	"submit", "block", "sign request", "match", "block", "place", "submit", "match", "settle", "issue", "cancel request", "cancel order",
	"top up", "place", "sign", "presign", "place again", "submit", "match", "floor", "stake", "revoke",
}
