package keeper_test

import (
	"strings"
	"testing"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/tasks/types"
)

// TestBlocksFullOfAnswersDoNotCount: other tasks' answers fill blocks while one seat cannot get its reveal in. The window does not
// count these blocks, however many there are: the seat reveals in the first block with room, beyond the deadline that it had, and
// loses nothing. Blocks with fewer answers count, and so do those that are full of what the state refuses.
func TestBlocksFullOfAnswersDoNotCount(t *testing.T) {
	const fills = 4 // answers of as many transactions fill a block
	f := newFixture(t, 60)
	share := uint64(fills) * types.AnswersGas(1)
	f.ctx = f.ctx.WithConsensusParams(cmtproto.ConsensusParams{Block: &cmtproto.BlockParams{MaxGas: int64(share * 4 / 3), MaxBytes: 1 << 20}})
	inTx := func(tx string, act func()) {
		outer := f.ctx
		f.ctx = f.ctx.WithTxBytes([]byte(tx))
		act()
		f.ctx = outer.WithTxBytes(nil)
	}
	id := f.open(1)[0]
	for f.task(id).Phase != types.PHASE_REVEAL {
		f.begin()
		f.work(id, right)
		f.end()
	}
	deadline := f.task(id).Deadline
	seats := f.task(id).Seats
	for _, s := range seats[1:] {
		for f.ctx.BlockHeight() < f.task(id).From {
			f.end()
			f.begin()
		}
		require.NoError(t, f.reveal(id, s.Who, types.BENCH_WORKERS))
	}
	// From here on each block is full of the answers of others, of which there are enough.
	full := 0
	crowd := f.open(200)
	f.end()
	for i := 0; f.ctx.BlockHeight() < deadline+25; i++ {
		f.begin()
		n := 0
		for _, other := range crowd {
			if n == fills {
				break
			}
			if t := f.task(other); t.Phase == types.PHASE_FIRST && t.Seats[0].State == types.SEAT_STATE_DRAWN {
				inTx(other, func() { require.NoError(f.t, f.commit(other, t.Seats[0].Who, types.BENCH_WORKERS, right)) })
				n++
			}
		}
		f.end()
		if n == fills {
			full++
		}
		now, err := f.k.FullBlocks.Get(f.ctx)
		require.NoError(t, err)
		require.EqualValues(t, full, now)
	}
	require.Greater(t, full, 25)
	require.Equal(t, types.PHASE_REVEAL, f.task(id).Phase, "the window is not over")
	require.Greater(t, f.task(id).Deadline, deadline)
	require.NoError(t, f.reveal(id, seats[0].Who, types.BENCH_WORKERS))
	f.end()
	require.Equal(t, types.ENDING_ACCEPTED, f.task(id).Ending)
	for _, end := range f.task(id).Settlement.Seats {
		require.Equal(t, "NONE", end.Fault)
	}
	g, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.EqualValues(t, full, g.FullBlocks)
	again := newFixture(t, 60)
	require.NoError(t, again.k.InitGenesis(again.ctx, types.GenesisState{Params: g.Params, FullBlocks: g.FullBlocks}))
	now, err := again.k.FullBlocks.Get(again.ctx)
	require.NoError(t, err)
	require.EqualValues(t, full, now)

	// One answer fewer is no full block, nor is junk in any amount.
	f = newFixture(t, 60)
	f.ctx = f.ctx.WithConsensusParams(cmtproto.ConsensusParams{Block: &cmtproto.BlockParams{MaxGas: int64(share * 4 / 3), MaxBytes: 1 << 20}})
	crowd = f.open(fills)
	f.begin()
	for _, other := range crowd[:fills-1] {
		task := f.task(other)
		inTx(other, func() { require.NoError(t, f.commit(other, task.Seats[0].Who, types.BENCH_WORKERS, right)) })
	}
	for i := range 100 {
		inTx(strings.Repeat("junk", i), func() { require.Error(t, f.commit(crowd[0], addressOf("stranger"), types.BENCH_WORKERS, right)) })
	}
	f.end()
	has, err := f.k.FullBlocks.Has(f.ctx)
	require.NoError(t, err)
	require.False(t, has)
	// A few large ones fill it by their bytes.
	task := f.task(crowd[fills-1])
	f.begin()
	inTx(strings.Repeat("x", 700<<10), func() { require.NoError(t, f.commit(task.Id, task.Seats[0].Who, types.BENCH_WORKERS, right)) })
	f.end()
	now, err = f.k.FullBlocks.Get(f.ctx)
	require.NoError(t, err)
	require.EqualValues(t, 1, now)
}

// TestWhatAnAnswerBringsFillsBlocks: the gas of an answer is that of its part of the limit, with what it brings for the chain. A reveal
// with a file fills a block that one without does not.
func TestWhatAnAnswerBringsFillsBlocks(t *testing.T) {
	f := newFixture(t, 20)
	most := types.AnswersGas(1)*32/21 + 1_000 // an answer without a file stays just below seven eighths of three quarters of it
	f.ctx = f.ctx.WithConsensusParams(cmtproto.ConsensusParams{Block: &cmtproto.BlockParams{MaxGas: int64(most), MaxBytes: 1 << 20}})
	r := newRate(t, "1.0842")
	with := false
	f.onchain = func(string, poco.Outcome) *types.OnchainFile {
		if !with {
			return nil
		}
		return r.file()
	}
	id := f.open(1, onchainDeal)[0]
	for f.task(id).Phase != types.PHASE_REVEAL {
		f.begin()
		f.work(id, r.outcome)
		f.end()
	}
	for i, s := range f.task(id).Seats[:2] {
		for f.ctx.BlockHeight() < f.task(id).From {
			f.end()
			f.begin()
		}
		with = i == 1
		outer := f.ctx
		f.ctx = f.ctx.WithTxBytes([]byte(s.Who))
		require.NoError(t, f.reveal(id, s.Who, types.BENCH_WORKERS))
		f.ctx = outer.WithTxBytes(nil)
		f.end()
		has, err := f.k.FullBlocks.Has(f.ctx)
		require.NoError(t, err)
		require.Equal(t, with, has, "answer %d", i)
		f.begin()
	}
}
