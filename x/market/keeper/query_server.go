package keeper

import (
	"context"
	"errors"
	gomath "math"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/credence-chain/credence/x/market/types"
)

// defaultRuntime is whose book is listed when a query names none.
const defaultRuntime = "wasm"

type queryServer struct{ Keeper }

// NewQueryServer serves the module's queries.
func NewQueryServer(k Keeper) types.QueryServer { return queryServer{k} }

// asStatus gives errors of the caller their gRPC code.
func asStatus(err error) error {
	switch {
	case errors.Is(err, types.ErrNotFound):
		return status.Error(codes.NotFound, err.Error())
	case errors.Is(err, types.ErrID):
		return status.Error(codes.InvalidArgument, err.Error())
	}
	return err
}

func (s queryServer) Params(ctx context.Context, _ *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	params, err := s.Keeper.Params.Get(ctx)
	return &types.QueryParamsResponse{Params: params}, err
}

func (s queryServer) Offer(ctx context.Context, req *types.QueryOfferRequest) (*types.QueryOfferResponse, error) {
	offer, err := s.GetOffer(ctx, req.Id)
	return &types.QueryOfferResponse{Offer: offer}, asStatus(err)
}

func (s queryServer) Book(ctx context.Context, req *types.QueryBookRequest) (*types.QueryBookResponse, error) {
	runtime := req.Runtime
	if runtime == "" {
		runtime = defaultRuntime
	}
	offers, page, err := query.CollectionPaginate(ctx, s.Keeper.Book, req.Pagination,
		func(key bookKey, _ collections.NoValue) (types.Offer, error) { return s.Offers.Get(ctx, key.K4()) },
		func(o *query.CollectionsPaginateOptions[bookKey]) {
			prefix := collections.QuadPrefix[string, uint64, int64, []byte](runtime)
			o.Prefix = &prefix
		})
	return &types.QueryBookResponse{Offers: offers, Pagination: page}, err
}

func (s queryServer) Request(ctx context.Context, req *types.QueryRequestRequest) (*types.QueryRequestResponse, error) {
	r, err := s.GetRequest(ctx, req.Id)
	return &types.QueryRequestResponse{Request: r}, asStatus(err)
}

func (s queryServer) Requests(ctx context.Context, req *types.QueryRequestsRequest) (*types.QueryRequestsResponse, error) {
	addr, err := s.addresses.StringToBytes(req.Requester)
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "requester %q: %s", req.Requester, err)
	}
	requests, page, err := query.CollectionPaginate(ctx, s.RequestsByAccount, req.Pagination,
		func(key collections.Pair[sdk.AccAddress, []byte], _ collections.NoValue) (types.Request, error) {
			return s.Keeper.Requests.Get(ctx, key.K2())
		},
		query.WithCollectionPaginationPairPrefix[sdk.AccAddress, []byte](addr))
	return &types.QueryRequestsResponse{Requests: requests, Pagination: page}, err
}

func (s queryServer) Deal(ctx context.Context, req *types.QueryDealRequest) (*types.QueryDealResponse, error) {
	d, err := s.GetDeal(ctx, req.Id)
	return &types.QueryDealResponse{Deal: d}, asStatus(err)
}

func (s queryServer) Solvency(ctx context.Context, _ *types.QuerySolvencyRequest) (*types.QuerySolvencyResponse, error) {
	balance, owed, err := s.Keeper.Solvency(ctx)
	if err != nil {
		return nil, err
	}
	return &types.QuerySolvencyResponse{Balance: saturate(balance), Owed: saturate(owed), Solvent: balance.GTE(owed)}, nil
}

// saturate shows an amount beyond 64 bits as the largest there is.
func saturate(v math.Int) uint64 {
	if !v.IsUint64() {
		return gomath.MaxUint64
	}
	return v.Uint64()
}
