package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/x/tasks/types"
)

// ExportGenesis returns the whole state. Ledgers, allowances, unsettled charges and draw order are never pruned.
func (k Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	g := &types.GenesisState{Params: params}
	err = errors.Join(
		k.Tasks.Walk(ctx, nil, records.Collect[string](&g.Tasks)),
		k.Pruned.Walk(ctx, nil, func(id string, p types.PrunedTask) (bool, error) {
			p.Id = id
			g.Pruned = append(g.Pruned, p)
			return false, nil
		}),
		k.Ledgers.Walk(ctx, nil, records.Collect[string](&g.Ledgers)),
		k.Records.Walk(ctx, nil, func(key collections.Pair[string, uint64], r types.TurnRecord) (bool, error) {
			g.Records = append(g.Records, types.LedgerTurn{Key: key.K1(), Turn: key.K2(), Record: r})
			return false, nil
		}),
		k.Turns.Walk(ctx, nil, records.Collect[string](&g.Turns)),
		k.AppConvictions.Walk(ctx, nil, records.Collect[string](&g.AppConvictions)),
		k.CourtSilences.Walk(ctx, nil, records.Collect[string](&g.CourtSilences)),
		k.Convicted.Walk(ctx, nil, func(org string, height int64) (bool, error) {
			g.Convicted = append(g.Convicted, types.Conviction{Organisation: org, Height: height})
			return false, nil
		}),
		k.AuditCounts.Walk(ctx, nil, records.Collect[uint32](&g.AuditCounts)),
		k.exportCounts(ctx, g),
	)
	return g, err
}

// exportCounts adds the single items of the state, and the results on chain.
func (k Keeper) exportCounts(ctx context.Context, g *types.GenesisState) error {
	courts, err := k.readCourts(ctx)
	if err != nil {
		return err
	}
	g.CourtRound = courts.Round
	if g.FullBlocks, err = k.countFull(ctx); err != nil {
		return err
	}
	if g.AuditBudget, err = k.auditBudget(ctx); err != nil {
		return err
	}
	g.Onchain, err = k.exportOnchain(ctx)
	return err
}
