package order

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/gogoproto/proto"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/order"
	"github.com/credence-chain/credence/cmd/internal/nodetest"
	"github.com/credence-chain/credence/internal/cli"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// keyOf makes a key in a file, and returns both.
func keyOf(t *testing.T) (key credence.Key, file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "some.key")
	key, err := credence.LoadOrGenerateKey(file)
	require.NoError(t, err)
	return key, file
}

// writeOffer writes a pool's order of an owner to a file, and returns its path.
func writeOffer(t *testing.T, owner string, change func(o *markettypes.Order)) string {
	t.Helper()
	o := offer("", 40_000, func(*markettypes.OrderRecord) {}).Order
	o.Owner = owner
	change(&o)
	text, err := order.Format(markettypes.SignedOrder{Order: &o})
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "my order.json")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	return file
}

// answerAll answers each message of the market as the chain does, with the id someOrderID.
func answerAll(msg sdk.Msg) proto.Message {
	switch msg.(type) {
	case *markettypes.MsgPlaceOrder:
		return &markettypes.MsgPlaceOrderResponse{Id: someOrderID}
	case *markettypes.MsgPresignOrder:
		return &markettypes.MsgPresignOrderResponse{Id: someOrderID}
	case *markettypes.MsgCancelOrder:
		return &markettypes.MsgCancelOrderResponse{Id: someOrderID}
	case *markettypes.MsgCancelOrders:
		return &markettypes.MsgCancelOrdersResponse{}
	case *markettypes.MsgCancelRequest:
		return &markettypes.MsgCancelRequestResponse{}
	}
	return nil
}

// The sent message has the values of the command line and the file. The output has the chain's response, as text and as JSON.
func TestOrdersAreSent(t *testing.T) {
	key, file := keyOf(t)
	me := key.Address()
	offered := writeOffer(t, me, func(*markettypes.Order) {})
	job := writeOffer(t, me, func(o *markettypes.Order) {
		o.Pool, o.Request = nil, &markettypes.Job{App: "studio/ray:1", Size_: 1, Trust: 100, MaxPrice: 1_000_000, FuelLimit: 1000}
	})
	read := func(file string) markettypes.Order {
		s, err := order.Read(file)
		require.NoError(t, err)
		return s.Order.Normal()
	}
	mine := offer(someOrderID, 1, func(r *markettypes.OrderRecord) { r.Order.Owner = me })
	for _, tc := range []struct {
		name  string
		args  []string
		sent  sdk.Msg
		words string
		json  string
	}{
		{"place", []string{"place", offered}, &markettypes.MsgPlaceOrder{Owner: me, Order: read(offered)},
			"order " + someOrderID + " is placed: on the book from height 102 on\nSee what becomes of it with: credenced order inspect '" + offered + "'\n", someOrderID},
		{"presign an offer", []string{"presign", offered}, &markettypes.MsgPresignOrder{Owner: me, Order: read(offered)},
			"order " + someOrderID + " is known since height 101; anyone may match it:\n  credenced order match --pool " + someOrderID + " ...\n", someOrderID},
		{"presign a request", []string{"presign", job}, &markettypes.MsgPresignOrder{Owner: me, Order: read(job)},
			"order " + someOrderID + " is known since height 101; anyone may match it:\n  credenced order match --request " + someOrderID + " ...\n", someOrderID},
		{"cancel a file", []string{"cancel", offered}, &markettypes.MsgCancelOrder{Owner: me, Kind: markettypes.ORDER_KIND_POOL, Nonce: 7},
			"order " + someOrderID + " is cancelled since height 101\n", someOrderID},
		{"cancel by the nonce", []string{"cancel", "dataset", "12"}, &markettypes.MsgCancelOrder{Owner: me, Kind: markettypes.ORDER_KIND_DATASET, Nonce: 12},
			"order " + someOrderID + " is cancelled since height 101\n", someOrderID},
		{"cancel by the id", []string{"cancel", someOrderID}, &markettypes.MsgCancelOrder{Owner: me, Kind: markettypes.ORDER_KIND_POOL, Nonce: 7},
			"order " + someOrderID + " is cancelled since height 101\n", someOrderID},
		{"cancel all below", []string{"cancel-below", "app", "99"}, &markettypes.MsgCancelOrders{Owner: me, Kind: markettypes.ORDER_KIND_APP, Below: 99},
			"all app orders below nonce 99 are cancelled since height 101\n", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for _, output := range []string{"text", "json"} {
				n := bookNode(t)
				knowOrder(n, &mine)
				taken := nodetest.TakeTransactions(t, n, answerAll)
				out, err := n.RunCommand(t, NewCommand(), append(tc.args, "--key-file", file, "--output", output)...)
				require.NoError(t, err)
				require.Equal(t, tc.sent.(interface{ String() string }).String(), taken.Only(t).(interface{ String() string }).String())
				if output == "text" {
					require.Equal(t, tc.words, out)
					continue
				}
				var said struct {
					ID, Hash string
					Height   string
				}
				require.NoError(t, json.Unmarshal([]byte(out), &said), out)
				require.Equal(t, tc.json, said.ID)
				require.Equal(t, taken.All()[0].Hash, said.Hash)
				require.Equal(t, "101", said.Height)
			}
		})
	}
}

// A submitted request has money locked. So it is cancelled as a request, by its id or the beginning of its id.
func TestCancelASubmittedRequest(t *testing.T) {
	key, file := keyOf(t)
	r := markettypes.Request{Id: someOrderID, Requester: key.Address(), Status: markettypes.REQUEST_STATUS_RESTING, Job: markettypes.Job{App: "studio/ray:1", Size_: 1}}
	for name, id := range map[string]string{"whole": someOrderID, "in capitals": "ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB", "by its beginning": "abab"} {
		t.Run(name, func(t *testing.T) {
			n := bookNode(t)
			knowOrder(n, nil)
			knowRequest(n, &r)
			nodetest.Answer(n, marketOf+"Resolve", func(q *markettypes.QueryResolveRequest) (*markettypes.QueryResolveResponse, error) {
				require.Equal(t, "abab", q.Prefix)
				return &markettypes.QueryResolveResponse{Requests: []string{someOrderID}}, nil
			})
			taken := nodetest.TakeTransactions(t, n, answerAll)
			out, err := n.RunCommand(t, NewCommand(), "cancel", id, "--key-file", file)
			require.NoError(t, err)
			require.Equal(t, "request "+someOrderID+" is cancelled since height 101; what no worker was drawn for is refunded\n", out)
			require.Equal(t, &markettypes.MsgCancelRequest{Requester: key.Address(), Id: someOrderID}, taken.Only(t))
		})
	}
	r.Status = markettypes.REQUEST_STATUS_SIGNED // nothing is locked, so it is cancelled like any order
	n := bookNode(t)
	knowOrder(n, nil)
	knowRequest(n, &r)
	taken := nodetest.TakeTransactions(t, n, answerAll)
	_, err := n.RunCommand(t, NewCommand(), "cancel", someOrderID, "--key-file", file)
	require.NoError(t, err)
	require.IsType(t, &markettypes.MsgCancelOrder{}, taken.Only(t))
}

// The gas price is the least that the node takes, or that of the flags.
func TestGasOfOrders(t *testing.T) {
	_, file := keyOf(t)
	for _, tc := range []struct {
		name string
		args []string
		gas  uint64
		fee  string
	}{
		{"simulated, with room", nil, 140_000, "140ucred"},
		{"a limit", []string{"--gas", "200000"}, 200_000, "200ucred"},
		{"a price", []string{"--gas", "200000", "--gas-prices", "0.002ucred"}, 200_000, "400ucred"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			n := bookNode(t)
			taken := nodetest.TakeTransactions(t, n, answerAll)
			_, err := n.RunCommand(t, NewCommand(), append([]string{"cancel-below", "pool", "5", "--key-file", file}, tc.args...)...)
			require.NoError(t, err)
			require.Equal(t, tc.gas, taken.All()[0].Gas)
			require.Equal(t, tc.fee, taken.All()[0].Fee.String())
		})
	}
}

// --generate-only sends nothing. It writes the transaction to standard output, to be signed elsewhere.
func TestOrdersThatAreOnlyGenerated(t *testing.T) {
	key, _ := keyOf(t)
	offered := writeOffer(t, key.Address(), func(*markettypes.Order) {})
	for _, tc := range []struct {
		name string
		args []string
		kind string
		gas  string
		fee  string
	}{
		{"place", []string{"place", offered}, "/credence.market.v1.MsgPlaceOrder", "3000000", "3000"},
		{"presign", []string{"presign", offered}, "/credence.market.v1.MsgPresignOrder", "500000", "500"},
		{"cancel", []string{"cancel", offered}, "/credence.market.v1.MsgCancelOrder", "3000000", "3000"},
		{"gas is given", []string{"presign", offered, "--gas", "7000", "--gas-prices", "1ucred"}, "/credence.market.v1.MsgPresignOrder", "7000", "7000"},
		{"for an address", []string{"cancel-below", "pool", "5", "--from", key.Address()}, "/credence.market.v1.MsgCancelOrders", "500000", "500"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			n := bookNode(t)
			knowOrder(n, nil)
			taken := nodetest.TakeTransactions(t, n, answerAll)
			out, err := n.RunCommand(t, NewCommand(), append(tc.args, "--generate-only")...)
			require.NoError(t, err)
			require.Empty(t, taken.All())
			var tx struct {
				Body struct {
					Messages []struct {
						Type  string `json:"@type"`
						Owner string `json:"owner"`
					}
				}
				AuthInfo struct {
					Fee struct {
						Amount   []struct{ Denom, Amount string }
						GasLimit string `json:"gas_limit"`
					}
				} `json:"auth_info"`
				Signatures []string
			}
			require.NoError(t, json.Unmarshal([]byte(out), &tx), out)
			require.Len(t, tx.Body.Messages, 1)
			require.Equal(t, tc.kind, tx.Body.Messages[0].Type)
			require.Equal(t, key.Address(), tx.Body.Messages[0].Owner)
			require.Equal(t, tc.gas, tx.AuthInfo.Fee.GasLimit)
			require.Equal(t, tc.fee, tx.AuthInfo.Fee.Amount[0].Amount)
			require.Empty(t, tx.Signatures)
		})
	}
}

// If an order cannot be sent, the error comes before anything goes to the chain, with the next step.
func TestOrdersThatAreNotSent(t *testing.T) {
	key, file := keyOf(t)
	other, otherFile := keyOf(t)
	offered := writeOffer(t, key.Address(), func(*markettypes.Order) {})
	job := writeOffer(t, key.Address(), func(o *markettypes.Order) {
		o.Pool, o.Request = nil, &markettypes.Job{App: "studio/ray:1", Size_: 1, MaxPrice: 1, FuelLimit: 1}
	})
	torn := filepath.Join(t.TempDir(), "torn.json")
	require.NoError(t, os.WriteFile(torn, []byte(`{"owner":`), 0o600))
	for _, tc := range []struct {
		name string
		args []string
		says []string
		exit int
	}{
		{"another's order", []string{"place", offered, "--key-file", otherFile}, []string{"--from: its account is " + other.Address() + ", the order's owner " + key.Address(), "only the owner may do this"}, cli.ExitFailed},
		{"no key", []string{"place", offered}, []string{"no key was named, and that of " + key.Address() + " is not the devnet's", "name one with --from NAME or --key-file FILE"}, cli.ExitFailed},
		{"two keys", []string{"place", offered, "--key-file", file, "--from", "me"}, []string{"--key-file and --from name one key each"}, cli.ExitFailed},
		{"a request on the book", []string{"place", job, "--key-file", file}, []string{"a request does not come on the book as an order", "submit its job with credenced run"}, cli.ExitFailed},
		{"no file", []string{"presign", "gone.json", "--key-file", file}, []string{"gone.json: there is no such file", "credenced order create --help"}, cli.ExitFailed},
		{"half a file", []string{"place", torn, "--key-file", file}, []string{torn}, cli.ExitFailed},
		{"no argument", []string{"place"}, []string{"FILE: missing; expected credence order place FILE"}, cli.ExitUsage},
		{"too many", []string{"presign", offered, offered}, []string{"too many arguments"}, cli.ExitUsage},
		{"output", []string{"place", offered, "--output", "xml"}, []string{`--output "xml"`, "text"}, cli.ExitUsage},
		{"gas price", []string{"cancel-below", "pool", "1", "--key-file", file, "--gas-prices", "cheap"}, []string{`"cheap"`}, cli.ExitFailed},
		{"a kind that there is not", []string{"cancel-below", "king", "1", "--key-file", file}, []string{`"king"`}, cli.ExitFailed},
		{"nobody to generate for", []string{"cancel-below", "pool", "1", "--generate-only"}, []string{"owner: missing", "--from NAME"}, cli.ExitFailed},
	} {
		t.Run(tc.name, func(t *testing.T) {
			n := bookNode(t)
			knowOrder(n, nil)
			taken := nodetest.TakeTransactions(t, n, answerAll)
			out, err := n.RunCommand(t, NewCommand(), tc.args...)
			require.Error(t, err)
			for _, says := range tc.says {
				require.ErrorContains(t, err, says)
			}
			require.Equal(t, tc.exit, cli.ExitStatus(err))
			require.Empty(t, out)
			require.Empty(t, taken.All())
		})
	}
}

// A refusal by the chain keeps its text. The exit status says whether money was missing.
func TestRefusedOrders(t *testing.T) {
	key, file := keyOf(t)
	offered := writeOffer(t, key.Address(), func(*markettypes.Order) {})
	for _, tc := range []struct {
		name string
		why  error
		exit int
	}{
		{"for its terms", markettypes.ErrStale.Wrap("the pool's stake is 5"), cli.ExitRefused},
		{"for money", markettypes.ErrUnaffordable.Wrap("too little"), cli.ExitUnfunded},
	} {
		t.Run(tc.name, func(t *testing.T) {
			n := bookNode(t)
			taken := nodetest.TakeTransactions(t, n, answerAll)
			taken.Refuse = func([]sdk.Msg) error { return tc.why }
			_, err := n.RunCommand(t, NewCommand(), "place", offered, "--key-file", file)
			require.Error(t, err)
			require.Equal(t, tc.exit, cli.ExitStatus(err), err)
			require.Empty(t, taken.All())
		})
	}
}
