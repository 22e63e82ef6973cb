package order_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/crypto/keys/multisig"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/order"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	"github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

const chain = "credence-test"

func key(t *testing.T) client.Key {
	t.Helper()
	k, err := client.GenerateKey()
	require.NoError(t, err)
	return k
}

func addressOf(t *testing.T, k cryptotypes.PubKey) string {
	t.Helper()
	text, err := address.Bech32Codec{Bech32Prefix: "cred"}.BytesToString(k.Address())
	require.NoError(t, err)
	return text
}

// orders returns an order of every kind, with a value in each sort of field.
func orders(owner string) map[string]types.Order {
	audience := orgstypes.Audience{Accounts: []string{owner}, Organisations: []string{"lab"}, Roles: []orgstypes.Role{orgstypes.ROLE_REQUESTER}}
	pools := types.Restriction{Ids: []string{"north"}, Audience: audience}
	return map[string]types.Order{
		"app": {Owner: owner, Nonce: 1, Expiry: 100, App: &types.AppOrder{
			App: "studio/raytrace:1.0", Price: 30_000, Volume: 5, Tags: []string{"tee"}, Pools: pools, Requesters: audience,
		}},
		"dataset": {Owner: owner, Nonce: 1 << 63, Dataset: &types.DatasetOrder{
			Dataset: "acme/cities:2024", Price: 1, Apps: types.Restriction{Ids: []string{"studio/raytrace"}},
		}},
		"pool": {Owner: owner, Nonce: 7, Pool: &types.PoolOrder{
			Pool: "north", Price: 50_000, MaxFuel: 1e12, Stake: 1e7, CommissionBps: 500, Trust: 10_000, Category: "xs",
			Tags: []string{"gpu", "tee"}, Resources: appstypes.Resources{CpuMillis: 2000, MemoryBytes: 1 << 30},
		}},
		"request": {Owner: owner, Nonce: 8, Expiry: 9, Request: &types.Job{
			App: "studio/raytrace:1.0", Trust: 1000, MaxPrice: 1e6, FuelLimit: 1e9, Args: []string{"-width", "640"}, Pools: pools,
		}},
	}
}

// An order of any kind that is signed, written and read again is the same order, and its signature is good.
func TestRoundTrip(t *testing.T) {
	k := key(t)
	for kind, o := range orders(k.Address()) {
		t.Run(kind, func(t *testing.T) {
			text, err := order.Format(types.SignedOrder{Order: &o})
			require.NoError(t, err)
			plain, err := order.Parse(text)
			require.NoError(t, err)
			require.Equal(t, o.Encode(), plain.Order.Encode())
			require.Nil(t, plain.Signature)

			signed, err := order.Sign(o, chain, k)
			require.NoError(t, err)
			require.Equal(t, o.Normal().Encode(), signed.Order.Encode())
			file := filepath.Join(t.TempDir(), "order.json")
			text, err = order.Format(signed)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(file, text, 0o600))
			read, err := order.Read(file)
			require.NoError(t, err)
			require.Equal(t, signed.Order.Encode(), read.Order.Encode())
			require.NoError(t, order.Verify(read, chain))
			who, err := order.Signers(read)
			require.NoError(t, err)
			require.Equal(t, []string{k.Address()}, who)

			require.ErrorIs(t, order.Verify(read, "another-chain"), types.ErrSignature)
			require.NotEqual(t, order.ID(o, chain), order.ID(o, "another-chain"))
			read.Order.Nonce++
			require.ErrorIs(t, order.Verify(read, chain), types.ErrSignature)
		})
	}
}

// Changing any value of a signed file makes the signature bad or the file unreadable.
func TestTampered(t *testing.T) {
	k := key(t)
	signed, err := order.Sign(orders(k.Address())["pool"], chain, k)
	require.NoError(t, err)
	good, err := order.Format(signed)
	require.NoError(t, err)
	for _, tc := range []struct{ name, from, to string }{
		{"price", `"price": "50000"`, `"price": "50001"`},
		{"stake", `"stake": "10000000"`, `"stake": "1"`},
		{"commission", `"commission_bps": 500`, `"commission_bps": 5000`},
		{"tags", `"gpu",`, ``},
		{"nonce", `"nonce": "7"`, `"nonce": "8"`},
		{"expiry", `"nonce": "7"`, `"nonce": "7", "expiry": "50"`},
		{"resources", `"cpu_millis": "2000"`, `"cpu_millis": "20000"`},
		{"sequence", `"signature": {`, `"signature": {"sequence": "1",`},
		{"mode", "SIGN_MODE_DIRECT", "SIGN_MODE_LEGACY_AMINO_JSON"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			require.Contains(t, string(good), tc.from)
			bad, err := order.Parse([]byte(strings.Replace(string(good), tc.from, tc.to, 1)))
			require.NoError(t, err)
			require.ErrorIs(t, order.Verify(bad, chain), types.ErrSignature)
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for _, tc := range []struct{ name, text, why string }{
		{"nothing", " \n", "not JSON: it is empty"},
		{"text", "{\n  \"pool\": x}", "not JSON: line 2: invalid character 'x'"},
		{"a list", `[]`, "expected a JSON object"},
		{"half", `{"owner":"cred1`, "not JSON: it ends in the middle"},
		{"two", `{"pool":{}} {"pool":{}}`, "nothing behind"},
		{"unknown field", `{"owner":"a","prize":"1","pool":{}}`, `unknown field "prize" in Order`},
		{"unknown field within", `{"pool":{"prize":"1"}}`, `unknown field "prize" in PoolOrder`},
		{"unknown field beside", `{"order":{"pool":{}},"note":"x"}`, `unknown field "note" in SignedOrder`},
		{"twice", `{"pool":{"price":"1","price":"2"}}`, "pool.price: the field is there twice"},
		{"no kind", `{"owner":"a"}`, "exactly one"},
		{"two kinds", `{"owner":"a","app":{},"pool":{}}`, "exactly one"},
		{"signature alone", `{"signature":{}}`, "order: missing"},
		{"an id as well", `{"order":{"pool":{}},"id":"00"}`, "id: expected none"},
		{"a negative price", `{"nonce":"1","pool":{"price":"-1"}}`, `pool.price: "-1", expected a whole number from 0 to 2^64-1`},
		{"a price in words", `{"pool":{"stake":"1","price":"much"}}`, `pool.price: "much", expected a whole number`},
		{"a list within", `{"app":{"datasets":{"ids":["a/b",7]}}}`, `app.datasets.ids[1]: 7, expected a text`},
		{"a word for an object", `{"order":{"pool":"public"}}`, `order.pool: "public", expected an object`},
		{"too many seats", `{"request":{"min_replicas":4294967296}}`, `request.min_replicas: 4294967296, expected a whole number from 0 to 2^32-1`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := order.Parse([]byte(tc.text))
			require.ErrorContains(t, err, tc.why)
		})
	}
	_, err := order.Read(filepath.Join(t.TempDir(), "none.json"))
	require.ErrorIs(t, err, os.ErrNotExist)
	large := filepath.Join(t.TempDir(), "large.json")
	require.NoError(t, os.WriteFile(large, make([]byte, order.MaxFile+1), 0o600))
	_, err = order.Read(large)
	require.ErrorContains(t, err, "expected an order")
}

func TestSignRefuses(t *testing.T) {
	k := key(t)
	o := orders(k.Address())["pool"]
	_, err := order.Sign(o, chain, key(t))
	require.ErrorIs(t, err, order.ErrKey)
	_, err = order.Sign(o, "", k)
	require.ErrorContains(t, err, "chain id: missing")
	o.Pool.MaxFuel = 0
	_, err = order.Sign(o, chain, k)
	require.ErrorIs(t, err, types.ErrFuel)
	_, err = order.Signers(types.SignedOrder{Order: &o})
	require.ErrorContains(t, err, "public_key: missing")
}

// Two of three keys sign for their account. One key alone, a stranger's key, or a signature of another order is refused.
func TestMultisig(t *testing.T) {
	members := []client.Key{key(t), key(t), key(t)}
	many := multisig.NewLegacyAminoPubKey(2, []cryptotypes.PubKey{members[0].PubKey(), members[1].PubKey(), members[2].PubKey()})
	o := orders(addressOf(t, many))["request"]
	part := func(k client.Key, o types.Order, chain string) types.SignedOrder {
		s, err := order.SignPart(o, chain, k)
		require.NoError(t, err)
		text, err := order.Format(s)
		require.NoError(t, err)
		s, err = order.Parse(text)
		require.NoError(t, err)
		return s
	}
	first, third := part(members[0], o, chain), part(members[2], o, chain)
	require.ErrorIs(t, order.Verify(first, chain), types.ErrSignature, "one key's is not the owner's")

	signed, err := order.Assemble(o, chain, many, third, first)
	require.NoError(t, err)
	text, err := order.Format(signed)
	require.NoError(t, err)
	read, err := order.Parse(text)
	require.NoError(t, err)
	require.NoError(t, order.Verify(read, chain))
	who, err := order.Signers(read)
	require.NoError(t, err)
	require.Equal(t, []string{members[0].Address(), members[2].Address()}, who)

	other := o
	other.Nonce++
	stranger := key(t)
	for _, tc := range []struct {
		name  string
		parts []types.SignedOrder
		why   string
	}{
		{"one", []types.SignedOrder{first}, "got 1, expected those of 2 of the 3 keys"},
		{"the same twice", []types.SignedOrder{first, first}, "got 1, expected those of 2 of the 3 keys"},
		{"another order", []types.SignedOrder{first, part(members[1], other, chain)}, "signature 2: order: it is another"},
		{"another chain", []types.SignedOrder{first, part(members[1], o, "another-chain")}, "signature 2"},
		{"a stranger", []types.SignedOrder{first, part(stranger, o, chain)}, "is none of the multisig key's"},
		{"unsigned", []types.SignedOrder{first, {Order: &o}}, "signature: missing"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := order.Assemble(o, chain, many, tc.parts...)
			require.ErrorContains(t, err, tc.why)
		})
	}
	_, err = order.Assemble(o, chain, stranger.PubKey(), first, third)
	require.ErrorIs(t, err, order.ErrKey)
	o.Owner = stranger.Address()
	_, err = order.Assemble(o, chain, many, first, third)
	require.ErrorIs(t, err, order.ErrKey)

	// A multisig key with a missing member is an error, not a panic.
	hole := strings.Replace(string(text), `"public_keys": [`, `"public_keys": [null,`, 1)
	require.NotEqual(t, string(text), hole)
	_, err = order.Parse([]byte(hole))
	require.ErrorContains(t, err, "public_keys[0]: null, expected a value")
}

// No text makes reading or checking panic.
func FuzzParse(f *testing.F) {
	k, err := client.GenerateKey()
	require.NoError(f, err)
	for _, o := range orders(k.Address()) {
		s, err := order.Sign(o, chain, k)
		require.NoError(f, err)
		text, err := order.Format(s)
		require.NoError(f, err)
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := order.Parse(text)
		if err != nil {
			return
		}
		_, _ = order.Signers(s)
		_ = order.Verify(s, chain)
		if again, err := order.Format(s); err == nil {
			_, err = order.Parse(again)
			require.NoError(t, err)
		}
	})
}

func TestNonce(t *testing.T) {
	last := order.NewNonce()
	require.Less(t, last, uint64(1)<<63)
	for range 1000 {
		n := order.NewNonce()
		require.Greater(t, n, last)
		last = n
	}
}
