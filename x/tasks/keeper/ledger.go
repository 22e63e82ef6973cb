package keeper

import (
	"context"
	"fmt"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/tasks/types"
)

// ledgerKeys names the two ledgers a task must pass. Requesters without an organisation share one: whoever can open
// accounts at will must not open allowances at will.
func ledgerKeys(it *item) (class, requester string) {
	trust := it.state.Terms.Trust
	return fmt.Sprintf("class/%d", trust), fmt.Sprintf("organisation/%s/%d", it.deal.RequesterOrganisation, trust)
}

// ledger reads a ledger; one that nobody has used yet is empty.
func (k Keeper) ledger(ctx context.Context, key string, trust uint64) (poco.Ledger, error) {
	l, found, err := records.Find(ctx, k.Ledgers, key)
	if err != nil || !found {
		return poco.Ledger{Trust: trust}, err
	}
	return l.ToPoco()
}

func (k Keeper) setLedger(ctx context.Context, key string, l poco.Ledger) error {
	return k.Ledgers.Set(ctx, key, types.LedgerFromPoco(key, l))
}

// turns is one ledger's turn records in the store; it implements poco.Turns.
type turns struct {
	k   Keeper
	ctx context.Context
	key string
}

func (t turns) Record(turn uint64) (poco.TurnRecord, error) {
	r, found, err := records.Find(t.ctx, t.k.Records, collections.Join(t.key, turn))
	if err != nil || !found {
		return poco.TurnRecord{}, err
	}
	return r.ToPoco()
}

func (t turns) SetRecord(turn uint64, r poco.TurnRecord) error {
	return t.k.Records.Set(t.ctx, collections.Join(t.key, turn), types.TurnRecordFromPoco(r))
}

func (t turns) DropRecord(turn uint64) error {
	return t.k.Records.Remove(t.ctx, collections.Join(t.key, turn))
}

func (t turns) Span(level uint8, index uint64) (poco.Sums, error) {
	s, found, err := records.Find(t.ctx, t.k.Spans, collections.Join3(t.key, uint32(level), index))
	if err != nil || !found {
		return poco.Sums{}, err
	}
	return s.ToPoco()
}

func (t turns) SetSpan(level uint8, index uint64, s poco.Sums) error {
	return t.k.Spans.Set(t.ctx, collections.Join3(t.key, uint32(level), index), types.TurnSumsFromPoco(s))
}

func (t turns) DropSpan(level uint8, index uint64) error {
	return t.k.Spans.Remove(t.ctx, collections.Join3(t.key, uint32(level), index))
}

// enterLedgers gives a task its turn in both ledgers.
func (k Keeper) enterLedgers(ctx context.Context, it *item, e poco.EnterLedgers) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	turn := types.Turn{Task: it.stored.Id, Charge: e.Entry.Charge.Bytes()}
	turn.ClassKey, turn.RequesterKey = ledgerKeys(it)
	for _, at := range []struct {
		key  string
		turn *uint64
	}{{turn.ClassKey, &turn.ClassTurn}, {turn.RequesterKey, &turn.RequesterTurn}} {
		l, err := k.ledger(ctx, at.key, it.state.Terms.Trust)
		if err != nil {
			return err
		}
		if *at.turn, err = l.Enter(turns{k, ctx, at.key}, e.Entry, height, params.WindowBlocks); err != nil {
			return err
		}
		l.Limits.Note(it.state.Terms.FuelLimit)
		if err := k.setLedger(ctx, at.key, l); err != nil {
			return err
		}
	}
	return k.Turns.Set(ctx, it.stored.Id, turn)
}

// askGates asks both ledgers about a turn.
func (k Keeper) askGates(ctx context.Context, turn types.Turn) (poco.Gate, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return poco.GateWait, err
	}
	start, err := params.Allowances()
	if err != nil {
		return poco.GateWait, err
	}
	ask := func(key string, n uint64) (poco.Gate, error) {
		l, err := k.ledger(ctx, key, 0)
		if err != nil {
			return poco.GateWait, err
		}
		return l.Gate(turns{k, ctx, key}, n, start)
	}
	class, err := ask(turn.ClassKey, turn.ClassTurn)
	if err != nil {
		return poco.GateWait, err
	}
	requester, err := ask(turn.RequesterKey, turn.RequesterTurn)
	if err != nil {
		return poco.GateWait, err
	}
	return poco.CombineGates(class, requester), nil
}

// askTurn answers an AskTurn effect: what the ledgers say now. A task that must wait is asked again when a turn before
// it settles.
func (k Keeper) askTurn(ctx context.Context, it *item) (poco.Event, error) {
	turn, err := k.Turns.Get(ctx, it.stored.Id)
	if err != nil {
		return nil, err
	}
	g, err := k.askGates(ctx, turn)
	if err != nil {
		return nil, err
	}
	if err := k.setWaiting(ctx, &turn, g == poco.GateWait); err != nil {
		return nil, err
	}
	if it.stored.Gate != g.String() {
		it.stored.Gate = g.String()
		if err := emitEvent(ctx, &types.EventTurn{Task: it.stored.Id, Gate: g.String()}); err != nil {
			return nil, err
		}
	}
	return poco.TurnCame{Height: sdk.UnwrapSDKContext(ctx).BlockHeight(), Gate: g}, nil
}

// setWaiting puts a turn on both waiting lists, or takes it off.
func (k Keeper) setWaiting(ctx context.Context, turn *types.Turn, waiting bool) error {
	if turn.Waiting == waiting {
		return nil
	}
	turn.Waiting = waiting
	class, requester := collections.Join(turn.ClassKey, turn.ClassTurn), collections.Join(turn.RequesterKey, turn.RequesterTurn)
	for _, key := range []collections.Pair[string, uint64]{class, requester} {
		var err error
		if waiting {
			err = k.Waiting.Set(ctx, key, turn.Task)
		} else {
			err = k.Waiting.Remove(ctx, key)
		}
		if err != nil {
			return err
		}
	}
	return k.Turns.Set(ctx, turn.Task, *turn)
}

// resolveTurn carries out a Resolve effect: the task has ended; its charge is decided at its turn, now or later.
func (k Keeper) resolveTurn(ctx context.Context, it *item, e poco.Resolve) error {
	turn, err := k.Turns.Get(ctx, it.stored.Id)
	if err != nil {
		return err
	}
	turn.Resolved, turn.Vindicated, turn.Counted = true, e.Vindicated, e.Counted
	if err := k.Turns.Set(ctx, it.stored.Id, turn); err != nil {
		return err
	}
	return k.decideTurn(ctx, turn)
}

// decideTurn settles a resolved turn if it has come: charged w at an open turn unless the first worker was vindicated,
// nothing at a shut one (protocol section 3).
func (k Keeper) decideTurn(ctx context.Context, turn types.Turn) error {
	g, err := k.askGates(ctx, turn)
	if err != nil {
		return err
	}
	if err := k.setWaiting(ctx, &turn, g == poco.GateWait); err != nil || g == poco.GateWait {
		return err
	}
	charged := poco.Q64{}
	if g == poco.GateOpen && !turn.Vindicated {
		if charged, err = poco.Q64FromBytes(turn.Charge); err != nil {
			return err
		}
	}
	valueCharged, err := k.valueCharged(ctx, turn, charged)
	if err != nil {
		return err
	}
	if err := k.settleTurn(ctx, turn, charged); err != nil {
		return err
	}
	if err := k.Turns.Remove(ctx, turn.Task); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventTurn{Task: turn.Task, Gate: g.String(), Charged: charged.Bytes(), Decided: true, ValueCharged: valueCharged})
}

// settleTurn charges a turn to both ledgers, and wakes those that waited for it.
func (k Keeper) settleTurn(ctx context.Context, turn types.Turn, charged poco.Q64) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	for _, at := range []struct {
		key  string
		turn uint64
	}{{turn.ClassKey, turn.ClassTurn}, {turn.RequesterKey, turn.RequesterTurn}} {
		l, err := k.ledger(ctx, at.key, 0)
		if err != nil {
			return err
		}
		if err := l.Settle(turns{k, ctx, at.key}, at.turn, charged, turn.Counted, height, params.WindowBlocks); err != nil {
			return err
		}
		if err := k.setLedger(ctx, at.key, l); err != nil {
			return err
		}
		if err := k.noteLedgerToAsk(ctx, at.key, at.turn); err != nil {
			return err
		}
	}
	return nil
}

// valueCharged says what a charge of a turn is in money, for people; nothing when there is none.
func (k Keeper) valueCharged(ctx context.Context, turn types.Turn, charged poco.Q64) (string, error) {
	if charged.IsZero() {
		return "", nil
	}
	record, err := turns{k, ctx, turn.ClassKey}.Record(turn.ClassTurn)
	return record.Value.String(), err
}

// noteLedgerToAsk notes that waiting turns of a ledger are to be asked again, if there are any after the settled one.
func (k Keeper) noteLedgerToAsk(ctx context.Context, key string, after uint64) error {
	rng := collections.NewPrefixedPairRange[string, uint64](key).StartExclusive(after)
	_, found, err := records.First(ctx, k.Waiting, rng)
	if err != nil || !found {
		return err
	}
	return k.LedgersToAsk.Set(ctx, key)
}
