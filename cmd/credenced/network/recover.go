package network

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/cometbft/cometbft/privval"
	rpchttp "github.com/cometbft/cometbft/rpc/client/http"
	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/internal/cli"
)

// A validator signs each height once. What it signed last is in data/priv_validator_state.json, which goes with a lost disk; a
// validator that forgot it could sign a height again, and be tombstoned. A validator cannot have signed above the block that is
// being made. So one that lost the file begins with a note that it has signed everything up to some blocks above the network's
// height: it follows, and signs again when the network is above.

// recoverMargin is how far above the network's height a recovered validator begins to sign, in blocks: nodes that are asked may be
// behind, and one block is being made.
const recoverMargin = 10

// lastStep is the step of a height after which nothing is left to be signed: the precommit.
const lastStep = 3

func recoverCmd() *cobra.Command {
	var home string
	var rpc []string
	var height int64
	cmd := &cobra.Command{
		Use: "recover", Short: "Let a validator sign again whose data folder was lost",
		Long: fmt.Sprintf(`Let a validator sign again whose data folder was lost, while config/ with its keys is there, or was restored.
It writes data/priv_validator_state.json: as if the validator had signed all heights up to %d above the highest that the nodes of --rpc
know. It signs nothing until the network is above that, so that it signs no height twice. Make sure that the lost machine does not run.

The blocks come from peers: "credenced start" fetches all of them, or join again with --state-sync for a snapshot.
When the network itself stands because this validator is missing, no height comes: the operators agree on what the validator can have
signed, which is at most the height after the last block, and say so with --height.`, recoverMargin),
		Example: `credenced network recover --rpc http://birch.example:26657,http://cedar.example:26657`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if height == 0 {
				highest, err := highestOf(cmd.Context(), rpc)
				if err != nil {
					return err
				}
				height = highest + recoverMargin
			}
			if err := noteSigned(home, height); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: the validator signs from height %d on, and nothing before\nStart it with: credenced start --home %[1]s\n", home, height+1)
			return nil
		},
	}
	f := cmd.Flags()
	homeFlag(f, &home)
	f.StringSliceVar(&rpc, "rpc", nil, "RPC URLs of two nodes or more, of other operators; repeatable")
	f.Int64Var(&height, "height", 0, "height up to which the validator may have signed, instead of asking nodes")
	return cmd
}

// highestOf is the greatest height that one of the nodes knows. All have to answer: one that is behind would say too little.
func highestOf(ctx context.Context, rpc []string) (highest int64, err error) {
	if len(rpc) < 2 {
		return 0, fmt.Errorf("--rpc: %d given, expected two or more: one of them may be behind", len(rpc))
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for _, url := range rpc {
		node, err := rpchttp.New(url, "/websocket")
		if err != nil {
			return 0, fmt.Errorf("--rpc %s: %w", url, err)
		}
		status, err := node.Status(ctx)
		if err != nil {
			return 0, fmt.Errorf("--rpc %s: %w", url, err)
		}
		if status.SyncInfo.CatchingUp {
			return 0, fmt.Errorf("--rpc %s: it is at height %d and catches up; ask a node that has caught up", url, status.SyncInfo.LatestBlockHeight)
		}
		highest = max(highest, status.SyncInfo.LatestBlockHeight)
	}
	return highest, nil
}

// noteSigned writes that a validator has signed everything up to a height. It replaces no such note: that one knows better.
func noteSigned(home string, height int64) error {
	key, state := filepath.Join(home, "config", "priv_validator_key.json"), filepath.Join(home, "data", "priv_validator_state.json")
	if height < 1 {
		return fmt.Errorf("--height: %d, expected at least 1", height)
	}
	if _, err := os.Stat(key); err != nil {
		return &cli.Problem{What: fmt.Sprintf("the consensus key is not there: %v", err), Next: "restore config/ from the backup; without the key the seat needs another: credenced tx poa rotate-consensus-key", Err: err}
	}
	switch _, err := os.Stat(state); {
	case err == nil:
		return &cli.Problem{What: state + " is there, and says what the validator signed last", Next: "start the node as it is; to use another folder's keys, move the file away first"}
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if err := os.MkdirAll(filepath.Dir(state), 0o700); err != nil {
		return err
	}
	pv := privval.LoadFilePVEmptyState(key, state)
	pv.LastSignState.Height, pv.LastSignState.Step = height, lastStep
	pv.LastSignState.Save()
	return nil
}
