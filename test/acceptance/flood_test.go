package acceptance

import (
	"context"
	"fmt"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/devnet"
	"github.com/credence-chain/credence/x/beacon/proposal"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

const (
	floodGas      = genesis.MaxBlockGas / proposal.Shares // the most that one transaction may ask for
	floodBlocks   = 35                                    // the blocks that the waiting part of a flood fills
	floodReveal   = 30                                    // a window that is over before a transaction at the end of the line has its turn
	floodTogether = 2
)

// An account floods four validators with valid transactions that cost 0.02 CRED each. They fill the blocks to their limit of gas, and more
// blocks' worth of them wait than a window to reveal has. The workers' answers go in front of them: each task ends right, and nobody loses
// anything.
func TestAnswersInAFlood(t *testing.T) {
	n := start(t, 6*time.Minute, devnet.Options{Validators: 4, Workers: 4, EditGenesis: windows(100, floodReveal, 60)})
	app := n.publish("echo", echo(), appPrice)
	said, err := n.flood(app)
	require.NoError(t, err)
	t.Log(said)
	n.solvent()
}

// flood submits tasks whose answers are all due while a flood fills the blocks: the workers are stopped until it is there. It checks the
// answers, and that every block was full meanwhile.
func (n *network) flood(app string) (string, error) {
	n.t.Helper()
	n.signalWorkers(syscall.SIGSTOP)
	var deals []dealstypes.Deal
	for range floodTogether {
		deals = append(deals, n.submit(job(app, lyingTrust, 3)))
	}
	stop := n.sendFlood()
	defer stop()
	for _, v := range n.Info.Validators {
		n.until("the flood waits at "+v.Name, func() bool { return waitingAt(n.ctx, v) >= floodBlocks*proposal.Shares })
	}
	from := n.height() + 1 // the flood is in all mempools, whoever proposes
	n.signalWorkers(syscall.SIGCONT)
	begun := time.Now()
	to := from
	for _, deal := range deals {
		task := n.ended(deal.Id)
		to = max(to, task.Done)
		require.Equal(n.t, taskstypes.ENDING_ACCEPTED, task.Ending, story(task))
		require.Equal(n.t, n.truth(task, deal), *task.Verdict, story(task))
		require.Greater(n.t, task.Done, from, "the task ended before the flood was there")
		for _, end := range task.Settlement.Seats {
			require.Equal(n.t, "NONE", end.Fault, "%s: %s", end.Organisation, story(task))
			require.Zero(n.t, end.Slash, "%s: %s", end.Organisation, story(task))
		}
	}
	took := time.Since(begun)
	sent := stop()
	for _, info := range n.Info.Workers {
		w := n.worker(info.Organisation)
		require.False(n.t, w.Jailed, w.Organisation)
		require.Zero(n.t, w.Record.Unrevealed+w.Record.Slashed, w.Organisation)
	}
	answers, err := n.answersInFullBlocks(from, to)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d transactions; %d blocks in a row were full, with %d answers for %d tasks, which took %s", sent, to-from+1, answers, len(deals), took.Round(100*time.Millisecond)), nil
}

// floodTasks floods the network while tasks run, and waits until the blocks have taken the flood.
func (c *chaos) floodTasks(time.Duration) (string, error) {
	said, err := c.flood(c.app)
	c.until("the flood is over", func() bool { return waitingAt(c.ctx, c.Info.Validators[0]) < proposal.Shares })
	return said, err
}

func (n *network) signalWorkers(s syscall.Signal) {
	n.t.Helper()
	for _, w := range n.Info.Workers {
		require.NoError(n.t, syscall.Kill(-n.Worker(w.Organisation).PID(), s))
	}
}

// sendFlood keeps the mempool of the first validator filled with cheap transactions until stop is called, which returns how many were sent.
func (n *network) sendFlood() (stop func() int64) {
	ctx, cancel := context.WithCancel(n.ctx)
	from := n.key("requester")
	var sent atomic.Int64
	done := make(chan struct{})
	s, err := client.NewSender(n.conn, from, client.SenderOptions{TTL: 8 * time.Minute})
	require.NoError(n.t, err)
	self := sdk.MustAccAddressFromBech32(from.Address())
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			for range floodBlocks*proposal.Shares + 2*proposal.Shares - waitingAt(ctx, n.Info.Validators[0]) {
				tx, err := s.SignWithGas(ctx, uint64(floodGas), banktypes.NewMsgSend(self, self, sdk.NewCoins(sdk.NewInt64Coin(client.Denom, 1))))
				if err == nil && s.Broadcast(ctx, tx) == nil {
					sent.Add(1)
				}
			}
			select {
			case <-ctx.Done():
			case <-time.After(100 * time.Millisecond):
			}
		}
	}()
	return func() int64 {
		cancel()
		<-done
		return sent.Load()
	}
}

// waitingAt returns the number of transactions in a validator's mempool, or 0 if it does not answer.
func waitingAt(ctx context.Context, v devnet.ValidatorInfo) int {
	res, err := cometOf(v).NumUnconfirmedTxs(ctx)
	if err != nil {
		return 0
	}
	return res.Total
}

// answersInFullBlocks requires that no further transaction of the flood fitted into the blocks of a range, and that none of their
// transactions failed. It returns the number of commitments and answers in them.
func (n *network) answersInFullBlocks(from, to int64) (answers int, err error) {
	committed, revealed := proto.MessageName(&taskstypes.EventCommitted{}), proto.MessageName(&taskstypes.EventRevealed{})
	for height := from; height <= to; height++ {
		res, err := cometOf(n.Info.Validators[0]).BlockResults(n.ctx, &height)
		if err != nil {
			return 0, err
		}
		gas := int64(0)
		for _, tx := range res.TxsResults[1:] { // the first one is the beacon's proof
			gas += tx.GasWanted
			if tx.Code != 0 {
				return 0, fmt.Errorf("a transaction of block %d failed: %s", height, tx.Log)
			}
			for _, e := range tx.Events {
				if e.Type == committed || e.Type == revealed {
					answers++
				}
			}
		}
		if gas <= genesis.MaxBlockGas-floodGas {
			return 0, fmt.Errorf("the transactions of block %d ask for a gas of %d, expected a full block: more than %d", height, gas, genesis.MaxBlockGas-floodGas)
		}
	}
	if answers == 0 {
		return 0, fmt.Errorf("no answer is in the blocks from %d to %d", from, to)
	}
	return answers, nil
}
