package cmd

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cosmos/cosmos-sdk/crypto/hd"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	"github.com/cosmos/cosmos-sdk/crypto/keys/multisig"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client/order"
	"github.com/credence-chain/credence/devnet"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

// desk is somebody with a keyring, some files, and no node.
type desk struct {
	t    *testing.T
	dir  string
	ring keyring.Keyring
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, dir: t.TempDir()}
	t.Setenv(devnet.EnvInfo, d.path("no-devnet.json"))
	var err error
	d.ring, err = keyring.New(sdk.KeyringServiceName(), keyring.BackendTest, d.dir, strings.NewReader(""), theCodecs().Codec)
	require.NoError(t, err)
	return d
}

func (d *desk) path(name string) string { return filepath.Join(d.dir, name) }

// key makes a key and returns its address.
func (d *desk) key(name string) string {
	d.t.Helper()
	record, _, err := d.ring.NewMnemonic(name, keyring.English, sdk.FullFundraiserPath, "", hd.Secp256k1)
	require.NoError(d.t, err)
	return d.address(record)
}

func (d *desk) address(record *keyring.Record) string {
	d.t.Helper()
	raw, err := record.GetAddress()
	require.NoError(d.t, err)
	text, err := accountText(raw)
	require.NoError(d.t, err)
	return text
}

// run runs a command of `order` and returns what it wrote.
func (d *desk) run(args ...string) (string, error) {
	d.t.Helper()
	cmd := orderCmd()
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(io.Discard)
	if args[0] != "inspect" { // in front of the program's own arguments, if there are any
		at := slices.Index(args, "--")
		if at < 0 {
			at = len(args)
		}
		args = slices.Insert(slices.Clone(args), at, "--keyring-backend", keyring.BackendTest, "--keyring-dir", d.dir)
	}
	cmd.SetArgs(args)
	err := cmd.Execute()
	return out.String(), err
}

func (d *desk) must(args ...string) string {
	d.t.Helper()
	out, err := d.run(args...)
	require.NoError(d.t, err, args)
	return out
}

func (d *desk) inspect(args ...string) (inspected, error) {
	d.t.Helper()
	out, err := d.run(append([]string{"inspect", "--output", "json"}, args...)...)
	var i inspected
	require.NoError(d.t, json.Unmarshal([]byte(out), &i), "%s %v", out, err)
	return i, err
}

func resources(cpu, memory, disk uint64, gpus uint32) appstypes.Resources {
	return appstypes.Resources{CpuMillis: cpu, MemoryBytes: memory, DiskBytes: disk, Gpus: gpus}
}

// Every flag reaches its field.
func TestOrderCreate(t *testing.T) {
	d := newDesk(t)
	alice := d.key("alice")
	common := []string{"--offline", "--from", "alice", "--nonce", "7", "--expiry", "500"}
	for _, tc := range []struct {
		args []string
		want markettypes.Order
	}{
		{[]string{"app", "studio/app:1", "--price", "0.01CRED", "--volume", "3", "--tag", "tee,gpu", "--only-dataset", "acme/cities", "--only-dataset-of", "acme", "--only-pool", "north", "--only-pool-of", alice, "--only-requester", "role:requester"},
			markettypes.Order{App: &markettypes.AppOrder{
				App: "studio/app:1", Price: 10_000, Volume: 3, Tags: []string{"gpu", "tee"},
				Datasets:   markettypes.Restriction{Ids: []string{"acme/cities"}, Audience: orgstypes.Audience{Organisations: []string{"acme"}}},
				Pools:      markettypes.Restriction{Ids: []string{"north"}, Audience: orgstypes.Audience{Accounts: []string{alice}}},
				Requesters: orgstypes.Audience{Roles: []orgstypes.Role{orgstypes.ROLE_REQUESTER}},
			}}},
		{[]string{"dataset", "acme/cities:1", "--price", "5ucred", "--volume", "3", "--only-app", "studio/app:1", "--only-pool", "north", "--only-requester", "lab"},
			markettypes.Order{Dataset: &markettypes.DatasetOrder{
				Dataset: "acme/cities:1", Price: 5, Volume: 3, Apps: markettypes.Restriction{Ids: []string{"studio/app:1"}},
				Pools: markettypes.Restriction{Ids: []string{"north"}}, Requesters: orgstypes.Audience{Organisations: []string{"lab"}},
			}}},
		{[]string{"pool", "north", "--price", "0.05CRED", "--volume", "9", "--max-fuel", "1G", "--category", "xs", "--trust", "99.9%", "--stake", "10CRED", "--commission", "2.5%", "--tag", "gpu", "--memory", "1GiB", "--disk", "1MiB", "--cpu", "0.5", "--gpus", "1", "--only-app", "studio/app", "--only-dataset", "acme/cities"},
			markettypes.Order{Pool: &markettypes.PoolOrder{
				Pool: "north", Price: 50_000, Volume: 9, MaxFuel: 1e9, Category: "xs", Trust: 1000, Stake: 10_000_000, CommissionBps: 250, Tags: []string{"gpu"},
				Resources: resources(500, 1<<30, 1<<20, 1),
				Apps:      markettypes.Restriction{Ids: []string{"studio/app"}}, Datasets: markettypes.Restriction{Ids: []string{"acme/cities"}},
			}}},
		{[]string{"request", "studio/app:1", "--trust", "99%", "--max-price", "1CRED", "--max-app-price", "1ucred", "--max-dataset-price", "2ucred", "--max-pool-price", "3ucred", "--value", "4ucred", "--fuel", "1G", "--policy", "court", "--min-replicas", "3", "--static-credibility", "--partial", "--dataset", "acme/aa:1", "--dataset", "acme/bb:1", "--datasets-per-task", "1", "--tag", "gpu", "--pool", "north", "--only-pool-of", "acme", "--beneficiary", alice, "--sponsor", alice, "--callback", "hook", "--cpu", "2", "--args", "a,b", "--", "-c"},
			markettypes.Order{Request: &markettypes.Job{
				App: "studio/app:1", Trust: 100, MaxPrice: 1_000_000, MaxAppPrice: 1, MaxDatasetPrice: 2, MaxPoolPrice: 3, Value: 4, FuelLimit: 1e9,
				Policy: "court", MinReplicas: 3, StaticCredibility: true, Partial: true, Datasets: []string{"acme/aa:1", "acme/bb:1"}, DatasetsPerTask: 1, Size_: 2,
				Tags: []string{"gpu"}, Pool: "north", Pools: markettypes.Restriction{Audience: orgstypes.Audience{Organisations: []string{"acme"}}},
				Beneficiary: alice, Sponsor: alice, Callback: "hook", Resources: resources(2000, 0, 0, 0), Args: []string{"a", "b", "-c"},
			}}},
	} {
		t.Run(tc.args[0], func(t *testing.T) {
			tc.want.Owner, tc.want.Nonce, tc.want.Expiry = alice, 7, 500
			require.NoError(t, order.Validate(tc.want.Normal()))
			out := d.must(slices.Concat([]string{"create", tc.args[0], tc.args[1]}, common, tc.args[2:])...)
			got, err := order.Parse([]byte(out))
			require.NoError(t, err)
			require.Equal(t, tc.want.Normal().Encode(), got.Order.Encode(), out)
		})
	}
}

func TestOrderCreateRefuses(t *testing.T) {
	d := newDesk(t)
	d.key("alice")
	d.must("create", "pool", "north", "--price", "1CRED", "--stake", "1CRED", "--from", "alice", "--out", d.path("there.json"))
	for _, tc := range []struct{ name, args, why string }{
		{"no owner", "pool north --price 1CRED --stake 1CRED", "--owner ADDRESS"},
		{"unknown owner", "pool north --price 1CRED --stake 1CRED --owner bob", `--owner "bob": neither an address`},
		{"no price", "pool north --stake 1CRED --from alice", "--price 0.05CRED"},
		{"price", "pool north --stake 1CRED --from alice --price x", `--price "x"`},
		{"no stake", "pool north --price 1CRED --from alice", "stake: missing, expected the pool's"},
		{"pool id", "pool North --price 1CRED --stake 1CRED --from alice", `pool: got "North"`},
		{"app id", "app studio/app --price 1CRED --from alice", `app: got "studio/app"`},
		{"commission", "pool north --price 1CRED --stake 1CRED --from alice --commission 101%", "up to 100%"},
		{"trust", "pool north --price 1CRED --stake 1CRED --from alice --trust 100%", "--trust"},
		{"expiry", "pool north --price 1CRED --stake 1CRED --from alice --expiry soon", "expected a height such as 5000"},
		{"relative expiry", "pool north --price 1CRED --stake 1CRED --from alice --expiry +5", "no node tells the height"},
		{"role", "app studio/app:1 --price 1CRED --from alice --only-requester role:king", `role "king"`},
		{"no max price", "request studio/app:1 --from alice", "max_price: missing"},
		{"no cap of nothing", "request studio/app:1 --from alice --max-price 1CRED --max-app-price 0", "--max-app-price 0"},
		{"no store", "request studio/app:1 --from alice --max-price 1CRED --input " + d.path("there.json"), "no store is known"},
		{"there already", "pool north --price 1CRED --stake 1CRED --from alice --out " + d.path("there.json"), "--overwrite"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := d.run(append([]string{"create"}, strings.Fields(tc.args)...)...)
			require.ErrorContains(t, err, tc.why)
		})
	}
}

// An input that is served already is named by its digest, and nothing is sent anywhere.
func TestOrderInputs(t *testing.T) {
	d := newDesk(t)
	d.key("alice")
	require.NoError(t, os.WriteFile(d.path("data.csv"), []byte("a,b\n"), 0o600))
	out := d.must("create", "request", "studio/app:1", "--from", "alice", "--max-price", "1CRED", "--input", "in.csv="+d.path("data.csv"), "--locator", "https://store.example")
	got, err := order.Parse([]byte(out))
	require.NoError(t, err)
	require.Equal(t, []*markettypes.Input{{
		Name: "in.csv", Size_: 4, Digest: "sha256:5be08c9684a1d25efcee09318204824278b08bbfb4aef973ffefd0b9d7478313", Locators: []string{"https://store.example"},
	}}, got.Order.Request.Inputs)
}

// Create, sign and inspect without a node; a file that was changed, and another chain, are seen.
func TestOrderSign(t *testing.T) {
	d := newDesk(t)
	alice := d.key("alice")
	d.key("bob")
	file, signed := d.path("pool.json"), d.path("signed.json")
	d.must("create", "pool", "north", "--price", "1CRED", "--stake", "1CRED", "--volume", "5", "--from", "alice", "--out", file)
	_, err := d.run("sign", file, "--from", "alice")
	require.ErrorContains(t, err, "the chain is not known")
	_, err = d.run("sign", file, "--from", "bob", "--chain-id", "one")
	require.ErrorIs(t, err, order.ErrKey)
	_, err = d.run("sign", file, "--from", "carol", "--chain-id", "one")
	require.ErrorContains(t, err, "--from carol")
	_, err = d.run("sign", file, "--chain-id", "one")
	require.ErrorContains(t, err, "no key was named")
	d.must("sign", file, "--from", "alice", "--chain-id", "one", "--out", signed)

	i, err := d.inspect(signed, "--chain-id", "one")
	require.NoError(t, err)
	require.Equal(t, "good", i.Signature)
	require.Equal(t, []string{alice}, i.Signers)
	require.Equal(t, "pool", i.Kind)
	require.Equal(t, uint64(5), i.Volume)
	require.Equal(t, uint64(1_000_000), i.Price)
	require.Len(t, i.ID, 64)
	require.Empty(t, i.Status)
	plain, err := d.inspect(file, "--chain-id", "one")
	require.NoError(t, err)
	require.Equal(t, "missing", plain.Signature)
	require.Equal(t, i.ID, plain.ID)
	require.Equal(t, i.Digest, plain.Digest)

	other, err := d.inspect(signed, "--chain-id", "two")
	require.ErrorContains(t, err, "no good on chain two")
	require.Equal(t, "bad", other.Signature)
	require.NotEqual(t, i.ID, other.ID)

	text, err := os.ReadFile(signed)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(signed, bytes.Replace(text, []byte(`"1000000"`), []byte(`"1000001"`), 1), 0o600))
	out, err := d.run("inspect", signed, "--chain-id", "one")
	require.ErrorContains(t, err, "no good on chain one")
	require.Contains(t, out, "NO GOOD")
	require.NoError(t, os.WriteFile(signed, bytes.Replace(text, []byte(`"volume"`), []byte(`"volumes"`), 1), 0o600))
	_, err = d.run("inspect", signed, "--chain-id", "one")
	require.ErrorContains(t, err, `unknown field "volumes"`)

	// An order that is no good is shown, and is an error.
	bad := d.path("bad.json")
	require.NoError(t, os.WriteFile(bad, []byte(`{"owner":"`+alice+`","pool":{"pool":"north","stake":"1"}}`), 0o600))
	out, err = d.run("inspect", bad, "--chain-id", "one")
	require.ErrorContains(t, err, "max_fuel")
	require.Contains(t, out, "Pool order")
}

// Two of three keys sign for their account; each says what it can't do.
func TestOrderMultisig(t *testing.T) {
	d := newDesk(t)
	var members []cryptotypes.PubKey
	for _, name := range []string{"a", "b", "c"} {
		d.key(name)
		record, err := d.ring.Key(name)
		require.NoError(t, err)
		key, err := record.GetPubKey()
		require.NoError(t, err)
		members = append(members, key)
	}
	d.key("stranger")
	board, err := d.ring.SaveMultisig("board", multisig.NewLegacyAminoPubKey(2, members))
	require.NoError(t, err)
	file := d.path("job.json")
	d.must("create", "request", "studio/app:1", "--max-price", "1CRED", "--owner", "board", "--out", file)
	sign := func(from, who string) (string, error) {
		out := d.path(from + ".json")
		_, err := d.run("sign", file, "--chain-id", "one", "--from", from, "--multisig", who, "--out", out)
		return out, err
	}
	a, err := sign("a", "board")
	require.NoError(t, err)
	c, err := sign("c", d.address(board)) // by address: its keys need not be known
	require.NoError(t, err)
	_, err = sign("stranger", "board")
	require.ErrorContains(t, err, "is none of the 3 keys of board")
	_, err = sign("b", "stranger")
	require.ErrorContains(t, err, "expected a multisig key")
	_, err = d.run("sign", file, "--chain-id", "one", "--from", "board")
	require.ErrorContains(t, err, "is a multisig key")
	_, err = d.run("sign", file, "--chain-id", "one", "--from", "a")
	require.ErrorContains(t, err, "--multisig NAME")

	_, err = d.run("multisign", file, "board", a, "--chain-id", "one")
	require.ErrorContains(t, err, "expected those of 2 of the 3 keys")
	_, err = d.run("multisign", file, "board", a, c, "--chain-id", "two")
	require.ErrorIs(t, err, markettypes.ErrSignature)
	signed := d.path("signed.json")
	d.must("multisign", file, "board", c, a, "--chain-id", "one", "--out", signed)
	i, err := d.inspect(signed, "--chain-id", "one")
	require.NoError(t, err)
	require.Equal(t, "good", i.Signature)
	require.Len(t, i.Signers, 2)
	require.Equal(t, d.address(board), i.Owner)
}

// A key whose secret is elsewhere, or on a ledger, says what to do instead.
func TestOrderKeysThatCanNotSign(t *testing.T) {
	d := newDesk(t)
	record, err := d.ring.SaveOfflineKey("public", secp256k1.GenPrivKey().PubKey())
	require.NoError(t, err)
	file := d.path("pool.json")
	d.must("create", "pool", "north", "--price", "1CRED", "--stake", "1CRED", "--owner", d.address(record), "--out", file)
	_, err = d.run("sign", file, "--chain-id", "one", "--from", "public")
	require.ErrorContains(t, err, "public key alone")

	ledger, err := keyring.NewLedgerRecord("cold", secp256k1.GenPrivKey().PubKey(), hd.NewFundraiserParams(0, 118, 0))
	require.NoError(t, err)
	_, err = ringKey{record: ledger}.Sign(nil)
	require.ErrorContains(t, err, "on a ledger")
	require.ErrorContains(t, err, "credenced order presign FILE --from cold --generate-only")
}

func TestOrderUnits(t *testing.T) {
	for text, want := range map[string]uint32{"5%": 500, "2.5": 250, "0": 0, "100%": 10_000, "7bps": 7} {
		got, err := parseShare(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "x", "-1%", "0.001%", "1e2", "10001bps"} {
		_, err := parseShare(text)
		require.Error(t, err, text)
	}
	require.Equal(t, "2.5 %", formatShare(250))
	require.Equal(t, "100 %", formatShare(10_000))
	require.Equal(t, "99.9%", trustText(1000))
	require.Equal(t, "50%", trustText(2))
	require.Equal(t, "any", trustText(0))
	require.Equal(t, "0.5 cores, 2 GPUs", resourcesText(resources(500, 0, 0, 2)))
	require.Equal(t, "height 10, in 1 block", expiryText(10, 9))
	require.Equal(t, "height 10, EXPIRED", expiryText(10, 10))
	require.Equal(t, "never", expiryText(0, 10))
}

// An order below its owner's floor is cancelled, whatever its record says; one whose height has come is expired.
func TestOrderStatus(t *testing.T) {
	record := func(nonce uint64, expiry int64, s markettypes.OrderStatus) markettypes.OrderRecord {
		return markettypes.OrderRecord{Order: markettypes.Order{Owner: "a", Nonce: nonce, Expiry: expiry}, Kind: markettypes.ORDER_KIND_POOL, Status: s}
	}
	below := floors{{"a", markettypes.ORDER_KIND_POOL}: 5}
	for _, tc := range []struct {
		nonce  uint64
		expiry int64
		status markettypes.OrderStatus
		want   string
	}{
		{4, 0, markettypes.ORDER_STATUS_RESTING, "cancelled"},
		{4, 0, markettypes.ORDER_STATUS_FILLED, "filled"},
		{5, 0, markettypes.ORDER_STATUS_RESTING, "resting"},
		{5, 10, markettypes.ORDER_STATUS_SIGNED, "expired"},
		{5, 11, markettypes.ORDER_STATUS_SIGNED, "signed"},
	} {
		require.Equal(t, tc.want, below.status(record(tc.nonce, tc.expiry, tc.status), 10))
	}
}
