package testutil

import (
	"fmt"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client/flags"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/x/beacon/proposal"
)

// options is a node's configuration. It has its folder, and what a test configures.
type options struct {
	home   string
	values map[string]any
}

func (o options) Get(key string) any {
	if key == flags.FlagHome {
		return o.home
	}
	return o.values[key]
}

// Option changes how a chain starts.
type Option func(*Chain)

// WithSeats adds n seats. Each is of an organisation of its own, named val-1, val-2 and so on, that has the validator role.
func WithSeats(n int) Option {
	return func(c *Chain) {
		for i := 1; i <= n; i++ {
			c.addSeat(SeatOrg(i))
		}
	}
}

// SeatOrg returns the organisation of the i-th seat. The first is 1.
func SeatOrg(i int) string { return fmt.Sprintf("val-%d", i) }

// WithAccounts adds funded accounts that belong to no organisation.
func WithAccounts(names ...string) Option {
	return func(c *Chain) {
		for _, n := range names {
			c.addAccount(n)
		}
	}
}

// WithGenesis edits the genesis state after all other options have changed it.
func WithGenesis(edit func(c *Chain, g genesis.State)) Option {
	return func(c *Chain) { c.edits = append(c.edits, edit) }
}

// WithApp calls a hook on every application that the chain opens, replays among them. The hook may register callbacks.
func WithApp(hook func(*app.App)) Option {
	return func(c *Chain) { c.hooks = append(c.hooks, hook) }
}

// WithBase changes every application before its stores are mounted. It can watch what the application reads and writes.
func WithBase(option func(*baseapp.BaseApp)) Option {
	return func(c *Chain) { c.base = append(c.base, option) }
}

// WithConfig sets a value of the node's configuration.
func WithConfig(key string, value any) Option {
	return func(c *Chain) { c.config[key] = value }
}

// WithSelector replaces the way in which the application picks transactions for its blocks.
func WithSelector(s proposal.Selector) Option {
	return func(c *Chain) { c.opts.Selector = s }
}

// WithRunner wraps what executes the transactions of blocks.
func WithRunner(wrap func(sdk.TxRunner) sdk.TxRunner) Option {
	return func(c *Chain) { c.opts.Runner = wrap }
}

// WithDB keeps the state in a database instead of in memory.
func WithDB(db dbm.DB) Option {
	return func(c *Chain) { c.db = db }
}

// WithLogger gives the application a logger. Without this option it writes no log.
func WithLogger(l log.Logger) Option {
	return func(c *Chain) { c.logger = l }
}

// WithChainID names the chain.
func WithChainID(id string) Option {
	return func(c *Chain) { c.chainID = id }
}

// WithConsensusParams edits the consensus parameters of genesis.
func WithConsensusParams(edit func(*cmtproto.ConsensusParams)) Option {
	return func(c *Chain) { edit(c.params) }
}
