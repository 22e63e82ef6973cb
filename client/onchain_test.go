package client

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOnchainIsAskedForOnce: only of an accepted answer of a job that wants something on chain, and not again. There is no node here,
// so that asking would panic.
func TestOnchainIsAskedForOnce(t *testing.T) {
	have := &Onchain{File: "rate.txt"}
	for _, r := range []TaskReport{
		{Ending: "ACCEPTED"},
		{Ending: "VOID", wantsOnchain: true},
		{Ending: "ACCEPTED", wantsOnchain: true, Onchain: have},
	} {
		before := r.Onchain
		r.readOnchain(t.Context(), nil)
		require.Same(t, before, r.Onchain)
	}
}
