package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/tasks/types"
)

// The turn of a task in its two ledgers, that of its class and that of its requester (poco/ledger.go). A task enters both when its wave 2
// is drawn. When all its replicas agree, the ledgers are asked whether it may be accepted (askTurn). A turn for which the answer is
// "wait" is put on the waiting lists of both ledgers. When the task has ended, its charge is decided (resolveTurn), at once or as soon
// as its turn is open or shut, and the turn is settled. After that, both block hooks ask the ledger again about the turns that wait in
// it (askWaitingTurns).

// enterLedgers carries out an EnterLedgers effect: it gives a task its turn in both ledgers.
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
		l, err := k.getLedger(ctx, at.key, it.state.Terms.Trust)
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

// askTurn answers an AskTurn effect with what the ledgers say now. A turn that must wait is asked again when a turn before it settles.
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

// askGates returns the answer of both ledgers together about a turn.
func (k Keeper) askGates(ctx context.Context, turn types.Turn) (poco.Gate, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return poco.GateWait, err
	}
	allowances, err := params.Allowances()
	if err != nil {
		return poco.GateWait, err
	}
	ask := func(key string, n uint64) (poco.Gate, error) {
		l, err := k.getLedger(ctx, key, 0)
		if err != nil {
			return poco.GateWait, err
		}
		return l.Gate(turns{k, ctx, key}, n, allowances)
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

// setWaiting puts a turn on the waiting lists of both its ledgers, or takes it off.
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

// resolveTurn carries out a Resolve effect: the task has ended, and its charge is decided now, or once its turn no longer waits.
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

// decideTurn settles the turn of an ended task unless it must wait. An open turn is charged w, unless the first worker was vindicated; a
// shut one is charged nothing (protocol section 3).
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
	valueCharged, err := k.describeValueCharged(ctx, turn, charged)
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

// settleTurn settles a turn in both ledgers, and notes those in which other turns waited for it.
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
		l, err := k.getLedger(ctx, at.key, 0)
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

// describeValueCharged returns what a charge of a turn is in money, for people; nothing when there is none.
func (k Keeper) describeValueCharged(ctx context.Context, turn types.Turn, charged poco.Q64) (string, error) {
	if charged.IsZero() {
		return "", nil
	}
	record, err := turns{k, ctx, turn.ClassKey}.Record(turn.ClassTurn)
	return record.Value.String(), err
}

// noteLedgerToAsk notes that a ledger is to be asked again, if turns after the settled one wait in it.
func (k Keeper) noteLedgerToAsk(ctx context.Context, ledger string, settled uint64) error {
	rng := collections.NewPrefixedPairRange[string, uint64](ledger).StartExclusive(settled)
	_, found, err := records.First(ctx, k.Waiting, rng)
	if err != nil || !found {
		return err
	}
	return k.LedgersToAsk.Set(ctx, ledger)
}

// askWaitingTurns asks the ledgers in which a turn was settled again about the turns that wait in them, in draw order and at most limit
// turns in all. This may settle further turns, whose ledgers are then asked again too. Turns beyond the limit are asked when one of the
// turns before them settles: their gates depend on nothing else. Were the ledger kept noted for them, every block would ask it in vain.
func (k Keeper) askWaitingTurns(ctx context.Context, limit int) error {
	for limit > 0 {
		ledger, found, err := records.FirstKey(ctx, k.LedgersToAsk, nil)
		if err != nil || !found {
			return err
		}
		if err := k.LedgersToAsk.Remove(ctx, ledger); err != nil {
			return err
		}
		asked, err := k.askWaitingIn(ctx, ledger, limit)
		if err != nil {
			return err
		}
		limit -= max(asked, 1)
	}
	return nil
}

// askWaitingIn asks one ledger about the turns that wait in it, the oldest first, and returns how many it asked.
func (k Keeper) askWaitingIn(ctx context.Context, ledger string, limit int) (asked int, err error) {
	iter, err := k.Waiting.Iterate(ctx, collections.NewPrefixedPairRange[string, uint64](ledger))
	if err != nil {
		return 0, err
	}
	var ids []string
	for ; iter.Valid() && len(ids) < limit; iter.Next() {
		id, err := iter.Value()
		if err != nil {
			iter.Close()
			return 0, err
		}
		ids = append(ids, id)
	}
	if err := iter.Close(); err != nil {
		return 0, err
	}
	for _, id := range ids {
		k.runIsolated(ctx, id, k.askTurnAgain)
	}
	return len(ids), nil
}

// askTurnAgain asks the ledgers again about one waiting turn. A provisional task may be accepted now, and the charge of an ended one may
// be decided. There is no turn if it was settled after it was listed.
func (k Keeper) askTurnAgain(ctx sdk.Context, it *item) error {
	turn, err := k.Turns.Get(ctx, it.stored.Id)
	if errors.Is(err, collections.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if turn.Resolved {
		return k.decideTurn(ctx, turn)
	}
	ev, err := k.askTurn(ctx, it)
	if err != nil {
		return err
	}
	return k.runEvent(ctx, it, ev)
}
