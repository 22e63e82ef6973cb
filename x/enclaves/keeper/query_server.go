package keeper

import (
	"context"

	"github.com/credence-chain/credence/internal/paging"
	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/x/enclaves/types"
)

type queryServer struct{ Keeper }

// NewQueryServer serves the module's queries.
func NewQueryServer(k Keeper) types.QueryServer { return queryServer{k} }

func (s queryServer) Params(ctx context.Context, _ *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	params, err := s.Keeper.Params.Get(ctx)
	return &types.QueryParamsResponse{Params: params}, err
}

func (s queryServer) Sessions(ctx context.Context, req *types.QuerySessionsRequest) (*types.QuerySessionsResponse, error) {
	if _, err := s.addresses.StringToBytes(req.Worker); err != nil {
		return nil, types.ErrInvalid.Wrapf("worker: got %.80q, expected an address: %s", req.Worker, err)
	}
	list, err := s.sessionsOf(ctx, req.Worker)
	if err != nil {
		return nil, err
	}
	res := &types.QuerySessionsResponse{}
	for _, one := range list {
		state := types.SessionState{Session: one}
		if why := s.CheckSession(ctx, one); why != nil {
			state.Refused = why.Error()
		}
		res.Sessions = append(res.Sessions, state)
	}
	return res, nil
}

func (s queryServer) Machine(ctx context.Context, req *types.QueryMachineRequest) (*types.QueryMachineResponse, error) {
	m, err := s.GetMachine(ctx, req.Id)
	return &types.QueryMachineResponse{Machine: m}, err
}

func (s queryServer) Images(ctx context.Context, req *types.QueryImagesRequest) (*types.QueryImagesResponse, error) {
	list, next, err := paging.List(ctx, s.Keeper.Images, req.Pagination, func(_ pair, i types.Image) (types.Image, error) { return i, nil })
	return &types.QueryImagesResponse{Images: list, Pagination: next}, err
}

func (s queryServer) Freeze(ctx context.Context, req *types.QueryFreezeRequest) (*types.QueryFreezeResponse, error) {
	if err := types.ValidateSubject("subject", req.Subject); err != nil {
		return nil, err
	}
	f, frozen, err := records.Find(ctx, s.Keeper.Freezes, req.Subject)
	if err != nil {
		return nil, err
	}
	tally, err := s.countVotes(ctx, req.Subject)
	res := &types.QueryFreezeResponse{Votes: tally.Votes}
	if frozen {
		res.Freeze = &f
	}
	return res, err
}

func (s queryServer) Freezes(ctx context.Context, req *types.QueryFreezesRequest) (*types.QueryFreezesResponse, error) {
	list, next, err := paging.List(ctx, s.Keeper.Freezes, req.Pagination, func(_ string, f types.Freeze) (types.Freeze, error) { return f, nil })
	return &types.QueryFreezesResponse{Freezes: list, Pagination: next}, err
}

func (s queryServer) Editions(ctx context.Context, req *types.QueryEditionsRequest) (*types.QueryEditionsResponse, error) {
	list, next, err := paging.List(ctx, s.Keeper.Editions, req.Pagination, func(_ []byte, e types.Edition) (types.Edition, error) { return e, nil })
	return &types.QueryEditionsResponse{Editions: list, Pagination: next}, err
}

func (s queryServer) Snp(ctx context.Context, req *types.QuerySnpRequest) (*types.QuerySnpResponse, error) {
	c, found, err := records.Find(ctx, s.Keeper.Snp, req.Product)
	if err == nil && !found {
		err = types.ErrNotFound.Wrapf("collateral of AMD's of %.40q", req.Product)
	}
	return &types.QuerySnpResponse{Collateral: c}, err
}
