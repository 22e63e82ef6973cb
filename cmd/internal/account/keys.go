// Package account has the commands about accounts: the keys in the keyring, and an account's balance.
package account

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/crypto/hd"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/internal/cli"
)

// NewKeysCommand returns the command "keys", which manages the keys in the keyring that --from reads. "credenced keys" is the same command.
func NewKeysCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "keys", Short: "Make, list and remove keys of the keyring"}
	deletion := keysSub("delete NAME", "Remove a key; without its words it is lost", deleteKey)
	deletion.SuggestFor = []string{"remove", "rm"}
	cmd.AddCommand(
		keysSub("add NAME", "Make a key, and print its address and the words from which it can be made again", addKey),
		keysSub("recover NAME", "Make a key again from its words, which are read from standard input", recoverKey),
		keysSub("show NAME", "Print the address of a key", showKey),
		deletion,
		keysList(),
	)
	return cmd
}

// keysSub returns a subcommand that takes the name of a key.
func keysSub(use, short string, do func(cmd *cobra.Command, ring keyring.Keyring, name string) error) *cobra.Command {
	var c connect.Flags
	cmd := &cobra.Command{
		Use: use, Short: short, Args: cli.Exactly("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			c.ChooseKeyring(cmd)
			ring, err := c.OpenKeyring(cmd)
			if err != nil {
				return err
			}
			err = do(cmd, ring, args[0])
			if errors.Is(err, sdkerrors.ErrKeyNotFound) {
				return &cli.Problem{What: fmt.Sprintf("keyring %s has no key %q", c.Backend, args[0]), Next: "list the keys: credenced keys list --keyring-backend " + c.Backend}
			}
			return err
		},
	}
	c.AddKeyring(cmd.Flags())
	return cmd
}

func addKey(cmd *cobra.Command, ring keyring.Keyring, name string) error {
	if err := refuseExisting(ring, name); err != nil {
		return err
	}
	record, words, err := ring.NewMnemonic(name, keyring.English, sdk.FullFundraiserPath, "", hd.Secp256k1)
	if err != nil {
		return err
	}
	if err := printKey(cmd.OutOrStdout(), record); err != nil {
		return err
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "Keep these words where nobody else finds them; with them the key can be made again:\n%s\n", words)
	return nil
}

func recoverKey(cmd *cobra.Command, ring keyring.Keyring, name string) error {
	if err := refuseExisting(ring, name); err != nil {
		return err
	}
	words, err := io.ReadAll(io.LimitReader(cmd.InOrStdin(), 1<<12))
	if err != nil {
		return err
	}
	record, err := ring.NewAccount(name, strings.Join(strings.Fields(string(words)), " "), "", sdk.FullFundraiserPath, hd.Secp256k1)
	if err != nil {
		return &cli.Problem{What: "the words make no key: " + err.Error(), Next: "give the 12 or 24 words that keys add printed, with spaces between them", Err: err}
	}
	return printKey(cmd.OutOrStdout(), record)
}

// refuseExisting returns an error if a key has the name already: no key is ever replaced.
func refuseExisting(ring keyring.Keyring, name string) error {
	if _, err := ring.Key(name); err == nil {
		return &cli.Problem{What: fmt.Sprintf("there is a key %q already, and it is left as it is", name), Next: "use it, or give another name"}
	}
	return nil
}

func showKey(cmd *cobra.Command, ring keyring.Keyring, name string) error {
	record, err := ring.Key(name)
	if err != nil {
		return err
	}
	return printKey(cmd.OutOrStdout(), record)
}

func deleteKey(cmd *cobra.Command, ring keyring.Keyring, name string) error {
	if _, err := ring.Key(name); err != nil {
		return err
	}
	return ring.Delete(name)
}

func keysList() *cobra.Command {
	var c connect.Flags
	cmd := &cobra.Command{
		Use: "list", Short: "List the keys: name and address", Args: cli.Exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c.ChooseKeyring(cmd)
			ring, err := c.OpenKeyring(cmd)
			if err != nil {
				return err
			}
			records, err := ring.List()
			if err != nil {
				return err
			}
			if len(records) == 0 {
				cli.Tell(cmd.ErrOrStderr(), "keyring %s has no keys; credenced keys add NAME makes one\n", c.Backend)
			}
			for _, r := range records {
				if err := printKey(cmd.OutOrStdout(), r); err != nil {
					return err
				}
			}
			return nil
		},
	}
	c.AddKeyring(cmd.Flags())
	return cmd
}

func printKey(out io.Writer, record *keyring.Record) error {
	raw, err := record.GetAddress()
	if err != nil {
		return err
	}
	text, err := connect.AccountText(raw)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s\t%s\n", record.Name, text)
	return err
}
