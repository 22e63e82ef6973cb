package keeper_test

import (
	"fmt"
	"slices"
	"strings"
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
				}, true, 0))
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
	require.ErrorIs(t, app.EnclavesKeeper(c.App).Convict(c.Ctx(), "", types.Conviction{}, true, 0), types.ErrInvalid)
	g := types.DefaultGenesis()
	g.Convictions = []types.Conviction{{Measurement: ids.Format([32]byte{1}), Organisation: "lab", Task: ids.Format([32]byte{2})}}
	require.ErrorIs(t, g.Validate(), types.ErrNotFound, "of a measurement that is not there")
	p := types.DefaultParams()
	p.CourtOrganisations = types.MaxCourtOrganisations + 1
	require.ErrorIs(t, p.Validate(), types.ErrInvalidParams)
}

// TestConvictionsThatDoNotCount: two verdicts freeze an image. One that is too old does not count, nor one that cost next to nothing; the
// machine is frozen all the same. An organisation counts with its last conviction. Nothing is kept of an image that the council or the seats
// freeze, however few convictions there were.
func TestConvictionsThatDoNotCount(t *testing.T) {
	image, other := measurement(t, types.PLATFORM_TDX, 192, 1), measurement(t, types.PLATFORM_TDX, 192, 2)
	c := testutil.New(t, withEnclaves(func(s *types.GenesisState) {
		s.Measurements = []types.Measurement{image, other}
		slices.SortFunc(s.Measurements, func(a, b types.Measurement) int { return strings.Compare(a.Id, b.Id) })
	}))
	k, ctx := app.EnclavesKeeper(c.App), c.Ctx()
	machines := byte(0)
	convict := func(image types.Measurement, organisation string, height int64, counted bool, since int64) (frozen bool) {
		t.Helper()
		machines++
		machine := ids.Format(poco.MachineID(1, []byte{machines}))
		require.NoError(t, k.Convict(ctx.WithBlockHeight(height), machine, types.Conviction{
			Measurement: image.Id, Organisation: organisation, Task: ids.Format([32]byte{1}),
		}, counted, since))
		has, err := k.Freezes.Has(ctx, machine)
		require.NoError(t, err)
		require.True(t, has)
		frozen, err = k.Freezes.Has(ctx, image.Id)
		require.NoError(t, err)
		return frozen
	}
	kept := func() (heights []int64) {
		t.Helper()
		g, err := k.ExportGenesis(ctx)
		require.NoError(t, err)
		for _, c := range g.Convictions {
			heights = append(heights, c.Height)
		}
		return heights
	}
	require.False(t, convict(image, "lab-1", 100, true, 1))
	require.False(t, convict(image, "lab-2", 200, true, 101), "the one at 100 is too old")
	require.Equal(t, []int64{200}, kept())
	require.False(t, convict(image, "lab-2", 290, true, 191), "the same organisation")
	require.Equal(t, []int64{290}, kept(), "the last one")
	require.False(t, convict(image, "lab-3", 300, false, 201), "it cost next to nothing")
	require.Equal(t, []int64{290}, kept())
	require.True(t, convict(image, "lab-3", 389, true, 290))
	require.Empty(t, kept())

	require.False(t, convict(other, "lab-1", 400, true, 1))
	require.Len(t, kept(), 1)
	require.NoError(t, k.Freeze(ctx, other.Id, "by the council", nil))
	require.Empty(t, kept(), "nothing is left of a frozen image")
}
