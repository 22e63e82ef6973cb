package keeper

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/credence-chain/credence/internal/paging"
	"github.com/credence-chain/credence/internal/prefix"
	"github.com/credence-chain/credence/internal/purse"
	"github.com/credence-chain/credence/x/deals/types"
)

type queryServer struct{ Keeper }

// NewQueryServer serves the module's queries.
func NewQueryServer(k Keeper) types.QueryServer { return queryServer{k} }

func (s queryServer) Params(ctx context.Context, _ *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	params, err := s.Keeper.Params.Get(ctx)
	return &types.QueryParamsResponse{Params: params}, err
}

func (s queryServer) Deal(ctx context.Context, req *types.QueryDealRequest) (*types.QueryDealResponse, error) {
	d, err := s.FindDeal(ctx, req.Id)
	switch {
	case errors.Is(err, types.ErrNotFound):
		return nil, status.Error(codes.NotFound, err.Error())
	case errors.Is(err, types.ErrID):
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	return &types.QueryDealResponse{Deal: d}, err
}

// theParty returns the one party that a query names, in the bytes of the index.
func (s queryServer) theParty(req *types.QueryDealsRequest) ([]byte, error) {
	party := ""
	for _, p := range [...][2]string{
		{types.PartyRequester, req.Requester}, {types.PartyRequest, req.Request}, {types.PartyApp, req.App},
		{types.PartyDataset, req.Dataset}, {types.PartyPool, req.Pool}, {types.PartyOrder, req.Order},
		{types.PartySponsor, req.Sponsor}, {types.PartyVoucher, req.Voucher}, {types.PartyBeneficiary, req.Beneficiary},
		{types.PartyAppOwner, req.AppOwner},
	} {
		if p[1] == "" {
			continue
		}
		if party != "" {
			return nil, status.Errorf(codes.InvalidArgument, "expected one party, got %s and %s%s", party, p[0], p[1])
		}
		party = p[0] + p[1]
	}
	if party == "" {
		return nil, status.Error(codes.InvalidArgument, "expected a party to list by")
	}
	key, err := types.PartyKey(s.addresses, party)
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "%s: %s", party, err)
	}
	return key, nil
}

func (s queryServer) Deals(ctx context.Context, req *types.QueryDealsRequest) (*types.QueryDealsResponse, error) {
	party, err := s.theParty(req)
	if err != nil {
		return nil, err
	}
	within := collections.QuadPrefix[[]byte, uint64, int64, []byte](party)
	if req.State != types.DEAL_STATE_UNSPECIFIED {
		within = collections.QuadSuperPrefix[[]byte, uint64, int64, []byte](party, uint64(req.State))
	}
	deals, next, err := paging.List(ctx, s.DealsBy, req.Pagination,
		func(key indexKey, _ collections.NoValue) (types.Deal, error) {
			d, err := s.dealByKey(ctx, key.K4())
			if err != nil {
				return d, err
			}
			return s.attachJob(ctx, d)
		},
		func(o *query.CollectionsPaginateOptions[indexKey]) { o.Prefix = &within })
	return &types.QueryDealsResponse{Deals: deals, Pagination: next}, err
}

func (s queryServer) Callbacks(context.Context, *types.QueryCallbacksRequest) (*types.QueryCallbacksResponse, error) {
	return &types.QueryCallbacksResponse{Names: s.CallbackNames()}, nil
}

func (s queryServer) Resolve(ctx context.Context, req *types.QueryResolveRequest) (*types.QueryResolveResponse, error) {
	if err := prefix.Check(req.Prefix); err != nil {
		return nil, err
	}
	found, err := prefix.Raw(ctx, s.Keeper.Deals, req.Prefix)
	if err != nil {
		return nil, err
	}
	pruned, err := prefix.Raw(ctx, s.Keeper.Pruned, req.Prefix)
	return &types.QueryResolveResponse{Deals: prefix.Merge(found, pruned)}, err
}

func (s queryServer) Solvency(ctx context.Context, _ *types.QuerySolvencyRequest) (*types.QuerySolvencyResponse, error) {
	b, err := s.Keeper.Solvency(ctx)
	if err != nil {
		return nil, err
	}
	return &types.QuerySolvencyResponse{Balance: purse.Saturate(b.Held), Owed: purse.Saturate(b.Owed), Solvent: b.Solvent()}, nil
}
