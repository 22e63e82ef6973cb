package keeper

import (
	"context"
	"slices"

	"github.com/credence-chain/credence/internal/paging"
	"github.com/credence-chain/credence/x/supply/types"
)

type queryServer struct{ Keeper }

// NewQueryServer serves the module's queries.
func NewQueryServer(k Keeper) types.QueryServer { return queryServer{k} }

func (s queryServer) Params(ctx context.Context, _ *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	params, err := s.Keeper.Params.Get(ctx)
	return &types.QueryParamsResponse{Params: params}, err
}

func (s queryServer) Supply(ctx context.Context, _ *types.QuerySupplyRequest) (*types.QuerySupplyResponse, error) {
	causes, err := s.listCauses(ctx)
	if err != nil {
		return nil, err
	}
	res := &types.QuerySupplyResponse{Supply: s.bank.GetSupply(ctx, types.Denom).Amount}
	for _, c := range causes {
		if slices.Contains(types.Made, c.Name) {
			res.Made = append(res.Made, c)
		} else {
			res.Destroyed = append(res.Destroyed, c)
		}
	}
	res.Mintable, err = s.mintable(ctx, height(ctx)+1)
	return res, err
}

func (s queryServer) Mints(ctx context.Context, req *types.QueryMintsRequest) (*types.QueryMintsResponse, error) {
	list, next, err := paging.List(ctx, s.Keeper.Mints, req.Pagination, func(_ uint64, m types.Mint) (types.Mint, error) { return m, nil })
	return &types.QueryMintsResponse{Mints: list, Pagination: next}, err
}
