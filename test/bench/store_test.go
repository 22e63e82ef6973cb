package bench_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/cosmos/cosmos-sdk/baseapp"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/testutil"
)

// counts are the operations of the application on its stores: the requests of keepers, and the keys that a block finally writes into the
// trees. If keepers write a key ten times in a block, ten writes are counted, and one key is kept.
type counts struct {
	reads, writes, iterators, steps int
	readBytes, writtenBytes         int // of values read; of keys and values written
	kept, keptBytes                 int // keys that blocks set or removed, and the bytes of keys and values
	by                              map[string]*place
}

// place is the part of a store that has one prefix, such as "tasks/1".
type place struct{ reads, writes, iterators, kept, keptBytes int }

func (c *counts) at(store string, key []byte) *place {
	name := store
	if len(key) > 0 {
		name = fmt.Sprintf("%s/%d", store, key[0])
	}
	if c.by[name] == nil {
		c.by[name] = &place{}
	}
	return c.by[name]
}

// list returns the places with the most reads and writes, one a line. Each figure is divided by n.
func (c *counts) list(n, most int) string {
	names := slices.SortedFunc(maps.Keys(c.by), func(a, b string) int {
		x, y := c.by[a], c.by[b]
		return y.reads + y.writes - x.reads - x.writes
	})
	each := func(v int) float64 { return float64(v) / float64(n) }
	var b strings.Builder
	for _, name := range names[:min(most, len(names))] {
		p := c.by[name]
		fmt.Fprintf(&b, "%-12s %6.2f reads %6.2f writes %6.2f iterators %6.2f kept %8.1f kept-B\n", name, each(p.reads), each(p.writes), each(p.iterators), each(p.kept), each(p.keptBytes))
	}
	return b.String()
}

// watch counts the operations of a chain on its stores while it is on.
type watch struct {
	counts
	mu sync.Mutex // queries come side by side
	on atomic.Bool
	ms storetypes.CommitMultiStore
	// listen has the stores remember what is written into the trees. They remember all of it until they are asked, so that it waits for the
	// first start: a benchmark may fill the state before.
	listen func()
}

// options returns the options of a chain that is watched. Without a watch there are none.
func (w *watch) options() []testutil.Option {
	if w == nil {
		return nil
	}
	w.by = map[string]*place{}
	return []testutil.Option{
		testutil.WithBase(func(b *baseapp.BaseApp) {
			w.ms = b.CommitMultiStore()
			b.SetCMS(watchedRoot{w.ms, w})
		}),
		testutil.WithApp(func(a *app.App) {
			a.SetQueryMultiStore(watchedRoot{w.ms, w}) // the application's own shares trees, which cannot be watched
			w.listen = func() {
				for _, name := range append(slices.Sorted(maps.Keys(a.ModuleManager.Modules)), "acc") {
					if key := a.StoreKey(name); key != nil {
						w.ms.AddListeners([]storetypes.StoreKey{key})
					}
				}
			}
		}),
	}
}

// start begins the counting, and stop ends it. Both forget what was written into the trees so far.
func (w *watch) start() {
	if w == nil {
		return
	}
	if w.listen != nil {
		w.listen()
		w.listen = nil
	}
	w.ms.PopStateCache()
	w.on.Store(true)
}

func (w *watch) stop() {
	if w == nil {
		return
	}
	w.on.Store(false)
	for _, pair := range w.ms.PopStateCache() {
		size := len(pair.Key) + len(pair.Value)
		w.kept++
		w.keptBytes += size
		p := w.at(pair.StoreKey, pair.Key)
		p.kept++
		p.keptBytes += size
	}
}

// note counts something while the watch is on.
func (w *watch) note(count func(*counts)) {
	if !w.on.Load() {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	count(&w.counts)
}

type watchedRoot struct {
	storetypes.CommitMultiStore
	w *watch
}

func (s watchedRoot) CacheMultiStore() storetypes.CacheMultiStore {
	return watchedCache{s.CommitMultiStore.CacheMultiStore(), s.w}
}

// CacheMultiStoreWithVersion is what queries read from.
func (s watchedRoot) CacheMultiStoreWithVersion(version int64) (storetypes.CacheMultiStore, error) {
	ms, err := s.CommitMultiStore.CacheMultiStoreWithVersion(version)
	if err != nil {
		return nil, err
	}
	return watchedCache{ms, s.w}, nil
}

// watchedCache counts the requests that it gets. The final write of a cache above it goes to the inner store and is not counted.
type watchedCache struct {
	cache
	w *watch
}

// cache gives the embedded interface a field name that no method of it has.
type cache interface{ storetypes.CacheMultiStore }

func (s watchedCache) CacheMultiStore() storetypes.CacheMultiStore {
	return watchedCache{s.cache.CacheMultiStore(), s.w}
}

func (s watchedCache) GetKVStore(key storetypes.StoreKey) storetypes.KVStore {
	return watchedStore{s.cache.GetKVStore(key), key.Name(), s.w}
}

type watchedStore struct {
	storetypes.KVStore
	name string
	w    *watch
}

func (s watchedStore) noteRead(key, value []byte) {
	s.w.note(func(c *counts) {
		c.reads++
		c.readBytes += len(value)
		c.at(s.name, key).reads++
	})
}

func (s watchedStore) noteWrite(key, value []byte) {
	s.w.note(func(c *counts) {
		c.writes++
		c.writtenBytes += len(key) + len(value)
		c.at(s.name, key).writes++
	})
}

func (s watchedStore) Get(key []byte) []byte {
	value := s.KVStore.Get(key)
	s.noteRead(key, value)
	return value
}

func (s watchedStore) Has(key []byte) bool {
	s.noteRead(key, nil)
	return s.KVStore.Has(key)
}

func (s watchedStore) Set(key, value []byte) {
	s.noteWrite(key, value)
	s.KVStore.Set(key, value)
}

func (s watchedStore) Delete(key []byte) {
	s.noteWrite(key, nil)
	s.KVStore.Delete(key)
}

func (s watchedStore) Iterator(start, end []byte) storetypes.Iterator {
	return s.iterate(start, s.KVStore.Iterator(start, end))
}

func (s watchedStore) ReverseIterator(start, end []byte) storetypes.Iterator {
	return s.iterate(start, s.KVStore.ReverseIterator(start, end))
}

func (s watchedStore) iterate(start []byte, iter storetypes.Iterator) storetypes.Iterator {
	s.w.note(func(c *counts) {
		c.iterators++
		c.at(s.name, start).iterators++
	})
	return watchedIterator{iter, s.w}
}

type watchedIterator struct {
	storetypes.Iterator
	w *watch
}

func (i watchedIterator) Next() {
	i.w.note(func(c *counts) { c.steps++ })
	i.Iterator.Next()
}
