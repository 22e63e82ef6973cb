package client

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/testutil/port"
)

func TestDial(t *testing.T) {
	ctx := context.Background()
	here, there := newFakeNode("credence-1"), newFakeNode("other-1")
	hereAt, thereAt := here.serve(t), there.serve(t)

	nobody := port.FreeAddress(t)

	for _, tc := range []struct {
		name      string
		endpoints []string
		chainID   string
		expErr    error
	}{
		{"one", []string{hereAt}, "", nil},
		{"the chain expected", []string{"http://" + hereAt}, "credence-1", nil},
		{"the first is gone", []string{nobody, hereAt}, "", nil},
		{"another chain", []string{thereAt}, "credence-1", ErrWrongChain},
		{"nobody", []string{nobody}, "", ErrNoEndpoint},
		{"none", nil, "", ErrNoEndpoint},
	} {
		t.Run(tc.name, func(t *testing.T) {
			conn, err := Dial(ctx, tc.endpoints, tc.chainID)
			if tc.expErr != nil {
				require.ErrorIs(t, err, tc.expErr)
				return
			}
			require.NoError(t, err)
			defer conn.Close()
			require.Equal(t, "credence-1", conn.ChainID())
		})
	}
	_, err := Dial(ctx, []string{"localhost"}, "")
	var wrong *Error
	require.ErrorAs(t, err, &wrong)
	require.Equal(t, "Endpoint localhost: it has no port; expected host:port, http://host:port or https://host:port", wrong.Error())
}

func TestFailover(t *testing.T) {
	ctx := context.Background()
	first, second, stranger := newFakeNode("credence-1"), newFakeNode("credence-1"), newFakeNode("other-1")
	second.height, stranger.height = 5, 9
	conn := dialFake(t, first, stranger, second)

	height, _, err := conn.Height(ctx)
	require.NoError(t, err)
	require.EqualValues(t, 1, height)

	// The first node goes down: the call skips a node of another chain and moves on.
	first.set(func() { first.down = true })
	height, _, err = conn.Height(ctx)
	require.NoError(t, err)
	require.EqualValues(t, 5, height)

	second.set(func() { second.down = true })
	_, _, err = conn.Height(ctx)
	require.ErrorIs(t, err, ErrNoEndpoint)

	first.set(func() { first.down = false })
	height, _, err = conn.Height(ctx)
	require.NoError(t, err)
	require.EqualValues(t, 1, height)
}
