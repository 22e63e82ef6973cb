package keeper

import (
	"errors"

	errorsmod "cosmossdk.io/errors"

	appstypes "github.com/credence-chain/credence/x/apps/types"
	"github.com/credence-chain/credence/x/market/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// missing returns the market's error for a name that another module did not find. It does not repeat what the other module says of a name that
// it does not have, which is the same name again.
func missing(own *errorsmod.Error, field, name, expected string, err error) error {
	if errors.Is(err, appstypes.ErrNotFound) || errors.Is(err, workerstypes.ErrPoolNotFound) {
		return own.Wrapf("%s: got %.80q, expected %s", field, name, expected)
	}
	return own.Wrapf("%s: %.80q: %s", field, name, err)
}

func missingPool(id string, err error) error {
	return missing(types.ErrUnknownPool, "pool", id, "a pool that the chain has", err)
}
