package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	"github.com/credence-chain/credence/x/market/types"
)

// TestCourtOfEnclaves: an attested answer can be audited where two honest runs never differ, and pins neither a window nor a fee elsewhere. The
// escrow pays no court: there is one replica to pay.
func TestCourtOfEnclaves(t *testing.T) {
	j := types.Job{App: "acme/app:1", Policy: poco.PolicyAttested, Trust: 10, MaxPrice: 100, FuelLimit: 1 << 20, Size_: 1}
	terms, err := types.NewTerms(types.DefaultParams(), j, nil, types.Prices{App: 50, Pool: 10, Stake: 1_000}, poco.Work{Fuel: 1})
	require.NoError(t, err)
	require.Positive(t, terms.AuditBlocks)
	require.GreaterOrEqual(t, terms.CourtFee, uint64(10))
	require.EqualValues(t, 1, terms.MaxSeats)
	require.EqualValues(t, 1_000, terms.Stake)
	for _, c := range []struct {
		version appstypes.Version
		audited bool
	}{
		{appstypes.Version{Runtime: contract.RuntimeWasm}, true},
		{appstypes.Version{Runtime: contract.RuntimeWasm, Nondeterministic: true}, false},
		{appstypes.Version{Runtime: contract.RuntimeOCI}, false},
	} {
		got, err := types.LeaveOutCourt(terms, c.version)
		require.NoError(t, err)
		require.Equal(t, []bool{c.audited, c.audited}, []bool{got.AuditBlocks > 0, got.CourtFee > 0}, c.version.Runtime)
	}
	live := appstypes.App{Id: "acme/app"}
	differs := appstypes.Version{App: live.Id, Version: "1", Runtime: contract.RuntimeWasm, Nondeterministic: true}
	same := differs
	same.Nondeterministic = false
	require.NoError(t, j.CheckApp(live, differs, types.DefaultParams()), "a job that asks for no window gets none")
	j.AuditBlocks = 5
	require.NoError(t, j.CheckApp(live, same, types.DefaultParams()))
	err = j.CheckApp(live, differs, types.DefaultParams())
	require.ErrorIs(t, err, types.ErrAudit)
	require.ErrorContains(t, err, "audit_blocks: got 5, expected 0")
	_, err = types.LeaveOutCourt(terms, appstypes.Version{Runtime: "none"})
	require.ErrorIs(t, err, appstypes.ErrInvalidVersion)
}
