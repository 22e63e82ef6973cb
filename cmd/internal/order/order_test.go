package order

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cosmos/cosmos-sdk/crypto/hd"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/stretchr/testify/require"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/internal/devinfo"
)

// desk is a user with a keyring and files, and without a node.
type desk struct {
	t    *testing.T
	dir  string
	ring keyring.Keyring
	said bytes.Buffer // what the last command wrote to standard error
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, dir: t.TempDir()}
	t.Setenv(devinfo.EnvInfo, d.path("no-devnet.json"))
	var err error
	d.ring, err = keyring.New(sdk.KeyringServiceName(), keyring.BackendTest, d.dir, strings.NewReader(""), credence.Codec())
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
	text, err := connect.AccountText(raw)
	require.NoError(d.t, err)
	return text
}

// run runs a command of "order" and returns its output.
func (d *desk) run(args ...string) (string, error) {
	d.t.Helper()
	cmd := NewCommand()
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	var out bytes.Buffer
	cmd.SetOut(&out)
	d.said.Reset()
	cmd.SetErr(&d.said)
	if args[0] != "inspect" { // the flags go before the program's own arguments, if there are any
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
