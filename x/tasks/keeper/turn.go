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

// The turn of a task in its two ledgers: that of its class and that of its requester (poco/ledger.go). A task enters both when its
// wave 2 is drawn. When all its replicas agree, the ledgers are asked whether it may be accepted (askTurn). If the answer is
// "wait", the turn is put on the waiting lists of both ledgers. When the task has ended, its charge is decided (resolveTurn), at
// once or as soon as its turn is open or shut, and the turn is settled. After that, both block hooks ask the ledgers again about
// the turns that wait in them (askWaitingTurns).

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
		if *at.turn, err = l.Enter(k.turnsOf(ctx, at.key), e.Entry, height, params.WindowBlocks); err != nil {
			return err
		}
		l.Limits.Note(it.state.Terms.FuelLimit)
		if err := k.setLedger(ctx, at.key, l); err != nil {
			return err
		}
	}
	return k.Turns.Set(ctx, it.stored.Id, turn)
}

// askTurn answers an AskTurn effect with what the ledgers say now. A turn that must wait is asked about again when an earlier turn
// settles.
func (k Keeper) askTurn(ctx context.Context, it *item) (poco.Event, error) {
	turn, err := k.Turns.Get(ctx, it.stored.Id)
	if err != nil {
		return nil, err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	places, err := k.readPlaces(ctx, turn)
	if err != nil {
		return nil, err
	}
	g, err := askGates(params, places)
	if err != nil {
		return nil, err
	}
	if waiting := g == poco.GateWait; waiting != turn.Waiting {
		if err := k.setWaiting(ctx, &turn, waiting); err != nil {
			return nil, err
		}
		if err := k.Turns.Set(ctx, turn.Task, turn); err != nil {
			return nil, err
		}
	}
	if it.stored.Gate != g.String() {
		it.stored.Gate = g.String()
		if err := emitEvent(ctx, &types.EventTurn{Task: it.stored.Id, Gate: g.String()}); err != nil {
			return nil, err
		}
	}
	return poco.TurnCame{Height: sdk.UnwrapSDKContext(ctx).BlockHeight(), Gate: g}, nil
}

// place is a turn in one of its two ledgers, each of which is read once.
type place struct {
	turns  *turns
	ledger poco.Ledger
	turn   uint64
}

// turnPlaces returns the keys of a turn's two places: in the ledger of its class, and in that of its requester.
func turnPlaces(t types.Turn) [2]collections.Pair[string, uint64] {
	return [2]collections.Pair[string, uint64]{collections.Join(t.ClassKey, t.ClassTurn), collections.Join(t.RequesterKey, t.RequesterTurn)}
}

// readPlaces reads the ledgers of a turn.
func (k Keeper) readPlaces(ctx context.Context, turn types.Turn) (places [2]place, err error) {
	for i, at := range turnPlaces(turn) {
		places[i] = place{turns: k.turnsOf(ctx, at.K1()), turn: at.K2()}
		if places[i].ledger, err = k.getLedger(ctx, at.K1(), 0); err != nil {
			return places, err
		}
	}
	return places, nil
}

// askGates returns the answer of both ledgers together about a turn.
func askGates(params types.Params, places [2]place) (poco.Gate, error) {
	allowances, err := params.Allowances()
	if err != nil {
		return poco.GateWait, err
	}
	answer := poco.GateOpen
	for _, p := range places {
		g, err := p.ledger.Gate(p.turns, p.turn, allowances)
		if err != nil {
			return poco.GateWait, err
		}
		answer = poco.CombineGates(answer, g)
	}
	return answer, nil
}

// resolveTurn carries out a Resolve effect. The task has ended, and its charge is decided now or once its turn no longer waits.
func (k Keeper) resolveTurn(ctx context.Context, it *item, e poco.Resolve) error {
	turn, err := k.Turns.Get(ctx, it.stored.Id)
	if err != nil {
		return err
	}
	turn.Resolved, turn.Vindicated, turn.Counted = true, e.Vindicated, e.Counted
	return k.decideTurn(ctx, turn)
}

// decideTurn settles the turn of an ended task unless the turn must wait. An open turn is charged w, unless the first worker was
// vindicated. A shut turn is charged nothing (protocol section 3). A turn that must wait is stored.
func (k Keeper) decideTurn(ctx context.Context, turn types.Turn) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	places, err := k.readPlaces(ctx, turn)
	if err != nil {
		return err
	}
	g, err := askGates(params, places)
	if err != nil {
		return err
	}
	if err := k.setWaiting(ctx, &turn, g == poco.GateWait); err != nil {
		return err
	}
	if g == poco.GateWait {
		return k.Turns.Set(ctx, turn.Task, turn)
	}
	charged := poco.Q64{}
	if g == poco.GateOpen && !turn.Vindicated {
		if charged, err = poco.Q64FromBytes(turn.Charge); err != nil {
			return err
		}
	}
	valueCharged, err := describeValueCharged(places[0], charged)
	if err != nil {
		return err
	}
	if err := k.settlePlaces(ctx, params, places, charged, turn.Counted); err != nil {
		return err
	}
	if err := k.Turns.Remove(ctx, turn.Task); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventTurn{Task: turn.Task, Gate: g.String(), Charged: charged.Bytes(), Decided: true, ValueCharged: valueCharged})
}

// settlePlaces settles a turn in both ledgers, and records the ledgers in which other turns waited for it.
func (k Keeper) settlePlaces(ctx context.Context, params types.Params, places [2]place, charged poco.Q64, counted bool) error {
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	for _, p := range places {
		if err := p.ledger.Settle(p.turns, p.turn, charged, counted, height, params.WindowBlocks); err != nil {
			return err
		}
		if err := k.setLedger(ctx, p.turns.key, p.ledger); err != nil {
			return err
		}
		if err := k.noteLedgerToAsk(ctx, p.turns.key, p.turn); err != nil {
			return err
		}
	}
	return nil
}

// describeValueCharged returns a turn's charge in money, for people to read, or "" if there is no charge.
func describeValueCharged(class place, charged poco.Q64) (string, error) {
	if charged.IsZero() {
		return "", nil
	}
	record, err := class.turns.Record(class.turn)
	return record.Value.String(), err
}

// askWaitingTurns asks the ledgers in which a turn was settled about the turns that wait in them, in draw order and at most limit
// turns in total. This may settle further turns, whose ledgers are then asked again as well. A turn beyond the limit is asked
// about when a turn before it settles: its gate depends on nothing else. If the ledger stayed recorded for it, every block would
// ask in vain.
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

// askWaitingIn asks one ledger about the turns that wait in it, the oldest first, and returns about how many it asked.
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

// askTurnAgain asks the ledgers again about one waiting turn. A provisional task may be accepted now, and the charge of an ended
// task may be decided. It does nothing if the turn was settled after it was listed.
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
