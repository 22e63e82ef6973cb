package types_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/poa/types"
)

// TestTallyStop: more than a third of the active power stops, a third does not; votes of others count for nothing.
func TestTallyStop(t *testing.T) {
	seats := []types.Seat{{OrgId: "a", Power: 1}, {OrgId: "b", Power: 1}, {OrgId: "c", Power: 1}, {OrgId: "d", Power: 1}, {OrgId: "e", Power: 1}, {OrgId: "f", Power: 1}}
	votes := map[string]string{}
	tally := func() types.StopTally[string] {
		res, err := types.TallyStop(seats, func(org string) (string, bool, error) {
			vote, found := votes[org]
			return vote, found, nil
		})
		require.NoError(t, err)
		return res
	}
	require.False(t, tally().Stops())
	votes["b"], votes["e"], votes["stranger"] = "second", "fifth", "nobody's"
	require.Equal(t, types.StopTally[string]{Votes: []string{"second", "fifth"}, Part: 2, Total: 6}, tally())
	require.False(t, tally().Stops(), "a third is not more than a third")
	votes["f"] = "sixth"
	require.True(t, tally().Stops())
	broken := errors.New("broken")
	_, err := types.TallyStop(seats, func(string) (string, bool, error) { return "", false, broken })
	require.ErrorIs(t, err, broken)
}
