// Package bench measures blocks of the in-process chain. Bank sends of the same run are the yardstick: what a machine does
// in a second says little, what it does in the time of a bank send says more.
package bench_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/testutil"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// perBlock is how many transactions a measured block holds.
const perBlock = 100

// block makes the next block with what is queued, which has to succeed, and reports the time of one transaction.
func block(b *testing.B, c *testutil.Chain, txs int) {
	b.Helper()
	b.StartTimer()
	c.Next()
	b.StopTimer()
	results := c.Results()
	require.Len(b, results, txs)
	for _, r := range results {
		require.Zero(b, r.Code, r.Log)
	}
}

func report(b *testing.B) {
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/perBlock, "µs/tx")
	b.ReportMetric(0, "ns/op") // of a whole block: says the same
}

// BenchmarkBankSends is the yardstick: a block of bank sends.
func BenchmarkBankSends(b *testing.B) {
	b.StopTimer()
	c := testutil.New(b, testutil.WithSeats(4), testutil.WithAccounts("alice", "bob"))
	alice, bob := c.Account("alice"), c.Account("bob")
	one := sdk.NewCoins(sdk.NewInt64Coin(encoding.BaseDenom, 1))
	for range b.N {
		for range perBlock {
			c.Queue(alice, banktypes.NewMsgSend(alice.Addr, bob.Addr, one))
		}
		block(b, c, perBlock)
	}
	report(b)
}

// BenchmarkEmptyBlock is a block in which nothing is due.
func BenchmarkEmptyBlock(b *testing.B) {
	b.StopTimer()
	c := testutil.New(b, testutil.WithSeats(4))
	b.StartTimer()
	for range b.N {
		c.Next()
	}
}

// compute is a chain whose workers have room for a block's worth of tasks.
func compute(b *testing.B) *testutil.Compute {
	return testutil.NewCompute(b, testutil.ComputeOptions{Slots: 200, Stake: 1_000_000_000}, testutil.WithParams(nil, nil,
		func(p *workerstypes.Params) { p.MaxSlots = 200 }))
}

// BenchmarkRequests is a block of requests, each locking its escrow.
func BenchmarkRequests(b *testing.B) {
	b.StopTimer()
	c := compute(b)
	for range b.N {
		var ids []string
		for range perBlock {
			ids = append(ids, c.QueueSubmit(c.Job())...)
		}
		block(b, c.Chain, perBlock)
		c.NextN(3) // matched and opened
		c.Run(testutil.Honest, ids...)
	}
	report(b)
}

// BenchmarkWholeTasks is the chain's share of a task's whole life, in a bag of 100: opening, draws, commits, reveals,
// ledgers, settlement; every block from the request on.
func BenchmarkWholeTasks(b *testing.B) {
	b.StopTimer()
	c := compute(b)
	for range b.N {
		job := c.Job()
		job.Size_ = perBlock
		ids := c.QueueSubmit(job)
		b.StartTimer()
		c.NextN(4)
		c.Run(testutil.Honest, ids...) // signs as well: a lower bound of the speed
		b.StopTimer()
		for _, id := range ids {
			require.Equal(b, taskstypes.PHASE_DONE, c.Task(id).Phase)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/perBlock, "µs/task")
	b.ReportMetric(0, "ns/op")
}
