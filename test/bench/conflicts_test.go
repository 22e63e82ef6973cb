package bench_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/store/v2/cachekv"
	"github.com/cosmos/cosmos-sdk/store/v2/cachemulti"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/credence-chain/credence/testutil"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// conflicts executes the transactions of blocks one after the other, and notes which of them read a key that an earlier one of the same
// block wrote. Block-STM has to execute such a transaction after the earlier one, and again if it came before. Unlike the number of
// re-executions this depends on no machine.
type conflicts struct {
	next  sdk.TxRunner
	kinds map[string]*kind // by the type of the first message
}

// kind are the transactions of one type of message.
type kind struct {
	txs, dependent int
	// strange are those of the dependent ones that have neither an account nor a task in common with a transaction that they depend on.
	strange int
	// longest is the largest number of transactions of a block of which each depends on the one before.
	longest int
	places  map[string]int // the part of the state that was written before -> transactions that read it
}

// option makes an application note its conflicts.
func (c *conflicts) option() testutil.Option {
	c.kinds = map[string]*kind{}
	return testutil.WithRunner(func(next sdk.TxRunner) sdk.TxRunner {
		c.next = next
		return c
	})
}

// Run executes a block.
func (c *conflicts) Run(ctx context.Context, ms storetypes.MultiStore, txs [][]byte, deliver sdk.DeliverTxFunc) ([]*abci.ExecTxResult, error) {
	written := map[string][]int{} // key -> the transactions that wrote it
	depth, parties := make([]int, len(txs)), make([][]string, len(txs))
	return c.next.Run(ctx, ms, txs, func(bz []byte, tx sdk.Tx, _ storetypes.MultiStore, i int, cache map[string]any) *abci.ExecTxResult {
		seen := &footprint{MultiStore: ms, reads: map[string]bool{}, writes: map[string]bool{}}
		res := deliver(bz, tx, seen, i, cache)
		k := c.kindOf(tx.GetMsgs())
		k.txs++
		parties[i] = partiesOf(tx.GetMsgs())
		places, strange := map[string]bool{}, false
		for key := range seen.reads {
			for _, j := range written[key] {
				depth[i] = max(depth[i], depth[j])
				places[placeOf(key)] = true
				strange = strange || !slices.ContainsFunc(parties[i], func(p string) bool { return slices.Contains(parties[j], p) })
			}
		}
		for place := range places {
			k.places[place]++
		}
		if len(places) > 0 {
			k.dependent++
		}
		if strange {
			k.strange++
		}
		depth[i]++
		k.longest = max(k.longest, depth[i])
		for key := range seen.writes {
			written[key] = append(written[key], i)
		}
		return res
	})
}

// partiesOf returns the accounts that sign messages or get money by them, and the tasks that they answer.
func partiesOf(msgs []sdk.Msg) (all []string) {
	for _, m := range msgs {
		switch m := m.(type) {
		case *banktypes.MsgSend:
			all = append(all, m.FromAddress, m.ToAddress)
		case *taskstypes.MsgCommit:
			all = append(all, m.Who, m.Task)
		case *taskstypes.MsgReveal:
			all = append(all, m.Who, m.Task)
		case *markettypes.MsgSubmitTask:
			all = append(all, m.Requester)
		}
	}
	return all
}

func (c *conflicts) kindOf(msgs []sdk.Msg) *kind {
	name := kindName(msgs)
	if c.kinds[name] == nil {
		c.kinds[name] = &kind{places: map[string]int{}}
	}
	return c.kinds[name]
}

// kindName returns the type of the first message, without its package.
func kindName(msgs []sdk.Msg) string {
	name := sdk.MsgTypeURL(msgs[0])
	return name[strings.LastIndex(name, ".")+1:]
}

// list returns a line for each type of message.
func (c *conflicts) list() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(c.kinds)) {
		k := c.kinds[name]
		fmt.Fprintf(&b, "%-14s %5d transactions, %5d read what another of their block wrote, %5d of them without a common party; longest chain %d; %v\n",
			name, k.txs, k.dependent, k.strange, k.longest, k.places)
	}
	return b.String()
}

// placeOf returns the store of a key and its first byte, which is the prefix of a collection.
func placeOf(key string) string {
	store, rest, _ := strings.Cut(key, "/")
	if rest == "" {
		return store
	}
	return fmt.Sprintf("%s/%d", store, rest[0])
}

// footprint is the state as one transaction sees it. It notes the keys that the transaction reads before it writes them, those that an
// iterator passes among them, and the keys that it writes.
type footprint struct {
	storetypes.MultiStore
	reads, writes map[string]bool
}

func (f *footprint) GetStore(key storetypes.StoreKey) storetypes.Store {
	if _, plain := key.(*storetypes.KVStoreKey); plain {
		return f.GetKVStore(key)
	}
	return f.MultiStore.GetStore(key)
}

func (f *footprint) GetKVStore(key storetypes.StoreKey) storetypes.KVStore {
	return footprintStore{f.MultiStore.GetKVStore(key), key.Name(), f}
}

func (f *footprint) CacheMultiStore() storetypes.CacheMultiStore {
	return cachemulti.NewFromParent(func(key storetypes.StoreKey) storetypes.CacheWrapper { return f.GetStore(key) })
}

type footprintStore struct {
	storetypes.KVStore
	name string
	*footprint
}

func (s footprintStore) GetStoreType() storetypes.StoreType { return s.KVStore.GetStoreType() }

func (s footprintStore) CacheWrap() storetypes.CacheWrap { return cachekv.NewStore(s) }

func (s footprintStore) read(key []byte) {
	if at := s.name + "/" + string(key); !s.writes[at] {
		s.reads[at] = true
	}
}

func (s footprintStore) Get(key []byte) []byte { s.read(key); return s.KVStore.Get(key) }
func (s footprintStore) Has(key []byte) bool   { s.read(key); return s.KVStore.Has(key) }

func (s footprintStore) Set(key, value []byte) {
	s.writes[s.name+"/"+string(key)] = true
	s.KVStore.Set(key, value)
}

func (s footprintStore) Delete(key []byte) {
	s.writes[s.name+"/"+string(key)] = true
	s.KVStore.Delete(key)
}

func (s footprintStore) Iterator(start, end []byte) storetypes.Iterator {
	return footprintIterator{s.KVStore.Iterator(start, end), s}
}

func (s footprintStore) ReverseIterator(start, end []byte) storetypes.Iterator {
	return footprintIterator{s.KVStore.ReverseIterator(start, end), s}
}

type footprintIterator struct {
	storetypes.Iterator
	of footprintStore
}

func (i footprintIterator) Key() []byte {
	key := i.Iterator.Key()
	i.of.read(bytes.Clone(key))
	return key
}

// TestConflicts: answers of different workers to different tasks do not depend on each other, so that Block-STM never has to execute one of
// them again because of the other. Answers to one task share its record, and the first transactions of one worker share its account. Sends
// that have no account in common depend on the one before by the balance of the fee collector, and by nothing else. -v lists what messages
// share.
func TestConflicts(t *testing.T) {
	var found, paid conflicts
	bank := payers(t, paid.option())
	const blocks = 2
	for range blocks {
		queueSendsApart(bank)
		new(meter).block(t, bank)
	}
	c := compute(t, 1, nil, found.option())
	for _, batch := range []int{1, perTx} {
		life(t, c, 3, batch, &meter{}, &meter{})
	}
	requests(c, t, &meter{})
	t.Log("\n" + paid.list() + found.list())
	sends := paid.kinds["MsgSend"]
	require.Equal(t, perBlock, sends.txs)
	require.Equal(t, perBlock-blocks, sends.strange)
	require.Equal(t, map[string]int{"bank/2": sends.strange}, sends.places, "balances")
	for _, name := range []string{"MsgCommit", "MsgReveal"} {
		require.Greater(t, found.kinds[name].txs, 100)
		require.Positive(t, found.kinds[name].dependent, "answers to one task: %s", name)
		require.Zero(t, found.kinds[name].strange, name)
	}
}
