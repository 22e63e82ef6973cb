package keeper

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/credence-chain/credence/x/poa/types"
)

type queryServer struct{ Keeper }

// NewQueryServer serves the module's queries.
func NewQueryServer(k Keeper) types.QueryServer { return queryServer{k} }

func (s queryServer) Params(ctx context.Context, _ *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	params, err := s.Keeper.Params.Get(ctx)
	return &types.QueryParamsResponse{Params: params}, err
}

func (s queryServer) Seat(ctx context.Context, req *types.QuerySeatRequest) (*types.QuerySeatResponse, error) {
	seat, err := s.GetSeat(ctx, req.OrgId)
	if errors.Is(err, types.ErrNotFound) {
		return nil, status.Error(codes.NotFound, err.Error())
	}
	if err != nil {
		return nil, err
	}
	missed, err := s.missedCount(ctx, req.OrgId)
	return &types.QuerySeatResponse{Seat: seat, Missed: missed}, err
}

func (s queryServer) Seats(ctx context.Context, _ *types.QuerySeatsRequest) (*types.QuerySeatsResponse, error) {
	seats, err := s.AllSeats(ctx)
	return &types.QuerySeatsResponse{Seats: seats}, err
}

func (s queryServer) Changes(ctx context.Context, _ *types.QueryChangesRequest) (*types.QueryChangesResponse, error) {
	changes, offers, err := s.listWaiting(ctx)
	if err != nil {
		return nil, err
	}
	changed, total, err := s.sumTurnover(ctx)
	return &types.QueryChangesResponse{Changes: changes, Offers: offers, Changeable: max((total-1)/3-changed, 0)}, err
}

func (s queryServer) Pause(ctx context.Context, _ *types.QueryPauseRequest) (*types.QueryPauseResponse, error) {
	pause, holds, err := s.pauseInForce(ctx)
	if err != nil {
		return nil, err
	}
	votes, power, err := s.countingPauseVotes(ctx)
	res := &types.QueryPauseResponse{Paused: holds, Power: power}
	if holds {
		res.Pause = &pause
	}
	for _, v := range votes {
		res.Votes = append(res.Votes, v.PauseVote)
	}
	return res, err
}
