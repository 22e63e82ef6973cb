package keeper_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/tasks/types"
)

// withData is a deal over the last two of a bag's three tasks, which read two datasets each; a pool takes an eighth.
func withData(d *dealstypes.Deal) {
	d.First, d.Bag, d.Size_, d.DatasetsPerTask = 1, 3, 2, 2
	for _, x := range []struct {
		owner, org string
		price      uint64
	}{{"anna", "org-001", 90}, {"anna", "org-002", 90}, {"ben", "org-003", 7}, {"anna", "org-004", 5}, {"carl", "val-0", 11}} {
		d.Datasets = append(d.Datasets, dealstypes.PinnedDataset{
			Dataset: x.org + "/data", Owner: addressOf(x.owner), Organisation: x.org, Price: x.price,
		})
	}
	d.PoolOwner = addressOf("operator")
	d.Terms.DatasetPrice, d.Terms.CommissionBps = 100, 1_250
}

// TestPartiesAreNeverDrawn: the organisations of the requester, the app and the datasets that a task reads do not run it;
// those of datasets that other tasks of the deal read may.
func TestPartiesAreNeverDrawn(t *testing.T) {
	// Seven organisations, all but three of them parties: the three are drawn every time.
	seen := map[string]bool{}
	for i := range 20 {
		f := newFixture(t, 7)
		ids := f.open(2, withData, func(d *dealstypes.Deal) {
			d.Id = types.IDText([32]byte{byte(i), 9})
			d.RequesterOrganisation, d.AppOrganisation, d.Terms.MinReplicas = "org-000", "org-005", 3
			d.Size_ = 1
		})
		f.finish(ids...)
		for _, s := range f.task(ids[0]).Seats {
			seen[s.Organisation] = true
			require.NotContains(t, []string{"org-000", "org-003", "org-004", "org-005"}, s.Organisation)
		}
	}
	require.Len(t, seen, 3, "the others are drawn, owners of the deal's other datasets among them")
}

// TestCallback: it is told of each answer once, after it has been settled, and whatever it does changes nothing else.
func TestCallback(t *testing.T) {
	hooked := func(d *dealstypes.Deal) { d.Callback, d.First = "hook", 4; d.Size_ = 3 }
	for _, c := range []struct {
		name string
		fail func() error
		told uint64
	}{
		{"works", func() error { return nil }, 1},
		{"fails", func() error { return errors.New("no") }, 0},
		{"panics", func() error { panic("at 0xc0001234") }, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t, 20)
			ids := f.open(3, hooked)
			failures := 0
			f.books.told = func(ctx context.Context, id string) {
				task, err := f.k.Tasks.Get(ctx, id)
				require.NoError(t, err)
				require.Equal(t, types.PHASE_DONE, task.Phase, "it is told of what has been stored")
			}
			f.books.fail = func(call, what string) error {
				if call == "Callback" && what == ids[1] {
					return c.fail()
				}
				return nil
			}
			for i := range 30 {
				f.begin()
				for _, id := range ids {
					if f.task(id).Phase != types.PHASE_DONE && (i < 1 || id != ids[2]) { // the third gets no answer
						f.work(id, right)
					}
				}
				f.end()
				failures += f.failures()
			}
			require.Zero(t, failures)
			require.Equal(t, types.ENDING_ACCEPTED, f.task(ids[0]).Ending)
			require.Equal(t, types.ENDING_ACCEPTED, f.task(ids[1]).Ending)
			require.EqualValues(t, 1, f.books.get(f.ctx, "told/"+ids[0]))
			require.EqualValues(t, 1, f.books.get(f.ctx, "hook/4/ACCEPTED/RESULT/0100/5"))
			require.Equal(t, c.told, f.books.get(f.ctx, "told/"+ids[1]))
			require.Zero(t, f.books.get(f.ctx, "told/"+ids[2]))
			require.EqualValues(t, 1, f.books.get(f.ctx, "settled/"+ids[1]))
		})
	}
	f := newFixture(t, 20)
	id := f.open(1)[0]
	f.finish(id)
	require.Zero(t, f.books.get(f.ctx, "told/"+id), "nobody asked to be told")
	broken := f.open(1, func(d *dealstypes.Deal) { d.Callback = "hook" })[0]
	f.books.fail = func(call, what string) error {
		if call == "Lock" {
			return errors.New("no")
		}
		return nil
	}
	f.begin()
	require.Equal(t, types.ENDING_BROKEN, f.task(broken).Ending)
	require.Zero(t, f.books.get(f.ctx, "told/"+broken), "there is no answer to tell")
}
