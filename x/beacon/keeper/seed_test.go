package keeper_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdktestutil "github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/testutil"
	"github.com/credence-chain/credence/x/beacon/keeper"
	"github.com/credence-chain/credence/x/beacon/types"
	"github.com/credence-chain/credence/x/poa/beaconkey"
)

// oneSeat is a validator set of one seat, whose key proves every block.
type oneSeat struct{ key *beaconkey.PrivateKey }

func (oneSeat) Colluders(context.Context) (int64, bool, error) { return 0, false, nil }

func (s oneSeat) BeaconKey(context.Context, sdk.ConsAddress) (string, []byte, bool, error) {
	return "acme", s.key.PublicKey(), true, nil
}

// seeds is the keeper alone, with a seat that proves its blocks.
type seeds struct {
	require.TestingT
	keeper.Keeper
	ctx sdk.Context
	key *beaconkey.PrivateKey
}

func newSeeds(t require.TestingT, chainID string, g types.GenesisState) *seeds {
	key, err := beaconkey.New(bytes.Repeat([]byte{7}, beaconkey.SeedSize))
	require.NoError(t, err)
	store := storetypes.NewKVStoreKey(types.StoreKey)
	s := &seeds{TestingT: t, key: key, ctx: sdktestutil.DefaultContext(store, storetypes.NewTransientStoreKey("transient")).WithChainID(chainID)}
	s.Keeper = keeper.NewKeeper(codec.NewProtoCodec(codectypes.NewInterfaceRegistry()), runtime.NewKVStoreService(store), oneSeat{key})
	if n := len(g.Seeds); n > 0 {
		s.ctx = s.ctx.WithBlockHeight(g.Seeds[n-1].Height)
	}
	require.NoError(t, s.InitGenesis(s.ctx, g))
	return s
}

// next begins the next block, and returns its proof.
func (s *seeds) next() []byte {
	s.ctx = s.ctx.WithBlockHeight(s.ctx.BlockHeight() + 1)
	tx, err := s.Prove(s.ctx, beaconkey.Ring{s.key}, nil)
	require.NoError(s, err)
	require.NoError(s, s.PreBlock(s.ctx, [][]byte{tx}, nil))
	proof, err := types.ProofOf([][]byte{tx})
	require.NoError(s, err)
	return proof
}

func (s *seeds) seed() []byte {
	seed, err := s.Seed(s.ctx)
	require.NoError(s, err)
	return seed
}

func (s *seeds) requireNone(height int64) {
	_, err := s.SeedAt(s.ctx, height)
	require.ErrorIs(s, err, types.ErrNoSeed)
	require.ErrorContains(s, err, fmt.Sprintf("height %d", height))
}

// kept returns the heights whose seeds are kept.
func (s *seeds) kept() (heights []int64) {
	g, err := s.ExportGenesis(s.ctx)
	require.NoError(s, err)
	for _, seed := range g.Seeds {
		heights = append(heights, seed.Height)
	}
	return heights
}

// genesisOf has a seed of each height from 1 to last.
func genesisOf(last, retention int64) types.GenesisState {
	g := types.GenesisState{Params: types.Params{Retention: retention}}
	for h := int64(1); h <= last; h++ {
		sum := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(h)))
		g.Seeds = append(g.Seeds, types.Seed{Height: h, Seed: sum[:]})
	}
	return g
}

// hashOf is SHA-256 over the fields, each after its length in four bytes. It is written here a second time, since whoever checks the seeds
// of a chain writes it from the specification.
func hashOf(fields ...string) []byte {
	h := sha256.New()
	for _, f := range fields {
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(f))))
		h.Write([]byte(f))
	}
	return h.Sum(nil)
}

// TestSeedIsDerived: the first seed comes from the chain's id alone, and each further one from the seed before and the block's proof, as
// section 7 of the specification says.
func TestSeedIsDerived(t *testing.T) {
	s := newSeeds(t, testutil.ChainID, *types.DefaultGenesis())
	want := hashOf("credence/beacon/genesis/v1", testutil.ChainID)
	require.Equal(t, want, s.seed())
	for h := int64(1); h <= 3; h++ {
		proof := s.next()
		want = hashOf("credence/beacon/seed/v1", string(want), string(proof))
		require.Equal(t, want, s.seed(), "of block %d", h)
		at, err := s.SeedAt(s.ctx, h)
		require.NoError(t, err)
		require.Equal(t, want, at, "of block %d", h)
	}
}

// TestSeedOfGenesisIsBuiltOn: the first block's seed of a chain whose genesis has seeds comes from the last of them, and all of them can
// be read.
func TestSeedOfGenesisIsBuiltOn(t *testing.T) {
	g := genesisOf(5, types.MinRetention)
	s := newSeeds(t, testutil.ChainID, g)
	require.Equal(t, g.Seeds[4].Seed, s.seed())
	proof := s.next()
	require.Equal(t, hashOf("credence/beacon/seed/v1", string(g.Seeds[4].Seed), string(proof)), s.seed())
	for _, want := range g.Seeds {
		got, err := s.SeedAt(s.ctx, want.Height)
		require.NoError(t, err)
		require.Equal(t, want.Seed, got)
	}
}

// TestSeedOfNoBlock: a height has no seed before its block has begun, nor when its block was refused. The seed before the first block is
// that of no height.
func TestSeedOfNoBlock(t *testing.T) {
	s := newSeeds(t, testutil.ChainID, *types.DefaultGenesis())
	for _, h := range []int64{-1, 0, 1} {
		s.requireNone(h)
	}
	s.next()
	s.requireNone(0)
	s.requireNone(2)

	before, kept := s.seed(), s.kept()
	tx, err := s.Prove(s.ctx, beaconkey.Ring{s.key}, nil) // the proof of block 1 as it would be over its own seed
	require.NoError(t, err)
	s.ctx = s.ctx.WithBlockHeight(2)
	for _, txs := range [][][]byte{nil, {[]byte("no proof")}, {tx}} {
		require.ErrorIs(t, s.PreBlock(s.ctx, txs, nil), types.ErrInvalidProof)
		s.requireNone(2)
		require.Equal(t, before, s.seed())
		require.Equal(t, kept, s.kept())
	}
	s.next()
	s.requireNone(2) // block 2 was left out, and block 3 gives it no seed
}

// TestSeedIsKeptForTheRetention: the seeds of the latest retention blocks are kept, and the one before them is gone.
func TestSeedIsKeptForTheRetention(t *testing.T) {
	const keep = types.MinRetention
	s := newSeeds(t, testutil.ChainID, genesisOf(keep-1, keep))
	s.next()
	require.Len(t, s.kept(), int(keep), "none is pruned before there are more")
	for range 3 {
		s.next()
		h := s.ctx.BlockHeight()
		s.requireNone(h - keep)
		require.Len(t, s.kept(), int(keep))
		require.Equal(t, h-keep+1, s.kept()[0])
	}
}

// TestSeedsArePrunedFromTheOldest: whenever the council changes the retention, a block removes no seed that the retention keeps, and at
// most two others, the oldest. As long as there are others, it removes two, so that the store shrinks. A longer retention brings none back.
func TestSeedsArePrunedFromTheOldest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		last := rapid.Int64Range(1, types.MinRetention+9).Draw(t, "height")
		s := newSeeds(t, testutil.ChainID, genesisOf(last, types.MinRetention+9))
		for range 4 {
			retention := types.MinRetention + rapid.Int64Range(0, 9).Draw(t, "longer than the least")
			require.NoError(t, s.Params.Set(s.ctx, types.Params{Retention: retention}))
			before := s.kept()
			s.next()
			height, kept := s.ctx.BlockHeight(), s.kept()
			require.Equal(t, height, kept[len(kept)-1])
			require.EqualValues(t, len(kept)-1, height-kept[0], "no gaps")
			removed := kept[0] - before[0]
			old := max(0, height-retention-before[0]+1) // that the retention no longer keeps
			require.Equal(t, min(2, old), removed, "%d seeds are too old", old)
		}
	})
}
