package run

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
)

// An estimate says in one line what breaks its promise, after who checks the task.
func TestEstimateSaysWhatBreaksIt(t *testing.T) {
	e := &client.Estimate{
		Reference: "studio/words:1.0", Tasks: 1, Pool: "any", Plan: &client.Plan{Replicas: 2}, Forecast: &client.Forecast{Cost: 1_000_000},
		Breaks: "more than 6 organisations collude, of 30 that can be drawn; others",
	}
	for _, verbose := range []bool{false, true} {
		var out bytes.Buffer
		PrintEstimate(&out, e, verbose)
		lines := strings.Split(out.String(), "\n")
		at := 0
		for ; at < len(lines) && !strings.Contains(lines[at], "  checked "); at++ {
		}
		require.Less(t, at+1, len(lines), out.String())
		require.Equal(t, "  breaks if  more than 6 organisations collude, of 30 that can be drawn; others", lines[at+1])
	}
	var out bytes.Buffer
	e.Breaks = "" // of a policy that this program does not know
	PrintEstimate(&out, e, false)
	require.NotContains(t, out.String(), "breaks if")
}
