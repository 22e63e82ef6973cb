package client

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	dealstypes "github.com/credence-chain/credence/x/deals/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// An estimate says how much Run would lock. It sends and uploads nothing.
func TestEstimate(t *testing.T) {
	m := newFakeMarket(t, fill("north", 1, matched), nothing, end(0))
	r, _, tell := m.runner()
	job := Job{App: write(t, "app.wasm", emptyApp), Trust: 100, Rows: []Row{{Args: []string{"1"}}, {Args: []string{"2"}}, {Args: []string{"3"}}}}
	e, err := r.Estimate(within(t), job)
	require.NoError(t, err)
	require.Equal(t, []string{job.App}, e.New)
	require.Equal(t, []string{job.App + " is published as app:5647c39a1d25, without a price and without needs of its own"}, e.Assumed)
	require.EqualValues(t, len(emptyApp), e.AppSize)
	require.EqualValues(t, 2700, e.Locked, "a program that is not published has a price too")
	require.EqualValues(t, 3, e.Tasks)
	require.Empty(t, m.apps, "nothing is published")
	draft := m.previewed.Publish
	require.Equal(t, r.Requester.Address(), draft.Owner)
	require.Equal(t, []string{"app", "5647c39a1d25", "wasm"}, []string{draft.Name, draft.Version, draft.Runtime})
	require.EqualValues(t, len(emptyApp), draft.Size_)

	_, err = r.Run(within(t), Job{App: job.App, Trust: 100}, tell)
	require.NoError(t, err)
	m.set(func() { m.submitted = nil })
	e, err = r.Estimate(within(t), job)
	require.NoError(t, err)
	require.Empty(t, e.New)
	require.Empty(t, e.Assumed)
	require.Nil(t, m.previewed.Publish)
	require.Equal(t, "acme/app:5647c39a1d25", e.Reference)
	require.EqualValues(t, 300, e.Expected)
	require.EqualValues(t, 900, e.MaxPrice)
	require.EqualValues(t, 2700, e.Locked)
	require.Nil(t, m.submitted)
	require.Empty(t, e.Breaks, "the policy is not known")
	for policy, breaks := range map[string]string{"credence": "more than 2 organisations collude, of 9 that can be drawn; ", "single": "the one worker is wrong"} {
		m.set(func() { m.policy, m.quote.Plan.Faction, m.quote.Plan.Eligible = policy, 2, 9 })
		e, err = r.Estimate(within(t), job)
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(e.Breaks, breaks), e.Breaks)
	}

	m.set(func() { m.money = 2_699 })
	e, err = r.Estimate(within(t), job)
	require.NotNil(t, e, "what it would cost is said with the error")
	var short *Error
	require.ErrorAs(t, err, &short)
	require.Equal(t, CodeUnfunded, short.Code)

	job.Rows[1].Inputs = []InputFile{{Path: "none"}}
	_, err = r.Estimate(within(t), job)
	require.ErrorContains(t, err, "Rows 2")
}

// The datasets of a job that the chain does not have yet count as free, and the estimate says so.
func TestEstimateOfNewDatasets(t *testing.T) {
	m := newFakeMarket(t, fill("north", 1, matched), nothing, end(0))
	r, _, _ := m.runner()
	a, b := write(t, "a.csv", "1"), write(t, "b.csv", "2")
	job := Job{App: write(t, "app.wasm", emptyApp), Trust: 100, Datasets: []string{a, b}}
	e, err := r.Estimate(within(t), job)
	require.NoError(t, err)
	require.Equal(t, []string{job.App, a, b}, e.New)
	require.Equal(t, a+" and "+b+" are published, without a price", e.Assumed[1])
	require.Empty(t, m.previewed.Job.Datasets)
	job.DatasetsPerTask = 1
	e, err = r.Estimate(within(t), job)
	require.NoError(t, err)
	require.Zero(t, m.previewed.Job.DatasetsPerTask)
	require.Equal(t, "no dataset of the bag has a price", e.Assumed[2])
}

// TestForecast: the forecast has the replicas that the lottery is expected to draw, and the rounds that the organisations need for
// them.
func TestForecast(t *testing.T) {
	for _, tc := range []struct {
		name                                 string
		tasks, sixteenths, toCourt, eligible uint64
		replicas                             float64
		rounds                               uint64
	}{
		{"one replica each needs one wave", 10, 160, 0, 20, 10, 1},
		{"more replicas need two waves", 10, 200, 0, 20, 12.5, 2},
		{"courts add a replica each", 10, 160, 3, 20, 13, 1},
		{"few organisations", 10, 480, 0, 4, 30, 8},
		{"nobody", 10, 160, 0, 0, 10, 0},
	} {
		q := Quote{QueryQuoteResponse: &taskstypes.QueryQuoteResponse{
			Plan:     taskstypes.Plan{Eligible: tc.eligible},
			Forecast: taskstypes.Forecast{Tasks: tc.tasks, Sixteenths: tc.sixteenths, ToCourt: tc.toCourt, Cost: 7},
		}, Deal: dealstypes.Deal{Terms: dealstypes.Terms{Stake: 100}}}
		f := forecastOf(q)
		require.Equal(t, tc.replicas, f.Replicas, tc.name)
		require.Equal(t, 100*tc.replicas, f.Staked, tc.name)
		require.Equal(t, tc.rounds, f.Rounds, tc.name)
		require.EqualValues(t, 7, f.Cost, tc.name)
	}
}
