package order

import (
	"testing"

	"github.com/stretchr/testify/require"

	markettypes "github.com/credence-chain/credence/x/market/types"
)

func TestList(t *testing.T) {
	n := bookNode(t,
		offer("late", 40_000, func(r *markettypes.OrderRecord) { r.Height, r.Filled = 95, 4 }),
		offer("early", 40_000, func(r *markettypes.OrderRecord) { r.Height = 80 }),
		offer("stale", 40_000, func(r *markettypes.OrderRecord) { r.Height, r.Order.Pool.Stake = 96, 1 }),
		offer("unseen", 0, func(r *markettypes.OrderRecord) {
			r.Height, r.Status, r.Order.Pool = 97, markettypes.ORDER_STATUS_CANCELLED, nil
		}),
	)
	out, err := n.RunCommand(t, NewCommand(), "list", "--owner", someOwner)
	require.NoError(t, err)
	rows := fields(out)
	require.Equal(t, []string{"KIND", "FOR", "PRICE", "TASKS MET", "TASKS LEFT", "STATUS", "EXPIRES", "NONCE", "ID"}, rows[0])
	require.Len(t, rows, 5)
	require.Equal(t, []string{"pool", "north"}, rows[1][:2])
	require.Equal(t, []string{"0", "9", "resting", "never", "7", "early"}, rows[1][3:])
	require.Equal(t, []string{"4", "5", "resting", "never", "7", "late"}, rows[2][3:])
	require.Equal(t, []string{"0", "9", "stale", "never", "7", "stale"}, rows[3][3:])
	require.Equal(t, []string{"pool", "-", "-", "0", "-", "cancelled", "never", "7", "unseen"}, rows[4])

	out, err = n.RunCommand(t, NewCommand(), "list", "--owner", someOwner, "--status", "stale")
	require.NoError(t, err)
	require.Len(t, fields(out), 2)
	require.Contains(t, out, "stale")
}

func TestListOfNothing(t *testing.T) {
	n := bookNode(t)
	out, err := n.RunCommand(t, NewCommand(), "list", "--pool", "north", "--status", "filled")
	require.NoError(t, err)
	require.Equal(t, "no orders of pool north, filled\n", out)
	out, err = n.RunCommand(t, NewCommand(), "list", "--owner", someOwner)
	require.NoError(t, err)
	require.Equal(t, "no orders of "+someOwner+"\n", out)
}

func TestListRefuses(t *testing.T) {
	n := bookNode(t)
	for _, tc := range []struct {
		args []string
		want string
	}{
		{[]string{"--owner", someOwner, "--pool", "north"}, "got 2 of them, expected one"},
		{[]string{"--owner", someOwner, "--status", "Resting"}, `--status "Resting"`},
		{[]string{"--owner", someOwner, "--limit", "-1"}, "--limit -1"},
		{nil, "owner: missing"},
	} {
		_, err := n.RunCommand(t, NewCommand(), append([]string{"list"}, tc.args...)...)
		require.ErrorContains(t, err, tc.want)
	}
}
