package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/deals/types"
)

// The deals of one request are walked in the order in which they were made, from wherever one stopped.
func TestRunningAfter(t *testing.T) {
	f := newFixture(t)
	var made []string
	for i := range 5 {
		d := someDeal(fmt.Sprint("deal ", i), 1)
		d.Request, d.Height = idOf("the request"), int64(10+i)
		made = append(made, f.makeDeal(d).Id)
	}
	f.makeDeal(someDeal("another's", 1))
	f.beginBlocks(1)
	require.NoError(t, f.settle("deal 1", 0, true, each))

	var got []int64
	var after types.Place
	for {
		places, err := f.RunningAfter(f.ctx, idOf("the request"), after, 2)
		require.NoError(t, err)
		if len(places) == 0 {
			break
		}
		require.LessOrEqual(t, len(places), 2)
		for _, p := range places {
			got = append(got, p.Height)
		}
		after = places[len(places)-1]
	}
	require.Equal(t, []int64{10, 12, 13, 14}, got, "that of height 11 has ended")
	require.Len(t, made, 5)

	_, err := f.RunningAfter(f.ctx, "no id", after, 2)
	require.Error(t, err)
}

func TestHasRunning(t *testing.T) {
	f := newFixture(t)
	request := idOf("request of a")
	requireRunning := func(want bool) {
		t.Helper()
		has, err := f.HasRunning(f.ctx, request)
		require.NoError(t, err)
		require.Equal(t, want, has)
	}
	requireRunning(false)
	f.makeDeal(someDeal("a", 2))
	f.beginBlocks(1)
	requireRunning(true)
	require.NoError(t, f.settle("a", 0, true, each))
	requireRunning(true)
	require.NoError(t, f.settle("a", 1, false))
	requireRunning(false)
	_, err := f.HasRunning(f.ctx, "no id")
	require.Error(t, err)
}

func TestWalkDeals(t *testing.T) {
	f := newFixture(t)
	want := map[string]bool{}
	for i := range 4 {
		want[f.makeDeal(someDeal(fmt.Sprint(i), 1)).Id] = true
	}
	last := ""
	require.NoError(t, f.WalkDeals(f.ctx, func(d types.Deal) error {
		require.True(t, want[d.Id])
		require.Greater(t, d.Id, last)
		require.EqualValues(t, each, d.Escrow, "with its progress")
		delete(want, d.Id)
		last = d.Id
		return nil
	}))
	require.Empty(t, want)
}
