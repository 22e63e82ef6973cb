package keeper_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	enclavestypes "github.com/credence-chain/credence/x/enclaves/types"
	"github.com/credence-chain/credence/x/tasks/types"
)

// enclaves stands in for x/enclaves. It takes all evidence, as that of one machine for each worker, and keeps the verdicts that it is told.
type enclaves struct {
	verdicts []verdict
	fails    bool // it fails when it is told of a verdict
	voided   bool // the chain took the sessions of all workers away
}

type verdict struct {
	machine    string
	conviction enclavestypes.Conviction
	counted    bool
	blocks     int64 // of the window in which verdicts count together, up to this one
}

func (*enclaves) Verify(context.Context, enclavestypes.Listing, poco.Statement, []byte) error {
	return nil
}

func (*enclaves) IsUsable(context.Context, enclavestypes.Listing) (bool, error) { return true, nil }

func (e *enclaves) WasVoided(context.Context, enclavestypes.Listing, string, int64) (bool, error) {
	return e.voided, nil
}

func (*enclaves) Signer(_ context.Context, worker string, _ []byte) (machine, measurement string, err error) {
	return machineOf(worker), image, nil
}

func (e *enclaves) Convict(ctx context.Context, machine string, c enclavestypes.Conviction, counted bool, since int64) error {
	if e.fails {
		return errors.New("injected")
	}
	e.verdicts = append(e.verdicts, verdict{machine, c, counted, sdk.UnwrapSDKContext(ctx).BlockHeight() - since + 1})
	return nil
}

var image = types.IDText(sha256.Sum256([]byte("image")))

func machineOf(worker string) string {
	return types.IDText(sha256.Sum256([]byte("machine of " + worker)))
}

// attested gives a deal answers that enclaves sign, and an audit window.
func attested(d *dealstypes.Deal) {
	d.Terms.Policy, d.Terms.AuditBlocks = poco.PolicyAttested, auditBlocks
	d.Runtime, d.Digest, d.Measurements = contract.RuntimeWasm, artifact.Digest(sha256.Sum256([]byte("program"))).String(), []string{image}
}

// TestVerdictsAgainstEnclaves: x/enclaves hears of each verdict against an answer that an enclave signed. A verdict counts towards freezing
// the image if its stake was at least the bond of a challenge: the least bond and the fees of the whole court. Verdicts count together within
// the window of convictions, in which this block is the last.
func TestVerdictsAgainstEnclaves(t *testing.T) {
	for _, tc := range []struct {
		name         string
		stake, least uint64
		counted      bool
	}{
		{"the least bond", 100, 100, true},
		{"less than the least bond", 99, 100, false},
		{"the fees of four seats", 40, 1, true},
		{"less than the fees", 39, 1, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t, 20)
			f.setParams(func(p *types.Params) { p.ChallengeBond, p.AppWindowBlocks = tc.least, 77 })
			id := f.open(1, attested, func(d *dealstypes.Deal) { d.Terms.Stake = tc.stake })[0]
			f.accept(wrong, id)
			_, err := f.challenge(id, "checker", 1_000)
			require.NoError(t, err)
			f.end()
			f.begin()
			f.close(right, id)
			require.Equal(t, types.AUDIT_RESULT_OVERTURNED, f.task(id).Audit.Result)
			seat := f.task(id).Seats[0]
			require.Equal(t, []verdict{{
				machineOf(seat.Who), enclavestypes.Conviction{Measurement: image, Organisation: seat.Organisation, Task: id}, tc.counted, 77,
			}}, f.enclaves.verdicts)
			f.check()
		})
	}
}

// TestNoVerdictAgainstAnEnclave: x/enclaves hears nothing where the court finds the same answer, or none. That it fails to note a verdict
// undoes no settlement.
func TestNoVerdictAgainstAnEnclave(t *testing.T) {
	for _, found := range []poco.Outcome{right, {Kind: poco.KindInputUnavailable}, {Kind: poco.KindAbstain}} {
		f := newFixture(t, 20)
		id := f.open(1, attested)[0]
		f.accept(right, id)
		_, err := f.challenge(id, "checker", 1<<40)
		require.NoError(t, err)
		f.end()
		f.begin()
		f.close(found, id)
		require.Empty(t, f.enclaves.verdicts, "%s", found.Kind)
		require.Zero(t, f.books.get(f.ctx, "slashed"))
		f.check()
	}
	f := newFixture(t, 20)
	f.enclaves.fails = true
	id := f.open(1, attested)[0]
	f.accept(wrong, id)
	_, err := f.challenge(id, "checker", 1<<40)
	require.NoError(t, err)
	f.end()
	f.begin()
	f.close(right, id)
	require.Equal(t, types.AUDIT_RESULT_OVERTURNED, f.task(id).Audit.Result)
	require.EqualValues(t, 1_000, f.books.get(f.ctx, "slashed"))
	f.check()
}

// TestThePatrolOfEnclavesIsPaid: the patrol has a court examine what an enclave signed only if the budget holds the fees of the whole court.
// A conviction calls none, and nothing of it is counted for the bounds on replicas.
func TestThePatrolOfEnclavesIsPaid(t *testing.T) {
	f := newFixture(t, 20)
	f.setParams(func(p *types.Params) { p.PatrolPerMille = 1_000 })
	lie := f.open(1, attested)[0] // what it loses funds the audits
	f.accept(wrong, lie)
	_, err := f.challenge(lie, "checker", 1<<40)
	require.NoError(t, err)
	f.end()
	f.begin()
	f.close(right, lie)
	whole, err := f.k.AuditBudget.Get(f.ctx)
	require.NoError(t, err)
	for _, tc := range []struct {
		budget uint64
		patrol uint32
		cause  types.AuditCause
		left   uint64
	}{
		{39, 1_000, types.AUDIT_CAUSE_UNSPECIFIED, 39},
		{40, 1_000, types.AUDIT_CAUSE_PATROL, 0},
		{whole, 0, types.AUDIT_CAUSE_UNSPECIFIED, whole},
	} {
		f.setParams(func(p *types.Params) { p.PatrolPerMille = tc.patrol })
		id := f.open(1, attested)[0]
		f.accept(right, id)
		require.NoError(t, f.k.AuditBudget.Set(f.ctx, tc.budget))
		require.NoError(t, f.k.Convicted.Set(f.ctx, f.task(id).Seats[0].Organisation, f.ctx.BlockHeight()))
		f.close(right, id)
		require.Equal(t, tc.cause, f.task(id).Audit.Cause, "budget %d", tc.budget)
		left, err := f.k.AuditBudget.Get(f.ctx)
		require.NoError(t, err)
		require.Equal(t, tc.left, left)
	}
	counts, err := f.k.AuditCounts.Iterate(f.ctx, nil)
	require.NoError(t, err)
	defer counts.Close()
	require.False(t, counts.Valid())
}

// TestWhoseSessionIsGone: a worker has committed, and the chain takes its session away. It is not at fault, unless a court has convicted its
// organisation since it committed.
func TestWhoseSessionIsGone(t *testing.T) {
	for _, tc := range []struct {
		name      string
		voided    bool
		convicted int64 // blocks from the commitment to a conviction; never: none
		ending    types.Ending
	}{
		{"its session is there", false, never, types.ENDING_UNDECIDED},
		{"its session is gone", true, never, types.ENDING_EVIDENCE_STOPPED},
		{"convicted before it committed", true, -1, types.ENDING_EVIDENCE_STOPPED},
		{"convicted in the block of its commitment", true, 0, types.ENDING_UNDECIDED},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t, 20)
			f.enclaves.voided = tc.voided
			id := f.open(1, attested)[0]
			f.begin()
			f.work(id, right)
			seat := f.task(id).Seats[0]
			require.Equal(t, types.SEAT_STATE_COMMITTED, seat.State)
			if tc.convicted != never {
				require.NoError(t, f.k.Convicted.Set(f.ctx, seat.Organisation, f.ctx.BlockHeight()+tc.convicted))
			}
			for range 60 {
				if f.task(id).Ended() {
					break
				}
				f.end()
				f.begin()
			}
			require.Equal(t, tc.ending, f.task(id).Ending)
			require.Equal(t, tc.ending == types.ENDING_UNDECIDED, f.books.get(f.ctx, "slashed") > 0)
		})
	}
}

// never is no height.
const never = -1 << 40
