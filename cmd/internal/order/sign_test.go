package order

import (
	"bytes"
	"os"
	"testing"

	"github.com/cosmos/cosmos-sdk/crypto/hd"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	"github.com/cosmos/cosmos-sdk/crypto/keys/multisig"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client/order"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/internal/cli"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// Orders are created, signed and inspected without a node. A changed file or another chain is noticed.
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
	before := cli.Program
	cli.Program = "credence"
	d.must("sign", file, "--from", "alice", "--chain-id", "one", "--out", signed)
	cli.Program = before
	require.Contains(t, d.said.String(), "Next: send it to whoever has it matched: credence order match --help", "the program's own name")

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

	// inspect shows a bad order and then fails
	bad := d.path("bad.json")
	require.NoError(t, os.WriteFile(bad, []byte(`{"owner":"`+alice+`","pool":{"pool":"north","stake":"1"}}`), 0o600))
	out, err = d.run("inspect", bad, "--chain-id", "one")
	require.ErrorContains(t, err, "max_fuel")
	require.Contains(t, out, "Pool order")
}

// Two of three keys sign for their account. A wrong key, or too few keys, gives an error that names the reason.
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
	c, err := sign("c", d.address(board)) // by address, so that its public keys need not be known
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

// A key whose secret is elsewhere or on a ledger cannot sign. The error names another way.
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
	_, err = connect.RingKey{Record: ledger}.Sign(nil)
	require.ErrorContains(t, err, "on a ledger")
	require.ErrorContains(t, err, "credenced order presign FILE --from cold --generate-only")
}
