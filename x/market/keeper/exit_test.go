package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/result"
	"github.com/credence-chain/credence/x/market/types"
)

// telling is a job whose exit status is on chain.
func telling() types.Job {
	j := job()
	j.Onchain = result.ExitStatus
	return j
}

// when is a job that runs when a request ends with one of some exit statuses.
func when(id string, exit ...uint32) types.Job {
	j := job()
	j.When = []*types.ExitCondition{{Request: id, Exit: exit}}
	return j
}

// exit puts the exit status of a request of one task on chain.
func (f *fixture) exit(id, status string) {
	raw, err := ids.Parse(id)
	require.NoError(f, err)
	if f.tasks.exits == nil {
		f.tasks.exits = map[string]string{}
	}
	f.tasks.exits[ids.Format(poco.OnlyTask(raw))] = status
}

// A request that waits for an exit status runs with one of its condition alone. Every other end refunds it with the reason, and those that wait for
// it.
func TestARequestWaitsForAnExitStatus(t *testing.T) {
	for _, tc := range []struct{ name, exit, how, want string }{
		{"it holds", "10", "result", ""},
		{"it holds with the other one", "0", "result", ""},
		{"it does not hold", "1", "result", "ended with exit status 1, expected 0 or 10"},
		{"no prefix of one", "100", "result", "ended with exit status 100, expected 0 or 10"},
		{"nobody has proven it", "", "result", "its exit status is not on chain: no seat has proven it; expected 0 or 10"},
		{"the program failed", "10", "failure", "with results of 0 of its 1 tasks"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newGraph(t)
			first := f.submit("ann", 1, telling())
			second := f.waitFor("ann", 2, when(first, 0, 10))
			third := f.waitFor("ann", 3, after(second))
			had := f.balance("ann")
			for range 3 {
				f.next()
			}
			require.Equal(t, []string{first}, f.requireStatus(second, isWaiting).WaitsFor)
			if tc.exit != "" {
				f.exit(first, tc.exit)
			}
			f.end(first, tc.how)
			f.next()
			if tc.want == "" {
				f.requireStatus(second, isQueued)
				f.next()
				f.requireStatus(second, isMatched)
				return
			}
			require.Contains(t, f.requireStatus(second, isSkipped).Reason, tc.want)
			f.next()
			require.Contains(t, f.requireStatus(third, isSkipped).Reason, "request "+second+" ended as skipped")
			require.GreaterOrEqual(t, f.balance("ann"), had+2_000, "both are refunded in full")
		})
	}
}

// A condition on a request that has ended is judged when it is submitted. Conditions that the chain could never judge are refused.
func TestConditionsAtTheSubmission(t *testing.T) {
	f := newGraph(t)
	first := f.submit("ann", 1, telling())
	silent := f.submit("ann", 2, job())
	bag := telling()
	bag.Size_ = 2
	many := f.submit("ann", 3, bag)
	for range 3 {
		f.next()
	}
	f.exit(first, "7")
	f.end(first, "result")
	f.next()
	expiry := f.height() + 100
	_, err := f.restErr("ann", 10, when(first, 8), expiry)
	require.ErrorIs(t, err, types.ErrAwaited)
	require.ErrorContains(t, err, "ended with exit status 7, expected 8")
	f.requireStatus(f.waitFor("ann", 11, when(first, 7, 8)), isQueued)
	_, err = f.restErr("ann", 12, when(silent, 0), expiry)
	require.ErrorContains(t, err, `expected one task and "/exit"`)
	_, err = f.restErr("ann", 13, when(many, 0), expiry)
	require.ErrorContains(t, err, "has 2 tasks")
	for want, j := range map[string]types.Job{
		"got 0 statuses": when(first), "ascending order": when(first, 2, 1), "each once": when(first, 1, 1), "request: ": when("x", 1),
	} {
		_, err = f.restErr("ann", 14, j, expiry)
		require.ErrorContains(t, err, want)
	}
	twice := when(first, 7)
	twice.When = append(twice.When, &types.ExitCondition{Request: first, Exit: []uint32{7}})
	_, err = f.restErr("ann", 15, twice, expiry)
	require.ErrorContains(t, err, "is there twice")
	twice.When = []*types.ExitCondition{nil}
	_, err = f.restErr("ann", 16, twice, expiry)
	require.Error(t, err)
}
