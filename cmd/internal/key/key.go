// Package key has the commands that encrypt and decrypt key files. Every command line has them.
package key

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/keyfile"
	"github.com/credence-chain/credence/secret"
	"github.com/credence-chain/credence/x/poa/beaconkey"
)

// Check returns an error if the decrypted content of a file is not a key of a kind.
type Check func(plain []byte) error

// NewCommand returns the command "key", with Commands below it.
func NewCommand(kinds ...Check) *cobra.Command {
	cmd := &cobra.Command{Use: "key", Short: "Encrypt and decrypt key files"}
	cmd.AddCommand(Commands(kinds...)...)
	return cmd
}

// Commands returns "encrypt" and "decrypt". They handle keys of accounts, age identities and beacon keys, and keys of the further kinds.
func Commands(kinds ...Check) []*cobra.Command {
	kinds = append([]Check{isAccount, isIdentity, beaconkey.Check}, kinds...)
	return []*cobra.Command{
		change("encrypt FILE...", "Encrypt key files in place with a passphrase", `Encrypt key files in place: a node's beacon keys, the key of a court executor or a worker, the consensus key of a signer,
the identity of an agent.
The passphrase, of 12 bytes or more, comes from a file, and the files open with the same one afterwards. Each file is replaced at once, and only
after its encrypted form was opened again. The old content is not erased from the disk, nor from backups: encrypt a key before it
matters, or make it on a disk in memory. Without the passphrase the key is lost; keep it elsewhere.`,
			func(path string, p keyfile.Source) error { return keyfile.Encrypt(path, p, anyOf(kinds)) }, "encrypted"),
		change("decrypt FILE...", "Make encrypted key files plain, in place", "Make encrypted key files plain again, in place and at once.", keyfile.Decrypt, "plain"),
	}
}

func change(use, short, long string, do func(string, keyfile.Source) error, is string) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use: use, Short: short, Long: long, Args: cli.Between(1, -1, "FILE"),
		// these commands neither read nor write a node's configuration
		PersistentPreRunE: func(*cobra.Command, []string) error { return nil },
		RunE: func(cmd *cobra.Command, args []string) error {
			passphrase := keyfile.NewSource(file)
			for _, path := range args {
				err := do(path, passphrase)
				if errors.Is(err, keyfile.ErrNothingToDo) {
					fmt.Fprintln(cmd.OutOrStdout(), err)
					continue
				}
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n", path, is)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&file, keyfile.Flag, "", keyfile.Usage)
	return cmd
}

func isAccount(plain []byte) error {
	_, err := client.ParseKey(string(plain))
	return err
}

func isIdentity(plain []byte) error {
	_, err := secret.ParseIdentity(plain)
	return err
}

// anyOf returns a Check that accepts keys of these kinds only. Other keys, such as the key with which a node identifies itself to peers,
// must stay plain, because no program could open them when they are encrypted.
func anyOf(kinds []Check) Check {
	return func(plain []byte) error {
		for _, is := range kinds {
			if is(plain) == nil {
				return nil
			}
		}
		return errors.New("no key that may be encrypted: expected a beacon key, an account's key in hex, an identity of age, or a signer's consensus key")
	}
}
