// Package agent has the commands for people with secret inputs. They seal files, decide who may have them opened, serve the keys to the
// workers that the chain draws, and open answers that are sealed for their owner.
package agent

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"filippo.io/age"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/commandline"
	"github.com/credence-chain/credence/internal/keyfile"
	"github.com/credence-chain/credence/internal/release"
	"github.com/credence-chain/credence/secret"
)

// NewCommand returns the command "agent" with its subcommands.
func NewCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "agent", Short: "Seal inputs and datasets, release their keys to drawn workers, open sealed answers", PersistentPreRunE: cli.NoPrepare,
		Long: `Seal inputs and datasets, so that stores and strangers see noise, and give their keys to the workers and court seats that the chain has
drawn for a task of an app and a requester that you allow. Open answers that were sealed for you.

The agent keeps its identity, a key of age, in --home, and a record of each sealed file. docs/secrets.md says what this protects from.`,
	}
	cmd.SetFlagErrorFunc(commandline.FlagError)
	cmd.AddCommand(keyCmd(), sealCmd(), allowCmd(), revokeCmd(), listCmd(), startCmd(), openCmd())
	return cmd
}

// home is the folder of an agent.
type home struct {
	path       string
	passphrase string
}

func (h *home) addFlags(f *pflag.FlagSet) {
	f.StringVar(&h.path, "home", defaultHome(), "folder of the agent: its identity, its records and its log of releases")
}

func (h *home) addPassphrase(f *pflag.FlagSet) {
	f.StringVar(&h.passphrase, keyfile.Flag, "", keyfile.Usage)
}

func defaultHome() string {
	folder, err := os.UserHomeDir()
	if err != nil {
		folder = "."
	}
	return filepath.Join(folder, ".credence-agent")
}

func (h *home) identityPath() string    { return filepath.Join(h.path, "identity") }
func (h *home) records() release.Folder { return release.Folder(filepath.Join(h.path, "records")) }
func (h *home) logPath() string         { return filepath.Join(h.path, "releases.log") }

// ReadIdentity reads an age identity from a file in the format of age-keygen, plain or encrypted with a passphrase.
func ReadIdentity(path, passphraseFile string) (*age.X25519Identity, error) {
	text, err := keyfile.Read(path, keyfile.NewSource(passphraseFile))
	if errors.Is(err, fs.ErrNotExist) && !errors.Is(err, keyfile.ErrLocked) {
		return nil, &cli.Problem{What: "there is no identity in " + path, Next: "credenced agent key " + cli.ShellQuote(path), Err: err}
	}
	if err != nil {
		return nil, err
	}
	identity, err := secret.ParseIdentity(text)
	if err != nil {
		return nil, &cli.Problem{What: path + " holds " + err.Error(), Next: "make one with: credenced agent key FILE"}
	}
	return identity, nil
}

func keyCmd() *cobra.Command {
	var h home
	cmd := &cobra.Command{
		Use: "key [FILE]", Short: "Make an identity of age, and print its public key", PersistentPreRunE: cli.NoPrepare, Args: cli.Between(0, 1, "FILE"),
		Long: "Make an identity of age in a file that its owner alone can read, by default that of the agent, and print its public key. A file that\n" +
			"is there already is left as it is: its public key is printed. With --key-passphrase-file the file is encrypted. Keep a copy of the file: what is sealed for it opens with nothing else.",
		RunE: func(cmd *cobra.Command, args []string) error {
			path := h.identityPath()
			if len(args) > 0 {
				path = args[0]
			}
			identity, err := makeIdentity(path, h.passphrase)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), identity.Recipient())
			return err
		},
	}
	h.addFlags(cmd.Flags())
	h.addPassphrase(cmd.Flags())
	return cmd
}

func makeIdentity(path, passphraseFile string) (*age.X25519Identity, error) {
	if _, err := os.Stat(path); err == nil {
		if is, err := keyfile.IsEncrypted(path); err == nil && !is && passphraseFile != "" {
			return nil, &cli.Problem{What: path + " is there already, and plain", Next: "credenced key encrypt " + cli.ShellQuote(path) + " --" + keyfile.Flag + " " + cli.ShellQuote(passphraseFile)}
		}
		return ReadIdentity(path, passphraseFile)
	}
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	var passphrase keyfile.Source
	if passphraseFile != "" {
		passphrase = keyfile.NewSource(passphraseFile)
	}
	return identity, keyfile.Create(path, fmt.Appendf(nil, "# public key: %s\n%s\n", identity.Recipient(), identity), passphrase)
}
