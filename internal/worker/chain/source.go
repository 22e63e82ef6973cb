package chain

import (
	"context"
	"errors"

	dealstypes "github.com/credence-chain/credence/x/deals/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// Errors of a Source. An error that it returns wraps one of them, or comes from the connection.
var (
	// ErrUnknownTask says that a node has no such task. The node may lag, so this does not prove that there is none.
	ErrUnknownTask = errors.New("the node does not know the task")
	// ErrStale says that a node answered with a state much older than one already seen.
	ErrStale = errors.New("the node lags behind")
)

// Assignment is a task with its deal, and the bench on which we hold a seat.
type Assignment struct {
	Task  taskstypes.Task
	Deal  dealstypes.Deal
	Bench taskstypes.Bench
}

// Snapshot has the tasks that a node's state held for us at a height.
type Snapshot struct {
	Height      int64
	Assignments []Assignment
}

// Tick says that a block was seen. Everything except its height is a hint.
type Tick struct {
	Height int64
	// Drawn are the tasks in which this block gave us a seat.
	Drawn []string
	// Moved are the tasks that entered a phase or ended.
	Moved []string
	// Apps are those of the deals that this block made, as "organisation/name", whoever runs their tasks.
	Apps []string
	// Missed says that the node no longer keeps this block's events.
	Missed bool
}

// Source reads the chain for one worker or court seat.
type Source interface {
	// Assignments returns the open tasks in which we hold a seat. An error, or a task that is missing in the answer,
	// proves nothing about the task.
	Assignments(ctx context.Context) (Snapshot, error)
	// Task returns any task, also one that has ended. Its Bench is not set. Errors may wrap ErrUnknownTask.
	Task(ctx context.Context, id string) (Assignment, error)
	// Follow calls fn for every block from a height on (0 for the next block), until the context ends or no block has come
	// for too long.
	Follow(ctx context.Context, from int64, fn func(context.Context, Tick) error) error
}
