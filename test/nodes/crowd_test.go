package nodes_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"sync"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/sender"
	"github.com/credence-chain/credence/poco"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// truth is the outcome that every worker of the crowd commits to. Nobody runs a program for it.
var truth = poco.Outcome{Kind: poco.KindResult, Digest: sha256.Sum256([]byte("the right picture")), Fuel: 12_345}

// crowd are workers whose keys are in the memory of the benchmark. They answer in the first block that takes their answer, and run
// nothing, so that what is measured is the nodes.
type crowd struct {
	chainID string
	most    int // answers in one transaction
	senders map[string]*sender.Sender
	drawn   map[string][]seat // by task

	sending sync.WaitGroup
	mu      sync.Mutex
	err     error
	reveals int
}

// seat is a worker's place in an attempt of a task.
type seat struct {
	who     string
	attempt uint32
}

func newCrowd(conn *client.Conn, keys []client.Key, most int) (*crowd, error) {
	c := &crowd{chainID: conn.ChainID(), most: most, senders: map[string]*sender.Sender{}, drawn: map[string][]seat{}}
	for _, key := range keys {
		s, err := client.NewSender(conn, key, client.SenderOptions{})
		if err != nil {
			return nil, err
		}
		c.senders[key.Address()] = s
	}
	return c, nil
}

// salt returns the salt of a worker's commitment, and the task's id.
func (c *crowd) salt(task string, s seat) ([]byte, [32]byte, error) {
	id, err := taskstypes.ParseID(task)
	return poco.Salt([]byte("secret of "+s.who), poco.BenchWorkers, c.chainID, id, s.attempt), id, err
}

// answer sends what the workers have to answer after a block: a commitment for each draw, and reveals once a task's phase for them begins.
func (c *crowd) answer(ctx context.Context, block client.Block) error {
	due := map[string][]sdk.Msg{}
	for _, e := range client.Typed[*taskstypes.EventDrawn](block) {
		s := seat{e.Who, e.Attempt}
		salt, id, err := c.salt(e.Task, s)
		if err != nil {
			return err
		}
		commitment := poco.Commitment(poco.BenchWorkers, c.chainID, id, s.attempt, s.who, truth, salt)
		c.drawn[e.Task] = append(c.drawn[e.Task], s)
		due[s.who] = append(due[s.who], &taskstypes.MsgCommit{
			Who: s.who, Task: e.Task, Attempt: s.attempt, Bench: taskstypes.BENCH_WORKERS, Commitment: commitment[:],
		})
	}
	for _, e := range client.Typed[*taskstypes.EventPhase](block) {
		if e.Phase != taskstypes.PHASE_REVEAL {
			continue
		}
		for _, s := range c.drawn[e.Task] {
			salt, _, err := c.salt(e.Task, s)
			if err != nil {
				return err
			}
			due[s.who] = append(due[s.who], &taskstypes.MsgReveal{
				Who: s.who, Task: e.Task, Attempt: s.attempt, Bench: taskstypes.BENCH_WORKERS, Salt: salt, Outcome: taskstypes.OutcomeFromPoco(truth),
			})
		}
		delete(c.drawn, e.Task)
	}
	for _, who := range sortedKeys(due) {
		c.send(ctx, who, due[who])
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reveals += len(client.Typed[*taskstypes.EventRevealed](block))
	return c.err
}

// send sends a worker's answers in the background.
func (c *crowd) send(ctx context.Context, who string, msgs []sdk.Msg) {
	for len(msgs) > 0 {
		part := msgs[:min(len(msgs), c.most)]
		msgs = msgs[len(part):]
		c.sending.Go(func() {
			tx, err := c.senders[who].SignWithGas(ctx, taskstypes.AnswersGas(len(part)), part...)
			if err == nil {
				err = c.senders[who].Broadcast(ctx, tx)
			}
			if err != nil && ctx.Err() == nil {
				c.mu.Lock()
				defer c.mu.Unlock()
				c.err = fmt.Errorf("%d answers of %s: %w", len(part), who, err)
			}
		})
	}
}
