package scenario

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/testutil"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// crowd has all participants around a market. They take random actions, sensible or not, with their own things or with those of others.
type crowd struct {
	*testutil.Compute
	dice   poco.Entropy
	throws uint32
	nonce  uint64

	signed   map[markettypes.OrderKind][]markettypes.SignedOrder
	requests []known // requests on the book or signed
	orders   []known // orders of assets
	vouchers []known
	pools    []string
	apps     []string // ids
	datasets []string
	sent     map[string]int // messages by type
}

// crowdOptions adds the organisations of a crowd.
func crowdOptions(o testutil.ComputeOptions) testutil.ComputeOptions {
	o.Spares = 3
	o.Groups = []testutil.Group{{Name: "trio", Keys: 3, Threshold: 2}}
	o.More = []testutil.Party{
		{ID: "volt", Roles: []orgstypes.Role{orgstypes.ROLE_POOL_OPERATOR, orgstypes.ROLE_REQUESTER, orgstypes.ROLE_PROVIDER}},
		{ID: "press", Roles: []orgstypes.Role{orgstypes.ROLE_PROVIDER, orgstypes.ROLE_REQUESTER}},
		{ID: "patron", Roles: []orgstypes.Role{orgstypes.ROLE_REQUESTER}},
	}
	o.Roles = map[string][]orgstypes.Role{testutil.Lab(1): {orgstypes.ROLE_REQUESTER, orgstypes.ROLE_PROVIDER}}
	return o
}

func newCrowd(c *testutil.Compute, seed string) *crowd {
	s := &crowd{
		Compute: c, dice: poco.Entropy{Beacon: []byte(seed)}, nonce: 1_000, sent: map[string]int{},
		signed: map[markettypes.OrderKind][]markettypes.SignedOrder{}, pools: []string{testutil.Pool},
		apps: []string{"studio/paint"},
	}
	org := s.Org(testutil.Requester)
	s.send(org.Admin, &orgstypes.MsgAddMember{Admin: org.Admin.String(), OrgId: org.ID, Member: s.Account("trio").String()})
	s.send(s.Account("trio"), &orgstypes.MsgAcceptMembership{Member: s.Account("trio").String(), OrgId: org.ID})
	for _, id := range []string{"volt/paint", "press/plot", "volt/films", "press/songs"} {
		s.publish(id, id == "volt/films" || id == "press/songs")
	}
	for _, id := range []string{"grid/a", "volt/b"} {
		s.createPool(id[:4], id[5:])
	}
	s.Next()
	return s
}

// below returns a random number below n. A crowd is repeatable in every run.
func (s *crowd) below(n int) int {
	s.throws++
	return int(s.dice.Below(s.throws, uint64(n)))
}

func pick[T any](s *crowd, from ...T) T { return from[s.below(len(from))] }

// one picks a random element of a list. It returns the zero value for an empty list.
func one[T any](s *crowd, from []T) (out T) {
	if len(from) > 0 {
		out = pick(s, from...)
	}
	return out
}

func (s *crowd) send(from *testutil.Account, msg sdk.Msg) {
	s.sent[sdk.MsgTypeURL(msg)]++
	s.Queue(from, msg)
}

func (s *crowd) next() uint64 { s.nonce++; return s.nonce }

// requester returns an account that usually may request. The group trio signs only off the chain.
func (s *crowd) requester() *testutil.Account {
	return s.Actor(one(s, []string{
		testutil.Requester, testutil.Requester, testutil.Requester, testutil.Requester, testutil.Requester, testutil.Requester,
		"volt", "volt", "press", "press", "patron", "patron", testutil.Lab(1), testutil.Lab(1), "stranger",
	}))
}

func (s *crowd) org() string {
	return pick(s, testutil.Requester, testutil.Provider, testutil.Operator, "volt", "press", "patron", testutil.Lab(1))
}

// operator returns the operator of a pool, and sometimes another account.
func (s *crowd) operator(id string) *testutil.Account {
	pool, err := app.WorkersKeeper(s.App).GetPool(s.Ctx(), id)
	if err != nil || pool.Operator == "" || s.below(8) == 0 {
		return s.Actor(pick(s, testutil.Operator, "volt", "press"))
	}
	return s.Actor(pool.Operator)
}

// provider returns the owner of an app or a dataset, and sometimes another account.
func (s *crowd) provider(id string) *testutil.Account {
	listed, err := app.AppsKeeper(s.App).Apps.Get(s.Ctx(), id)
	owner := listed.Owner
	if err != nil {
		dataset, _ := app.AppsKeeper(s.App).Datasets.Get(s.Ctx(), id)
		owner = dataset.Owner
	}
	if owner == "" || s.below(8) == 0 {
		return s.Actor(pick(s, testutil.Provider, "volt", "press", testutil.Lab(1)))
	}
	return s.Actor(s.Name(owner))
}

// audience is usually empty, and sometimes names organisations.
func (s *crowd) audience() orgstypes.Audience {
	if s.below(5) > 0 {
		return orgstypes.Audience{}
	}
	return orgstypes.Audience{Organisations: []string{s.org(), s.org()}}
}

func (s *crowd) restriction(ids []string) markettypes.Restriction {
	if s.below(6) > 0 {
		return markettypes.Restriction{}
	}
	return markettypes.Restriction{Ids: []string{one(s, ids)}}
}

func (s *crowd) expiry() int64 {
	if s.below(3) > 0 {
		return 0
	}
	return s.Height() + 1 + int64(s.below(20))
}

func (s *crowd) tags(n int) []string {
	if s.below(n) == 0 {
		return []string{pick(s, "gpu", "tee", "tee.tdx")}
	}
	return nil
}

func (s *crowd) job() markettypes.Job {
	job := s.Job()
	job.App = pick(s, testutil.AppRef, testutil.AppRef, one(s, s.apps)+":1.0")
	job.Trust, job.Size_ = pick[uint64](s, 2, 100, 10_000), uint64(1+s.below(4))
	job.MinReplicas, job.MaxPrice = uint32(s.below(5)), pick[uint64](s, 60, 80, 120, 150, 200)
	job.Policy = pick(s, "", "", "", "", poco.PolicyCourt)
	job.StaticCredibility = s.below(8) == 0
	job.Partial = s.below(2) == 0
	if s.below(3) == 0 && len(s.datasets) > 0 {
		from := s.below(len(s.datasets))
		for _, id := range s.datasets[from:min(from+1+s.below(4), len(s.datasets))] {
			job.Datasets = append(job.Datasets, id+":1.0")
		}
		if s.below(2) == 0 {
			job.DatasetsPerTask, job.Size_ = 1, uint64(len(job.Datasets))
		}
	}
	job.Category = pick(s, "", "", "", "", "xs")
	job.Tags = s.tags(12)
	if s.below(6) == 0 {
		job.Pool = one(s, s.pools)
	}
	job.Pools = s.restriction(s.pools)
	job.Callback = pick(s, "", "", "", "thanks", "reverts", "panics", "burns")
	if s.below(5) == 0 {
		job.Beneficiary = s.requester().String()
	}
	if s.below(4) == 0 {
		job.Voucher = one(s, s.vouchers).id
	}
	if s.below(10) == 0 {
		job.Sponsor = s.Actor("patron").String()
	}
	return job
}

// order returns a random order of a kind with its owner.
func (s *crowd) order(kind markettypes.OrderKind) known {
	k := known{kind: kind}
	o := &k.order
	switch kind {
	case markettypes.ORDER_KIND_APP:
		id := one(s, s.apps)
		k.owner = s.provider(id)
		o.App = &markettypes.AppOrder{
			App: id + ":1.0", Price: uint64(s.below(60)), Volume: uint64(s.below(5)), Tags: s.tags(12),
			Datasets: s.restriction(s.datasets), Pools: s.restriction(s.pools), Requesters: s.audience(),
		}
	case markettypes.ORDER_KIND_DATASET:
		id := one(s, s.datasets)
		k.owner = s.provider(id)
		o.Dataset = &markettypes.DatasetOrder{
			Dataset: id + ":1.0", Price: uint64(s.below(10)), Volume: uint64(s.below(5)), Tags: s.tags(12),
			Apps: s.restriction(s.apps), Pools: s.restriction(s.pools), Requesters: s.audience(),
		}
	case markettypes.ORDER_KIND_POOL:
		pool := pick(s, testutil.Pool, one(s, s.pools))
		k.owner = s.operator(pool)
		at, _ := app.WorkersKeeper(s.App).GetPool(s.Ctx(), pool)
		o.Pool = &markettypes.PoolOrder{
			Pool: pool, Price: uint64(s.below(20)), MaxFuel: 1 << 30, Volume: uint64(s.below(6)), Stake: at.Stake,
			CommissionBps: uint32(s.below(int(at.MaxCommissionBps) + 1)), Tags: at.Capabilities, Category: pick(s, "", "", "", "", "xs"),
			Apps: s.restriction(s.apps), Datasets: s.restriction(s.datasets), Requesters: s.audience(),
		}
		if s.below(3) == 0 { // an answer uses tens of thousands of units of fuel
			o.Pool.UsePrice = &dealstypes.UsePrice{Base: at.MinPrice + uint64(s.below(5)), PerGfuel: uint64(1 + s.below(1_000_000))}
			o.Pool.Price = o.Pool.UsePrice.Base + uint64(s.below(15))
		}
	default:
		k.owner = s.requester()
		if s.below(4) == 0 {
			k.owner = s.Account("trio")
		}
		job := s.job()
		o.Request = &job
	}
	o.Owner, o.Nonce, o.Expiry = k.owner.String(), s.next(), s.expiry()
	if s.below(15) == 0 {
		o.Nonce = uint64(1_000 + s.below(40)) // a nonce that an earlier order may have
	}
	k.id = s.OrderID(*o)
	return k
}

var kinds = []markettypes.OrderKind{
	markettypes.ORDER_KIND_APP, markettypes.ORDER_KIND_DATASET, markettypes.ORDER_KIND_POOL, markettypes.ORDER_KIND_POOL, markettypes.ORDER_KIND_REQUEST,
}

// somebody queues one message of a random account.
func (s *crowd) somebody() {
	switch s.below(16) {
	case 0, 1, 2, 3:
		s.submit()
	case 4, 5:
		s.place()
	case 6, 7:
		s.meet()
	case 8:
		s.withdraw()
	case 9:
		s.voucher()
	case 10:
		s.asset()
	case 11:
		s.poolMessage()
	case 12, 13:
		s.workerMessage()
	case 14:
		s.taskMessage()
	default:
		s.council()
	}
}

func (s *crowd) submit() {
	from, nonce := s.requester(), s.next()
	job := s.job()
	s.requests = append(s.requests, known{
		id: s.OrderID(markettypes.Order{Owner: from.String(), Nonce: nonce, Request: &job}), owner: from,
		kind: markettypes.ORDER_KIND_REQUEST, order: markettypes.Order{Owner: from.String(), Nonce: nonce},
	})
	s.send(from, &markettypes.MsgSubmitTask{Requester: from.String(), Nonce: nonce, Job: job, Expiry: s.expiry()})
}

func (s *crowd) place() {
	k := s.order(pick(s, kinds...))
	s.orders = append(s.orders, k)
	if s.below(4) == 0 && k.kind != markettypes.ORDER_KIND_REQUEST || k.owner.Key == nil {
		s.sign(k)
		return
	}
	if s.below(3) == 0 || k.kind == markettypes.ORDER_KIND_REQUEST {
		s.signed[k.kind] = append(s.signed[k.kind], markettypes.SignedOrder{Id: k.id})
		s.send(k.owner, &markettypes.MsgPresignOrder{Owner: k.owner.String(), Order: k.order})
		return
	}
	s.send(k.owner, &markettypes.MsgPlaceOrder{Owner: k.owner.String(), Order: k.order})
}

// sign signs an order off the chain. On rare occasions it spoils the signature.
func (s *crowd) sign(k known) {
	signed := s.SignOrder(k.owner, k.order)
	if s.below(10) == 0 {
		o := *signed.Order
		o.Nonce++
		signed.Order = &o
	}
	s.signed[k.kind] = append(s.signed[k.kind], signed)
}

// meet proposes a match of signed orders. They usually fit a fresh request.
func (s *crowd) meet() {
	by := s.Actor(pick(s, "stranger", "patron", "volt", testutil.Requester))
	request, pool := s.order(markettypes.ORDER_KIND_REQUEST), s.order(markettypes.ORDER_KIND_POOL)
	s.sign(request)
	s.sign(pool)
	s.requests, s.orders = append(s.requests, request), append(s.orders, pool)
	last := func(kind markettypes.OrderKind) markettypes.SignedOrder {
		list := s.signed[kind]
		if s.below(3) == 0 {
			return one(s, list)
		}
		return list[len(list)-1]
	}
	msg := &markettypes.MsgMatchOrders{Relayer: by.String(), Request: last(markettypes.ORDER_KIND_REQUEST), Pool: last(markettypes.ORDER_KIND_POOL)}
	if o := one(s, s.signed[markettypes.ORDER_KIND_APP]); s.below(4) == 0 && (o.Order != nil || o.Id != "") {
		msg.App = &o
	}
	if o := msg.Request.Order; o != nil {
		for range o.Request.Datasets {
			var d markettypes.SignedOrder
			if s.below(4) == 0 {
				d = one(s, s.signed[markettypes.ORDER_KIND_DATASET])
			}
			msg.Datasets = append(msg.Datasets, d)
		}
	}
	s.send(by, msg)
	if s.below(6) == 0 { // a second relayer proposes it too
		again := *msg
		other := s.Actor("press")
		again.Relayer = other.String()
		s.send(other, &again)
	}
}

func (s *crowd) withdraw() {
	k := one(s, s.orders)
	if s.below(2) == 0 || k.owner == nil {
		k = one(s, s.requests)
	}
	switch {
	case k.owner == nil || k.owner.Key == nil:
	case s.below(8) == 0:
		s.send(k.owner, &markettypes.MsgCancelOrders{Owner: k.owner.String(), Kind: k.kind, Below: 1_000 + uint64(s.below(int(s.nonce)-1_000+1))})
	case k.kind == markettypes.ORDER_KIND_REQUEST && s.below(2) == 0:
		s.send(k.owner, &markettypes.MsgCancelRequest{Requester: k.owner.String(), Id: k.id})
	default:
		s.send(k.owner, &markettypes.MsgCancelOrder{Owner: k.owner.String(), Kind: k.kind, Nonce: k.order.Nonce + uint64(s.below(10)/9)})
	}
}

func (s *crowd) voucher() {
	k := one(s, s.vouchers)
	switch n := s.below(5); {
	case n < 3 || k.owner == nil:
		by, nonce := s.Actor(pick(s, "patron", "volt")), s.next()
		s.vouchers = append(s.vouchers, known{id: s.VoucherID(by, nonce), owner: by})
		msg := &voucherstypes.MsgIssueVoucher{
			Issuer: by.String(), Nonce: nonce, Holder: s.Actor(testutil.Requester).String(), Amount: uint64(s.below(2_000)),
			Expiry: s.Height() + int64(s.below(60)), Description: "credit",
		}
		if s.below(4) == 0 {
			msg.Apps = []string{one(s, s.apps)}
		}
		if s.below(4) == 0 {
			msg.Pools = []string{one(s, s.pools)}
		}
		s.send(by, msg)
	case n == 3:
		s.send(k.owner, &voucherstypes.MsgTopUpVoucher{
			Issuer: k.owner.String(), Id: k.id, Amount: uint64(s.below(300)), Expiry: pick(s, 0, s.Height()+40),
		})
	default:
		acme := s.Actor(testutil.Requester)
		s.send(acme, &voucherstypes.MsgSetSpenders{Holder: acme.String(), Id: k.id, Spenders: []string{s.requester().String()}})
	}
}

func (s *crowd) publish(id string, dataset bool) {
	org, name, _ := strings.Cut(id, "/")
	by := s.Actor(org)
	digest := taskstypes.DigestText(sha256.Sum256([]byte(id)))
	byOrder, price := s.below(5) == 0, uint64(s.below(50))
	if byOrder {
		price = 0
	}
	if dataset {
		s.datasets = append(s.datasets, id)
		s.send(by, &appstypes.MsgPublishDataset{
			Owner: by.String(), Name: name, Version: "1.0", Digest: digest, Size_: 10, Price: price / 5, ByOrder: byOrder,
			Locators: []string{"http://artifacts.example"}, Tags: s.tags(9), Description: "data",
		})
		return
	}
	s.apps = append(s.apps, id)
	s.send(by, &appstypes.MsgPublish{
		Owner: by.String(), Name: name, Version: "1.0", Digest: digest, Size_: 10, Runtime: contract.RuntimeWasm, Price: price,
		Locators: []string{"http://artifacts.example"}, ByOrder: byOrder, Tags: s.tags(9), Description: "an app",
		Nondeterministic: s.below(10) == 0,
	})
}

func (s *crowd) asset() {
	ids := append(append([]string{}, s.apps...), s.datasets...)
	id := one(s, ids)
	by := s.provider(id)
	switch s.below(7) {
	case 0:
		s.publish(fmt.Sprintf("%s/new-%d", pick(s, testutil.Provider, "volt", "press"), s.next()), s.below(2) == 0)
	case 1:
		s.send(by, &appstypes.MsgTransfer{Owner: by.String(), Id: id, To: s.provider("").String()})
	case 2:
		if app, err := app.AppsKeeper(s.App).Apps.Get(s.Ctx(), id); err == nil && app.PendingOwner != "" {
			by = s.Actor(s.Name(app.PendingOwner))
		}
		s.send(by, &appstypes.MsgAcceptTransfer{To: by.String(), Id: id})
	case 3, 4:
		s.send(by, &appstypes.MsgSetPrice{Owner: by.String(), Reference: id + ":1.0", Price: uint64(s.below(60)), ByOrder: s.below(5) == 0})
	case 5:
		s.send(by, &appstypes.MsgDeprecate{Owner: by.String(), App: id, Deprecated: s.below(6) == 0})
	default:
		s.send(by, &appstypes.MsgPublish{
			Owner: by.String(), Name: "more", Version: fmt.Sprint(s.next()), Digest: taskstypes.DigestText(sha256.Sum256([]byte{1})), Size_: 1,
			Runtime: contract.RuntimeWasm, Locators: []string{"http://artifacts.example"}, Description: "more",
		})
	}
}

func (s *crowd) createPool(org, id string) {
	by := s.Actor(org)
	s.pools = append(s.pools, "pool-"+id)
	s.send(by, &workerstypes.MsgCreatePool{
		Operator: by.String(), Id: "pool-" + id, Runtime: contract.RuntimeWasm, Stake: s.Options.PoolStake + uint64(s.below(200)),
		MinPrice: uint64(s.below(5)), MaxCommissionBps: uint32(s.below(2_000)), Capabilities: s.tags(6), Invited: s.below(4) == 0,
		Requesters: s.audience(), Description: "a pool",
	})
}

func (s *crowd) poolMessage() {
	id, lab := one(s, s.pools), s.lab()
	by := s.operator(id)
	pool, _ := app.WorkersKeeper(s.App).GetPool(s.Ctx(), id)
	switch s.below(9) {
	case 0:
		if len(s.pools) < 6 {
			s.createPool(pick(s, testutil.Operator, "volt"), fmt.Sprint(s.next()))
		}
	case 1, 2, 3:
		if id == testutil.Pool && s.below(4) > 0 {
			return // most workers rely on it
		}
		s.send(by, &workerstypes.MsgSetPool{
			Operator: by.String(), Id: id, Description: pool.Description, Invited: pool.Invited, Requesters: pool.Requesters,
			Retired: id != testutil.Pool && s.below(12) == 0,
			Terms: &workerstypes.PoolTerms{
				Stake: pool.Stake + uint64(s.below(60)), MinPrice: uint64(s.below(8)), MaxCommissionBps: uint32(s.below(1_500)),
			},
		})
	case 4:
		open := id == testutil.Pool
		msg := &workerstypes.MsgSetPool{Operator: by.String(), Id: id, Description: "set", Invited: !open && s.below(2) == 0}
		if !open {
			msg.Requesters = s.audience()
		}
		s.send(by, msg)
	case 5:
		s.send(by, &workerstypes.MsgInvite{Operator: by.String(), Pool: id, Organisation: lab, Withdrawn: s.below(4) == 0})
	case 6:
		s.send(by, &workerstypes.MsgEvict{Operator: by.String(), Pool: id, Worker: s.WorkerKey(lab).String()})
	case 7:
		s.send(by, &workerstypes.MsgTransferPool{Operator: by.String(), Pool: id, To: pick(s, "volt", testutil.Operator, "")})
	default:
		if pool.PendingOperator != "" {
			by = s.Actor(pool.PendingOperator)
		}
		s.send(by, &workerstypes.MsgAcceptPool{Operator: by.String(), Pool: id})
	}
}

func (s *crowd) lab() string { return testutil.Lab(1 + s.below(s.Options.Workers)) }

func (s *crowd) workerMessage() {
	lab := s.lab()
	owner, worker := s.Org(lab).Member(), s.WorkerKey(lab)
	pools := append([]string{}, testutil.Pool)
	if s.below(2) == 0 {
		pools = append(pools, one(s, s.pools))
		slices.Sort(pools)
		pools = slices.Compact(pools)
	}
	var tags []string
	if s.below(3) > 0 {
		tags = []string{"gpu", "tee", "tee.tdx"}
	}
	switch s.below(7) {
	case 0:
		s.send(owner, &workerstypes.MsgBond{Owner: owner.String(), Worker: worker.String(), Amount: uint64(s.below(9_000))})
	case 1:
		s.send(owner, &workerstypes.MsgUnbond{Owner: owner.String(), Worker: worker.String(), Amount: uint64(s.below(3_000))})
	case 2:
		lab := testutil.Lab(1 + s.below(s.Options.Spares))
		owner := s.Org(lab).Member()
		s.send(owner, &workerstypes.MsgRegister{
			Owner: owner.String(), Worker: s.Spare(lab).String(), Endpoint: "http://" + lab + ".example", Slots: 2, Pools: pools,
			Stake: s.Options.Stake, Capabilities: tags,
		})
	default:
		s.send(owner, &workerstypes.MsgUpdate{
			Owner: owner.String(), Worker: worker.String(), Endpoint: "http://" + lab + ".example",
			Slots: uint32(1 + s.below(5)), Pools: pools, Paused: s.below(5) == 0, Capabilities: tags,
		})
	}
}

func (s *crowd) taskMessage() {
	id := one(s, s.OpenTasks())
	if id == "" {
		return
	}
	t, worker := s.Task(id), s.WorkerKey(s.lab())
	if t.Ended() || s.below(8) == 0 {
		s.send(worker, &taskstypes.MsgChallenge{Challenger: worker.String(), Task: t.Id, MaxBond: uint64(s.below(2_000))})
		return
	}
	if s.below(2) == 0 {
		s.send(worker, &taskstypes.MsgDecline{Who: worker.String(), Task: t.Id, Attempt: t.Attempt, Reason: taskstypes.DECLINE_REASON_OTHER})
		return
	}
	s.send(worker, &taskstypes.MsgReveal{
		Who: worker.String(), Task: t.Id, Attempt: t.Attempt, Bench: pick(s, taskstypes.BENCH_WORKERS, taskstypes.BENCH_COURT),
		Outcome: taskstypes.OutcomeFromPoco(testutil.Lie), Salt: make([]byte, s.below(40)),
	})
}

// council proposes and votes now and then. A vote takes blocks, which the crowd makes.
func (s *crowd) council() {
	if a, err := app.AppsKeeper(s.App).Apps.Get(s.Ctx(), "studio/paint"); err == nil && a.Suspended {
		s.Vote(&appstypes.MsgReinstate{Authority: app.Authority(), App: a.Id})
		return
	}
	if s.below(4) > 0 {
		return
	}
	lab := s.lab()
	status := pick(s, orgstypes.STATUS_ACTIVE, orgstypes.STATUS_ACTIVE, orgstypes.STATUS_ACTIVE, orgstypes.STATUS_REVOKED)
	var msg sdk.Msg
	switch s.below(7) {
	case 0:
		msg = &orgstypes.MsgSetStatus{Authority: app.Authority(), OrgId: lab, Status: status}
	case 1, 2:
		msg = &orgstypes.MsgSetStatus{Authority: app.Authority(), OrgId: s.org(), Status: status}
	case 3:
		msg = &markettypes.MsgSetCategory{Authority: app.Authority(), Category: markettypes.Category{Id: "xs", Seconds: uint64(1 + s.below(9)), FuelLimit: 1 << 21}}
	case 4:
		p, err := app.MarketKeeper(s.App).Params.Get(s.Ctx())
		if err != nil {
			return
		}
		p.CommitBlocks, p.InformerBps = int64(3+s.below(4)), uint32(s.below(4_000))
		msg = &markettypes.MsgUpdateParams{Authority: app.Authority(), Params: p}
	case 5:
		msg = &appstypes.MsgReinstate{Authority: app.Authority(), App: one(s, s.apps)}
	default:
		msg = &workerstypes.MsgUnjail{Authority: app.Authority(), Worker: s.WorkerKey(lab).String()}
	}
	s.sent[sdk.MsgTypeURL(msg)]++
	s.Vote(msg)
}
