package scenario

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"io"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/testutil"
)

var writeStore = flag.Bool("write-store", false, "write testdata/store.json anew, of the store as it is now")

const storeFile = "testdata/store.json"

// samples of a collection are kept so many.
const samples = 3

// released is what a version stores: of every module its consensus version, and of every collection its place, its type of
// values, and some entries as they lie in the store, with what they mean.
type released map[string]releasedModule

type releasedModule struct {
	Version     uint64                        `json:"version"`
	Collections map[string]releasedCollection `json:"collections"`
}

type releasedCollection struct {
	Prefix string `json:"prefix"`
	Values string `json:"values"`
	// Raw entries, key and value in hex; and the same decoded, each a JSON object with key and value.
	Raw     []rawEntry      `json:"raw"`
	Decoded json.RawMessage `json:"decoded"`
}

type rawEntry struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// TestStoreIsCompatible: what an earlier version stored is read as it was meant, and written again as it was. A layout that
// changes raises the module's ConsensusVersion and has a migration (package upgrades); then, with the release, `make released` renews the
// file. Nothing was released yet: the first release sets it.
func TestStoreIsCompatible(t *testing.T) {
	if *writeStore {
		bz, err := json.MarshalIndent(sampled(t), "", " ")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(storeFile, append(bz, '\n'), 0o644))
	}
	bz, err := os.ReadFile(storeFile)
	require.NoError(t, err)
	var was released
	require.NoError(t, json.Unmarshal(bz, &was))

	c := testutil.New(t)
	schemas := schemasOf(c.App)
	require.Equal(t, slices.Sorted(maps.Keys(schemas)), slices.Sorted(maps.Keys(was)), "modules; the first release sets them: make released")
	for _, name := range slices.Sorted(maps.Keys(was)) {
		t.Run(name, func(t *testing.T) {
			if now := c.App.ModuleManager.GetVersionMap()[name]; now != was[name].Version {
				require.Greater(t, now, was[name].Version, "a consensus version never falls")
				t.Skipf("version %d of the module was released, this is %d: its migration is for TestUpgrade", was[name].Version, now)
			}
			read(t, c, name, schemas[name], was[name])
		})
	}
}

// read checks one module: the same collections in the same places, and entries that are decoded and encoded as they were.
func read(t *testing.T, c *testutil.Chain, name string, schema collections.Schema, was releasedModule) {
	const what = "%s: the layout changed; raise ConsensusVersion of the module and write a migration, or before the first release: make released"
	now := map[string]releasedCollection{}
	for _, coll := range schema.ListCollections() {
		now[coll.GetName()] = releasedCollection{Prefix: hex.EncodeToString(coll.GetPrefix()), Values: coll.ValueCodec().ValueType()}
	}
	require.Equal(t, slices.Sorted(maps.Keys(was.Collections)), slices.Sorted(maps.Keys(now)), what, name)
	ctx, _ := c.Ctx().CacheContext()
	store := ctx.KVStore(c.App.StoreKey(name))
	wipeStore(ctx, c.App, name)
	for collection, is := range now {
		had := was.Collections[collection]
		require.Equal(t, had.Prefix, is.Prefix, what, name+"/"+collection)
		require.Equal(t, had.Values, is.Values, what, name+"/"+collection)
		for _, e := range had.Raw {
			key, err := hex.DecodeString(e.Key)
			require.NoError(t, err)
			value, err := hex.DecodeString(e.Value)
			require.NoError(t, err)
			store.Set(key, value)
		}
	}
	raw := rawOf(ctx, c.App, name)
	decoded := decodedOf(t, ctx, schema)
	for collection, had := range was.Collections {
		require.JSONEq(t, string(had.Decoded), string(decoded[collection]), what, name+"/"+collection)
	}
	wipeStore(ctx, c.App, name)
	require.NoError(t, schema.InitGenesis(ctx, func(field string) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(was.Collections[field].Decoded)), nil
	}))
	require.Equal(t, raw, rawOf(ctx, c.App, name), what, name)
}

// schemasOf are the collections of the chain's own modules, by the name of the module.
func schemasOf(a *app.App) map[string]collections.Schema {
	return map[string]collections.Schema{
		"supply": a.SupplyKeeper.Schema, "orgs": a.OrgsKeeper.Schema, "poa": a.PoaKeeper.Schema, "beacon": a.BeaconKeeper.Schema, "apps": a.AppsKeeper.Schema,
		"workers": a.WorkersKeeper.Schema, "vouchers": a.VouchersKeeper.Schema, "deals": a.DealsKeeper.Schema, "market": a.MarketKeeper.Schema,
		"tasks": a.TasksKeeper.Schema,
	}
}

func rawOf(ctx sdk.Context, a *app.App, name string) (out []rawEntry) {
	it := ctx.KVStore(a.StoreKey(name)).Iterator(nil, nil)
	defer it.Close()
	for ; it.Valid(); it.Next() {
		out = append(out, rawEntry{Key: hex.EncodeToString(it.Key()), Value: hex.EncodeToString(it.Value())})
	}
	return out
}

func wipeStore(ctx sdk.Context, a *app.App, name string) {
	store := ctx.KVStore(a.StoreKey(name))
	for _, e := range rawOf(ctx, a, name) {
		key, _ := hex.DecodeString(e.Key)
		store.Delete(key)
	}
}

// sink collects what is written to it under a name.
type sink struct {
	bytes.Buffer
	done func([]byte)
}

func (s *sink) Close() error { s.done(s.Bytes()); return nil }

// decodedOf is what a module's store means, by collection.
func decodedOf(t *testing.T, ctx sdk.Context, schema collections.Schema) map[string]json.RawMessage {
	t.Helper()
	out := map[string]json.RawMessage{}
	require.NoError(t, schema.ExportGenesis(ctx, func(field string) (io.WriteCloser, error) {
		return &sink{done: func(bz []byte) { out[field] = bz }}, nil
	}))
	return out
}

// sampled lives some lives and takes the first entries of every collection that it meets.
func sampled(t *testing.T) released {
	s := &senate{crowd: newCrowd(testutil.NewCompute(t, senateOptions(), senateSetting()...), "store"), seen: map[string]int{}}
	found := map[string]map[string][]rawEntry{}
	look := func() {
		for name, schema := range schemasOf(s.App) {
			for _, coll := range schema.ListCollections() {
				takeSamples(s.Ctx(), s.App, name, coll, found)
			}
		}
	}
	for range 30 {
		s.vote()
		s.laws()
		s.seats()
		s.rotate()
		for range 4 {
			s.somebody()
			s.somebody()
			s.live(s.Compute)
			look()
		}
	}
	out := released{}
	for name, schema := range schemasOf(s.App) {
		out[name] = describe(t, s.Chain, name, schema, found[name])
	}
	return out
}

func takeSamples(ctx sdk.Context, a *app.App, name string, coll collections.Collection, found map[string]map[string][]rawEntry) {
	if found[name] == nil {
		found[name] = map[string][]rawEntry{}
	}
	it := ctx.KVStore(a.StoreKey(name)).Iterator(coll.GetPrefix(), prefixEnd(coll.GetPrefix()))
	defer it.Close()
	for ; it.Valid(); it.Next() {
		have := found[name][coll.GetName()]
		if len(have) >= samples {
			return
		}
		key := hex.EncodeToString(it.Key())
		if !slices.ContainsFunc(have, func(e rawEntry) bool { return e.Key == key }) {
			found[name][coll.GetName()] = append(have, rawEntry{Key: key, Value: hex.EncodeToString(it.Value())})
		}
	}
}

func prefixEnd(prefix []byte) []byte {
	end := slices.Clone(prefix)
	end[len(end)-1]++
	return end
}

// describe puts the samples of a module into an empty store and says what they mean.
func describe(t *testing.T, c *testutil.Chain, name string, schema collections.Schema, found map[string][]rawEntry) releasedModule {
	ctx, _ := c.Ctx().CacheContext()
	wipeStore(ctx, c.App, name)
	store := ctx.KVStore(c.App.StoreKey(name))
	out := releasedModule{Version: c.App.ModuleManager.GetVersionMap()[name], Collections: map[string]releasedCollection{}}
	for _, entries := range found {
		for _, e := range entries {
			key, _ := hex.DecodeString(e.Key)
			value, _ := hex.DecodeString(e.Value)
			store.Set(key, value)
		}
	}
	decoded := decodedOf(t, ctx, schema)
	for _, coll := range schema.ListCollections() {
		if len(found[coll.GetName()]) == 0 {
			t.Logf("%s/%s: no entry was met", name, coll.GetName())
		}
		out.Collections[coll.GetName()] = releasedCollection{
			Prefix: hex.EncodeToString(coll.GetPrefix()), Values: coll.ValueCodec().ValueType(), Raw: found[coll.GetName()], Decoded: decoded[coll.GetName()],
		}
	}
	return out
}
