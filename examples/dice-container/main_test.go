package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDice: one seed gives one roll. Without a seed no two runs are alike.
func TestDice(t *testing.T) {
	require.Equal(t, rollDice(seedOf([]string{"x"})), rollDice(seedOf([]string{"x"})))
	require.NotEqual(t, rollDice(seedOf([]string{"x"})), rollDice(seedOf([]string{"y"})))
	require.NotEqual(t, seedOf(nil), seedOf(nil))
	require.Len(t, rollDice(1), 2*rolls+1)
}
