package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/testutil"
	"github.com/credence-chain/credence/x/enclaves/types"
)

// TestConvictions: a verdict freezes one machine. The measurement goes when machines of as many organisations as the parameters say were found
// wrong, however often one of them was; what is kept until then is exported and imported, and is gone afterwards.
func TestConvictions(t *testing.T) {
	for _, needed := range []uint32{0, 1, 2, 3} {
		t.Run(fmt.Sprint(needed), func(t *testing.T) {
			image := measurement(t, types.PLATFORM_TDX, 192, 1)
			c := testutil.New(t, withEnclaves(func(s *types.GenesisState) {
				s.Params.CourtOrganisations, s.Measurements = needed, []types.Measurement{image}
			}))
			k, ctx := app.EnclavesKeeper(c.App), c.Ctx()
			frozen := func(subject string) bool {
				t.Helper()
				has, err := k.Freezes.Has(ctx, subject)
				require.NoError(t, err)
				return has
			}
			convict := func(organisation string, n byte) {
				t.Helper()
				machine := ids.Format(poco.MachineID(1, []byte{n}))
				require.NoError(t, k.Convict(ctx, machine, types.Conviction{
					Measurement: image.Id, Organisation: organisation, Task: ids.Format([32]byte{n}),
				}))
				require.True(t, frozen(machine))
				f, err := k.Freezes.Get(ctx, machine)
				require.NoError(t, err)
				require.Contains(t, f.Reason, "a court found another answer to task")
				require.Empty(t, f.Seats)
			}
			for i := uint32(1); i <= 4; i++ {
				organisation := fmt.Sprintf("lab-%d", i)
				convict(organisation, byte(2*i))
				convict(organisation, byte(2*i)) // the same machine, for another answer
				convict(organisation, byte(2*i+1))
				require.Equal(t, needed > 0 && i >= needed, frozen(image.Id), "%d organisations", i)
				g, err := k.ExportGenesis(ctx)
				require.NoError(t, err)
				require.NoError(t, g.Validate())
				kept := int(i)
				if needed == 0 || i >= needed {
					kept = 0
				}
				require.Len(t, g.Convictions, kept)
			}
		})
	}
	c := testutil.New(t)
	require.ErrorIs(t, app.EnclavesKeeper(c.App).Convict(c.Ctx(), "", types.Conviction{}), types.ErrInvalid)
	g := types.DefaultGenesis()
	g.Convictions = []types.Conviction{{Measurement: ids.Format([32]byte{1}), Organisation: "lab", Task: ids.Format([32]byte{2})}}
	require.ErrorIs(t, g.Validate(), types.ErrNotFound, "of a measurement that is not there")
	p := types.DefaultParams()
	p.CourtOrganisations = types.MaxCourtOrganisations + 1
	require.ErrorIs(t, p.Validate(), types.ErrInvalidParams)
}
