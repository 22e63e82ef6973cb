package keeper_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/workers/types"
)

func TestUnbondingIsPaidAtItsHeight(t *testing.T) {
	f := newFixture(t)
	f.setParams(func(p *types.Params) { p.UnbondingBlocks = 3 })
	f.pool("main", 10)
	worker := f.worker("alpha", 1, 100, "main")
	owner := f.get(worker).Owner
	before := f.balance(owner)
	due, err := f.k.Unbond(f.ctx, worker, 30)
	require.NoError(t, err)
	require.EqualValues(t, 13, due)
	_, err = f.k.Unbond(f.ctx, worker, 5) // the same block: one entry
	require.NoError(t, err)
	f.setParams(func(p *types.Params) { p.UnbondingBlocks = 1000 }) // what runs keeps its height
	for range 2 {
		f.block(1)
		require.Equal(t, before, f.balance(owner))
		require.EqualValues(t, 35, f.get(worker).Unbonding)
	}
	f.block(1)
	require.Equal(t, before+35, f.balance(owner))
	require.Zero(t, f.get(worker).Unbonding)
	require.EqualValues(t, 65, f.get(worker).Bonded)
	f.check()
}

// TestDueIsCapped: a block does a bounded number of items, the oldest first, and the rest is carried over.
func TestDueIsCapped(t *testing.T) {
	f := newFixture(t)
	f.setParams(func(p *types.Params) { p.UnbondingBlocks, p.DuePerBlock = 1, 2 })
	f.pool("main", 10)
	var workers []string
	for range 5 {
		workers = append(workers, f.worker("alpha", 1, 100, "main"))
	}
	for _, w := range workers[3:] { // these two a block earlier
		_, err := f.k.Unbond(f.ctx, w, 1)
		require.NoError(t, err)
	}
	f.ctx = f.ctx.WithBlockHeight(11)
	for _, w := range workers[:3] {
		_, err := f.k.Unbond(f.ctx, w, 1)
		require.NoError(t, err)
	}
	waiting := func() (n int) {
		for _, w := range workers {
			if f.get(w).Unbonding > 0 {
				n++
			}
		}
		return n
	}
	f.block(1)
	require.Equal(t, 3, waiting())
	require.Zero(t, f.get(workers[3]).Unbonding)
	require.Zero(t, f.get(workers[4]).Unbonding)
	f.block(1)
	require.Equal(t, 1, waiting())
	f.block(1)
	require.Zero(t, waiting())
	f.check()
}

// TestDueAlone: an item that fails keeps no other from being done, and no stake is lost.
func TestDueAlone(t *testing.T) {
	for _, fail := range []func(){func() { panic("boom") }, nil} {
		f := newFixture(t)
		f.setParams(func(p *types.Params) { p.UnbondingBlocks = 1 })
		f.pool("main", 10)
		bad, good := f.worker("alpha", 1, 100, "main"), f.worker("beta", 1, 100, "main")
		owner, err := codecOf.StringToBytes(f.get(bad).Owner)
		require.NoError(t, err)
		f.bank.AppendSendRestriction(func(_ context.Context, _, to sdk.AccAddress, _ sdk.Coins) (sdk.AccAddress, error) {
			if !to.Equals(sdk.AccAddress(owner)) {
				return to, nil
			}
			if fail != nil {
				fail()
			}
			return to, errors.New("refused")
		})
		for _, w := range []string{bad, good} {
			_, err := f.k.Unbond(f.ctx, w, 95)
			require.NoError(t, err)
		}
		orgs, _ := f.drawable("main")
		require.Empty(t, orgs)
		f.block(1)
		require.EqualValues(t, 5, f.get(good).Bonded)
		require.Zero(t, f.get(good).Unbonding)
		require.EqualValues(t, 100, f.get(bad).Bonded, "it is the worker's again")
		require.Zero(t, f.get(bad).Unbonding)
		orgs, _ = f.drawable("main")
		require.Equal(t, []string{"alpha"}, orgs)
		f.check()
	}
}
