package client

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOnchainIsAskedForOnce: the file on chain is asked for only if the answer is accepted and the job wants one, and not a second
// time. There is no node here, so that asking would panic.
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
