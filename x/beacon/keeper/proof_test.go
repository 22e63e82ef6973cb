package keeper_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/testutil"
	"github.com/credence-chain/credence/x/beacon/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
)

func TestSeedChains(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(4))
	seed, err := app.BeaconKeeper(c.App).Seed(c.Ctx())
	require.NoError(t, err)
	require.Equal(t, types.GenesisSeed(testutil.ChainID), seed)
	for range 6 {
		proposer := c.Proposer()
		c.Next()
		proof := proposer.Beacon.Sign(types.ProofMessage(testutil.ChainID, seed, c.Height()))
		want := types.NextSeed(seed, proof)
		seed, err = app.BeaconKeeper(c.App).Seed(c.Ctx())
		require.NoError(t, err)
		require.Equal(t, want, seed)
		at, err := app.BeaconKeeper(c.App).SeedAt(c.Ctx(), c.Height())
		require.NoError(t, err)
		require.Equal(t, want, at)
	}
	_, err = app.BeaconKeeper(c.App).SeedAt(c.Ctx(), c.Height()+1)
	require.ErrorIs(t, err, types.ErrNoSeed)
}

// Two chains of the same validators but another name share no seed.
func TestSeedBindsChain(t *testing.T) {
	a, b := testutil.New(t), testutil.New(t, testutil.WithChainID("credence-other"))
	a.Next()
	b.Next()
	sa, err := app.BeaconKeeper(a.App).Seed(a.Ctx())
	require.NoError(t, err)
	sb, err := app.BeaconKeeper(b.App).Seed(b.Ctx())
	require.NoError(t, err)
	require.NotEqual(t, sa, sb)
}

func TestReplayAndRestart(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(4))
	c.NextN(5)
	c.Restart()
	c.NextN(5)
	require.Equal(t, c.AppHash(), c.Replay())
	// A replay verifies: a block whose proof was altered stops the node, although nobody asked it to vote.
	c.Blocks[7].Txs[0] = bytes.Clone(c.Blocks[7].Txs[0])
	c.Blocks[7].Txs[0][len(c.Blocks[7].Txs[0])-1] ^= 1
	fresh := testutil.New(t, testutil.WithSeats(4))
	for i, b := range c.Blocks {
		_, err := fresh.App.FinalizeBlock(b)
		if i < 7 {
			require.NoError(t, err)
			_, err = fresh.App.Commit()
			require.NoError(t, err)
			continue
		}
		require.ErrorIs(t, err, types.ErrInvalidProof)
		break
	}
}

func TestRetention(t *testing.T) {
	keep := func(n int64) testutil.Option {
		return testutil.WithGenesis(func(c *testutil.Chain, g genesis.State) {
			require.NoError(c.T, genesis.Edit(g, c.App.Encoding.Codec, types.ModuleName, &types.GenesisState{}, func(s *types.GenesisState) error {
				s.Params.Retention = n
				return nil
			}))
		})
	}
	c := testutil.New(t, keep(100))
	c.NextN(150)
	_, err := app.BeaconKeeper(c.App).SeedAt(c.Ctx(), 50)
	require.ErrorIs(t, err, types.ErrNoSeed)
	_, err = app.BeaconKeeper(c.App).SeedAt(c.Ctx(), 51)
	require.NoError(t, err)
	g, err := app.BeaconKeeper(c.App).ExportGenesis(c.Ctx())
	require.NoError(t, err)
	require.Len(t, g.Seeds, 100)
}

func TestFactorAndDelay(t *testing.T) {
	for seats, want := range map[int]struct {
		factor uint64
		delay  int64
	}{1: {1, 2}, 3: {1, 2}, 4: {2, 2}, 6: {2, 2}, 7: {4, 3}, 10: {10, 4}} {
		c := testutil.New(t, testutil.WithSeats(seats))
		factor, err := app.BeaconKeeper(c.App).Factor(c.Ctx())
		require.NoError(t, err)
		require.Equal(t, want.factor, factor, "%d seats", seats)
		delay, err := app.BeaconKeeper(c.App).Delay(c.Ctx())
		require.NoError(t, err)
		require.Equal(t, want.delay, delay, "%d seats", seats)
	}
}

// TestFactorAndDelayAfterASeatLeft: from the block in which a seat leaves, while their rotation is irregular, proposers are counted with
// more choices and with longer runs; of several that leave, the largest set counts.
func TestFactorAndDelayAfterASeatLeft(t *testing.T) {
	for _, row := range []struct {
		seats, leave    int
		factor, settled uint64
		delay, short    int64
	}{{3, 1, 1, 1, 2, 2}, {5, 1, 3, 2, 3, 2}, {7, 1, 16, 2, 5, 2}, {8, 1, 16, 4, 5, 3}, {8, 2, 16, 2, 5, 2}, {11, 1, 244, 10, 7, 4}} {
		c := testutil.New(t, testutil.WithSeats(row.seats))
		c.NextN(2)
		k := app.BeaconKeeper(c.App)
		check := func(when string, factor uint64, delay int64) {
			t.Helper()
			counted, err := k.Factor(c.Ctx())
			require.NoError(t, err)
			require.Equal(t, factor, counted, "factor of %d seats less %d, %s", row.seats, row.leave, when)
			d, err := k.Delay(c.Ctx())
			require.NoError(t, err)
			require.Equal(t, delay, d, "delay of %d seats less %d, %s", row.seats, row.leave, when)
		}
		for i := range row.leave {
			c.Accuse(c.Seats[i].OrgID)
			c.Next()
			check("at once", row.factor, row.delay)
		}
		c.NextN(int(poatypes.IrregularBlocks(row.seats)))
		check("at the end of the window", row.factor, row.delay)
		c.Next()
		check("after it", row.settled, row.short)
	}
}

// The chain goes on from exported state: the first proof is over the last seed.
func TestExportImport(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(4))
	c.NextN(7)
	exported := c.Export()
	d, e := testutil.Import(t, exported, testutil.WithSeats(4)), testutil.Import(t, exported, testutil.WithSeats(4))
	last, err := app.BeaconKeeper(c.App).Seed(c.Ctx())
	require.NoError(t, err)
	first, err := app.BeaconKeeper(d.App).Seed(d.Ctx())
	require.NoError(t, err)
	require.Equal(t, last, first)
	d.NextN(3)
	e.NextN(3)
	require.EqualValues(t, 10, d.Height())
	require.Equal(t, d.AppHash(), e.AppHash())
	at, err := app.BeaconKeeper(d.App).SeedAt(d.Ctx(), 5)
	require.NoError(t, err)
	want, err := app.BeaconKeeper(c.App).SeedAt(c.Ctx(), 5)
	require.NoError(t, err)
	require.Equal(t, want, at)
}
