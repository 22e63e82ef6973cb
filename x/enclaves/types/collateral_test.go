package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/evidence/certificate"
	"github.com/credence-chain/credence/x/enclaves/types"
)

// TestTdxCollateralHasItsParts: a part that is missing or larger than its limit is refused by name before anything is parsed. Anybody may
// send collateral, so its size bounds the work that a stranger makes for the chain.
func TestTdxCollateralHasItsParts(t *testing.T) {
	whole := func() types.TdxCollateral {
		return types.TdxCollateral{
			Authority: []byte{1}, Signers: []byte{1}, RootList: []byte{1}, PlatformList: []byte{1}, Levels: []byte{1}, Enclave: []byte{1},
			LevelsSignature: make([]byte, 64), EnclaveSignature: make([]byte, 64),
		}
	}
	record := types.TdxRecord{Edition: types.Edition{Family: make([]byte, 6)}, Collateral: whole()}
	require.NoError(t, record.Validate(), "its form is good, its content is Intel's to sign")
	for _, p := range []struct {
		name string
		most int
		part func(*types.TdxCollateral) *[]byte
	}{
		{"authority", types.MaxPEMSize, func(c *types.TdxCollateral) *[]byte { return &c.Authority }},
		{"signers", types.MaxPEMSize, func(c *types.TdxCollateral) *[]byte { return &c.Signers }},
		{"root_list", certificate.MaxListSize, func(c *types.TdxCollateral) *[]byte { return &c.RootList }},
		{"platform_list", certificate.MaxListSize, func(c *types.TdxCollateral) *[]byte { return &c.PlatformList }},
		{"levels", types.MaxTextSize, func(c *types.TdxCollateral) *[]byte { return &c.Levels }},
		{"enclave", types.MaxTextSize, func(c *types.TdxCollateral) *[]byte { return &c.Enclave }},
	} {
		for _, size := range []int{0, p.most + 1} {
			record.Collateral = whole()
			*p.part(&record.Collateral) = make([]byte, size)
			err := record.Validate()
			require.ErrorIs(t, err, types.ErrCollateral, p.name)
			require.ErrorContains(t, err, p.name)
			_, err = record.Collateral.Inspect(make([]byte, 32), 1)
			require.ErrorIs(t, err, types.ErrCollateral, p.name)
		}
		record.Collateral = whole()
		*p.part(&record.Collateral) = make([]byte, p.most)
		require.NoError(t, record.Validate(), "%s of the largest size", p.name)
	}
	for _, size := range []int{0, 63, 65} {
		for _, signature := range []func(*types.TdxCollateral) *[]byte{
			func(c *types.TdxCollateral) *[]byte { return &c.LevelsSignature }, func(c *types.TdxCollateral) *[]byte { return &c.EnclaveSignature },
		} {
			record.Collateral = whole()
			*signature(&record.Collateral) = make([]byte, size)
			require.ErrorIs(t, record.Validate(), types.ErrCollateral, "a signature of %d bytes", size)
		}
	}
	record.Collateral, record.Edition.Family = whole(), make([]byte, 5)
	require.ErrorIs(t, record.Validate(), types.ErrInvalid)
}

// TestEditionFollows: an edition replaces another if no part of it is older, no number lower, and one part newer. Otherwise somebody could
// bring back a list from before a revocation.
func TestEditionFollows(t *testing.T) {
	old := types.Edition{
		Family: make([]byte, 6), LevelsEvaluation: 5, EnclaveEvaluation: 6, LevelsIssued: 100, EnclaveIssued: 100, RootListIssued: 100, PlatformListIssued: 100,
	}
	require.EqualValues(t, 5, old.Evaluation(), "the lower one")
	require.ErrorIs(t, old.Follows(old), types.ErrCollateral, "the same again")
	dates := map[string]func(*types.Edition) *int64{
		"levels": func(e *types.Edition) *int64 { return &e.LevelsIssued }, "enclave": func(e *types.Edition) *int64 { return &e.EnclaveIssued },
		"root list": func(e *types.Edition) *int64 { return &e.RootListIssued }, "platform list": func(e *types.Edition) *int64 { return &e.PlatformListIssued },
	}
	for newer, of := range dates {
		next := old
		*of(&next)++
		require.NoError(t, next.Follows(old), newer)
		for older, of := range dates {
			if older != newer {
				back := next
				*of(&back)--
				require.ErrorIs(t, back.Follows(old), types.ErrCollateral, "newer %s, older %s", newer, older)
			}
		}
		lower := next
		lower.LevelsEvaluation--
		require.ErrorIs(t, lower.Follows(old), types.ErrCollateral, "a lower number")
	}
}
