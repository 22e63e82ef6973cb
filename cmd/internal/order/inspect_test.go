package order

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/credence-chain/credence/client/order"
	"github.com/credence-chain/credence/cmd/internal/nodetest"
	"github.com/credence-chain/credence/internal/cli"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

var someOrderID = strings.Repeat("ab", 32)

// knowOrder makes a node know one order by its id. knowRequest does so for one request. Other ids are not found.
func knowOrder(n *nodetest.Node, r *markettypes.OrderRecord) {
	nodetest.Answer(n, marketOf+"Order", func(q *markettypes.QueryOrderRequest) (*markettypes.QueryOrderResponse, error) {
		if r == nil || q.Id != r.Id {
			return nil, status.Error(codes.NotFound, "no such order")
		}
		return &markettypes.QueryOrderResponse{Order: *r}, nil
	})
	knowRequest(n, nil)
}

func knowRequest(n *nodetest.Node, r *markettypes.Request) {
	nodetest.Answer(n, marketOf+"Request", func(q *markettypes.QueryRequestRequest) (*markettypes.QueryRequestResponse, error) {
		if r == nil || q.Id != r.Id {
			return nil, status.Error(codes.NotFound, "no such request")
		}
		return &markettypes.QueryRequestResponse{Request: *r}, nil
	})
}

// named gives an order the id that it has on the node's chain.
func named(r markettypes.OrderRecord) markettypes.OrderRecord {
	r.Id = order.ID(r.Order, nodetest.ChainID)
	return r
}

// inspectID runs inspect on an id and returns its JSON.
func inspectID(t *testing.T, n *nodetest.Node, id string) (inspected, error) {
	t.Helper()
	out, err := n.RunCommand(t, NewCommand(), "inspect", id, "--output", "json")
	var i inspected
	if out != "" {
		require.NoError(t, json.Unmarshal([]byte(out), &i), out)
	}
	return i, err
}

// The state of an order of the chain follows from its record, the owner's floor and the present state of the pool.
func TestInspectStandings(t *testing.T) {
	for _, tc := range []struct {
		name         string
		malleate     func(r *markettypes.OrderRecord)
		status, left string
		note         string
	}{
		{"rests", func(*markettypes.OrderRecord) {}, "resting", "9", ""},
		{"met in part", func(r *markettypes.OrderRecord) { r.Filled = 4 }, "resting", "5", ""},
		{"without a bound", func(r *markettypes.OrderRecord) { r.Order.Pool.Volume, r.Filled = 0, 4 }, "resting", "unbounded", ""},
		{"signed", func(r *markettypes.OrderRecord) { r.Status = markettypes.ORDER_STATUS_SIGNED }, "signed", "9", ""},
		{"used up", func(r *markettypes.OrderRecord) { r.Status, r.Filled = markettypes.ORDER_STATUS_FILLED, 9 }, "filled", "0", ""},
		{"below the floor", func(r *markettypes.OrderRecord) { r.Order.Nonce = 4 }, "cancelled", "9", "the owner cancelled all below nonce 5"},
		{"expired", func(r *markettypes.OrderRecord) { r.Order.Expiry = nodetest.Height }, "expired", "9", ""},
		{"of another stake than its pool", func(r *markettypes.OrderRecord) { r.Order.Pool.Stake = 1 }, "stale", "9", "stake"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := named(offer("", 40_000, tc.malleate))
			n := bookNode(t, r)
			knowOrder(n, &r)
			i, err := inspectID(t, n, r.Id)
			require.NoError(t, err)
			require.Equal(t, r.Id, i.ID)
			require.Equal(t, tc.status, i.Status)
			require.Equal(t, tc.left, i.Left)
			require.Contains(t, i.Note, tc.note)
			require.Equal(t, tc.note == "", i.Note == "")
			require.EqualValues(t, nodetest.Height, i.Height)
			require.Equal(t, "north", i.Asset)
		})
	}
}

func TestInspectInWords(t *testing.T) {
	r := named(offer("", 40_000, func(r *markettypes.OrderRecord) { r.Filled, r.Order.Expiry = 4, 150 }))
	n := bookNode(t, r)
	knowOrder(n, &r)
	out, err := n.RunCommand(t, NewCommand(), "inspect", strings.ToUpper(r.Id))
	require.NoError(t, err)
	require.Contains(t, out, "Pool order ")
	rows := fields(out)
	require.Contains(t, rows, []string{"chain", nodetest.ChainID})
	require.Contains(t, rows, []string{"expiry", "height 150, in 50 blocks"})
	require.Contains(t, rows, []string{"on the chain", "resting; 4 tasks met, 5 left"})
	require.Contains(t, out, "Its deals: credenced list deals --order")
	require.NotContains(t, out, "signature", "of what the chain told there is no file, and no signature to judge")
}

func TestInspectARequest(t *testing.T) {
	r := markettypes.Request{
		Requester: someOwner, Nonce: 7, Status: markettypes.REQUEST_STATUS_MATCHED, Filled: 3, Deal: someOrderID, Deals: 2,
		Job: markettypes.Job{App: "studio/ray:1", Size_: 3, Trust: 1_000, MaxPrice: 5_000_000, FuelLimit: 1_000}.Normal(),
	}
	r.Id = order.ID(r.Order(), nodetest.ChainID)
	n := bookNode(t)
	knowOrder(n, nil)
	knowRequest(n, &r)
	out, err := n.RunCommand(t, NewCommand(), "inspect", r.Id)
	require.NoError(t, err)
	require.Contains(t, out, "Request "+r.Id)
	require.Contains(t, fields(out), []string{"on the chain", "matched; 3 tasks met, 0 left"})
	require.Contains(t, out, "Follow its 2 deals with: credenced task watch "+r.Id)
}

func TestInspectRefuses(t *testing.T) {
	n := bookNode(t)
	knowOrder(n, nil)
	_, err := inspectID(t, n, someOrderID)
	require.ErrorContains(t, err, "the chain knows no order or request "+someOrderID)
	require.ErrorContains(t, err, "credenced order book --category all")

	// An order was cancelled by its nonce before the chain saw it. Its record has no order to show.
	knowOrder(n, &markettypes.OrderRecord{
		Id: someOrderID, Kind: markettypes.ORDER_KIND_POOL, Status: markettypes.ORDER_STATUS_CANCELLED, Order: markettypes.Order{Owner: someOwner, Nonce: 9},
	})
	_, err = inspectID(t, n, someOrderID)
	require.ErrorContains(t, err, "the pool order of "+someOwner+" with nonce 9 was cancelled before the chain saw it")

	nodetest.Answer(n, marketOf+"Order", func(*markettypes.QueryOrderRequest) (*markettypes.QueryOrderResponse, error) {
		return nil, status.Error(codes.Internal, "the disk is full")
	})
	_, err = inspectID(t, n, someOrderID)
	require.ErrorContains(t, err, "the disk is full", "a node that fails has not said that there is none")
	require.NotEqual(t, cli.ExitUsage, cli.ExitStatus(err))
}

// The chain has not seen the order of a file. Its state then follows from the owner's floor and the height.
func TestNoteUnseen(t *testing.T) {
	for _, tc := range []struct {
		name         string
		i            inspected
		status, note string
	}{
		{"free", inspected{Nonce: 7, Height: 10}, "unknown", "its nonce is free"},
		{"at the floor", inspected{Nonce: 5, Height: 10}, "unknown", "its nonce is free"},
		{"below the floor", inspected{Nonce: 4, Height: 10, Expiry: 5}, "cancelled", "all below nonce 5"},
		{"at its expiry", inspected{Nonce: 7, Height: 10, Expiry: 10}, "expired", ""},
		{"before its expiry", inspected{Nonce: 7, Height: 10, Expiry: 11}, "unknown", "its nonce is free"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.i.noteUnseen(5)
			require.Equal(t, tc.status, tc.i.Status)
			require.Contains(t, tc.i.Note, tc.note)
		})
	}
}

func TestStateText(t *testing.T) {
	for want, i := range map[string]inspected{
		"not yet; the chain has not seen it": {Status: "unknown", Note: "the chain has not seen it"},
		"resting; 1 task met, 4 left":        {Status: "resting", Filled: 1, Left: "4"},
		"signed; 0 tasks met, no bound":      {Status: "signed", Left: "unbounded"},
		"stale; 2 tasks met, 1 left; why":    {Status: "stale", Filled: 2, Left: "1", Note: "why"},
	} {
		require.Equal(t, want, i.formatState())
	}
}
