package agent

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestPayeeIsAskedOnce: the account that is paid never changes, so that a node is asked for it until it answers. After a failure the agent does
// not ask for a minute, whatever it settles meanwhile.
func TestPayeeIsAskedOnce(t *testing.T) {
	asked, fails := 0, true
	a := &Agent{life: t.Context()}
	a.PaidTo = func(context.Context) (string, error) {
		if asked++; fails {
			return "", errors.New("the node hangs")
		}
		return "owner", nil
	}
	now := time.Now()
	for range 64 {
		require.Empty(t, a.findPayee(now))
	}
	require.Equal(t, 1, asked)
	fails = false
	require.Empty(t, a.findPayee(now.Add(payeePause-1)))
	for range 3 {
		require.Equal(t, "owner", a.findPayee(now.Add(payeePause)))
	}
	require.Equal(t, 2, asked)
}
