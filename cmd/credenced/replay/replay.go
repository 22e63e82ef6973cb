// Package replay has the command that executes the blocks of a stopped node again, on a copy of its state or from genesis. It names the
// first height, transaction and store whose outcome differs.
package replay

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/spf13/cobra"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client/flags"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/upgrades"
)

// Divergence is the first outcome of a replay that differs from the chain's.
type Divergence struct {
	// Height is the height of the block.
	Height int64
	// Expected is the app hash that the chain agreed on, Got the one that the replay computed. They are equal when only a transaction's
	// result differs.
	Expected, Got []byte
	// Tx is the position of the first transaction in the block whose result differs; -1 when none differs, or when the node kept no results.
	// The first transaction of a block is the beacon's proof.
	Tx int
	// ExpectedResult and GotResult are the results of that transaction.
	ExpectedResult, GotResult *abci.ExecTxResult
	// Stores names, in order, the stores whose hash differs from the hash in the node's own state after the block.
	Stores []string
	// Kept tells whether the node has its own state after the block. Only then were stores compared.
	Kept bool
}

// Error says what differs, in words.
func (d *Divergence) Error() string {
	var out strings.Builder
	fmt.Fprintf(&out, "block %d: ", d.Height)
	if bytes.Equal(d.Expected, d.Got) {
		fmt.Fprintf(&out, "the app hash is the same, %X", d.Got)
	} else {
		fmt.Fprintf(&out, "app hash: got %X, expected %X", d.Got, d.Expected)
	}
	if d.Tx >= 0 {
		fmt.Fprintf(&out, "\nfirst transaction with another result: number %d\n  got %s\n  expected %s", d.Tx, describeResult(d.GotResult), describeResult(d.ExpectedResult))
	}
	switch {
	case len(d.Stores) > 0:
		fmt.Fprintf(&out, "\nstores that differ from the node's own: %s", strings.Join(d.Stores, ", "))
	case d.Kept && !bytes.Equal(d.Expected, d.Got):
		out.WriteString("\nthe node's own state after it is that of the replay: what the chain agreed on is of another build, or of another state before")
	}
	return out.String()
}

func describeResult(r *abci.ExecTxResult) string {
	if r == nil {
		return "none"
	}
	return fmt.Sprintf("code %d of %q, gas used %d of %d, %d bytes of data: %s", r.Code, r.Codespace, r.GasUsed, r.GasWanted, len(r.Data), r.Log)
}

// replay holds the flags of "replay".
type replay struct {
	home, scratch string
	from, to      int64
	version       *upgrades.Version
}

// Command returns the command "replay". version is the state version of this build; nil for that of its source.
func Command(version *upgrades.Version) *cobra.Command {
	r := replay{version: version}
	cmd := &cobra.Command{
		Use: "replay", Short: "Execute a stopped node's blocks again, and name the first divergence",
		Long: `Execute blocks of a stopped node again and compare, after each, the results of its transactions and the app hash with what the
chain agreed on. The node's home is only read: the replay works in a scratch folder, on a copy of the node's state before the first
block, or from the genesis file when the first block is the chain's first.

From the first block on it finds where a node's state left the chain's. The stores that differ are found by the hashes that the node
has of its own stores. Exit status 1 means a divergence, which the last lines describe.`,
		Example: "credenced debug replay --home ~/.credence --from 1 --to 1200",
		Args:    cobra.NoArgs,
		// this command neither reads nor writes a node's configuration
		PersistentPreRunE: func(*cobra.Command, []string) error { return nil },
		RunE: func(cmd *cobra.Command, _ []string) error {
			first, last, err := r.run(func(height int64) {
				if height%1_000 == 0 {
					fmt.Fprintf(cmd.ErrOrStderr(), "block %d is the same\n", height)
				}
			})
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "blocks %d to %d: every result and every app hash is the same\n", first, last)
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&r.home, flags.FlagHome, app.DefaultHome, "home of the stopped node")
	f.Int64Var(&r.from, "from", 0, "first block to execute; 0 for the chain's first, which begins from the genesis file")
	f.Int64Var(&r.to, "to", 0, "last block to execute; 0 for the node's last")
	f.StringVar(&r.scratch, "scratch", "", "folder for the copy of the state, which is removed at the end; none for a temporary one")
	return cmd
}

// run executes the blocks and returns the first and the last height, or a Divergence. It calls same for each block whose outcome is the
// same.
func (r replay) run(same func(height int64)) (first, last int64, err error) {
	n, err := openNode(r.home)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, n.Close()) }()
	first, last = r.from, r.to
	if first == 0 {
		first = n.genesis.InitialHeight
	}
	if last == 0 {
		last = min(n.blocks.Height(), n.state.LastBlockHeight)
	}
	if first < max(n.blocks.Base(), n.genesis.InitialHeight) || last < first || last > n.blocks.Height() {
		return 0, 0, fmt.Errorf("--from %d --to %d: expected a range within %d to %d, the blocks that the node has", first, last,
			max(n.blocks.Base(), n.genesis.InitialHeight), n.blocks.Height())
	}
	own, err := n.storeHashes(first, last)
	if err != nil {
		return 0, 0, err
	}
	scratch, err := os.MkdirTemp(r.scratch, "credence-replay-")
	if err != nil {
		return 0, 0, fmt.Errorf("--scratch: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	a, err := r.openApp(n, scratch, first)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	for h := first; h <= last; h++ {
		if err := n.executeBlock(a, h, own[h]); err != nil {
			return 0, 0, err
		}
		same(h)
	}
	return first, last, nil
}

// openApp returns an application in the scratch folder, with the state before the first block.
func (r replay) openApp(n *node, scratch string, first int64) (*app.App, error) {
	begin := first == n.genesis.InitialHeight
	if !begin {
		source := filepath.Join(n.home, "data", "application.db")
		if err := os.CopyFS(filepath.Join(scratch, "application.db"), os.DirFS(source)); err != nil {
			return nil, fmt.Errorf("copy %s: %w", source, err)
		}
	}
	db, err := dbm.NewDB("application", dbm.GoLevelDBBackend, scratch)
	if err != nil {
		return nil, err
	}
	a := app.New(log.NewNopLogger(), db, begin, homeOption(scratch), app.Options{Version: r.version}, baseapp.SetChainID(n.genesis.ChainID))
	if begin {
		if _, err := a.InitChain(n.makeInit()); err != nil {
			return nil, errors.Join(fmt.Errorf("genesis file: %w", err), a.Close())
		}
		return a, nil
	}
	if err := beginAt(a, first-1); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	if expected, got := n.appHash(first-1), a.LastCommitID().Hash; !bytes.Equal(expected, got) {
		return nil, errors.Join(&Divergence{Height: first - 1, Expected: expected, Got: got, Tx: -1, Kept: true}, a.Close())
	}
	return a, nil
}

// beginAt takes the copied state back to a height.
func beginAt(a *app.App, height int64) error {
	if err := a.LoadVersion(height); err != nil {
		return fmt.Errorf("the node has no state of height %d, because it prunes; replay from a later block, or all blocks with --from 0: %w", height, err)
	}
	return a.CommitMultiStore().RollbackToVersion(height)
}

// executeBlock executes a block and compares the outcome. own holds the hashes of the node's own stores after the block, by name; nil when
// the node has none.
func (n *node) executeBlock(a *app.App, height int64, own map[string]string) error {
	req, err := n.makeRequest(height)
	if err != nil {
		return err
	}
	res, err := a.FinalizeBlock(req)
	if err != nil {
		return fmt.Errorf("block %d: %w", height, err)
	}
	if _, err := a.Commit(); err != nil {
		return fmt.Errorf("commit of block %d: %w", height, err)
	}
	d := &Divergence{Height: height, Expected: n.appHash(height), Got: res.AppHash, Tx: -1, Kept: own != nil}
	if results := n.resultsOf(height); results != nil {
		d.compareResults(results, res.TxResults)
	}
	if d.Tx < 0 && (d.Expected == nil || bytes.Equal(d.Expected, d.Got)) {
		return nil
	}
	if own != nil {
		d.Stores = differing(own, hashesAt(a.CommitMultiStore().(commits), height))
	}
	return d
}

// compareResults finds the first transaction whose result differs in a field that the chain agrees on: code, data, or gas.
func (d *Divergence) compareResults(expected, got []*abci.ExecTxResult) {
	for i := range max(len(expected), len(got)) {
		d.ExpectedResult, d.GotResult = nil, nil
		if i < len(expected) {
			d.ExpectedResult = expected[i]
		}
		if i < len(got) {
			d.GotResult = got[i]
		}
		e, g := d.ExpectedResult, d.GotResult
		if e == nil || g == nil || e.Code != g.Code || e.GasWanted != g.GasWanted || e.GasUsed != g.GasUsed || !bytes.Equal(e.Data, g.Data) {
			d.Tx = i
			return
		}
	}
}

// hashesAt returns the hashes of the stores at a height, by name; nil when that height was not committed.
func hashesAt(stores commits, height int64) map[string]string {
	info, err := stores.GetCommitInfo(height)
	if err != nil {
		return nil
	}
	out := map[string]string{}
	for _, s := range info.StoreInfos {
		out[s.Name] = string(s.CommitId.Hash)
	}
	return out
}

// differing returns, in order, the names of stores whose hashes differ between a and b.
func differing(a, b map[string]string) (names []string) {
	all := maps.Clone(a)
	maps.Copy(all, b)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if a[name] != b[name] {
			names = append(names, name)
		}
	}
	return names
}

// homeOption is an application's configuration that sets only the home folder.
type homeOption string

// Get implements servertypes.AppOptions.
func (h homeOption) Get(key string) any {
	if key == flags.FlagHome {
		return string(h)
	}
	return nil
}
