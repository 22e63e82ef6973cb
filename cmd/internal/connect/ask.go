package connect

import (
	"cmp"
	"context"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/devinfo"
)

// Asker asks a chain on behalf of a shell's completion, where the user must not be asked for a password. It opens nothing that needs one,
// and it returns no errors: what it cannot find out counts as missing.
type Asker struct {
	flags AccountFlags
	link  *Link
	tried bool
}

// NewAsker reads the flags of a command that name the chain and the key.
func NewAsker(cmd *cobra.Command) *Asker {
	a := &Asker{}
	c, f := &a.flags.Chain, cmd.Flags()
	c.nodes, _ = f.GetStringSlice("node") // a command without the flag asks the devnet
	for flag, to := range map[string]*string{"chain-id": &c.ChainID, "from": &c.From, "key-file": &c.KeyFile, "keyring-dir": &c.home, "keyring-backend": &c.Backend} {
		*to, _ = f.GetString(flag)
	}
	c.ChooseKeyring(cmd)
	return a
}

// Conn returns a connection to the chain; nil if there is none.
func (a *Asker) Conn(ctx context.Context) *credence.Conn {
	if !a.tried {
		a.tried = true
		a.link, _ = a.flags.reachChain(ctx) // nil on an error
	}
	if a.link == nil {
		return nil
	}
	return a.link.Conn
}

// Close closes the connection.
func (a *Asker) Close() {
	if a.link != nil {
		a.link.Close()
	}
}

// Address returns the account that the flags name, or the devnet's requester; "" if finding it would need a password.
func (a *Asker) Address(cmd *cobra.Command) string {
	c, info := &a.flags.Chain, a.flags.findDevnet()
	switch {
	case c.KeyFile != "":
		if key, err := credence.LoadKey(c.KeyFile); err == nil {
			return key.Address()
		}
		return ""
	case c.From == "":
		if info != nil {
			if requester := info.Account("requester"); requester != nil {
				return requester.Address
			}
		}
		return ""
	}
	if raw, err := credence.Addresses().StringToBytes(c.From); err == nil {
		text, _ := AccountText(raw) // it was decoded from text, so it can be encoded
		return text
	}
	if account := ofDevnet(cmd, info, c.From); account != nil {
		return account.Address
	}
	if c.Backend != keyring.BackendTest {
		return ""
	}
	key, err := a.flags.fromRing(cmd, c.From)
	if err != nil {
		return ""
	}
	return key.Address()
}

// ringFolders names, for each backend of the keyring, the folder with a file for each key. The backend "os" keeps files only on systems
// without a secret store.
var ringFolders = map[string]string{keyring.BackendTest: "keyring-test", keyring.BackendFile: "keyring-file", keyring.BackendOS: "."}

// KeyNames returns the names of the devnet's accounts, and of the keys that the keyring keeps in files.
func (a *Asker) KeyNames(cmd *cobra.Command) (names []string) {
	if info := a.flags.findDevnet(); info != nil && ofDevnet(cmd, info, firstName(info)) != nil {
		for _, account := range info.Accounts {
			names = append(names, account.Name)
		}
	}
	backend := cmp.Or(a.flags.Chain.Backend, keyring.BackendOS)
	if a.flags.Chain.home == "" {
		return names // the command needs no key
	}
	files, _ := filepath.Glob(filepath.Join(a.flags.Chain.home, ringFolders[backend], "*.info")) // on an error no names
	for _, file := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(file), ".info"))
	}
	return names
}

func firstName(info *devinfo.Info) string {
	if len(info.Accounts) == 0 {
		return ""
	}
	return info.Accounts[0].Name
}
