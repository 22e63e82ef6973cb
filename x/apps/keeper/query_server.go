package keeper

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/credence-chain/credence/x/apps/types"
)

// maxVersions bounds the versions in the answer about an app.
const maxVersions = 100

type queryServer struct{ Keeper }

// NewQueryServer serves the module's queries.
func NewQueryServer(k Keeper) types.QueryServer { return queryServer{k} }

func (s queryServer) App(ctx context.Context, req *types.QueryAppRequest) (*types.QueryAppResponse, error) {
	app, err := s.GetApp(ctx, req.Id)
	if err != nil {
		return nil, statusOf(err)
	}
	res := &types.QueryAppResponse{App: app}
	err = s.Versions.Walk(ctx, collections.NewPrefixedPairRange[string, string](req.Id), func(_ versionKey, v types.Version) (bool, error) {
		res.Versions = append(res.Versions, v)
		return len(res.Versions) >= maxVersions, nil
	})
	return res, err
}

func (s queryServer) Apps(ctx context.Context, req *types.QueryAppsRequest) (*types.QueryAppsResponse, error) {
	apps, page, err := query.CollectionPaginate(ctx, s.Keeper.Apps, req.Pagination,
		func(_ string, a types.App) (types.App, error) { return a, nil })
	return &types.QueryAppsResponse{Apps: apps, Pagination: page}, err
}

func (s queryServer) Version(ctx context.Context, req *types.QueryVersionRequest) (*types.QueryVersionResponse, error) {
	app, version, err := s.Resolve(ctx, req.Reference)
	if err != nil {
		return nil, statusOf(err)
	}
	return &types.QueryVersionResponse{App: app, Version: version}, nil
}

func statusOf(err error) error {
	switch {
	case errors.Is(err, types.ErrNotFound):
		return status.Error(codes.NotFound, err.Error())
	case errors.Is(err, types.ErrInvalidVersion):
		return status.Error(codes.InvalidArgument, err.Error())
	}
	return err
}
