package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/credence-chain/credence/x/tasks/types"
)

func (q queryServer) Ledger(ctx context.Context, req *types.QueryLedgerRequest) (*types.QueryLedgerResponse, error) {
	l, err := q.Keeper.Ledgers.Get(ctx, req.Key)
	if errors.Is(err, collections.ErrNotFound) {
		return nil, refuseRequest(errorsmod.Wrapf(types.ErrLedgerNotFound, "key: got %q, expected \"class/T\" or \"organisation/ID/T\" of a trust T that was used", req.Key))
	}
	if err != nil {
		return nil, err
	}
	v, err := q.viewLedger(ctx, l)
	return &types.QueryLedgerResponse{View: v}, err
}

func (q queryServer) Ledgers(ctx context.Context, req *types.QueryLedgersRequest) (*types.QueryLedgersResponse, error) {
	views, p, err := query.CollectionPaginate(ctx, q.Keeper.Ledgers, pageOf(req.Pagination),
		func(_ string, l types.Ledger) (types.LedgerView, error) { return q.viewLedger(ctx, l) })
	return &types.QueryLedgersResponse{Views: views, Pagination: p}, err
}

func (q queryServer) viewLedger(ctx context.Context, l types.Ledger) (types.LedgerView, error) {
	params, err := q.Keeper.Params.Get(ctx)
	if err != nil {
		return types.LedgerView{}, err
	}
	start, err := params.Allowances()
	if err != nil {
		return types.LedgerView{}, err
	}
	p, err := l.ToPoco()
	if err != nil {
		return types.LedgerView{}, err
	}
	return types.LedgerView{
		Ledger: l, Debt: p.D.String(), Budget: p.Budget(start.Errors).String(),
		ValueDebt: p.Value.D.String(), ValueBudget: p.ValueBudget(start.Value).String(), Premiums: p.Value.P.String(),
		Text: p.Describe(start),
	}, nil
}
