package scenario

import (
	"fmt"
	"strings"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/testutil"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
)

// known is an order, a request or a voucher that a script has named.
type known struct {
	id     string
	kind   markettypes.OrderKind
	owner  *testutil.Account
	order  markettypes.Order
	signed *markettypes.SignedOrder // signed off the chain
}

// trade carries out a step of the market. Names are the script's; expiry is a number of blocks from now on:
//
//	submit [as=bag] [from=volt] [expiry=9] [app= datasets=a,b per=2 category= tags= cpu= memory= pool= pools= maxapp=
//	    maxdata= maxpool= voucher= beneficiary= callback= onchain= audit= partial after=a,b reads=a when=a:0/10] and the fields of a task       a request on the book
//	order pool NAME pool= price= base= gfuel= second= volume= commission= stake= fuel= category= trust= tags= apps= datasets= requesters=
//	order app NAME app= price= volume= tags= datasets= pools= requesters=
//	order dataset NAME dataset= price= volume= tags= apps= pools= requesters=       by=WHO, nonce=, expiry= for all
//	presign KIND NAME ..., sign KIND NAME ...   as order; also request, with the fields of submit
//	forge NAME by=WHO                           the signature of an order is replaced by that of WHO
//	match request=NAME pool=NAME [app=NAME] [datasets=NAME,-] [by=WHO]       ends two blocks later
//	cancel [NAME], cancel order NAME, cancel nonce KIND WHO 7, cancel below KIND WHO 7
//	voucher NAME amount= expiry= [by=WHO] [holder=WHO] [apps= datasets= pools=]
//	topup NAME amount= expiry=, spenders NAME who=a,b
//	member ORG WHO                              the organisation's admin adds an account
//	deals, orders, requests, vouchers           show state
func (s *stage) trade(word string, w *words) (out []string, found bool) {
	switch word {
	case "submit":
		return s.submit(w), true
	case "order":
		k := s.newOrder(w)
		s.chain.Queue(k.owner, &markettypes.MsgPlaceOrder{Owner: k.owner.String(), Order: k.order})
		return s.wait(2), true
	case "presign":
		k := s.newOrder(w)
		s.chain.Queue(k.owner, &markettypes.MsgPresignOrder{Owner: k.owner.String(), Order: k.order})
		return s.wait(1), true
	case "sign":
		name := w.plain[1]
		k := s.newOrder(w)
		signed := s.chain.SignOrder(k.owner, k.order)
		k.signed = &signed
		s.known[name] = k
		return nil, true
	case "forge":
		k := s.known[w.next()]
		by := s.chain.Actor(w.text("by", ""))
		other := k.order
		other.Owner = by.String()
		k.signed.Signature = s.chain.SignOrder(by, other).Signature
		return nil, true
	case "match":
		return s.match(w), true
	case "cancel":
		return s.cancel(w), true
	case "voucher":
		return s.issue(w), true
	case "topup":
		k := s.known[w.next()]
		s.chain.Queue(k.owner, &voucherstypes.MsgTopUpVoucher{
			Issuer: k.owner.String(), Id: k.id, Amount: w.amount("amount", 0), Expiry: w.height("expiry"),
		})
		return s.wait(1), true
	case "spenders":
		k := s.known[w.next()]
		v, err := app.VouchersKeeper(s.chain.App).GetVoucher(s.chain.Ctx(), k.id)
		require.NoError(s.t, err)
		msg := &voucherstypes.MsgSetSpenders{Holder: v.Holder, Id: k.id}
		for _, who := range w.list("who") {
			msg.Spenders = append(msg.Spenders, s.chain.Actor(who).String())
		}
		s.chain.Queue(s.chain.Actor(s.chain.Name(v.Holder)), msg)
		return s.wait(1), true
	case "member":
		org := s.chain.Org(w.next())
		who := s.chain.Actor(w.next())
		s.chain.Queue(org.Admin, &orgstypes.MsgAddMember{Admin: org.Admin.String(), OrgId: org.ID, Member: who.String()})
		s.chain.Queue(who, &orgstypes.MsgAcceptMembership{Member: who.String(), OrgId: org.ID})
		return s.wait(1), true
	case "deals":
		return s.showDeals(), true
	case "orders":
		return s.showOrders(), true
	case "requests":
		return s.showRequests(), true
	case "vouchers":
		return s.showVouchers(), true
	}
	return nil, false
}

func (s *stage) submit(w *words) []string {
	from := s.chain.Actor(w.text("from", testutil.Requester))
	msg := &markettypes.MsgSubmitTask{Requester: from.String(), Nonce: s.chain.NextNonce(), Expiry: w.height("expiry")}
	name := w.text("as", "")
	msg.Job = s.job(w)
	s.learn(name, known{kind: markettypes.ORDER_KIND_REQUEST, owner: from, order: markettypes.Order{Owner: msg.Requester, Nonce: msg.Nonce, Request: &msg.Job}})
	s.chain.Queue(from, msg)
	return s.wait(2)
}

// learn stores an order or a request under a name, or without one.
func (s *stage) learn(name string, k known) known {
	k.id = s.chain.OrderID(k.order)
	if name != "" {
		s.name(k.id, name)
		s.known[name] = k
	} else if s.market {
		s.name(k.id, "request")
	}
	if k.kind == markettypes.ORDER_KIND_REQUEST {
		s.last = k.id
		s.known[""] = k
	}
	return k
}

func (s *stage) job(w *words) markettypes.Job {
	job := s.chain.Job()
	job.Trust = w.trust(job.Trust)
	job.MinReplicas = uint32(w.amount("min", 0))
	job.Value = w.amount("value", 0)
	job.Size_ = w.amount("size", 0)
	job.FuelLimit = w.amount("fuel", job.FuelLimit)
	job.Policy = w.text("policy", "")
	// The word max limits the price of app, datasets and replicas. The premium is added to it.
	job = s.chain.PayWork(job, w.amount("max", s.chain.TenSeats()))
	job.StaticCredibility = w.flag("static")
	job.App = w.text("app", job.App)
	job.Datasets = w.list("datasets")
	job.DatasetsPerTask = uint32(w.amount("per", 0))
	job.Category = w.text("category", "")
	job.Tags = w.list("tags")
	job.Resources = w.resources()
	job.Pool = w.text("pool", "")
	job.Pools = w.restriction("pools", "operators")
	job.MaxAppPrice = w.amount("maxapp", 0)
	job.MaxDatasetPrice = w.amount("maxdata", 0)
	job.MaxPoolPrice = w.amount("maxpool", 0)
	job.Callback = w.text("callback", "")
	job.Onchain = w.text("onchain", "")
	job.AuditBlocks = int64(w.amount("audit", 0))
	job.Partial = w.flag("partial")
	s.addAwaited(w, &job)
	if who := w.text("sponsor", ""); who != "" {
		job.Sponsor = s.chain.Actor(who).String()
	}
	if who := w.text("beneficiary", ""); who != "" {
		job.Beneficiary = s.chain.Actor(who).String()
	}
	if name := w.text("voucher", ""); name != "" {
		job.Voucher = s.known[name].id
	}
	return job
}

func (w *words) resources() appstypes.Resources {
	return appstypes.Resources{CpuMillis: w.amount("cpu", 0), MemoryBytes: w.amount("memory", 0)}
}

// usePrice returns the price by use that an order names, or nil if it names none.
func (w *words) usePrice() *dealstypes.UsePrice {
	p := dealstypes.UsePrice{Base: w.amount("base", 0), PerGfuel: w.amount("gfuel", 0), PerSecond: w.amount("second", 0)}
	if p == (dealstypes.UsePrice{}) {
		return nil
	}
	return &p
}

func (w *words) restriction(ids, orgs string) markettypes.Restriction {
	return markettypes.Restriction{Ids: w.list(ids), Audience: orgstypes.Audience{Organisations: w.list(orgs)}}
}

func (w *words) audience() orgstypes.Audience {
	return orgstypes.Audience{Organisations: w.list("requesters")}
}

// newOrder reads KIND NAME and the fields of the kind.
func (s *stage) newOrder(w *words) known {
	k := known{}
	kind, name := w.next(), w.next()
	s.nonce++
	var who string
	switch kind {
	case "pool":
		k.kind, who = markettypes.ORDER_KIND_POOL, testutil.Operator
		pool := w.text("pool", testutil.Pool)
		at, err := app.WorkersKeeper(s.chain.App).GetPool(s.chain.Ctx(), pool)
		require.NoError(s.t, err)
		k.order.Pool = &markettypes.PoolOrder{
			Pool: pool, Price: w.amount("price", s.options.Price), Volume: w.amount("volume", 0), MaxFuel: w.amount("fuel", 1<<40),
			Tags: w.list("tags"), Category: w.text("category", ""), Trust: w.trust(0), Resources: w.resources(),
			Stake: w.amount("stake", at.Stake), CommissionBps: uint32(w.amount("commission", 0)),
			Apps: w.restriction("apps", "providers"), Datasets: w.restriction("datasets", "owners"), Requesters: w.audience(),
			UsePrice: w.usePrice(),
		}
	case "app":
		k.kind, who = markettypes.ORDER_KIND_APP, testutil.Provider
		k.order.App = &markettypes.AppOrder{
			App: w.text("app", testutil.AppRef), Price: w.amount("price", s.options.AppPrice), Volume: w.amount("volume", 0), Tags: w.list("tags"),
			Datasets: w.restriction("datasets", "owners"), Pools: w.restriction("pools", "operators"), Requesters: w.audience(),
		}
	case "dataset":
		k.kind, who = markettypes.ORDER_KIND_DATASET, testutil.Provider
		k.order.Dataset = &markettypes.DatasetOrder{
			Dataset: w.text("dataset", ""), Price: w.amount("price", 0), Volume: w.amount("volume", 0), Tags: w.list("tags"),
			Apps: w.restriction("apps", "providers"), Pools: w.restriction("pools", "operators"), Requesters: w.audience(),
		}
	case "request":
		k.kind, who = markettypes.ORDER_KIND_REQUEST, testutil.Requester
	default:
		require.Fail(s.t, "unknown kind of order", w.line)
	}
	k.owner = s.chain.Actor(w.text("by", who))
	k.order.Owner, k.order.Nonce, k.order.Expiry = k.owner.String(), w.amount("nonce", s.nonce), w.height("expiry")
	if kind == "request" {
		job := s.job(w)
		k.order.Request = &job
	}
	return s.learn(name, k)
}

// reference returns an order as a match names it: with its signature, or by its id.
func (s *stage) reference(name string) markettypes.SignedOrder {
	k, found := s.known[name]
	require.True(s.t, found, "nothing is called %q", name)
	if k.signed != nil {
		return *k.signed
	}
	return markettypes.SignedOrder{Id: k.id}
}

func (s *stage) match(w *words) []string {
	by := s.chain.Actor(w.text("by", "stranger"))
	msg := &markettypes.MsgMatchOrders{
		Relayer: by.String(), Pool: s.reference(w.text("pool", "")), Request: s.reference(w.text("request", "")),
	}
	if name := w.text("app", ""); name != "" {
		app := s.reference(name)
		msg.App = &app
	}
	for _, name := range w.list("datasets") {
		var o markettypes.SignedOrder
		if name != "-" {
			o = s.reference(name)
		}
		msg.Datasets = append(msg.Datasets, o)
	}
	s.chain.Queue(by, msg)
	return s.wait(2)
}

func (s *stage) cancel(w *words) []string {
	var from *testutil.Account
	var msg sdk.Msg
	switch {
	case w.flag("order"):
		k := s.known[w.next()]
		from, msg = k.owner, &markettypes.MsgCancelOrder{Owner: k.owner.String(), Kind: k.kind, Nonce: k.order.Nonce}
	case w.flag("below"):
		kind := s.kind(w.next())
		from = s.chain.Actor(w.next())
		msg = &markettypes.MsgCancelOrders{Owner: from.String(), Kind: kind, Below: uint64(s.number(w.next()))}
	case w.flag("nonce"):
		kind := s.kind(w.next())
		from = s.chain.Actor(w.next())
		msg = &markettypes.MsgCancelOrder{Owner: from.String(), Kind: kind, Nonce: uint64(s.number(w.next()))}
	default:
		name := ""
		if len(w.plain) > 0 {
			name = w.next()
		}
		k := s.known[name]
		from, msg = k.owner, &markettypes.MsgCancelRequest{Requester: k.owner.String(), Id: k.id}
	}
	s.chain.Queue(from, msg)
	return s.wait(1)
}

func (s *stage) kind(word string) markettypes.OrderKind {
	for k := range markettypes.OrderKind_name {
		if kind := markettypes.OrderKind(k); kind.Word() == word {
			return kind
		}
	}
	require.Fail(s.t, "unknown kind of order", word)
	return 0
}

func (s *stage) issue(w *words) []string {
	name := w.next()
	by := s.chain.Actor(w.text("by", testutil.Requester))
	s.nonce++
	k := known{id: s.chain.VoucherID(by, s.nonce), owner: by}
	s.known[name] = k
	s.name(k.id, name)
	s.chain.Queue(by, &voucherstypes.MsgIssueVoucher{
		Issuer: by.String(), Nonce: s.nonce, Holder: s.chain.Actor(w.text("holder", testutil.Requester)).String(),
		Amount: w.amount("amount", 0), Expiry: w.height("expiry"), Description: "a present",
		Apps: w.list("apps"), Datasets: w.list("datasets"), Pools: w.list("pools"),
	})
	return s.wait(1)
}

// showDeals prints every deal of the script, in order.
func (s *stage) showDeals() (out []string) {
	for _, id := range s.deals {
		d, err := app.DealsKeeper(s.chain.App).GetDeal(s.chain.Ctx(), id)
		require.NoError(s.t, err)
		line := fmt.Sprintf("%s  first %d, size %d, pool %s, price %d, app %d, datasets %d", id, d.First, d.Size_, d.Pool, d.Terms.Price, d.Terms.AppPrice, d.Terms.DatasetPrice)
		if d.Terms.CommissionBps > 0 {
			line += fmt.Sprintf(", commission %d", d.Terms.CommissionBps)
		}
		line += fmt.Sprintf(", stake %d; %d ended, %d accepted, escrow %d, paid %d, refunded %d", d.Terms.Stake, d.Ended, d.Accepted, d.Escrow, d.Paid, d.Refunded)
		out = append(out, s.short(line))
	}
	return out
}

// showOrders prints the orders that the script has named and the chain knows, in the order of their names.
func (s *stage) showOrders() (out []string) {
	for _, name := range s.sortedNames() {
		k := s.known[name]
		if name == "standing" || k.kind == markettypes.ORDER_KIND_REQUEST || k.kind == markettypes.ORDER_KIND_UNSPECIFIED {
			continue
		}
		r, err := app.MarketKeeper(s.chain.App).GetOrder(s.chain.Ctx(), k.id)
		if err != nil {
			out = append(out, name+"  the chain does not know it")
			continue
		}
		line := fmt.Sprintf("%s  %s, filled %d", name, strings.ToLower(strings.TrimPrefix(r.Status.String(), "ORDER_STATUS_")), r.Filled)
		if left := r.Left(); left != markettypes.Unbounded {
			line += fmt.Sprintf(", left %d", left)
		}
		out = append(out, line)
	}
	return out
}

func (s *stage) showRequests() (out []string) {
	for _, name := range s.sortedNames() {
		k := s.known[name]
		if k.kind != markettypes.ORDER_KIND_REQUEST || name == "" {
			continue
		}
		r, err := app.MarketKeeper(s.chain.App).GetRequest(s.chain.Ctx(), k.id)
		if err != nil {
			out = append(out, name+"  the chain does not know it")
			continue
		}
		out = append(out, fmt.Sprintf("%s  %s, filled %d of %d in %d deals, escrow %d", name,
			r.Status.Word(), r.Filled, r.Job.Size_, r.Deals, r.Escrow))
	}
	return out
}

func (s *stage) showVouchers() (out []string) {
	for _, name := range s.sortedNames() {
		k := s.known[name]
		v, err := app.VouchersKeeper(s.chain.App).GetVoucher(s.chain.Ctx(), k.id)
		if k.kind != markettypes.ORDER_KIND_UNSPECIFIED || err != nil {
			continue
		}
		line := fmt.Sprintf("%s  balance %d of %d", name, v.Balance, v.Issued)
		if v.Expired {
			line += ", expired"
		}
		out = append(out, line)
	}
	return out
}
