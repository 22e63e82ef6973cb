package connect

import (
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/crypto/hd"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	"github.com/cosmos/cosmos-sdk/crypto/keys/multisig"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/devinfo"
)

// keys is a keyring with the keys "alice", "public" and "board", and the flags of a command that uses it.
type keys struct {
	ring  keyring.Keyring
	cmd   *cobra.Command
	flags *AccountFlags
	dir   string
}

func newKeys(t *testing.T, args ...string) *keys {
	t.Helper()
	k := &keys{dir: t.TempDir(), flags: &AccountFlags{}}
	t.Setenv(devinfo.EnvInfo, filepath.Join(k.dir, "no-devnet.json"))
	var err error
	k.ring, err = keyring.New(sdk.KeyringServiceName(), keyring.BackendTest, k.dir, strings.NewReader(""), credence.Codec())
	require.NoError(t, err)
	record, _, err := k.ring.NewMnemonic("alice", keyring.English, sdk.FullFundraiserPath, "", hd.Secp256k1)
	require.NoError(t, err)
	alice, err := record.GetPubKey()
	require.NoError(t, err)
	_, err = k.ring.SaveOfflineKey("public", secp256k1.GenPrivKeyFromSecret([]byte("public")).PubKey())
	require.NoError(t, err)
	_, err = k.ring.SaveMultisig("board", multisig.NewLegacyAminoPubKey(1, []cryptotypes.PubKey{alice}))
	require.NoError(t, err)

	k.cmd = &cobra.Command{}
	k.cmd.Flags().String("home", k.dir, "")
	k.flags.AddKeys(k.cmd.Flags(), "a key")
	require.NoError(t, k.cmd.ParseFlags(append([]string{"--keyring-backend", keyring.BackendTest, "--keyring-dir", k.dir}, args...)))
	k.flags.Chain.ChooseKeyring(k.cmd)
	return k
}

// A key may be named by its name or by its address. Both give the same key, and its public key verifies the signature.
func TestKeysByNameAndAddress(t *testing.T) {
	k := newKeys(t)
	byName, err := k.flags.LoadNamedKey(k.cmd, "alice")
	require.NoError(t, err)
	byAddress, err := k.flags.LoadNamedKey(k.cmd, byName.Address())
	require.NoError(t, err)
	require.Equal(t, byName.Address(), byAddress.Address())
	signature, err := byName.Sign([]byte("this"))
	require.NoError(t, err)
	require.True(t, byAddress.PubKey().VerifySignature([]byte("this"), signature))
	require.False(t, byAddress.PubKey().VerifySignature([]byte("that"), signature))
}

// If a key cannot sign, the error says so and names another way.
func TestKeysThatCannotSign(t *testing.T) {
	k := newKeys(t)
	for name, says := range map[string]string{"public": "is a public key alone", "board": "is a multisig key"} {
		key, err := k.flags.LoadNamedKey(k.cmd, name)
		require.NoError(t, err)
		_, err = key.Sign([]byte("this"))
		require.ErrorContains(t, err, says)
		var problem *cli.Problem
		require.True(t, errors.As(err, &problem))
		require.Contains(t, problem.Next, "credenced order sign")
	}
	_, err := k.flags.LoadNamedKey(k.cmd, "nobody")
	require.ErrorContains(t, err, `"nobody"`)
}

func TestMultisigKey(t *testing.T) {
	k := newKeys(t)
	board, err := k.flags.MultisigKey(k.cmd, "board")
	require.NoError(t, err)
	require.Len(t, board.GetPubKeys(), 1)
	_, err = k.flags.MultisigKey(k.cmd, "alice")
	require.ErrorContains(t, err, `multisig "alice": it is a key of type secp256k1, expected a multisig key`)
	_, err = k.flags.MultisigKey(k.cmd, "nobody")
	require.ErrorContains(t, err, `multisig "nobody"`)
}

// The signer is the key of a file or the named key. Both at once are refused. Without either, no key is looked up by the owner's name.
func TestLoadSigner(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	secret := secp256k1.GenPrivKeyFromSecret([]byte("file"))
	require.NoError(t, os.WriteFile(file, []byte(hex.EncodeToString(secret.Bytes())), 0o600))
	want, err := AccountText(secret.PubKey().Address())
	require.NoError(t, err)

	k := newKeys(t, "--key-file", file)
	key, err := k.flags.LoadSigner(k.cmd, "")
	require.NoError(t, err)
	require.Equal(t, want, key.Address())
	owner, err := k.flags.DefaultOwner(k.cmd, "")
	require.NoError(t, err)
	require.Equal(t, want, owner)

	k = newKeys(t, "--key-file", file, "--from", "alice")
	_, err = k.flags.LoadSigner(k.cmd, "")
	require.ErrorContains(t, err, "give one of them")

	k = newKeys(t, "--from", "nobody")
	_, err = k.flags.LoadSigner(k.cmd, "")
	require.ErrorContains(t, err, "--from nobody")
	require.ErrorContains(t, err, "credenced keys list --keyring-backend test")

	k = newKeys(t)
	_, err = k.flags.LoadSigner(k.cmd, "")
	require.ErrorContains(t, err, "no key was named")
	_, err = k.flags.LoadSigner(k.cmd, want)
	require.ErrorContains(t, err, "that of "+want+" is not the devnet's")
	_, err = k.flags.DefaultOwner(k.cmd, "requester")
	require.ErrorContains(t, err, "owner: missing")
}

// An address in --from names an owner whose key is not here.
func TestDefaultOwnerByAddress(t *testing.T) {
	address, err := AccountText(secp256k1.GenPrivKeyFromSecret([]byte("elsewhere")).PubKey().Address())
	require.NoError(t, err)
	k := newKeys(t, "--from", address)
	owner, err := k.flags.DefaultOwner(k.cmd, "")
	require.NoError(t, err)
	require.Equal(t, address, owner)
	k = newKeys(t, "--from", strings.ToUpper(address))
	owner, err = k.flags.DefaultOwner(k.cmd, "")
	require.NoError(t, err)
	require.Equal(t, address, owner, "an address has one text")
}
