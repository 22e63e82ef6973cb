package keeper

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/credence-chain/credence/internal/paging"
	"github.com/credence-chain/credence/internal/prefix"
	"github.com/credence-chain/credence/internal/purse"
	"github.com/credence-chain/credence/x/vouchers/types"
)

type queryServer struct{ Keeper }

// NewQueryServer serves the module's queries.
func NewQueryServer(k Keeper) types.QueryServer { return queryServer{k} }

func (s queryServer) Params(ctx context.Context, _ *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	params, err := s.Keeper.Params.Get(ctx)
	return &types.QueryParamsResponse{Params: params}, err
}

func (s queryServer) Voucher(ctx context.Context, req *types.QueryVoucherRequest) (*types.QueryVoucherResponse, error) {
	v, err := s.GetVoucher(ctx, req.Id)
	switch {
	case errors.Is(err, types.ErrNotFound):
		return nil, status.Error(codes.NotFound, err.Error())
	case errors.Is(err, types.ErrID):
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	return &types.QueryVoucherResponse{Voucher: v}, err
}

func (s queryServer) Vouchers(ctx context.Context, req *types.QueryVouchersRequest) (*types.QueryVouchersResponse, error) {
	index, party := s.Issued, req.Issuer
	if req.Holder != "" {
		index, party = s.Held, req.Holder
	}
	if (req.Issuer == "") == (req.Holder == "") {
		return nil, status.Error(codes.InvalidArgument, "expected an issuer or a holder to list by, and not both")
	}
	who, err := s.addresses.StringToBytes(party)
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "%q: %s", party, err)
	}
	list, next, err := paging.List(ctx, index, req.Pagination,
		func(key collections.Pair[sdk.AccAddress, []byte], _ collections.NoValue) (types.Voucher, error) {
			return s.Keeper.Vouchers.Get(ctx, key.K2())
		},
		query.WithCollectionPaginationPairPrefix[sdk.AccAddress, []byte](who))
	return &types.QueryVouchersResponse{Vouchers: list, Pagination: next}, err
}

func (s queryServer) Resolve(ctx context.Context, req *types.QueryResolveRequest) (*types.QueryResolveResponse, error) {
	if err := prefix.Check(req.Prefix); err != nil {
		return nil, err
	}
	found, err := prefix.Raw(ctx, s.Keeper.Vouchers, req.Prefix)
	return &types.QueryResolveResponse{Vouchers: found}, err
}

func (s queryServer) Solvency(ctx context.Context, _ *types.QuerySolvencyRequest) (*types.QuerySolvencyResponse, error) {
	b, err := s.Keeper.Solvency(ctx)
	if err != nil {
		return nil, err
	}
	return &types.QuerySolvencyResponse{Balance: purse.Saturate(b.Held), Owed: purse.Saturate(b.Owed), Solvent: b.Solvent()}, nil
}
