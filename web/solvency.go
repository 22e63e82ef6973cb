package web

import (
	"context"

	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// readSolvency compares the coins that each module holds with the coins that it owes.
func (c *chain) readSolvency(ctx context.Context, o *overview) error {
	market, err := c.conn.Market().Solvency(ctx, &markettypes.QuerySolvencyRequest{})
	if err != nil {
		return err
	}
	deals, err := c.conn.Deals().Solvency(ctx, &dealstypes.QuerySolvencyRequest{})
	if err != nil {
		return err
	}
	workers, err := c.conn.Workers().Solvency(ctx, &workerstypes.QuerySolvencyRequest{})
	if err != nil {
		return err
	}
	vouchers, err := c.conn.Vouchers().Solvency(ctx, &voucherstypes.QuerySolvencyRequest{})
	if err != nil {
		return err
	}
	tasks, err := c.conn.Tasks().Solvency(ctx, &taskstypes.QuerySolvencyRequest{})
	if err != nil {
		return err
	}
	o.Solvency = []solvent{
		{"market", big(market.Balance), big(market.Owed), market.Solvent}, {"deals", big(deals.Balance), big(deals.Owed), deals.Solvent},
		{"workers", big(workers.Balance), big(workers.Owed), workers.Solvent}, {"vouchers", big(vouchers.Balance), big(vouchers.Owed), vouchers.Solvent},
		{"tasks", big(tasks.Balance), big(tasks.Owed), tasks.Solvent},
	}
	return nil
}
