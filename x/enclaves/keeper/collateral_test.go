package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/evidence/tdx"
	"github.com/credence-chain/credence/testutil/intel"
	"github.com/credence-chain/credence/x/enclaves/types"
)

// TestTdxCollateral: anybody brings it, signed by Intel and newer. A raised evaluation number ends the sessions below it, which are
// registered again.
func TestTdxCollateral(t *testing.T) {
	v := newVendors(t, nil)
	stranger := v.Account("stranger")
	v.Deliver(stranger, v.refresh(v.intel.Collateral()))
	v.Deliver(v.worker(1), v.tdxSession(1, nil))
	v.Refuse(stranger, types.ErrCollateral, v.refresh(v.intel.Collateral()))
	other := intel.New(t, genesisTime)
	v.Refuse(stranger, types.ErrCollateral, v.refresh(other.Collateral()))
	v.intel.Issued = -time.Hour
	v.Refuse(stranger, types.ErrCollateral, v.refresh(v.intel.Collateral()))
	v.intel.Issued = 40 * 24 * time.Hour
	v.Refuse(stranger, types.ErrCollateral, v.refresh(v.intel.Collateral()))
	v.intel.Issued = time.Hour
	lower := v.intel.Identity
	v.intel.Identity = `"tcbEvaluationDataNumber":19=>"tcbEvaluationDataNumber":18`
	v.Refuse(stranger, types.ErrCollateral, v.refresh(v.intel.Collateral()))
	v.intel.Identity = lower
	v.Deliver(stranger, v.refresh(v.intel.Collateral()))
	_, refused := v.session(1)
	require.Empty(t, refused, "newer dates end nothing")

	v.intel.Issued, v.intel.Identity = 2*time.Hour, `"tcbEvaluationDataNumber":19=>"tcbEvaluationDataNumber":20`
	v.Deliver(stranger, v.refresh(v.intel.Collateral()))
	raised := v.Height()
	_, refused = v.session(1)
	require.Contains(t, refused, types.ErrLevel.Error())
	k := app.EnclavesKeeper(v.App)
	s, _ := v.session(1)
	listing := types.Listing{Measurements: []string{s.Measurement}}
	for from, want := range map[int64]bool{s.Registered - 1: false, s.Registered: true, raised: true, raised + 1: false} {
		voided, err := k.WasVoided(v.Ctx(), listing, s.Worker, from)
		require.NoError(t, err)
		require.Equal(t, want, voided, "from height %d", from)
	}
	editions, err := types.NewQueryClient(v.Conn()).Editions(v.Ctx(), &types.QueryEditionsRequest{})
	require.NoError(t, err)
	require.Len(t, editions.Editions, 1)
	require.Equal(t, raised, editions.Editions[0].Raised)
	v.Deliver(v.worker(1), v.tdxSession(1, nil))
	_, refused = v.session(1)
	require.Empty(t, refused)

	// Intel takes the platform's certificate back: no new session.
	v.intel.Issued, v.intel.RevokedByAuthority = 3*time.Hour, []int64{4}
	v.Deliver(stranger, v.refresh(v.intel.Collateral()))
	v.Refuse(v.worker(1), types.ErrQuote, v.tdxSession(1, nil))
}

// TestRefusedCollateralChangesNothing: whoever sends collateral that is old, forged or not Intel's leaves the state as it is. A raised number
// is noted once: later editions with the same number excuse nobody again.
func TestRefusedCollateralChangesNothing(t *testing.T) {
	v := newVendors(t, nil)
	k, ctx := app.EnclavesKeeper(v.App), v.Ctx()
	send := func(c tdx.Collateral) error {
		_, err := k.RefreshTdx(ctx, v.refresh(c).Collateral)
		return err
	}
	require.NoError(t, send(v.intel.Collateral()))
	v.intel.Issued, v.intel.Identity = time.Hour, `"tcbEvaluationDataNumber":19=>"tcbEvaluationDataNumber":20`
	ctx = ctx.WithBlockHeight(ctx.BlockHeight() + 3)
	require.NoError(t, send(v.intel.Collateral()))
	stored := func() *types.GenesisState {
		t.Helper()
		g, err := k.ExportGenesis(ctx)
		require.NoError(t, err)
		require.Len(t, g.Tdx, 1)
		return g
	}
	before := stored()
	forged := v.intel.Collateral()
	forged.LevelsSignature[7] ^= 1
	for name, c := range map[string]tdx.Collateral{
		"the same again":   v.intel.Collateral(),
		"a forged one":     forged,
		"another maker's":  intel.New(t, genesisTime).Collateral(),
		"without its list": {RootList: nil},
	} {
		require.ErrorIs(t, send(c), types.ErrCollateral, name)
		require.Equal(t, before, stored(), name)
	}
	v.intel.Issued = 2 * time.Hour
	ctx = ctx.WithBlockHeight(ctx.BlockHeight() + 3)
	require.NoError(t, send(v.intel.Collateral()))
	after := stored().Tdx[0].Edition
	require.Equal(t, before.Tdx[0].Edition.Raised, after.Raised)
	require.Greater(t, after.Height, before.Tdx[0].Edition.Height)
}
