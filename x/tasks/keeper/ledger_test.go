package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/tasks/keeper"
	"github.com/credence-chain/credence/x/tasks/types"
)

// worth gives the tasks of a deal a value at risk, and the premium that belongs to it.
func worth(value uint64) func(*dealstypes.Deal) {
	return func(d *dealstypes.Deal) {
		d.Terms.Value = value
		d.Terms.Premium = poco.PremiumFor(d.Terms.Policy, value, d.Terms.Trust)
	}
}

// lend gives tasks a stake that carries any value.
func lend(d *dealstypes.Deal) { d.Terms.Stake = 1 << 50 }

func (f *fixture) ledgerView(key string) types.LedgerView {
	f.t.Helper()
	res, err := keeper.NewQueryServer(f.k).Ledger(f.ctx, &types.QueryLedgerRequest{Key: key})
	require.NoError(f.t, err)
	return res.View
}

// TestAFarmedLedgerPaysForNoDearTask performs attack F8: a requester farms its ledgers with cheap tasks, and then opens a dear one.
// Its count has earned whole errors; its account in money has what the tasks paid. So the dear task is checked by more replicas,
// or by the court once nothing is left.
func TestAFarmedLedgerPaysForNoDearTask(t *testing.T) {
	const cheap, dear = 150, 10_000_000_000
	trusted := func(d *dealstypes.Deal) { d.Terms.Trust, d.Terms.MaxSeats = 2, 25 }
	planOf := func(allowance uint64) types.Plan {
		f := newFixture(t, 200)
		f.setParams(func(p *types.Params) { p.ValueAllowance = allowance })
		f.begin()
		for range 5 {
			f.finish(f.open(20, trusted, worth(cheap))...)
		}
		view := f.ledgerView("class/2")
		require.EqualValues(t, 100, view.Ledger.Counted)
		require.Equal(t, "7500", view.Premiums, "100 tasks of 75 ucred")
		require.EqualValues(t, 7_500, f.books.get(f.ctx, "premiums"), "destroyed")
		id := f.open(1, trusted, worth(dear), lend)[0]
		for f.task(id).Plan == nil {
			f.work(id, right)
			f.end()
			f.begin()
		}
		return *f.task(id).Plan
	}
	free := planOf(1 << 60) // no account in money
	held := planOf(poco.DefaultAllowances.Value)
	require.Equal(t, string(poco.BoundValue), held.Bound, held.Text)
	require.Greater(t, held.Replicas, free.Replicas, "%s; without the account in money %s", held.Text, free.Text)
	risked := func(p types.Plan) poco.Money {
		w, err := poco.Q64FromBytes(p.Charge)
		require.NoError(t, err)
		return poco.ValueCharge(w, dear)
	}
	paid := poco.MoneyOf(poco.DefaultAllowances.Value + 7_500)
	require.LessOrEqual(t, risked(held).Cmp(paid), 0)
	require.Positive(t, risked(free).Cmp(paid), "the attack works in the count alone: %s of %s", risked(free), paid)
}

// A lie in a dear task is charged in money as well; what is left of the account decides the next dear plan, and in the end the
// court does.
func TestAChargeCountsByItsValue(t *testing.T) {
	const value = 400
	f := newFixture(t, 20)
	f.setParams(func(p *types.Params) { p.ValueAllowance = 100 })
	f.begin()
	lied := f.open(1, worth(value))[0]
	for f.task(lied).Phase != types.PHASE_DONE {
		o := right
		if f.task(lied).Phase == types.PHASE_FIRST || f.task(lied).Phase == types.PHASE_LOCKED {
			o = wrong
		}
		f.work(lied, o)
		f.end()
		f.begin()
	}
	plan := *f.task(lied).Plan
	w, err := poco.Q64FromBytes(plan.Charge)
	require.NoError(t, err)
	view := f.ledgerView("class/10000")
	require.Equal(t, poco.ValueCharge(w, value).String(), view.ValueDebt)
	require.Equal(t, "101", view.ValueBudget, "the allowance and one premium")
	require.Contains(t, view.Text, "Wrong results are expected to be worth at most 101 ucred, 1 of it paid in premiums; charged so far: "+view.ValueDebt+" ucred.")
	require.Zero(t, view.Ledger.Unsettled)
	require.Equal(t, view.Ledger.Value, view.Ledger.HeadValue)

	f.setParams(func(p *types.Params) { p.ValueAllowance = 1 })
	next := f.open(1, worth(value))[0]
	for f.task(next).Plan == nil {
		f.work(next, right)
		f.end()
		f.begin()
	}
	require.Equal(t, string(poco.BoundSpent), f.task(next).Plan.Bound)
	f.finish(next)
	require.True(t, f.task(next).ByCourt)
	require.EqualValues(t, 1, f.task(next).Settlement.Premium, "it counts, and pays")
}

// The account in money is exported and imported with all that is not settled.
func TestTheAccountInMoneyIsExported(t *testing.T) {
	f := newFixture(t, 20)
	ids := f.open(30, worth(1_000_000))
	for block := range 6 {
		f.begin()
		for i, id := range ids {
			if i%7 <= block { // others lag behind
				f.work(id, right)
			}
		}
		f.end()
	}
	g, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.NotEmpty(t, g.Records)
	require.NotEmpty(t, g.Records[0].Record.ValueCharge)
	require.EqualValues(t, 100, g.Records[0].Record.Premium)
	other := newFixture(t, 20)
	require.NoError(t, other.k.InitGenesis(other.ctx, *g))
	again, err := other.k.ExportGenesis(other.ctx)
	require.NoError(t, err)
	require.Equal(t, g, again)
	g.Records[0].Record.ValueCharge = []byte{1}
	require.ErrorContains(t, g.Validate(), "records: turn")
}

func TestAValueAllowanceIsNeeded(t *testing.T) {
	p := types.DefaultParams()
	require.NoError(t, p.Validate())
	require.EqualValues(t, 100_000_000, p.ValueAllowance)
	p.ValueAllowance = 0
	require.ErrorContains(t, p.Validate(), "value_allowance")
}
