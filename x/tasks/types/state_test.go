package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/tasks/types"
)

// TestEveryPhaseHasAState, and only a task that has ended has an ending, so that no two keys are alike.
func TestEveryPhaseHasAState(t *testing.T) {
	seen := map[uint32]bool{types.Task{}.StateKey(): true}
	for p := types.PHASE_OPEN; p <= types.PHASE_DONE; p++ {
		state := p.State()
		require.NotEqual(t, types.STATE_UNSPECIFIED, state, p)
		require.Equal(t, p == types.PHASE_DONE, state == types.STATE_ENDED)
		seen[types.Task{Phase: p}.StateKey()] = true
	}
	require.Len(t, seen, 6)
	for e := types.ENDING_ACCEPTED; e <= types.ENDING_EVIDENCE_STOPPED; e++ {
		require.NoError(t, types.CheckState(types.STATE_ENDED, e))
		key := types.Task{Phase: types.PHASE_DONE, Ending: e}.StateKey()
		require.Equal(t, types.StateKey(types.STATE_ENDED, e), key)
		require.False(t, seen[key])
		seen[key] = true
	}
}

func TestCheckState(t *testing.T) {
	for _, c := range []struct {
		name   string
		state  types.State
		ending types.Ending
		expErr string
	}{
		{"running", types.STATE_RUNNING, 0, ""},
		{"accepted", types.STATE_ENDED, types.ENDING_ACCEPTED, ""},
		{"none", 0, 0, "state: got 0"},
		{"unknown", 6, 0, "state: got 6"},
		{"unknown ending", types.STATE_ENDED, 13, "ending: got 13"},
		{"ended, but how", types.STATE_ENDED, 0, "expected one exactly for STATE_ENDED"},
		{"running, but ended", types.STATE_RUNNING, types.ENDING_VOID, "expected one exactly for STATE_ENDED"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := types.CheckState(c.state, c.ending)
			if c.expErr == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, types.ErrInvalid)
			require.ErrorContains(t, err, c.expErr)
		})
	}
}
