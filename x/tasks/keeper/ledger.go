package keeper

import (
	"context"
	"fmt"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/tasks/types"
)

// The ledgers in the store. poco.Ledger has their rules, and turn.go asks them.

// ledgerKeys returns the keys of the task's two ledgers. Requesters without an organisation share one ledger. If each account had
// its own, somebody could gain allowances by opening accounts.
func ledgerKeys(it *item) (class, requester string) {
	trust := it.state.Terms.Trust
	return fmt.Sprintf("class/%d", trust), fmt.Sprintf("organisation/%s/%d", it.deal.RequesterOrganisation, trust)
}

// getLedger reads a ledger. A ledger that was never used is empty.
func (k Keeper) getLedger(ctx context.Context, key string, trust uint64) (poco.Ledger, error) {
	l, found, err := records.Find(ctx, k.Ledgers, key)
	if err != nil || !found {
		return poco.Ledger{Trust: trust}, err
	}
	return l.ToPoco()
}

func (k Keeper) setLedger(ctx context.Context, key string, l poco.Ledger) error {
	return k.Ledgers.Set(ctx, key, types.LedgerFromPoco(key, l))
}

// turns reads and writes the turns of one ledger in the store; it implements poco.Turns. It remembers the record that it read or
// wrote last, because asking, charging and settling a turn use the same record.
type turns struct {
	k   Keeper
	ctx context.Context
	key string

	known    bool
	lastTurn uint64
	last     poco.TurnRecord
}

func (k Keeper) turnsOf(ctx context.Context, key string) *turns {
	return &turns{k: k, ctx: ctx, key: key}
}

func (t *turns) remember(turn uint64, r poco.TurnRecord) { t.known, t.lastTurn, t.last = true, turn, r }

func (t *turns) Record(turn uint64) (poco.TurnRecord, error) {
	if t.known && t.lastTurn == turn {
		return t.last, nil
	}
	r, found, err := records.Find(t.ctx, t.k.Records, collections.Join(t.key, turn))
	if err != nil || !found {
		return poco.TurnRecord{}, err
	}
	record, err := r.ToPoco()
	if err != nil {
		return poco.TurnRecord{}, err
	}
	t.remember(turn, record)
	return record, nil
}

func (t *turns) SetRecord(turn uint64, r poco.TurnRecord) error {
	if err := t.k.Records.Set(t.ctx, collections.Join(t.key, turn), types.TurnRecordFromPoco(r)); err != nil {
		return err
	}
	t.remember(turn, r)
	return nil
}

func (t *turns) DropRecord(turn uint64) error {
	t.known = false
	return t.k.Records.Remove(t.ctx, collections.Join(t.key, turn))
}

func (t *turns) Span(level uint8, index uint64) (poco.Sums, error) {
	s, found, err := records.Find(t.ctx, t.k.Spans, collections.Join3(t.key, uint32(level), index))
	if err != nil || !found {
		return poco.Sums{}, err
	}
	return s.ToPoco()
}

func (t *turns) SetSpan(level uint8, index uint64, s poco.Sums) error {
	return t.k.Spans.Set(t.ctx, collections.Join3(t.key, uint32(level), index), types.TurnSumsFromPoco(s))
}

func (t *turns) DropSpan(level uint8, index uint64) error {
	return t.k.Spans.Remove(t.ctx, collections.Join3(t.key, uint32(level), index))
}
