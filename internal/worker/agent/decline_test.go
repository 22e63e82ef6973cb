package agent

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/worker/journal"
	"github.com/credence-chain/credence/poco"
)

// TestDeclineReason: each reason that a worker chooses by itself has an error that leads to it.
func TestDeclineReason(t *testing.T) {
	broken := errors.New("broken")
	var chosen []poco.DeclineReason
	for _, tc := range []struct {
		where string
		why   error
		exp   poco.DeclineReason
	}{
		{"fetch", fmt.Errorf("%w: no source", errAbsent), poco.DeclineInput},
		{"fetch", &windowError{what: errTooLate, absent: errAbsent}, poco.DeclineInput},
		{"fetch", broken, poco.DeclineStorage},
		{"store", broken, poco.DeclineStorage},
		{"", &windowError{what: errTooLate, unbegun: true}, poco.DeclineBusy},
		{"run", &windowError{what: errTooLate}, poco.DeclineTime},
		{"run", fmt.Errorf("%w: %q", errNoRuntime, "oci"), poco.DeclineRuntime},
		{"run", broken, poco.DeclineRun},
		{"run", &privateTrouble{"run", broken}, poco.DeclineRun},
		{"compile", broken, poco.DeclineCompile},
		{"seal", broken, poco.DeclineAnswer},
		{"prove", broken, poco.DeclineAnswer},
		{"", broken, poco.DeclineOther},
	} {
		require.Equal(t, tc.exp, declineReason(tc.where, tc.why), "%s: %v", tc.where, tc.why)
		chosen = append(chosen, tc.exp)
	}
	for _, r := range poco.DeclineReasons() {
		require.Equal(t, r != poco.DeclineMaintenance, slices.Contains(chosen, r), "%s: only operators choose MAINTENANCE", r)
		require.Equal(t, r, declineOf(journal.Record{Decline: r.String()}))
	}
	require.Equal(t, poco.DeclineOther, declineOf(journal.Record{}), "a record of an older worker")
}
