package keeper

import (
	"context"
	"errors"
	gomath "math"
	"math/bits"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/credence-chain/credence/internal/paging"
	"github.com/credence-chain/credence/internal/prefix"
	"github.com/credence-chain/credence/internal/purse"
	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/x/market/types"
)

// The queries of the module. They read records, and lists of records through the indices, in pages. A record that was pruned is
// answered with what its compact record says (prune.go). Two queries compute instead: Volume and Preview run the code of matching, so
// that their answer is what a block would do with the same state. Nothing that they write is kept.

// defaultRuntime is the runtime whose book a query lists when it names none.
const defaultRuntime = contract.RuntimeWasm

type queryServer struct{ Keeper }

// NewQueryServer serves the module's queries.
func NewQueryServer(k Keeper) types.QueryServer { return queryServer{k} }

// asStatus gives errors that the caller caused their gRPC codes.
func asStatus(err error) error {
	switch {
	case errors.Is(err, types.ErrNotFound):
		return status.Error(codes.NotFound, err.Error())
	case errors.Is(err, types.ErrID), errors.Is(err, collections.ErrEncoding):
		return status.Error(codes.InvalidArgument, err.Error())
	}
	return err
}

// oneParty returns the party by which a query lists: the prefix of its kind and its name. Each of parties is such a pair, and exactly
// one of them must have a name.
func oneParty(parties ...[2]string) (string, error) {
	party := ""
	for _, p := range parties {
		if p[1] == "" {
			continue
		}
		if party != "" {
			return "", status.Errorf(codes.InvalidArgument, "expected one party, got %s and %s%s", party, p[0], p[1])
		}
		party = p[0] + p[1]
	}
	if party == "" {
		return "", status.Error(codes.InvalidArgument, "expected a party to list by")
	}
	return party, nil
}

// pageIndex returns a page of the records of a party: those of one state, or all when state is 0.
func pageIndex[V any](
	ctx context.Context, index collections.KeySet[indexKey], party string, state uint64, p *query.PageRequest,
	read func(id []byte) (V, error),
) ([]V, *query.PageResponse, error) {
	return paging.List(ctx, index, p,
		func(key indexKey, _ collections.NoValue) (V, error) { return read(key.K4()) },
		func(o *query.CollectionsPaginateOptions[indexKey]) {
			prefix := collections.QuadPrefix[string, uint64, int64, []byte](party)
			if state != 0 {
				prefix = collections.QuadSuperPrefix[string, uint64, int64, []byte](party, state)
			}
			o.Prefix = &prefix
		})
}

func (s queryServer) Params(ctx context.Context, _ *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	params, err := s.Keeper.Params.Get(ctx)
	return &types.QueryParamsResponse{Params: params}, err
}

func (s queryServer) Order(ctx context.Context, req *types.QueryOrderRequest) (*types.QueryOrderResponse, error) {
	order, err := s.FindOrder(ctx, req.Id)
	return &types.QueryOrderResponse{Order: order}, asStatus(err)
}

func (s queryServer) Orders(ctx context.Context, req *types.QueryOrdersRequest) (*types.QueryOrdersResponse, error) {
	party, err := oneParty([2]string{types.PartyOwner, req.Owner}, [2]string{types.PartyApp, req.App},
		[2]string{types.PartyDataset, req.Dataset}, [2]string{types.PartyPool, req.Pool})
	if err != nil {
		return nil, err
	}
	orders, next, err := pageIndex(ctx, s.OrdersBy, party, uint64(req.Status), req.Pagination,
		func(id []byte) (types.OrderRecord, error) { return s.Keeper.Orders.Get(ctx, id) })
	return &types.QueryOrdersResponse{Orders: orders, Pagination: next}, asStatus(err)
}

// topicOf returns the topic that a query of the book means.
func topicOf(runtime, category, pool, app, dataset string) string {
	switch {
	case app != "":
		return types.AppTopic(app)
	case dataset != "":
		return types.DatasetTopic(dataset)
	case pool != "":
		return types.OwnPoolTopic(pool, category)
	case runtime == "":
		runtime = defaultRuntime
	}
	return types.PoolTopic(runtime, category)
}

func (s queryServer) Book(ctx context.Context, req *types.QueryBookRequest) (*types.QueryBookResponse, error) {
	under := topicOf(req.Runtime, req.Category, req.Pool, req.App, req.Dataset)
	orders, next, err := paging.List(ctx, s.Keeper.Book, req.Pagination,
		func(_ bookKey, id []byte) (types.OrderRecord, error) { return s.Keeper.Orders.Get(ctx, id) },
		func(o *query.CollectionsPaginateOptions[bookKey]) {
			prefix := collections.QuadPrefix[string, uint64, int64, []byte](under)
			o.Prefix = &prefix
		})
	return &types.QueryBookResponse{Orders: orders, Pagination: next}, err
}

func (s queryServer) RestingRequests(ctx context.Context, req *types.QueryRestingRequestsRequest) (*types.QueryRestingRequestsResponse, error) {
	under := topicOf(req.Runtime, req.Category, req.Pool, req.App, req.Dataset)
	requests, next, err := paging.List(ctx, s.RequestBook, req.Pagination,
		func(key requestBookKey, _ collections.NoValue) (types.Request, error) {
			return s.requestByKey(ctx, key.K4())
		},
		func(o *query.CollectionsPaginateOptions[requestBookKey]) {
			prefix := collections.QuadPrefix[string, uint64, int64, []byte](under)
			o.Prefix = &prefix
		})
	return &types.QueryRestingRequestsResponse{Requests: requests, Pagination: next}, err
}

func (s queryServer) Request(ctx context.Context, req *types.QueryRequestRequest) (*types.QueryRequestResponse, error) {
	r, err := s.FindRequest(ctx, req.Id)
	return &types.QueryRequestResponse{Request: r}, asStatus(err)
}

func (s queryServer) Requests(ctx context.Context, req *types.QueryRequestsRequest) (*types.QueryRequestsResponse, error) {
	if _, err := s.addresses.StringToBytes(req.Requester); err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "requester %q: %s", req.Requester, err)
	}
	requests, next, err := pageIndex(ctx, s.RequestsBy, req.Requester, uint64(req.Status), req.Pagination,
		func(id []byte) (types.Request, error) { return s.requestByKey(ctx, id) })
	return &types.QueryRequestsResponse{Requests: requests, Pagination: next}, err
}

func (s queryServer) Match(ctx context.Context, req *types.QueryMatchRequest) (*types.QueryMatchResponse, error) {
	m, err := s.GetMatch(ctx, req.Id)
	return &types.QueryMatchResponse{Match: m}, asStatus(err)
}

func (s queryServer) Volume(ctx context.Context, req *types.QueryVolumeRequest) (*types.QueryVolumeResponse, error) {
	cached, _ := sdk.UnwrapSDKContext(ctx).CacheContext() // Volume makes the orders known, and a query must not
	d, err := s.Keeper.Volume(cached, Proposal{
		Relayer: req.Relayer, App: req.App, Datasets: req.Datasets, Pool: req.Pool, Request: req.Request,
	})
	if err != nil {
		return &types.QueryVolumeResponse{Reason: err.Error()}, nil
	}
	each, err := d.Terms.Escrow()
	if err != nil {
		return nil, err
	}
	hi, escrow := bits.Mul64(each, d.Size_)
	if hi != 0 {
		escrow = gomath.MaxUint64
	}
	return &types.QueryVolumeResponse{Volume: d.Size_, Terms: d.Terms, Escrow: escrow}, nil
}

func (s queryServer) Floor(ctx context.Context, req *types.QueryFloorRequest) (*types.QueryFloorResponse, error) {
	owner, err := s.addresses.StringToBytes(req.Owner)
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "owner %q: %s", req.Owner, err)
	}
	below, _, err := records.Find(ctx, s.Floors, collections.Join(sdk.AccAddress(owner), uint32(req.Kind)))
	return &types.QueryFloorResponse{Below: below}, err
}

func (s queryServer) Category(ctx context.Context, req *types.QueryCategoryRequest) (*types.QueryCategoryResponse, error) {
	c, found, err := records.Find(ctx, s.Keeper.Categories, req.Id)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, status.Errorf(codes.NotFound, "category %q", req.Id)
	}
	params, err := s.Keeper.Params.Get(ctx)
	return &types.QueryCategoryResponse{Category: c, Blocks: c.Blocks(params)}, err
}

func (s queryServer) Categories(ctx context.Context, req *types.QueryCategoriesRequest) (*types.QueryCategoriesResponse, error) {
	list, next, err := paging.List(ctx, s.Keeper.Categories, req.Pagination,
		func(_ string, c types.Category) (types.Category, error) { return c, nil })
	return &types.QueryCategoriesResponse{Categories: list, Pagination: next}, err
}

func (s queryServer) Preview(ctx context.Context, req *types.QueryPreviewRequest) (*types.QueryPreviewResponse, error) {
	p, err := s.Keeper.Preview(ctx, req.Requester, req.Job, req.Publish)
	if err != nil {
		return nil, err
	}
	return &types.QueryPreviewResponse{Deal: p.Deal, Offer: p.Order}, nil
}

func (s queryServer) Resolve(ctx context.Context, req *types.QueryResolveRequest) (out *types.QueryResolveResponse, err error) {
	if err := prefix.Check(req.Prefix); err != nil {
		return nil, err
	}
	out = &types.QueryResolveResponse{}
	if out.Orders, err = prefix.Raw(ctx, s.Keeper.Orders, req.Prefix); err != nil {
		return nil, err
	}
	if out.Requests, err = prefix.Raw(ctx, s.Keeper.Requests, req.Prefix); err != nil {
		return nil, err
	}
	if err := s.resolvePruned(ctx, req.Prefix, out); err != nil {
		return nil, err
	}
	out.Matches, err = prefix.Raw(ctx, s.Matches, req.Prefix)
	return out, err
}

func (s queryServer) Solvency(ctx context.Context, _ *types.QuerySolvencyRequest) (*types.QuerySolvencyResponse, error) {
	b, err := s.Keeper.Solvency(ctx)
	if err != nil {
		return nil, err
	}
	return &types.QuerySolvencyResponse{Balance: purse.Saturate(b.Held), Owed: purse.Saturate(b.Owed), Solvent: b.Solvent()}, nil
}
