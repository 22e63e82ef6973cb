package printer

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCountOf(t *testing.T) {
	require.Equal(t, "0 tasks", CountOf(0, "task"))
	require.Equal(t, "1 task", CountOf(1, "task"))
	require.Equal(t, "2 tasks", CountOf(2, "task"))
}

func TestOrDash(t *testing.T) {
	require.Equal(t, "-", OrDash(""))
	require.Equal(t, "tee", OrDash("tee"))
}
