// Package contexts keeps named sets of flags that users would otherwise repeat: node, chain, store and key. One context can be in use.
// Flags and environment variables override it for one command.
package contexts

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/keyfile"
)

// Devnet is the name of the context without settings, under which commands find the devnet of this machine. It always exists.
const Devnet = "devnet"

// Context holds values for flags that a command line leaves out. It holds no secret: keys are named, not stored.
type Context struct {
	// Nodes are gRPC endpoints, as --node takes them.
	Nodes []string `json:"node,omitempty"`
	// ChainID is the chain id that the nodes must have; "" for any.
	ChainID string `json:"chain-id,omitempty"`
	// Stores and Holders are base URLs.
	Stores  []string `json:"store,omitempty"`
	Holders []string `json:"holder,omitempty"`
	// From names a key of the keyring; alternatively, KeyFile is a file with a key.
	From    string `json:"from,omitempty"`
	KeyFile string `json:"key-file,omitempty"`
	// PassphraseFile names the file with the passphrase of an encrypted KeyFile.
	PassphraseFile string `json:"key-passphrase-file,omitempty"`
	// KeyringBackend is os, file or test; KeyringDir is the folder of the keyring.
	KeyringBackend string `json:"keyring-backend,omitempty"`
	KeyringDir     string `json:"keyring-dir,omitempty"`
}

// setting is a flag that a context can set, and how its value is found.
type setting struct {
	flag string
	// env is an environment variable that sets the flag, too. elsewhere says that the code that opens the keyring reads that variable itself,
	// so Fill need not set the flag from it.
	env       string
	elsewhere bool
	values    func(*Context) []string
}

// part is a group of settings that are taken together from one place: whoever names another node also means that node's chain and stores.
type part struct {
	// heads are the flags that close the group: once a place sets one of them, settings of places with lower precedence are ignored. Without
	// heads, each setting is taken by itself.
	heads    []string
	settings []setting
}

// parts lists all settings of a context, by group.
var parts = []part{
	{heads: []string{"node"}, settings: []setting{
		{flag: "node", env: "CREDENCE_NODE", values: func(c *Context) []string { return c.Nodes }},
		{flag: "chain-id", env: "CREDENCE_CHAIN_ID", values: func(c *Context) []string { return one(c.ChainID) }},
		{flag: "store", env: "CREDENCE_STORE", values: func(c *Context) []string { return c.Stores }},
		{flag: "holder", env: "CREDENCE_HOLDER", values: func(c *Context) []string { return c.Holders }},
	}},
	{heads: []string{"from", "key-file"}, settings: []setting{
		{flag: "from", env: "CREDENCE_FROM", values: func(c *Context) []string { return one(c.From) }},
		{flag: "key-file", env: "CREDENCE_KEY_FILE", values: func(c *Context) []string { return one(c.KeyFile) }},
		{flag: keyfile.Flag, env: "CREDENCE_KEY_PASSPHRASE_FILE", values: func(c *Context) []string { return one(c.PassphraseFile) }},
	}},
	{settings: []setting{
		{flag: "keyring-backend", env: "CREDENCED_KEYRING_BACKEND", elsewhere: true, values: func(c *Context) []string { return one(c.KeyringBackend) }},
		{flag: "keyring-dir", env: "CREDENCED_HOME", elsewhere: true, values: func(c *Context) []string { return one(c.KeyringDir) }},
	}},
}

func one(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

// isEmpty reports whether the context has no setting.
func (c *Context) isEmpty() bool {
	for _, p := range parts {
		for _, s := range p.settings {
			if len(s.values(c)) > 0 {
				return false
			}
		}
	}
	return true
}

// wellFormed matches the allowed names of contexts.
var wellFormed = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$`)

// checkName refuses a name that a new context cannot have.
func checkName(name string) error {
	switch {
	case name == Devnet:
		return &cli.Problem{What: fmt.Sprintf("NAME %q: this context is always there, and stands for the devnet of this machine", name), Next: "give another name", Exit: cli.ExitUsage}
	case !wellFormed.MatchString(name):
		return &cli.Problem{What: fmt.Sprintf("NAME %.80q: expected 1 to 32 letters, digits, '.', '_' and '-', the first a letter or a digit", name), Next: "give another name", Exit: cli.ExitUsage}
	}
	return nil
}

// Names returns the names of all contexts in order, the devnet's first.
func (f *File) Names() []string {
	return append([]string{Devnet}, slices.Sorted(maps.Keys(f.Contexts))...)
}

// find returns the context of a name. by says where the name was read, for errors.
func (f *File) find(by, name string) (*Context, error) {
	if name == Devnet {
		return &Context{}, nil
	}
	if c, found := f.Contexts[name]; found {
		return &c, nil
	}
	return nil, &cli.Problem{
		What: fmt.Sprintf("%s %.80q: there is no context of this name in %s", by, name, f.path),
		Next: "list them: credenced context list; or add it: credenced context add NAME --node HOST:PORT", Exit: cli.ExitUsage,
	}
}
