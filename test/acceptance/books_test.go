package acceptance

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	grpctypes "github.com/cosmos/cosmos-sdk/types/grpc"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/metadata"

	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/devnet"
	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// piece is an ended task with its deal.
type piece struct {
	task taskstypes.Task
	deal dealstypes.Deal
}

// books is the money of a network at a height.
type books struct {
	height   int64
	balances map[string]uint64
	pot      uint64 // fees of transactions that are not handed out yet
	supply   uint64
}

// open reads the books after the latest block.
func (n *network) open() books {
	n.t.Helper()
	b := books{height: n.height(), balances: map[string]uint64{}}
	at := n.at(b.height)
	b.pot, b.supply = at.balance(module(n.t, authtypes.FeeCollectorName)), at.supply()
	for _, address := range n.everybody() {
		b.balances[address] = at.balance(address)
	}
	return b
}

// at returns the network with its queries set to the state after the block of a height.
func (n *network) at(height int64) *network {
	old := *n
	old.ctx = metadata.AppendToOutgoingContext(n.ctx, grpctypes.GRPCBlockHeightHeader, strconv.FormatInt(height, 10))
	return &old
}

// fees sums the fees that an account has paid for transactions, failed ones too, by block. It looks at the blocks after one height and up
// to another. Answers to tasks are free.
func (n *network) fees(payer string, after, upTo int64) map[int64]uint64 {
	n.t.Helper()
	paid := map[int64]uint64{}
	for page := uint64(1); ; page++ {
		res, err := txtypes.NewServiceClient(n.conn).GetTxsEvent(n.ctx, &txtypes.GetTxsEventRequest{
			Query: fmt.Sprintf("tx.fee_payer='%s' AND tx.height>%d AND tx.height<=%d", payer, after, upTo), Page: page, Limit: 100,
		})
		require.NoError(n.t, err)
		for i, tx := range res.Txs {
			paid[res.TxResponses[i].Height] += tx.AuthInfo.Fee.Amount.AmountOf(client.Denom).Uint64()
		}
		if page*100 >= res.Total {
			return paid
		}
	}
}

// feeBlocks is the number of blocks between two payments of the transaction fees to the operators of the seats.
const feeBlocks = 100

// handOut moves fees from the accounts that paid them to the operators, from the height of b up to the given height. Every hundred blocks
// each operator gets the same part, because the seats of a devnet have equal power and none falls. The remainder waits. Afterwards b is at
// the given height.
func (n *network) handOut(b *books, height int64) {
	n.t.Helper()
	paid := map[int64]uint64{}
	for address := range b.balances {
		for at, fee := range n.fees(address, b.height, height) {
			b.balances[address] -= fee
			paid[at] += fee
		}
	}
	for b.height < height {
		b.height++
		b.pot += paid[b.height]
		if b.height%feeBlocks != 0 {
			continue
		}
		share := b.pot / uint64(len(n.Info.Validators))
		for _, v := range n.Info.Validators {
			b.balances[v.Operator] += share
			b.pot -= share
		}
	}
}

// everybody returns every account that a settlement can touch.
func (n *network) everybody() []string {
	var out []string
	for _, a := range n.Info.Accounts {
		out = append(out, a.Address)
	}
	for _, v := range n.Info.Validators {
		out = append(out, v.Operator, v.CourtAddress) // a court account is paid nothing and pays nothing
	}
	for _, w := range n.Info.Workers {
		out = append(out, w.Address)
	}
	return out
}

func (n *network) supply() uint64 {
	n.t.Helper()
	res, err := banktypes.NewQueryClient(n.conn).SupplyOf(n.ctx, &banktypes.QuerySupplyOfRequest{Denom: client.Denom})
	require.NoError(n.t, err)
	return res.Amount.Amount.Uint64()
}

// audit compares every account, every stake, the fees and the supply with the sum of the settlements and of the fees paid. All tasks must
// have ended.
func (n *network) audit(now books, pieces []piece) {
	n.t.Helper()
	balances, slashed, burnt := now.balances, map[string]uint64{}, uint64(0)
	for _, p := range pieces {
		conserve(n.t, p)
		n.resettle(p)
		s := p.task.Settlement
		for _, pay := range s.Payments {
			require.Contains(n.t, balances, pay.To, "a payment to a stranger")
			balances[pay.To] += pay.Amount
			if pay.Source == "escrow" {
				balances[p.deal.Requester] -= pay.Amount
			}
		}
		burnt += s.Burnt + s.Premium
		balances[p.deal.Requester] -= s.Premium
		for _, end := range s.Seats {
			slashed[end.Organisation] += end.Slash
		}
	}
	height := n.height()
	n.handOut(&now, height)
	at := n.at(height) // a payment of fees meanwhile changes nothing
	for address, want := range balances {
		require.Equal(n.t, want, at.balance(address), "balance of %s at height %d", address, height)
	}
	require.Equal(n.t, now.pot, at.balance(module(n.t, authtypes.FeeCollectorName)), "fees that wait at height %d", height)
	require.Equal(n.t, now.supply-burnt, at.supply(), "supply, %d burnt", burnt)
	bonded := uint64(0)
	for _, info := range n.Info.Workers {
		w := n.worker(info.Organisation)
		require.Equal(n.t, uint64(devnet.Bond)-slashed[w.Organisation], w.Bonded, "stake of %s", w.Organisation)
		require.Equal(n.t, slashed[w.Organisation], w.Record.Slashed)
		require.Zero(n.t, w.Locked, "%s has a stake locked and no task", w.Organisation)
		require.Zero(n.t, w.Busy)
		bonded += w.Bonded
	}
	require.Equal(n.t, bonded, n.balance(module(n.t, workerstypes.ModuleName)), "coins behind the stakes")
	require.Zero(n.t, n.balance(module(n.t, markettypes.ModuleName)), "escrow without a task")
	n.solvent()
}

func (n *network) solvent() {
	n.t.Helper()
	m, err := n.conn.Market().Solvency(n.ctx, &markettypes.QuerySolvencyRequest{})
	require.NoError(n.t, err)
	require.True(n.t, m.Solvent, "market: %v", m)
	v, err := n.conn.Vouchers().Solvency(n.ctx, &voucherstypes.QuerySolvencyRequest{})
	require.NoError(n.t, err)
	require.True(n.t, v.Solvent, "vouchers: %v", v)
	w, err := n.conn.Workers().Solvency(n.ctx, &workerstypes.QuerySolvencyRequest{})
	require.NoError(n.t, err)
	require.True(n.t, w.Solvent, "workers: %v", w)
}

func module(t testing.TB, name string) string {
	t.Helper()
	text, err := encoding.Addresses().BytesToString(authtypes.NewModuleAddress(name))
	require.NoError(t, err)
	return text
}

// conserve checks the two laws of money of a settlement.
func conserve(t testing.TB, p piece) {
	t.Helper()
	escrow, err := p.deal.Terms.Escrow()
	require.NoError(t, err)
	s := p.task.Settlement
	require.NotNil(t, s, story(p.task))
	out, taken := s.Refund+s.Premium, s.Burnt
	for _, pay := range s.Payments {
		switch pay.Source {
		case "escrow":
			out += pay.Amount
		case "stake":
			taken += pay.Amount
		default:
			t.Fatalf("payment out of %q", pay.Source)
		}
	}
	require.Equal(t, escrow, out, "escrow of %s", story(p.task))
	slashed := uint64(0)
	for _, end := range s.Seats {
		slashed += end.Slash
	}
	require.Equal(t, slashed, taken, "slashed stake of %s", story(p.task))
}

// resettle has package poco end the accepted task again from its last step. It compares the payments.
func (n *network) resettle(p piece) {
	n.t.Helper()
	if p.task.Ending != taskstypes.ENDING_ACCEPTED {
		return
	}
	again, err := p.task.ToPoco(dealstypes.TermsToPoco(n.Info.ChainID, p.deal, p.task.Index))
	require.NoError(n.t, err)
	var last poco.Event = poco.TurnCame{Height: p.task.Done, Gate: poco.GateOpen}
	again.Phase, again.Ending, again.ByCourt, again.Verdict = poco.PhaseTurn, poco.EndNone, false, poco.Outcome{}
	if p.task.ByCourt {
		again.Phase, last = poco.PhaseCourtReveal, poco.Due{Height: p.task.Done}
	}
	again, effects, err := again.Apply(last)
	require.NoError(n.t, err)
	require.Equal(n.t, poco.EndAccepted, again.Ending)
	finish, ok := effects[len(effects)-1].(poco.Finish)
	require.True(n.t, ok, "%v", effects)
	want, got := map[string]uint64{}, map[string]uint64{}
	pay := func(source string, pays []poco.Pay) {
		for _, p := range pays {
			to := p.To
			for _, w := range n.Info.Workers {
				if w.Address == to {
					to = w.Owner
				}
			}
			for _, v := range n.Info.Validators {
				if v.CourtAddress == to { // it answers in court and cannot spend
					to = v.Operator
				}
			}
			want[source+" "+p.Party.String()+" "+to] += p.Amount
		}
	}
	pay("escrow", finish.Settlement.FromEscrow)
	pay("stake", finish.Settlement.FromStake)
	for _, p := range p.task.Settlement.Payments {
		got[p.Source+" "+p.Party+" "+p.To] += p.Amount
	}
	require.Equal(n.t, want, got, story(p.task))
	require.Equal(n.t, finish.Settlement.Burn, p.task.Settlement.Burnt)
	require.Equal(n.t, finish.Settlement.Refund, p.task.Settlement.Refund)
	require.Equal(n.t, finish.Settlement.Premium, p.task.Settlement.Premium)
	for i, end := range finish.Settlement.Seats {
		s := p.task.Settlement.Seats[i]
		require.Equal(n.t, []any{end.Who, end.Fault.String(), end.Slash, end.Right}, []any{s.Who, s.Fault, s.Slash, s.Right})
	}
}

// debt is the content of a ledger.
type debt struct {
	trust, counted uint64
	charged        poco.Q64
	charges        int
}

// ledgers recomputes every ledger from the tasks' records. The gate's answer for a turn does not depend on when it is asked: once the
// earlier draws are settled, the turn is open or shut. So the charges follow from the order of the draws alone.
func ledgers(t testing.TB, pieces []piece) map[string]*debt {
	t.Helper()
	drawn := slices.DeleteFunc(slices.Clone(pieces), func(p piece) bool { return p.task.Plan == nil })
	slices.SortFunc(drawn, func(a, b piece) int {
		if d := plannedAt(a.task) - plannedAt(b.task); d != 0 {
			return int(d)
		}
		return strings.Compare(a.task.Id, b.task.Id)
	})
	out := map[string]*debt{}
	for _, p := range drawn {
		trust := p.deal.Terms.Trust
		plan, err := p.task.Plan.ToPoco()
		require.NoError(t, err)
		charge := plan.Charge
		if plan.Court {
			charge = poco.Q64{}
		} else {
			// With one validator of one seat, no proposer sees a block ahead, so the beacon's factor is 1.
			x := poco.Collusion(plan.Faction, plan.Eligible, uint64(plan.Replicas), uint64(plan.Lottery), 1)
			require.Equal(t, x, plan.X, story(p.task))
			require.Equal(t, poco.Charge(x), charge, story(p.task))
		}
		both := [2]*debt{}
		open := true
		for i, key := range []string{fmt.Sprintf("class/%d", trust), fmt.Sprintf("organisation/%s/%d", p.deal.RequesterOrganisation, trust)} {
			if out[key] == nil {
				out[key] = &debt{trust: trust}
			}
			both[i] = out[key]
			open = open && both[i].charged.Add(charge).Cmp(both[i].budget()) <= 0
		}
		accepted := p.task.Ending == taskstypes.ENDING_ACCEPTED
		// The first worker is vindicated: it was right, or it said that it has no answer. Neither is a lie that could be accepted.
		first := p.task.Seats[0].Outcome
		vindicated := first != nil && (accepted && *first == *p.task.Verdict ||
			first.Kind == taskstypes.KIND_INPUT_UNAVAILABLE || first.Kind == taskstypes.KIND_ABSTAIN)
		for _, d := range both {
			if open && !vindicated && !charge.IsZero() {
				d.charged = d.charged.Add(charge)
				d.charges++
			}
			if accepted {
				d.counted++
			}
		}
	}
	return out
}

// budget computes B = (N+1)/T + E0, with the allowance of the default parameters.
func (d *debt) budget() poco.Q64 {
	return poco.FracDown(d.counted+1, d.trust).Add(poco.QuarterQ64)
}

// plannedAt returns the height at which a task took its turn.
func plannedAt(t taskstypes.Task) int64 {
	for _, d := range t.Draws {
		if d.Wave == 2 && d.Attempt == t.Attempt {
			return d.Height
		}
	}
	return t.From // the plan was the court, and reveals were taken at once
}

// auditLedgers compares the chain's ledgers with the recomputed ones and returns the number of charges.
func (n *network) auditLedgers(pieces []piece) (charges int) {
	n.t.Helper()
	n.blocks(2) // for turns that waited for the last one
	want := ledgers(n.t, pieces)
	res, err := n.conn.Tasks().Ledgers(n.ctx, &taskstypes.QueryLedgersRequest{})
	require.NoError(n.t, err)
	require.Len(n.t, res.Views, len(want))
	for _, view := range res.Views {
		l, err := view.Ledger.ToPoco()
		require.NoError(n.t, err)
		d := want[view.Ledger.Key]
		require.NotNil(n.t, d, view.Ledger.Key)
		require.Equal(n.t, d.counted, l.N, "N of %s", view.Ledger.Key)
		require.Equal(n.t, d.charged, l.D, "D of %s: %s", view.Ledger.Key, view.Debt)
		require.Zero(n.t, l.Unsettled, view.Ledger.Key)
		require.True(n.t, l.U.IsZero(), view.Ledger.Key)
		require.Equal(n.t, d.charged.String(), view.Debt)
		require.Equal(n.t, d.budget().String(), view.Budget)
		require.LessOrEqual(n.t, l.D.Cmp(d.budget()), 0, "D within B")
		charges += d.charges
	}
	return charges
}
