package order

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/cli"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// A match needs its pool's order and its request. If one is missing, the error names its flag.
func TestMatchNeedsItsSides(t *testing.T) {
	n := bookNode(t)
	knowOrder(n, nil)
	for _, tc := range []struct {
		args []string
		says string
	}{
		{nil, "--pool: missing, expected a pool's order"},
		{[]string{"--pool", someOrderID}, "--request: missing, expected a request"},
		{[]string{"--pool", "none.json", "--request", someOrderID}, "none.json"},
	} {
		_, err := n.RunCommand(t, NewCommand(), append([]string{"match"}, tc.args...)...)
		require.ErrorContains(t, err, tc.says, "%v", tc.args)
	}
}

// The output of a deal has the part of the bag, the prices and the payer.
func TestPrintDeal(t *testing.T) {
	deal := dealstypes.Deal{
		Id: someOrderID, Height: 12, Size_: 3, Bag: 10, Pool: "north", App: "studio/ray", AppVersion: "1", Requester: someOwner, Escrow: 9_000_000,
		Terms:    dealstypes.Terms{AppPrice: 1_000_000, Price: 40_000},
		Datasets: []dealstypes.PinnedDataset{{Dataset: "base/rates", Version: "7", Price: 500_000}},
	}
	print := func(d dealstypes.Deal) string {
		var o orderFlags
		var out strings.Builder
		require.NoError(t, o.printDeal(&out, d))
		return out.String()
	}
	out := print(deal)
	require.Equal(t, [][]string{
		{"Deal " + someOrderID + " at height 12"},
		{"trades", "3 tasks of 10 in pool north"}, {"app", "studio/ray:1, 1 CRED a task"}, {"dataset", "base/rates:7, 0.5 CRED a task that reads it"},
		{"replica", "0.04 CRED"}, {"requester", someOwner}, {"escrow", "9 CRED; what is not spent comes back"},
		{"Follow it with: credenced task watch " + someOrderID},
	}, fields(out), "the requester pays, and is not named twice")

	deal.Size_ = 10
	require.Contains(t, print(deal), "10 tasks in pool north")
	deal.Sponsor = "cred1sponsor"
	require.Contains(t, fields(print(deal)), []string{"payer", "cred1sponsor"})
	deal.Voucher = "v1"
	require.Contains(t, fields(print(deal)), []string{"payer", "voucher v1"})
}

// If the account may not sign, the error comes before anything is sent.
func TestSendNeedsAKey(t *testing.T) {
	r := offer(someOrderID, 1, func(*markettypes.OrderRecord) {})
	n := bookNode(t, r)
	knowOrder(n, &r)
	for _, args := range [][]string{
		{"cancel", "pool", "7"}, {"cancel-below", "pool", "7"}, {"cancel", someOrderID},
	} {
		_, err := n.RunCommand(t, NewCommand(), append(args, "--keyring-backend", "test", "--keyring-dir", t.TempDir())...)
		require.Error(t, err, args)
		require.NotEqual(t, 0, cli.ExitStatus(err))
		for _, method := range n.Asked() {
			require.NotContains(t, method, "Broadcast", args)
		}
	}
}
