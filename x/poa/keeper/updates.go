package keeper

import (
	"context"
	"errors"

	abci "github.com/cometbft/cometbft/abci/types"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/x/poa/types"
)

// Validator updates for the consensus engine. Every change of a seat marks the seat's consensus key in Changed. At the end of the
// block, the power of each marked key is compared with Announced, the power that the engine was last told. Only differences are
// sent: the engine stops when it is told to remove a validator that it does not have.

// validatorUpdates returns the keys marked in this block whose power differs from what the engine was last told, with their power.
func (k Keeper) validatorUpdates(ctx context.Context) ([]abci.ValidatorUpdate, error) {
	var changed [][]byte
	err := k.Changed.Walk(ctx, nil, func(pubkey []byte) (bool, error) {
		changed = append(changed, pubkey)
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	var updates []abci.ValidatorUpdate
	for _, pubkey := range changed {
		if err := k.Changed.Remove(ctx, pubkey); err != nil {
			return nil, err
		}
		power, differs, err := k.announceKey(ctx, pubkey)
		if err != nil {
			return nil, err
		}
		if differs {
			updates = append(updates, abci.Ed25519ValidatorUpdate(pubkey, power))
		}
	}
	return updates, nil
}

// announceKey brings Announced up to date for one key. It returns the key's power, and whether that differs from what the engine
// was last told.
func (k Keeper) announceKey(ctx context.Context, pubkey []byte) (power int64, differs bool, err error) {
	orgID, _, gaveUp, err := k.findHolder(ctx, types.Seat{ConsensusPubkey: pubkey}.ConsensusAddress())
	if err != nil {
		return 0, false, err
	}
	if orgID != "" && !gaveUp {
		seat, err := k.GetSeat(ctx, orgID)
		if err != nil {
			return 0, false, err
		}
		if seat.Active() {
			power = seat.Power
		}
	}
	known, err := k.Announced.Get(ctx, pubkey)
	if err != nil && !errors.Is(err, collections.ErrNotFound) {
		return 0, false, err
	}
	if known == power {
		return 0, false, nil
	}
	if power == 0 {
		return 0, true, k.Announced.Remove(ctx, pubkey)
	}
	return power, true, k.Announced.Set(ctx, pubkey, power)
}
