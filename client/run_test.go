package client

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

const (
	matched = markettypes.REQUEST_STATUS_MATCHED
	resting = markettypes.REQUEST_STATUS_RESTING
	expired = markettypes.REQUEST_STATUS_EXPIRED
	// emptyApp is the smallest program: _start, which returns.
	emptyApp = "\x00asm\x01\x00\x00\x00\x01\x04\x01\x60\x00\x00\x03\x02\x01\x00\x07\x0a\x01\x06_start\x00\x00\x0a\x04\x01\x02\x00\x0b"
)

// write makes a file and returns its path.
func write(t *testing.T, name, data string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(data), 0o600))
	return path
}

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// The simplest run makes one deal. It asks the node for nothing that the request does not need.
func TestRunOneDeal(t *testing.T) {
	m := newFakeMarket(t, fill("north", 1, matched), nothing, end(0))
	r, events, tell := m.runner()
	report, err := r.Run(within(t), Job{App: write(t, "app.wasm", emptyApp), Trust: 100}, tell)
	require.NoError(t, err)
	require.EqualValues(t, 1, report.Accepted)
	require.Equal(t, []DealReport{{ID: report.Deal, Pool: "north", Size: 1, Paid: 300}}, report.Deals)
	require.EqualValues(t, 900, report.Locked)
	require.EqualValues(t, 300, report.Paid)
	require.EqualValues(t, 600, report.Refunded)
	require.Zero(t, m.asked["deals"], "the request names its one deal")
	require.Equal(t, "matched with pool north: deal 000000000000, 1 task", texts(*events, EventMatched), "the deal has ended by then: nothing is locked")
	require.Equal(t, markettypes.Job{
		App: "acme/app:5647c39a1d25", Trust: 100, MaxPrice: 900, FuelLimit: DefaultFuel, Size_: 1,
	}, m.submitted.Job)
	require.Zero(t, m.submitted.Expiry)
}

// If a place in the matching queue costs more gas than the table says, the node is asked for the gas. Otherwise the table is enough.
func TestRunPaysForAPlace(t *testing.T) {
	for gas, sent := range map[uint64]int{placeGas + 80_000: 1, 8_000_000: 2} {
		m := newFakeMarket(t, fill("north", 1, matched), nothing, end(0))
		m.apps["acme/app:5647c39a1d25"] = &appstypes.MsgPublish{Name: "app", Version: "5647c39a1d25"}
		m.gas = gas
		r, _, tell := m.runner()
		report, err := r.Run(within(t), Job{App: "acme/app:5647c39a1d25", Trust: 100}, tell)
		require.NoError(t, err, "%d gas", gas)
		require.EqualValues(t, 1, report.Accepted)
		require.Len(t, m.sent, sent, "%d gas", gas)
	}
}

// Several pools fill a resting bag one after the other. The run follows it until the last task has ended.
func TestRunSeveralDeals(t *testing.T) {
	m := newFakeMarket(t,
		fill("north", 2, resting), heard(EventMatched, 1), end(0), fill("south", 2, resting), heard(EventMatched, 2), all(end(1), end(3)),
		fill("west", 1, matched), heard(EventMatched, 3), end(2), end(4))
	r, events, tell := m.runner()
	report, err := r.Run(within(t), Job{App: write(t, "app.wasm", emptyApp), Trust: 100, Bag: 5, Partial: true, Rest: 50, Pools: []string{"north", "south", "west"}}, tell)
	require.NoError(t, err)
	require.EqualValues(t, 5, report.Accepted)
	require.Zero(t, report.Unmet)
	for i, task := range report.Tasks {
		require.EqualValues(t, i, task.Index)
		require.Equal(t, artifact.Sum([]byte{'0' + byte(i)}).String(), task.Verdict.Digest)
	}
	require.Len(t, report.Deals, 3)
	for i, want := range []DealReport{{Pool: "north", First: 0, Size: 2, Paid: 600}, {Pool: "south", First: 2, Size: 2, Paid: 600}, {Pool: "west", First: 4, Size: 1, Paid: 300}} {
		want.ID = report.Deals[i].ID
		require.Equal(t, want, report.Deals[i])
	}
	require.Equal(t, report.Deals[0].ID, report.Deal)
	require.EqualValues(t, 4500, report.Locked)
	require.EqualValues(t, 1500, report.Paid)
	require.EqualValues(t, 3000, report.Refunded)
	require.Contains(t, texts(*events, EventMatched), "2 tasks of 5 (2 to 3)")
	require.Contains(t, texts(*events, EventWaiting), "1 task of the bag: on the book until height")
	require.Equal(t, []string{"north", "south", "west"}, m.submitted.Job.Pools.Ids)
	require.True(t, m.submitted.Job.Partial)
	require.GreaterOrEqual(t, m.submitted.Expiry, int64(51))
}

// One pool is the request's pool. Several pools, or the pools of organisations, are a restriction that any one of them meets.
func TestJobPools(t *testing.T) {
	acme := orgstypes.Audience{Organisations: []string{"acme"}}
	require.Equal(t, "north", Job{Pools: []string{"north"}}.OrderFor("a").Pool)
	for _, tc := range []struct {
		job  Job
		want markettypes.Restriction
	}{
		{Job{Pools: []string{"north"}}, markettypes.Restriction{}},
		{Job{Pools: []string{"north", "south"}}, markettypes.Restriction{Ids: []string{"north", "south"}}},
		{Job{Pools: []string{"north"}, PoolsOf: acme}, markettypes.Restriction{Ids: []string{"north"}, Audience: acme}},
		{Job{PoolsOf: acme}, markettypes.Restriction{Audience: acme}},
	} {
		require.Equal(t, tc.want, tc.job.OrderFor("a").Pools)
	}
}

// Tasks that met no offer are reported, and the run is then no success. The results of the matched tasks are still in the report.
func TestRunUnmet(t *testing.T) {
	m := newFakeMarket(t, fill("north", 2, resting), all(end(0), end(1)), heard(EventEnded, 2),
		func(m *fakeMarket) { m.becomes(expired, "no order is left") })
	r, _, tell := m.runner()
	report, err := r.Run(within(t), Job{App: write(t, "app.wasm", emptyApp), Trust: 100, Bag: 5, Partial: true, Expiry: 30}, tell)
	var problem *Error
	require.ErrorAs(t, err, &problem)
	require.Equal(t, CodeUnmet, problem.Code)
	require.Contains(t, problem.What, "3 tasks of the bag met no offer until height 30, and are refunded")
	require.EqualValues(t, 3, report.Unmet)
	require.EqualValues(t, 2, report.Accepted)
	require.EqualValues(t, 4500, report.Paid+report.Refunded)
	require.Contains(t, report.Text(), "2 of 2 tasks accepted")
	require.EqualValues(t, 30, m.submitted.Expiry)
}

func TestRunNoDeal(t *testing.T) {
	for _, tc := range []struct {
		name   string
		status markettypes.RequestStatus
		expErr string
	}{
		{"none", markettypes.REQUEST_STATUS_UNMATCHED, "no offer meets the request, it is refunded: too dear"},
		{"none in time", expired, "no offer met the request until height 30"},
		{"cancelled", markettypes.REQUEST_STATUS_CANCELLED, "was cancelled"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := newFakeMarket(t, func(m *fakeMarket) { m.becomes(tc.status, "too dear") })
			r, _, tell := m.runner()
			report, err := r.Run(within(t), Job{App: write(t, "app.wasm", emptyApp), Trust: 100, Expiry: 30}, tell)
			require.ErrorContains(t, err, tc.expErr)
			require.Nil(t, report)
		})
	}
}

// Watching a request shows the same events as running it.
func TestWatchRequest(t *testing.T) {
	m := newFakeMarket(t, nothing, fill("north", 1, resting), end(0), fill("south", 1, matched), end(1))
	r, _, _ := m.runner()
	m.set(func() {
		m.deliver([]sdk.Msg{&markettypes.MsgSubmitTask{Job: markettypes.Job{Size_: 2, MaxPrice: 9}, Expiry: 99}})
	})
	var events []Event
	require.NoError(t, WatchRequest(within(t), r.Conn, requestID, func(e Event) { events = append(events, e) }))
	ended := 0
	for _, e := range events {
		if e.Kind == EventEnded {
			require.EqualValues(t, ended, e.Index)
			ended++
		}
	}
	require.Equal(t, 2, ended)

	_, err := FetchAll(within(t), r.Conn, "", "", requestID, nil, t.TempDir())
	require.ErrorContains(t, err, "nobody is known to hold the result")
}

func TestBlocksOf(t *testing.T) {
	for _, tc := range []struct {
		t      time.Duration
		millis uint64
		exp    int64
	}{{time.Second, 500, 2}, {1100 * time.Millisecond, 500, 3}, {time.Nanosecond, 500, 1}, {time.Second, 0, 1000}} {
		require.Equal(t, tc.exp, blocksOf(tc.t, tc.millis))
	}
}

// TestNothingIsSentForWhatNoWorkerRuns: a run ends before it uploads, publishes or submits anything if workers would refuse the job.
// The three cases are a bad module, a module that needs more memory than its task may have, and bad names of inputs.
func TestNothingIsSentForWhatNoWorkerRuns(t *testing.T) {
	const magic = "\x00asm\x01\x00\x00\x00"
	// The module asks for 65,535 pages at its start; a task has 16,384 by default.
	hungry := strings.Replace(emptyApp, "\x07\x0a", "\x05\x05\x01\x00\xff\xff\x03\x07\x0a", 1)
	for name, tc := range map[string]struct {
		job    Job
		expErr string
	}{
		"a module with nothing in it": {Job{App: write(t, "app.wasm", magic)}, "it has no entry point"},
		"too much memory":             {Job{App: write(t, "app.wasm", hungry)}, "begins with 4096 MiB of memory, and its task may have 1024 MiB"},
		"an input too deep":           {Job{App: write(t, "app.wasm", emptyApp), Inputs: []InputFile{{Name: strings.Repeat("a/", 127) + "a", Path: write(t, "in", "x")}}}, "lies in 127 folders"},
		"two inputs of one name":      {Job{App: write(t, "app.wasm", emptyApp), Inputs: []InputFile{{Name: "a", Path: "x"}, {Name: "a", Path: "y"}}}, "there twice"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newFakeMarket(t)
			r, events, tell := m.runner()
			tc.job.Trust = 100
			_, err := r.Run(within(t), tc.job, tell)
			var problem *Error
			require.ErrorAs(t, err, &problem)
			require.Contains(t, problem.What, tc.expErr)
			require.Empty(t, *events)
			require.Empty(t, m.apps)
		})
	}
	m := newFakeMarket(t)
	r, _, tell := m.runner()
	_, err := r.PublishApp(within(t), AppFile{Path: write(t, "app.wasm", hungry)}, tell)
	require.NoError(t, err, "a job can ask for that much")
}
