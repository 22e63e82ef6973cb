package keeper

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/credence-chain/credence/x/beacon/types"
)

type queryServer struct{ Keeper }

// NewQueryServer serves the module's queries.
func NewQueryServer(k Keeper) types.QueryServer { return queryServer{k} }

func (s queryServer) Params(ctx context.Context, _ *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	params, err := s.Keeper.Params.Get(ctx)
	return &types.QueryParamsResponse{Params: params}, err
}

func (s queryServer) Seed(ctx context.Context, req *types.QuerySeedRequest) (*types.QuerySeedResponse, error) {
	seed, err := s.Latest.Get(ctx)
	if err != nil {
		return nil, err
	}
	if req.Height != 0 && req.Height != seed.Height {
		at, err := s.SeedAt(ctx, req.Height)
		if errors.Is(err, types.ErrNoSeed) {
			return nil, status.Error(codes.NotFound, err.Error())
		}
		if err != nil {
			return nil, err
		}
		seed = types.Seed{Height: req.Height, Seed: at}
	}
	factor, err := s.Factor(ctx)
	if err != nil {
		return nil, err
	}
	delay, err := s.Delay(ctx)
	return &types.QuerySeedResponse{Seed: seed, Factor: factor, Delay: delay}, err
}
