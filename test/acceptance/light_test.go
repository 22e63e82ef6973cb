package acceptance

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"cosmossdk.io/collections"
	"github.com/stretchr/testify/require"

	rpcclient "github.com/cometbft/cometbft/rpc/client"
	rpchttp "github.com/cometbft/cometbft/rpc/client/http"
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/devnet"
	"github.com/credence-chain/credence/testutil/port"
)

// A client that trusts no node asks through credenced light. It gets values and transactions that are proven, and a lie of the node behind
// is an error: a wrong value, no proof, and true answers to other questions.
func TestLightProxyRefusesLies(t *testing.T) {
	n := start(t, 4*time.Minute, devnet.Options{Workers: 2})
	rich, other := n.key("requester"), n.key("provider")
	send := func() []byte {
		done, err := n.send(rich, banktypes.NewMsgSend(addressOf(rich), addressOf(other), sdk.NewCoins(sdk.NewInt64Coin(client.Denom, 7))))
		require.NoError(t, err)
		hash, err := hex.DecodeString(done.Hash)
		require.NoError(t, err)
		return hash
	}
	first, second := send(), send()
	l := newLiar(t, n.Info.Validators[0], balanceKey(t, addressOf(other)), second)
	light := n.startLight(l.server.URL)
	height := n.height()
	n.until("two more blocks", func() bool { return n.height() >= height+2 }) // the hash of a state is in the header of the next block
	key := balanceKey(t, addressOf(rich))
	ask := func() (string, error) {
		res, err := light.ABCIQueryWithOptions(n.ctx, "/store/bank/key", key, rpcclient.ABCIQueryOptions{Height: height, Prove: true})
		if err != nil {
			return "", err
		}
		return string(res.Response.Value), nil
	}
	balance := fmt.Sprint(n.balance(rich.Address()))
	got, err := ask()
	require.NoError(t, err)
	require.Equal(t, balance, got)
	tx, err := light.Tx(n.ctx, first, true)
	require.NoError(t, err)
	require.EqualValues(t, first, tx.Tx.Hash())

	for lie, want := range map[string]string{
		"value":  "verify value proof",
		"proof":  "no proof ops",
		"key":    "answers for the key",
		"height": "answers for the height",
	} {
		before := l.told.Load()
		l.lie.Store(lie)
		_, err := ask()
		require.ErrorContains(t, err, want, lie)
		require.Greater(t, l.told.Load(), before, "the node has not lied: %s", lie)
	}
	l.lie.Store("transaction")
	_, err = light.Tx(n.ctx, first, true)
	require.ErrorContains(t, err, "answers with the transaction")
	l.lie.Store("")
	_, err = light.Tx(n.ctx, first, false)
	require.ErrorContains(t, err, "expected true")
	_, err = light.TxSearch(n.ctx, "tx.height>0", true, nil, nil, "")
	require.ErrorContains(t, err, "complete")
	got, err = ask()
	require.NoError(t, err)
	require.Equal(t, balance, got)
}

// startLight starts the light proxy in front of a node, with the validator itself as its witness.
func (n *network) startLight(node string) *rpchttp.HTTP {
	n.t.Helper()
	at := int64(2)
	trusted, err := cometOf(n.Info.Validators[0]).Commit(n.ctx, &at)
	require.NoError(n.t, err)
	address := port.FreeAddress(n.t)
	n.run("light", "credenced", "light", n.Info.ChainID, "--primary", node, "--witness", rpcAddress(n.Info.Validators[0]),
		"--trust", fmt.Sprintf("%d:%s", at, trusted.Commit.BlockID.Hash), "--listen", address, "--home", filepath.Join(n.t.TempDir(), "light"))
	light, err := rpchttp.New("http://"+address, "/websocket")
	require.NoError(n.t, err)
	n.until("the light proxy answers", func() bool {
		_, err := light.Health(n.ctx)
		return err == nil
	})
	return light
}

// liar is a node's RPC that lies in its answers about the state and about transactions.
type liar struct {
	server   *httptest.Server
	node     string
	key      []byte // what it answers for in place of another key
	tx       []byte // and in place of another transaction
	lie      atomic.Value
	told     atomic.Int64
	upstream *httputil.ReverseProxy
}

func newLiar(t *testing.T, v devnet.ValidatorInfo, key, tx []byte) *liar {
	t.Helper()
	node, err := url.Parse(rpcAddress(v))
	require.NoError(t, err)
	l := &liar{node: node.String(), key: key, tx: tx, upstream: httputil.NewSingleHostReverseProxy(node)}
	l.lie.Store("")
	l.server = httptest.NewServer(l)
	t.Cleanup(l.server.Close)
	return l
}

// ServeHTTP passes a question on, or another one, and may change the answer.
func (l *liar) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	lie := l.lie.Load().(string)
	var question struct {
		ID      json.RawMessage `json:"id"`
		Version string          `json:"jsonrpc"`
		Method  string          `json:"method"`
		Params  map[string]any  `json:"params"`
	}
	asked := json.Unmarshal(body, &question) == nil && (question.Method == "abci_query" || question.Method == "tx")
	if !asked || lie == "" {
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		l.upstream.ServeHTTP(w, r)
		return
	}
	switch lie {
	case "key":
		question.Params["data"] = fmt.Sprintf("%X", l.key)
	case "height":
		question.Params["height"] = nextHeight(question.Params["height"])
	case "transaction":
		question.Params["hash"] = base64.StdEncoding.EncodeToString(l.tx)
	}
	answer, err := l.forward(question)
	if err == nil {
		err = l.spoil(lie, answer)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	l.told.Add(1)
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

// nextHeight returns the height after one in a question.
func nextHeight(asked any) string {
	text, _ := asked.(string)
	height, _ := strconv.ParseInt(text, 10, 64)
	return strconv.FormatInt(height+1, 10)
}

func (l *liar) forward(question any) (answer map[string]any, err error) {
	body, err := json.Marshal(question)
	if err != nil {
		return nil, err
	}
	res, err := http.Post(l.node, "application/json", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	return answer, json.NewDecoder(res.Body).Decode(&answer)
}

// spoil changes an answer about the state.
func (l *liar) spoil(lie string, answer map[string]any) error {
	if lie != "value" && lie != "proof" {
		return nil
	}
	result, _ := answer["result"].(map[string]any)
	response, _ := result["response"].(map[string]any)
	if response["value"] == nil || response["proofOps"] == nil {
		return fmt.Errorf("the node's answer has no value or no proof to change: %v", answer)
	}
	if lie == "value" {
		response["value"] = base64.StdEncoding.EncodeToString([]byte("999"))
	} else {
		response["proofOps"] = nil
	}
	return nil
}

func addressOf(key client.Key) sdk.AccAddress { return sdk.MustAccAddressFromBech32(key.Address()) }

// balanceKey returns the key of an account's coins in the store of the bank.
func balanceKey(t *testing.T, account sdk.AccAddress) []byte {
	t.Helper()
	key, err := collections.EncodeKeyWithPrefix(banktypes.BalancesPrefix.Bytes(), collections.PairKeyCodec(sdk.AccAddressKey, collections.StringKey), collections.Join(account, encoding.BaseDenom))
	require.NoError(t, err)
	return key
}
