package keeper

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/credence-chain/credence/internal/paging"
	"github.com/credence-chain/credence/x/orgs/types"
)

type queryServer struct{ Keeper }

// NewQueryServer serves the module's queries.
func NewQueryServer(k Keeper) types.QueryServer { return queryServer{k} }

func (s queryServer) Params(ctx context.Context, _ *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	params, err := s.Keeper.Params.Get(ctx)
	return &types.QueryParamsResponse{Params: params}, err
}

func (s queryServer) Organisation(ctx context.Context, req *types.QueryOrganisationRequest) (*types.QueryOrganisationResponse, error) {
	org, err := s.GetOrganisation(ctx, req.Id)
	if errors.Is(err, types.ErrNotFound) {
		return nil, status.Error(codes.NotFound, err.Error())
	}
	return &types.QueryOrganisationResponse{Organisation: org}, err
}

func (s queryServer) Organisations(ctx context.Context, req *types.QueryOrganisationsRequest) (*types.QueryOrganisationsResponse, error) {
	orgs, next, err := paging.List(ctx, s.Keeper.Organisations, req.Pagination,
		func(_ string, org types.Organisation) (types.Organisation, error) { return org, nil })
	return &types.QueryOrganisationsResponse{Organisations: orgs, Pagination: next}, err
}

func (s queryServer) OrganisationOf(ctx context.Context, req *types.QueryOrganisationOfRequest) (*types.QueryOrganisationOfResponse, error) {
	addr, err := s.addresses.StringToBytes(req.Address)
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "address %q: %s", req.Address, err)
	}
	id, found, err := s.OrgOf(ctx, addr)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, status.Errorf(codes.NotFound, "%s belongs to no organisation", req.Address)
	}
	org, err := s.GetOrganisation(ctx, id)
	return &types.QueryOrganisationOfResponse{Organisation: org}, err
}
