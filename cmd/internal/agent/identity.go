package agent

import (
	"filippo.io/age"
	"github.com/spf13/pflag"

	"github.com/credence-chain/credence/internal/cli"
)

// IdentityFlag is the flag of commands that download results and can open those that are sealed.
type IdentityFlag struct{ path string }

// Add adds the flag.
func (i *IdentityFlag) Add(f *pflag.FlagSet) {
	f.StringVar(&i.path, "identity", "", "file with an identity of age: answers that are sealed for it are opened into --out, beside the sealed file (default: they stay sealed)")
}

// Suffix returns the flag as a part of a command line, after a space; empty if it was not given.
func (i *IdentityFlag) Suffix() string {
	if i.path == "" {
		return ""
	}
	return " --identity " + cli.ShellQuote(i.path)
}

// Read reads the identity; it returns none if the flag was not given. A file that is encrypted has the passphrase of the command's key
// files.
func (i *IdentityFlag) Read(passphraseFile string) ([]age.Identity, error) {
	if i.path == "" {
		return nil, nil
	}
	identity, err := ReadIdentity(i.path, passphraseFile)
	if err != nil {
		return nil, err
	}
	return []age.Identity{identity}, nil
}

// ReadFor reads the identity for a job whose answers are sealed for recipient, before anything is paid: the identity has to open them.
func (i *IdentityFlag) ReadFor(recipient, passphraseFile string) ([]age.Identity, error) {
	if i.path == "" {
		return nil, nil
	}
	identity, err := ReadIdentity(i.path, passphraseFile)
	if err != nil {
		return nil, err
	}
	mine := identity.Recipient().String()
	switch recipient {
	case mine:
		return []age.Identity{identity}, nil
	case "":
		return nil, &cli.Problem{What: "--identity opens sealed answers, and this job seals none", Next: "add --recipient " + mine, Exit: cli.ExitUsage}
	}
	return nil, &cli.Problem{What: "the answers would be sealed for " + recipient + ", which --identity does not open", Next: "--recipient " + mine + ", or no --identity", Exit: cli.ExitUsage}
}
