package keeper

import (
	"context"
	"errors"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/credence-chain/credence/internal/paging"
	"github.com/credence-chain/credence/x/feeds/types"
)

type queryServer struct{ Keeper }

// NewQueryServer serves the module's queries.
func NewQueryServer(k Keeper) types.QueryServer { return queryServer{k} }

func (s queryServer) Params(ctx context.Context, _ *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	params, err := s.Keeper.Params.Get(ctx)
	return &types.QueryParamsResponse{Params: params}, err
}

func (s queryServer) Feed(ctx context.Context, req *types.QueryFeedRequest) (*types.QueryFeedResponse, error) {
	f, err := s.askedFeed(ctx, req.Owner, req.Name)
	if err != nil {
		return nil, err
	}
	height, age := ageOf(ctx, f)
	return &types.QueryFeedResponse{Feed: f, Height: height, AgeSeconds: age}, nil
}

func (s queryServer) FeedByID(ctx context.Context, req *types.QueryFeedByIDRequest) (*types.QueryFeedByIDResponse, error) {
	f, err := s.feedByID(ctx, req.Id)
	switch {
	case errors.Is(err, types.ErrNotFound):
		return nil, status.Error(codes.NotFound, err.Error())
	case errors.Is(err, types.ErrInvalid):
		return nil, status.Error(codes.InvalidArgument, err.Error())
	case err != nil:
		return nil, err
	}
	height, age := ageOf(ctx, f)
	return &types.QueryFeedByIDResponse{Feed: f, Height: height, AgeSeconds: age}, nil
}

// ageOf returns the age of a feed's latest value in the state that is queried.
func ageOf(ctx context.Context, f types.Feed) (height, seconds int64) {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	if f.Latest == nil {
		return sdkCtx.BlockHeight(), 0
	}
	return sdkCtx.BlockHeight(), int64(f.Latest.Age(sdkCtx.BlockTime()) / time.Second)
}

// askedFeed returns the feed that a query names.
func (s queryServer) askedFeed(ctx context.Context, owner, name string) (types.Feed, error) {
	f, found, err := s.ReadFeed(ctx, owner, name)
	if err == nil && !found {
		err = status.Errorf(codes.NotFound, "%.64q has no feed %.64q", owner, name)
	}
	return f, err
}

func (s queryServer) Feeds(ctx context.Context, req *types.QueryFeedsRequest) (*types.QueryFeedsResponse, error) {
	var opts []func(*query.CollectionsPaginateOptions[ownerKey])
	if req.Owner != "" {
		opts = append(opts, query.WithCollectionPaginationPairPrefix[[]byte, string](s.packOwner(req.Owner)))
	}
	feeds, p, err := paging.List(ctx, s.ByOwner, req.Pagination,
		func(_ ownerKey, id string) (types.Feed, error) { return s.Keeper.Feeds.Get(ctx, id) }, opts...)
	return &types.QueryFeedsResponse{Feeds: feeds, Pagination: p}, err
}

func (s queryServer) History(ctx context.Context, req *types.QueryHistoryRequest) (*types.QueryHistoryResponse, error) {
	f, err := s.askedFeed(ctx, req.Owner, req.Name)
	if err != nil {
		return nil, err
	}
	page := query.PageRequest{}
	if req.Pagination != nil {
		page = *req.Pagination
	}
	page.Reverse = !page.Reverse // the newest first, unless the oldest are asked for
	values, p, err := paging.List(ctx, s.Values, &page,
		func(_ valueKey, v types.Value) (types.Value, error) { return v, nil },
		func(o *query.CollectionsPaginateOptions[valueKey]) {
			prefix := collections.QuadPrefix[string, uint64, uint64, string](f.Id)
			o.Prefix = &prefix
		})
	return &types.QueryHistoryResponse{Values: values, Pagination: p}, err
}
