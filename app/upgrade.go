package app

import (
	"context"
	"errors"
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"

	"cosmossdk.io/core/appmodule"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/credence-chain/credence/app/upgrades"
)

// replaceModule lets a rehearsal replace a module by one with another layout.
func (a *App) replaceModule(m appmodule.AppModule) appmodule.AppModule {
	if a.version.Change == nil {
		return m
	}
	return a.version.Change(m, a.storeOf)
}

// setUpgrades registers the handler of each plan that this build knows.
func (a *App) setUpgrades() {
	if err := a.version.Check(); err != nil {
		panic(err)
	}
	for _, u := range a.version.Upgrades {
		keepersOf(a).Upgrade.SetUpgradeHandler(u.Name, a.carryOut(u))
	}
}

// carryOut migrates every module whose consensus version has risen, gives new modules their default state, and calls the upgrade's
// Finish.
func (a *App) carryOut(u upgrades.Upgrade) upgradetypes.UpgradeHandler {
	return func(ctx context.Context, _ upgradetypes.Plan, from module.VersionMap) (module.VersionMap, error) {
		to, err := a.ModuleManager.RunMigrations(ctx, a.configurator, from)
		if err != nil {
			return nil, fmt.Errorf("upgrade %s: %w", u.Name, err)
		}
		if u.Finish != nil {
			if err := u.Finish(sdk.UnwrapSDKContext(ctx)); err != nil {
				return nil, fmt.Errorf("upgrade %s: finish: %w", u.Name, err)
			}
		}
		return to, nil
	}
}

// upgradeDue returns the plan that the block of the context executes first. It returns false if there is none, or if an operator
// skips it.
func (a *App) upgradeDue(ctx sdk.Context) (plan upgradetypes.Plan, due bool, err error) {
	plan, err = keepersOf(a).Upgrade.GetUpgradePlan(ctx)
	if errors.Is(err, upgradetypes.ErrNoUpgradePlanFound) {
		return plan, false, nil
	}
	if err != nil {
		return plan, false, err
	}
	return plan, plan.ShouldExecute(ctx.BlockHeight()) && !keepersOf(a).Upgrade.IsSkipHeight(ctx.BlockHeight()), nil
}

// applyDueUpgrade applies an upgrade that is due to the state in which a block is prepared or checked, so that this state is the
// one that the block's transactions will find. If the nodes of the old version stopped before they decided the block, nodes of the
// new version propose and check it. The context's state is a branch that is thrown away.
func (a *App) applyDueUpgrade(ctx sdk.Context) error {
	plan, due, err := a.upgradeDue(ctx)
	if err != nil || !due || !keepersOf(a).Upgrade.HasHandler(plan.Name) {
		return err
	}
	return keepersOf(a).Upgrade.ApplyUpgrade(ctx, plan)
}

// prepareAfterUpgrade runs prepare on the state after an upgrade that is due.
func (a *App) prepareAfterUpgrade(prepare sdk.PrepareProposalHandler) sdk.PrepareProposalHandler {
	return func(ctx sdk.Context, req *abci.RequestPrepareProposal) (*abci.ResponsePrepareProposal, error) {
		if err := a.applyDueUpgrade(ctx); err != nil {
			return nil, err
		}
		return prepare(ctx, req)
	}
}

// processAfterUpgrade runs process on the state after an upgrade that is due.
func (a *App) processAfterUpgrade(process sdk.ProcessProposalHandler) sdk.ProcessProposalHandler {
	return func(ctx sdk.Context, req *abci.RequestProcessProposal) (*abci.ResponseProcessProposal, error) {
		if err := a.applyDueUpgrade(ctx); err != nil {
			return nil, err
		}
		return process(ctx, req)
	}
}
