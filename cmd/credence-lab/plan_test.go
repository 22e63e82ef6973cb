package main

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPlan(t *testing.T) {
	args := []string{"plan", "--organisations", "30", "--colluding", "20%", "--trust", "99.99%", "--tasks", "300", "--value", "5CRED", "--runs", "2"}
	out, err := lab(t, "", args...)
	require.NoError(t, err)
	require.Contains(t, out, "300 tasks at trust 10000, 30 organisations, a stake of 7.70 CRED an assignment")
	require.Contains(t, out, "6 organisations collude")
	again, err := lab(t, "", args...)
	require.NoError(t, err)
	require.Equal(t, out, again)

	for _, wrong := range [][2]string{{"--colluding", "many"}, {"--colluding", "120%"}, {"--colluding", "NaN"}, {"--colluding", "NaN%"}, {"--colluding", "-1%"}, {"--colluding", ""}, {"--trust", "100%"}, {"--value", "5"}, {"--price", "1.5ucred"}, {"--tasks", "0"}, {"--stake", "-1CRED"}, {"--runtime", "-1s"}, {"--slots", "-2"}} {
		_, err := lab(t, "", append(args, wrong[0], wrong[1])...)
		require.ErrorContains(t, err, "got", "%s %s", wrong[0], wrong[1])
	}
}

// A share is a percentage or a fraction.
func TestShares(t *testing.T) {
	for text, want := range map[string]float64{"20%": 0.2, "0.2": 0.2, "0": 0, "100%": 1, "0.5%": 0.005} {
		got, err := parseShare(text)
		require.NoError(t, err, text)
		require.InDelta(t, want, got, 1e-12, text)
	}
}

// --json prints the same forecast for programs.
func TestPlanAsJSON(t *testing.T) {
	out, err := lab(t, "", "plan", "--tasks", "50", "--runs", "1", "--json", "--stake", "100CRED")
	require.NoError(t, err)
	var forecast map[string]any
	require.NoError(t, json.Unmarshal([]byte(out), &forecast), out)
	require.NotEmpty(t, forecast)
	require.NotContains(t, out, "tasks at trust")
}

func TestCoins(t *testing.T) {
	for text, want := range map[string]uint64{"5CRED": 5_000_000, "0.5CRED": 500_000, "7ucred": 7} {
		got, err := parseCoins("value", text)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	require.Equal(t, "1.50 CRED", formatCoins(1_500_000))
}
