package upgrades_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/credence-chain/credence/app/upgrades"
	"github.com/credence-chain/credence/app/upgrades/rehearsal"
)

func TestValidate(t *testing.T) {
	require.NoError(t, upgrades.Validate(nil))
	require.NoError(t, upgrades.Validate([]upgrades.Upgrade{rehearsal.First(), rehearsal.Second()}))
	require.ErrorContains(t, upgrades.Validate([]upgrades.Upgrade{{}}), `upgrade ""`)
	require.ErrorContains(t, upgrades.Validate([]upgrades.Upgrade{{Name: "V2/../v1"}}), "folder")
	require.ErrorContains(t, upgrades.Validate([]upgrades.Upgrade{{Name: "v2"}, {Name: "v2"}}), "twice")
	bare := rehearsal.First()
	bare.Stores = storetypes.StoreUpgrades{}
	require.ErrorContains(t, upgrades.Validate([]upgrades.Upgrade{bare}), "expected its store")
}

func TestMissingErrorSaysWhatToDo(t *testing.T) {
	err := &upgrades.MissingError{Plan: upgradetypes.Plan{Name: "v2", Height: 7, Info: "https://example.org/v2"}}
	require.ErrorIs(t, err, upgrades.ErrMissing)
	require.ErrorContains(t, err, upgrades.ErrMissing.Error(), "a text of it is known by this, wherever it comes from")
	for _, part := range []string{`"v2"`, "height 7", "docs/operator.md", "https://example.org/v2"} {
		require.ErrorContains(t, err, part)
	}
}
