package keeper

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/credence-chain/credence/internal/paging"
	"github.com/credence-chain/credence/x/workers/types"
)

type queryServer struct{ Keeper }

// NewQueryServer serves the module's queries.
func NewQueryServer(k Keeper) types.QueryServer { return queryServer{k} }

func (s queryServer) Params(ctx context.Context, _ *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	params, err := s.Keeper.Params.Get(ctx)
	return &types.QueryParamsResponse{Params: params}, err
}

func (s queryServer) Pool(ctx context.Context, req *types.QueryPoolRequest) (*types.QueryPoolResponse, error) {
	pool, err := s.GetPool(ctx, req.Id)
	if errors.Is(err, types.ErrPoolNotFound) {
		return nil, status.Error(codes.NotFound, err.Error())
	}
	if err != nil {
		return nil, err
	}
	registered, err := s.Registered(ctx, req.Id)
	if err != nil {
		return nil, err
	}
	eligible, err := s.EligibleOrgs(ctx, req.Id)
	return &types.QueryPoolResponse{Pool: pool, Registered: registered, Eligible: eligible}, err
}

func (s queryServer) Pools(ctx context.Context, req *types.QueryPoolsRequest) (*types.QueryPoolsResponse, error) {
	pools, next, err := paging.List(ctx, s.Keeper.Pools, req.Pagination,
		func(id string, _ types.Pool) (types.Pool, error) { return s.GetPool(ctx, id) })
	return &types.QueryPoolsResponse{Pools: pools, Pagination: next}, err
}

func (s queryServer) Invitations(ctx context.Context, req *types.QueryInvitationsRequest) (*types.QueryInvitationsResponse, error) {
	orgs, next, err := paging.List(ctx, s.Keeper.Invitations, req.Pagination,
		func(key pair, _ collections.NoValue) (string, error) { return key.K2(), nil },
		query.WithCollectionPaginationPairPrefix[string, string](req.Pool))
	return &types.QueryInvitationsResponse{Organisations: orgs, Pagination: next}, err
}

func (s queryServer) WorkersOf(ctx context.Context, req *types.QueryWorkersOfRequest) (*types.QueryWorkersOfResponse, error) {
	workers, next, err := paging.List(ctx, s.Keeper.WorkersOf, req.Pagination,
		func(key pair, _ collections.NoValue) (types.Worker, error) { return s.GetWorker(ctx, key.K2()) },
		query.WithCollectionPaginationPairPrefix[string, string](req.Organisation))
	return &types.QueryWorkersOfResponse{Workers: workers, Pagination: next}, err
}

func (s queryServer) Worker(ctx context.Context, req *types.QueryWorkerRequest) (*types.QueryWorkerResponse, error) {
	address, err := types.Canonical(s.addresses, req.Address)
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "address %q: %s", req.Address, err)
	}
	w, err := s.GetWorker(ctx, address)
	if errors.Is(err, types.ErrNotFound) {
		return nil, status.Error(codes.NotFound, err.Error())
	}
	return &types.QueryWorkerResponse{Worker: w}, err
}

func (s queryServer) Workers(ctx context.Context, req *types.QueryWorkersRequest) (*types.QueryWorkersResponse, error) {
	workers, next, err := paging.List(ctx, s.Keeper.Workers, req.Pagination,
		func(_ string, w types.Worker) (types.Worker, error) { return w, nil })
	return &types.QueryWorkersResponse{Workers: workers, Pagination: next}, err
}

func (s queryServer) Solvency(ctx context.Context, _ *types.QuerySolvencyRequest) (*types.QuerySolvencyResponse, error) {
	balance, owed, err := s.Keeper.Solvency(ctx)
	return &types.QuerySolvencyResponse{Balance: balance, Owed: owed, Solvent: balance >= owed}, err
}
