package chain

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// fakeMarket answers the queries of FindWanted. Its worker is in the pool "ours".
type fakeMarket struct {
	deals    []dealstypes.Deal
	orders   []markettypes.PoolOrder
	resting  []markettypes.Request
	waiting  map[string][]markettypes.Request
	lookups  int // queries for versions
	versions []appstypes.Version
	mute     bool // the market does not answer
}

type (
	fakeApps struct {
		appstypes.QueryClient
		f *fakeMarket
	}
	fakeWorkers struct {
		workerstypes.QueryClient
	}
	fakeDeals struct {
		dealstypes.QueryClient
		f *fakeMarket
	}
	fakeTasks struct {
		taskstypes.QueryClient
		f *fakeMarket
	}
	fakeBook struct {
		markettypes.QueryClient
		f *fakeMarket
	}
)

func (f *fakeMarket) Apps() appstypes.QueryClient       { return fakeApps{f: f} }
func (f *fakeMarket) Deals() dealstypes.QueryClient     { return fakeDeals{f: f} }
func (f *fakeMarket) Market() markettypes.QueryClient   { return fakeBook{f: f} }
func (f *fakeMarket) Tasks() taskstypes.QueryClient     { return fakeTasks{f: f} }
func (f *fakeMarket) Workers() workerstypes.QueryClient { return fakeWorkers{} }

func (fakeWorkers) Worker(context.Context, *workerstypes.QueryWorkerRequest, ...grpc.CallOption) (*workerstypes.QueryWorkerResponse, error) {
	return &workerstypes.QueryWorkerResponse{Worker: workerstypes.Worker{Pools: []string{"ours"}, Runtime: "wasm"}}, nil
}

func (q fakeTasks) TasksByState(_ context.Context, req *taskstypes.QueryTasksByStateRequest, _ ...grpc.CallOption) (*taskstypes.QueryTasksByStateResponse, error) {
	res := &taskstypes.QueryTasksByStateResponse{}
	if req.State == taskstypes.STATE_RUNNING {
		for _, d := range q.f.deals {
			res.Tasks = append(res.Tasks, taskstypes.Task{Deal: d.Id}, taskstypes.Task{Deal: d.Id})
		}
	}
	return res, nil
}

func (q fakeDeals) Deal(_ context.Context, req *dealstypes.QueryDealRequest, _ ...grpc.CallOption) (*dealstypes.QueryDealResponse, error) {
	for _, d := range q.f.deals {
		if d.Id == req.Id {
			return &dealstypes.QueryDealResponse{Deal: d}, nil
		}
	}
	return nil, errors.New("no such deal")
}

func (q fakeBook) Orders(context.Context, *markettypes.QueryOrdersRequest, ...grpc.CallOption) (*markettypes.QueryOrdersResponse, error) {
	if q.f.mute {
		return nil, errors.New("the market is away")
	}
	res := &markettypes.QueryOrdersResponse{}
	for _, o := range q.f.orders {
		res.Orders = append(res.Orders, markettypes.OrderRecord{Order: markettypes.Order{Pool: &o}})
	}
	return res, nil
}

func (q fakeBook) RestingRequests(_ context.Context, req *markettypes.QueryRestingRequestsRequest, _ ...grpc.CallOption) (*markettypes.QueryRestingRequestsResponse, error) {
	if q.f.mute || req.Runtime != "wasm" {
		return &markettypes.QueryRestingRequestsResponse{}, nil
	}
	return &markettypes.QueryRestingRequestsResponse{Requests: q.f.resting}, nil
}

func (q fakeBook) Requests(_ context.Context, req *markettypes.QueryRequestsRequest, _ ...grpc.CallOption) (*markettypes.QueryRequestsResponse, error) {
	return &markettypes.QueryRequestsResponse{Requests: q.f.waiting[req.Requester]}, nil
}

func (a fakeApps) Version(_ context.Context, req *appstypes.QueryVersionRequest, _ ...grpc.CallOption) (*appstypes.QueryVersionResponse, error) {
	a.f.lookups++
	for _, v := range a.f.versions {
		if v.Reference() == req.Reference {
			return &appstypes.QueryVersionResponse{Version: v}, nil
		}
	}
	return nil, errors.New("no such version")
}

func (a fakeApps) App(_ context.Context, req *appstypes.QueryAppRequest, _ ...grpc.CallOption) (*appstypes.QueryAppResponse, error) {
	res := &appstypes.QueryAppResponse{}
	for _, v := range a.f.versions {
		if v.App == req.Id {
			res.Versions = append(res.Versions, v)
		}
	}
	return res, nil
}

func request(app string, change func(*markettypes.Request)) markettypes.Request {
	r := markettypes.Request{Id: app, Escrow: 10, Job: markettypes.Job{App: app, FuelLimit: 5, MaxPrice: 10}}
	if change != nil {
		change(&r)
	}
	return r
}

// TestFindWanted: the operator's apps come first, then open tasks of our pools, requests that our orders would take, and apps that our orders name.
func TestFindWanted(t *testing.T) {
	version := func(app, v string, height int64) appstypes.Version {
		return appstypes.Version{App: app, Version: v, Digest: app + v, Runtime: "wasm", Size_: 7, Height: height}
	}
	f := &fakeMarket{
		deals: []dealstypes.Deal{
			{Id: "d1", Pool: "ours", App: "a/open", AppVersion: "1", Digest: "a/open1", Runtime: "wasm", Requester: "alice", ModuleSize: 3, Locators: []string{"http://x"}},
			{Id: "d2", Pool: "theirs", App: "a/theirs", AppVersion: "1", Digest: "a/theirs1", Runtime: "wasm", Requester: "bob"},
		},
		orders: []markettypes.PoolOrder{{Pool: "ours", MaxFuel: 5, Price: 10, Apps: markettypes.Restriction{Ids: []string{"a/rest", "a/next", "a/sold"}}}},
		resting: []markettypes.Request{
			request("a/rest:1", nil),
			request("a/free:1", func(r *markettypes.Request) { r.Escrow = 0 }),
			request("a/rest:2", func(r *markettypes.Request) { r.Job.FuelLimit = 6 }),
			request("a/rest:2", func(r *markettypes.Request) { r.Job.MaxPrice = 9 }),
			request("a/rest:2", func(r *markettypes.Request) { r.Job.Pool = "theirs" }),
			request("a/rest:2", func(r *markettypes.Request) { r.Job.Category = "long" }),
			request("a/stranger:1", nil), // the order does not take it
		},
		waiting: map[string][]markettypes.Request{"alice": {request("a/next:1", nil)}, "bob": {request("a/rest:2", nil)}},
		versions: []appstypes.Version{
			version("a/mine", "old", 4), version("a/mine", "new", 9), version("a/rest", "1", 1), version("a/next", "1", 1), version("a/sold", "1", 1),
			version("a/stranger", "1", 1), version("a/free", "1", 1), version("a/rest", "2", 0),
		},
	}
	list, err := FindWanted(t.Context(), f, "me", []string{"a/mine"}, time.Minute)
	require.NoError(t, err)
	var apps []string
	named := map[string]bool{}
	for _, w := range list {
		apps = append(apps, w.App)
		named[w.App] = w.Named
	}
	require.Equal(t, []string{"a/mine:new", "a/open:1", "a/rest:1", "a/next:1", "a/sold:1"}, apps)
	require.Equal(t, map[string]bool{"a/mine:new": true, "a/open:1": false, "a/rest:1": false, "a/next:1": false, "a/sold:1": true}, named)
	require.Equal(t, Wanted{App: "a/open:1", Digest: "a/open1", Runtime: "wasm", Locators: []string{"http://x"}, Size: 3, Why: "pool ours has an open task of it"}, list[1])

	f.mute = true
	list, err = FindWanted(t.Context(), f, "me", []string{"a/gone", "a/mine:old", "a/none:1"}, time.Minute)
	require.ErrorContains(t, err, "the market is away")
	require.ErrorContains(t, err, "a/none:1")
	require.Len(t, list, 2, "what is known without the market")
}

// TestFindWantedIsBounded: whatever stands on the book, one look asks a bounded number of queries.
func TestFindWantedIsBounded(t *testing.T) {
	f := &fakeMarket{orders: []markettypes.PoolOrder{{Pool: "ours", MaxFuel: 5, Price: 10}}}
	for i := range 10 * wantedQueries {
		f.resting = append(f.resting, request(fmt.Sprint("a/rest:", i), nil))
	}
	_, err := FindWanted(t.Context(), f, "me", nil, time.Minute)
	require.Error(t, err, "no such versions")
	require.Greater(t, f.lookups, wantedQueries/2)
	require.Less(t, f.lookups, wantedQueries)
}

// TestFindWantedAsksOnce: however many requests are for one version, the node is asked for it once, also when it does not know it.
func TestFindWantedAsksOnce(t *testing.T) {
	f := &fakeMarket{orders: []markettypes.PoolOrder{{Pool: "ours", MaxFuel: 5, Price: 10}}}
	for range 20 {
		f.resting = append(f.resting, request("a/rest:1", nil))
	}
	_, err := FindWanted(t.Context(), f, "me", nil, time.Minute)
	require.Error(t, err, "no such version")
	require.Equal(t, 1, f.lookups)
}
