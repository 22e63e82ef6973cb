package watchservice

import (
	"context"
	"errors"

	abci "github.com/cometbft/cometbft/abci/types"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/stream"
	dealskeeper "github.com/credence-chain/credence/x/deals/keeper"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	taskskeeper "github.com/credence-chain/credence/x/tasks/keeper"
)

// Results is the part of a consensus engine that a Node needs. The engine has every block's results until it prunes them.
type Results interface {
	BlockResults(ctx context.Context, height *int64) (*coretypes.ResultBlockResults, error)
}

// Node is the source of a node's own feed.
type Node struct {
	// Blocks returns the results of blocks.
	Blocks Results
	// Latest returns the height of the last committed state, and State returns that state.
	Latest func() int64
	State  func() (sdk.Context, error)
	// Tasks and Deals read the state.
	Tasks taskskeeper.Keeper
	Deals dealskeeper.Keeper
}

var _ stream.Source = Node{}

// Height implements stream.Source.
func (n Node) Height(context.Context) (int64, error) { return n.Latest(), nil }

// prunedBelow: results that are missing for a height this far behind the latest are gone for good, and not only not written yet.
const prunedBelow = 5

// Block implements stream.Source.
func (n Node) Block(ctx context.Context, height int64) (client.Block, error) {
	res, err := n.Blocks.BlockResults(ctx, &height)
	if err != nil {
		if height <= n.Latest()-prunedBelow && ctx.Err() == nil {
			return client.Block{Height: height, Missed: true}, nil
		}
		return client.Block{}, err
	}
	block := client.Block{Height: height}
	for _, tx := range res.TxsResults {
		if tx.Code == abci.CodeTypeOK {
			block.Events = append(block.Events, tx.Events...)
		}
	}
	block.Events = append(block.Events, res.FinalizeBlockEvents...)
	return block, nil
}

// DealOf implements stream.Source.
func (n Node) DealOf(_ context.Context, task string) (string, error) {
	ctx, err := n.State()
	if err != nil {
		return "", err
	}
	t, err := n.Tasks.FindTask(ctx, task)
	if isAbsent(err) {
		return "", nil
	}
	return t.Deal, err
}

// RequestOf implements stream.Source.
func (n Node) RequestOf(_ context.Context, deal string) (string, error) {
	ctx, err := n.State()
	if err != nil {
		return "", err
	}
	d, err := n.Deals.FindDeal(ctx, deal)
	if isAbsent(err) {
		return "", nil
	}
	return d.Request, err
}

// isAbsent says whether the error means that there is no such record, or no such id.
func isAbsent(err error) bool {
	for _, none := range []error{collections.ErrNotFound, collections.ErrEncoding, dealstypes.ErrNotFound, dealstypes.ErrID} {
		if errors.Is(err, none) {
			return true
		}
	}
	return false
}
