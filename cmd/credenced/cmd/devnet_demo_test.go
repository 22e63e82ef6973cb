package cmd

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSaboteurWarning(t *testing.T) {
	require.Empty(t, saboteurWarning(2, 7))
	require.Contains(t, saboteurWarning(3, 7), "q covers 2")
}
