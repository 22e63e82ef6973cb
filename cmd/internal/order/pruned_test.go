package order

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client/order"
	"github.com/credence-chain/credence/cmd/internal/nodetest"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

const afterwards = "it was pruned at height 90, and its nonce stays used: its content is in the state before that, which archive nodes keep"

// TestInspectWhatWasPruned: inspect of a pruned order or request succeeds and shows what is left of it.
func TestInspectWhatWasPruned(t *testing.T) {
	n := bookNode(t)
	knowOrder(n, &markettypes.OrderRecord{Id: someOrderID, Kind: markettypes.ORDER_KIND_POOL, Status: markettypes.ORDER_STATUS_FILLED, Filled: 9, Pruned: 90})
	out, err := n.RunCommand(t, NewCommand(), "inspect", someOrderID)
	require.NoError(t, err)
	require.Contains(t, out, "Pool order "+someOrderID)
	require.Contains(t, fields(out), []string{"on the chain", "filled; 9 tasks met; " + afterwards})
	out, err = n.RunCommand(t, NewCommand(), "inspect", someOrderID, "--output", "json")
	require.NoError(t, err)
	var left prunedOrder
	require.NoError(t, json.Unmarshal([]byte(out), &left))
	require.Equal(t, prunedOrder{ID: someOrderID, Kind: "pool", Status: "filled", Note: afterwards, Filled: 9, Pruned: 90}, left)

	knowOrder(n, nil)
	knowRequest(n, &markettypes.Request{Id: someOrderID, Status: markettypes.REQUEST_STATUS_MATCHED, Filled: 3, Deal: someOrderID, Pruned: 90})
	out, err = n.RunCommand(t, NewCommand(), "inspect", someOrderID)
	require.NoError(t, err)
	require.Contains(t, out, "Request "+someOrderID)
	require.Contains(t, fields(out), []string{"on the chain", "matched; 3 tasks met; " + afterwards})
	require.Contains(t, out, "credenced task show "+someOrderID)
}

// TestAskChainForWhatWasPruned: inspect of a file shows the state of its order, even if the chain has only the compact record of it.
func TestAskChainForWhatWasPruned(t *testing.T) {
	r := named(offer("", 40_000, func(*markettypes.OrderRecord) {}))
	n := bookNode(t)
	knowOrder(n, &markettypes.OrderRecord{Id: r.Id, Kind: markettypes.ORDER_KIND_POOL, Status: markettypes.ORDER_STATUS_EXPIRED, Pruned: 90})
	file := t.TempDir() + "/pool.json"
	text, err := order.Format(markettypes.SignedOrder{Order: &r.Order})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, text, 0o600))
	out, err := n.RunCommand(t, NewCommand(), "inspect", file, "--chain-id", nodetest.ChainID, "--output", "json")
	require.NoError(t, err)
	var i inspected
	require.NoError(t, json.Unmarshal([]byte(out), &i))
	require.Equal(t, "expired", i.Status)
	require.Equal(t, afterwards, i.Note)
}
