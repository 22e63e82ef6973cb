package keeper

import (
	"context"

	"github.com/credence-chain/credence/internal/paging"
	"github.com/credence-chain/credence/x/verifiers/types"
)

type queryServer struct{ Keeper }

// NewQueryServer serves the module's queries.
func NewQueryServer(k Keeper) types.QueryServer { return queryServer{k} }

func (s queryServer) Params(ctx context.Context, _ *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	params, err := s.Keeper.Params.Get(ctx)
	return &types.QueryParamsResponse{Params: params}, err
}

func (s queryServer) Verifier(ctx context.Context, req *types.QueryVerifierRequest) (*types.QueryVerifierResponse, error) {
	v, err := s.GetVerifier(ctx, req.Name)
	if err != nil {
		return nil, err
	}
	tally, err := s.countVotes(ctx, v.Name)
	return &types.QueryVerifierResponse{Verifier: v, Active: v.CheckUsable(heightOf(ctx)+1) == nil, Votes: tally.Votes}, err
}

func (s queryServer) Verifiers(ctx context.Context, req *types.QueryVerifiersRequest) (*types.QueryVerifiersResponse, error) {
	list, next, err := paging.List(ctx, s.Keeper.Verifiers, req.Pagination, func(_ string, v types.Verifier) (types.Verifier, error) { return v, nil })
	return &types.QueryVerifiersResponse{Verifiers: list, Pagination: next}, err
}
