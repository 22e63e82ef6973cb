package keeper

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/internal/paging"
	"github.com/credence-chain/credence/internal/prefix"
	"github.com/credence-chain/credence/x/apps/types"
)

type queryServer struct{ Keeper }

// NewQueryServer serves the module's queries.
func NewQueryServer(k Keeper) types.QueryServer { return queryServer{k} }

func (s queryServer) App(ctx context.Context, req *types.QueryAppRequest) (*types.QueryAppResponse, error) {
	app, err := s.GetApp(ctx, req.Id)
	if err != nil {
		return nil, statusOf(err)
	}
	versions, err := versionsOf(ctx, s.Versions, req.Id)
	return &types.QueryAppResponse{App: app, Versions: versions}, err
}

func (s queryServer) Apps(ctx context.Context, req *types.QueryAppsRequest) (*types.QueryAppsResponse, error) {
	apps, next, err := listRecords(ctx, s.Keeper.Apps, req.Pagination)
	return &types.QueryAppsResponse{Apps: apps, Pagination: next}, err
}

func (s queryServer) AppsOf(ctx context.Context, req *types.QueryAppsOfRequest) (*types.QueryAppsOfResponse, error) {
	apps, next, err := listOwned(ctx, s.Keeper, s.AppsByOwner, req.Owner, req.Pagination, s.GetApp)
	return &types.QueryAppsOfResponse{Apps: apps, Pagination: next}, err
}

func (s queryServer) Version(ctx context.Context, req *types.QueryVersionRequest) (*types.QueryVersionResponse, error) {
	app, version, err := s.Resolve(ctx, req.Reference)
	if err != nil {
		return nil, statusOf(err)
	}
	return &types.QueryVersionResponse{App: app, Version: version}, nil
}

func (s queryServer) Dataset(ctx context.Context, req *types.QueryDatasetRequest) (*types.QueryDatasetResponse, error) {
	dataset, err := s.GetDataset(ctx, req.Id)
	if err != nil {
		return nil, statusOf(err)
	}
	versions, err := versionsOf(ctx, s.DatasetVersions, req.Id)
	return &types.QueryDatasetResponse{Dataset: dataset, Versions: versions}, err
}

func (s queryServer) Datasets(ctx context.Context, req *types.QueryDatasetsRequest) (*types.QueryDatasetsResponse, error) {
	datasets, next, err := listRecords(ctx, s.Keeper.Datasets, req.Pagination)
	return &types.QueryDatasetsResponse{Datasets: datasets, Pagination: next}, err
}

func (s queryServer) DatasetsOf(ctx context.Context, req *types.QueryDatasetsOfRequest) (*types.QueryDatasetsOfResponse, error) {
	datasets, next, err := listOwned(ctx, s.Keeper, s.DatasetsByOwner, req.Owner, req.Pagination, s.GetDataset)
	return &types.QueryDatasetsOfResponse{Datasets: datasets, Pagination: next}, err
}

func (s queryServer) DatasetVersion(ctx context.Context, req *types.QueryDatasetVersionRequest) (*types.QueryDatasetVersionResponse, error) {
	dataset, version, err := s.ResolveDataset(ctx, req.Reference)
	if err != nil {
		return nil, statusOf(err)
	}
	return &types.QueryDatasetVersionResponse{Dataset: dataset, Version: version}, nil
}

func (s queryServer) ResolveDigest(ctx context.Context, req *types.QueryResolveDigestRequest) (out *types.QueryResolveDigestResponse, err error) {
	if err := prefix.Check(req.Prefix); err != nil {
		return nil, err
	}
	out = &types.QueryResolveDigestResponse{}
	if out.Apps, err = digestsFrom(ctx, s.Digests, req.Prefix); err != nil {
		return nil, err
	}
	out.Datasets, err = digestsFrom(ctx, s.DatasetDigests, req.Prefix)
	return out, err
}

// digestsFrom lists the digests that begin with a prefix, in ascending order. Each digest is read once, however many versions
// have it.
func digestsFrom(ctx context.Context, index collections.KeySet[digestKey], begin string) (out []string, err error) {
	bound := collections.QuadPrefix[string, uint64, string, string]
	from, end := artifact.AddAlgorithm(begin), prefix.End(artifact.AddAlgorithm(begin))
	for len(out) < prefix.Most {
		it, err := index.Iterate(ctx, new(collections.Range[digestKey]).StartInclusive(bound(from)).EndExclusive(bound(end)))
		if err != nil {
			return nil, err
		}
		if !it.Valid() {
			return out, it.Close()
		}
		key, err := it.Key()
		if err = errors.Join(err, it.Close()); err != nil {
			return nil, err
		}
		out = append(out, key.K1())
		from = prefix.End(key.K1())
	}
	return out, nil
}

// versionsOf returns the first versions of an app or dataset, in the order of their names.
func versionsOf[V any](ctx context.Context, versions collections.Map[versionKey, V], id string) (out []V, err error) {
	err = versions.Walk(ctx, collections.NewPrefixedPairRange[string, string](id), func(_ versionKey, v V) (bool, error) {
		out = append(out, v)
		return len(out) >= paging.Max, nil
	})
	return out, err
}

// listRecords returns a page of all records.
func listRecords[V any](ctx context.Context, records collections.Map[string, V], request *query.PageRequest) ([]V, *query.PageResponse, error) {
	return paging.List(ctx, records, request, func(_ string, v V) (V, error) { return v, nil })
}

// listOwned returns a page of an owner's records.
func listOwned[V any](ctx context.Context, k Keeper, index collections.KeySet[ownerKey], owner string, request *query.PageRequest,
	get func(context.Context, string) (V, error),
) ([]V, *query.PageResponse, error) {
	addr, err := k.addresses.StringToBytes(owner)
	if err != nil {
		return nil, nil, status.Errorf(codes.InvalidArgument, "owner %q: %s", owner, err)
	}
	return paging.List(ctx, index, request,
		func(key ownerKey, _ collections.NoValue) (V, error) { return get(ctx, key.K2()) },
		query.WithCollectionPaginationPairPrefix[sdk.AccAddress, string](addr))
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
