package web

import (
	"context"

	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

type ledgerRow struct {
	Key       string `json:"key"`
	Trust     uint64 `json:"trust"`
	Counted   uint64 `json:"counted"`
	Unsettled uint64 `json:"unsettled"`
	Debt      string `json:"debt"`
	Budget    string `json:"budget"`
	// The same account in money (docs/protocol.md section 3), in ucred.
	ValueDebt   string `json:"value_debt"`
	ValueBudget string `json:"value_budget"`
	Premiums    string `json:"premiums"`
}

type ledgerList struct {
	Ledgers []ledgerRow `json:"ledgers"`
	Next    string      `json:"next"`
}

func (c *chain) readLedgers(ctx context.Context, p params) (any, error) {
	list, err := readPage(p, false)
	if err != nil {
		return nil, err
	}
	res, err := c.conn.Tasks().Ledgers(ctx, &taskstypes.QueryLedgersRequest{Pagination: list})
	if err != nil {
		return nil, err
	}
	out := ledgerList{Ledgers: []ledgerRow{}, Next: nextPage(res.Pagination)}
	for _, v := range res.Views {
		l := v.Ledger
		out.Ledgers = append(out.Ledgers, ledgerRow{l.Key, l.Trust, l.Counted, l.Unsettled, v.Debt, v.Budget, v.ValueDebt, v.ValueBudget, v.Premiums})
	}
	return out, nil
}
