package chain

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cosmos/cosmos-sdk/types/query"

	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// Wanted is a program of which this worker may be drawn for a task.
type Wanted struct {
	// App is "organisation/name:version".
	App string
	// Digest, Runtime, Locators and Size of the program are those of the deal, or of the published version.
	Digest, Runtime string
	Locators        []string
	Size            uint64
	// Why says in words what makes a draw likely.
	Why string
	// Named says that the operator of the worker or of a pool of its named the app. Otherwise a requester did.
	Named bool
}

// Market is what Wanted asks: the queries of a connection.
type Market interface {
	Apps() appstypes.QueryClient
	Deals() dealstypes.QueryClient
	Market() markettypes.QueryClient
	Tasks() taskstypes.QueryClient
	Workers() workerstypes.QueryClient
}

// Bounds of one look: how many entries of each list are read, and how many queries are asked in all. What comes later in the list of
// FindWanted is left out.
const (
	wantedPage    = 20
	wantedQueries = 100
)

// FindWanted lists the programs of which the worker who may be drawn for a task, each once, the likeliest first: the apps that its operator
// names ("organisation/name", whose newest version is meant, or with ":version"); open tasks in its pools; requests that wait, hold their
// escrow and would be taken by an order of its pools; and the newest versions of apps that such an order names. What a node does not answer is
// left out, and the error says so.
func FindWanted(ctx context.Context, m Market, who string, names []string, timeout time.Duration) ([]Wanted, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	f := &finder{Market: m, ctx: ctx, known: map[string]*appstypes.Version{}}
	for _, name := range names {
		f.addNamed(name, "the operator names the app")
	}
	res, err := m.Workers().Worker(ctx, &workerstypes.QueryWorkerRequest{Address: who})
	if err != nil {
		f.note(fmt.Errorf("worker %s: %w", who, err))
		return f.list, errors.Join(f.failed...)
	}
	f.pools, f.runtime = res.Worker.Pools, res.Worker.Runtime
	f.addTasks()
	f.readOrders()
	f.addRequests()
	for _, o := range f.orders {
		for _, name := range o.Apps.Ids {
			f.addNamed(name, "an order of pool "+o.Pool+" names the app")
		}
	}
	return f.list, errors.Join(f.failed...)
}

// finder collects the programs of one look.
type finder struct {
	Market
	ctx     context.Context
	pools   []string
	runtime string
	orders  []markettypes.PoolOrder
	asking  []string                      // requesters of open tasks in our pools
	asked   int                           // queries so far
	known   map[string]*appstypes.Version // versions by reference; nil for one that was not answered
	list    []Wanted
	failed  []error
}

// mayAsk says whether one more query may be asked, and counts it.
func (f *finder) mayAsk() bool {
	f.asked++
	return f.asked <= wantedQueries
}

func (f *finder) note(err error) {
	if err != nil {
		f.failed = append(f.failed, err)
	}
}

// add adds a program unless the list has it. The first reason is the one that counts.
func (f *finder) add(w Wanted) {
	if !slices.ContainsFunc(f.list, func(have Wanted) bool { return have.Digest == w.Digest && have.Runtime == w.Runtime }) {
		f.list = append(f.list, w)
	}
}

// addVersion adds a version of an app.
func (f *finder) addVersion(v appstypes.Version, why string, named bool) {
	f.add(Wanted{App: v.Reference(), Digest: v.Digest, Runtime: v.Runtime, Locators: v.Locators, Size: v.Size_, Why: why, Named: named})
}

// version returns the version of an app, and nil if the node does not say it, or nothing more may be asked. Many requests are for one version,
// which is asked for once.
func (f *finder) version(reference string) *appstypes.Version {
	v, known := f.known[reference]
	if known || !f.mayAsk() {
		return v
	}
	res, err := f.Apps().Version(f.ctx, &appstypes.QueryVersionRequest{Reference: reference})
	if err != nil {
		f.note(fmt.Errorf("app %s: %w", reference, err))
	} else {
		v = &res.Version
	}
	f.known[reference] = v
	return v
}

// addNamed adds a version of an app, or the version of an app that was published last.
func (f *finder) addNamed(name, why string) {
	if strings.Contains(name, ":") {
		if v := f.version(name); v != nil {
			f.addVersion(*v, why, true)
		}
		return
	}
	if !f.mayAsk() {
		return
	}
	res, err := f.Apps().App(f.ctx, &appstypes.QueryAppRequest{Id: name})
	if err != nil {
		f.note(fmt.Errorf("app %s: %w", name, err))
		return
	}
	if len(res.Versions) > 0 {
		f.addVersion(slices.MaxFunc(res.Versions, func(x, y appstypes.Version) int { return int(x.Height - y.Height) }), why, true)
	}
}

// addTasks adds the programs of tasks in our pools that have not ended. Their deals hold the escrow.
func (f *finder) addTasks() {
	deals := map[string]bool{}
	for _, state := range []taskstypes.State{taskstypes.STATE_WAITING, taskstypes.STATE_RUNNING} {
		res, err := f.Tasks().TasksByState(f.ctx, &taskstypes.QueryTasksByStateRequest{State: state, Pagination: &query.PageRequest{Limit: wantedPage}})
		if err != nil {
			f.note(fmt.Errorf("open tasks: %w", err))
			continue
		}
		for _, t := range res.Tasks {
			if deals[t.Deal] || !f.mayAsk() {
				continue
			}
			deals[t.Deal] = true
			d, err := f.Deals().Deal(f.ctx, &dealstypes.QueryDealRequest{Id: t.Deal})
			if err != nil {
				f.note(fmt.Errorf("deal %s: %w", t.Deal, err))
				continue
			}
			if deal := d.Deal; slices.Contains(f.pools, deal.Pool) {
				f.add(Wanted{App: deal.App + ":" + deal.AppVersion, Digest: deal.Digest, Runtime: deal.Runtime, Locators: deal.Locators, Size: deal.ModuleSize,
					Why: "pool " + deal.Pool + " has an open task of it"})
				if !slices.Contains(f.asking, deal.Requester) {
					f.asking = append(f.asking, deal.Requester)
				}
			}
		}
	}
}

// readOrders reads what our pools offer.
func (f *finder) readOrders() {
	for _, pool := range f.pools {
		if !f.mayAsk() {
			return
		}
		res, err := f.Market.Market().Orders(f.ctx, &markettypes.QueryOrdersRequest{
			Pool: pool, Status: markettypes.ORDER_STATUS_RESTING, Pagination: &query.PageRequest{Limit: wantedPage},
		})
		if err != nil {
			f.note(fmt.Errorf("orders of pool %s: %w", pool, err))
			continue
		}
		for _, r := range res.Orders {
			if r.Order.Pool != nil {
				f.orders = append(f.orders, *r.Order.Pool)
			}
		}
	}
}

// addRequests adds the programs of requests that wait: on the book, under our runtime or one of our pools, or for other requests, whose
// requesters have open tasks in our pools.
func (f *finder) addRequests() {
	page := &query.PageRequest{Limit: wantedPage}
	topics := []*markettypes.QueryRestingRequestsRequest{{Runtime: f.runtime, Pagination: page}}
	for _, pool := range f.pools {
		topics = append(topics, &markettypes.QueryRestingRequestsRequest{Pool: pool, Pagination: page})
	}
	var requests []markettypes.Request
	for _, topic := range topics {
		if !f.mayAsk() {
			return
		}
		res, err := f.Market.Market().RestingRequests(f.ctx, topic)
		if err != nil {
			f.note(fmt.Errorf("resting requests: %w", err))
			continue
		}
		requests = append(requests, res.Requests...)
	}
	for _, requester := range f.asking {
		if !f.mayAsk() {
			return
		}
		res, err := f.Market.Market().Requests(f.ctx, &markettypes.QueryRequestsRequest{Requester: requester, Status: markettypes.REQUEST_STATUS_WAITING, Pagination: page})
		if err != nil {
			f.note(fmt.Errorf("waiting requests: %w", err))
			continue
		}
		requests = append(requests, res.Requests...)
	}
	for _, r := range requests {
		if r.Escrow == 0 || !slices.ContainsFunc(f.orders, func(o markettypes.PoolOrder) bool { return mayTake(o, r.Job) }) {
			continue
		}
		v := f.version(r.Job.App)
		if v == nil {
			continue
		}
		// An order for certain apps is held against the version: the job may name a digest.
		if slices.ContainsFunc(f.orders, func(o markettypes.PoolOrder) bool {
			return mayTake(o, r.Job) && o.Apps.Meets(v.Reference(), markettypes.Party{})
		}) {
			f.addVersion(*v, "request "+r.Id+" waits for it", false)
		}
	}
}

// mayTake says whether a pool's order would take a job, by its pool, category, fuel and price. The chain looks at more; but a program that is
// compiled in vain costs a part of the worker's hourly time and nothing else.
func mayTake(o markettypes.PoolOrder, j markettypes.Job) bool {
	return (j.Pool == "" || j.Pool == o.Pool) && j.Category == o.Category && j.FuelLimit <= o.MaxFuel && j.MaxPrice >= o.Price &&
		(j.MaxPoolPrice == 0 || j.MaxPoolPrice >= o.Price)
}
