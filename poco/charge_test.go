package poco

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestChargePayer: what pays for a charge is the smaller one of the stake and the escrow, in which the premium and the court's deposit count.
func TestChargePayer(t *testing.T) {
	terms := testTerms()
	require.EqualValues(t, 50+5*10, terms.ChargePayer())
	terms.Premium, terms.CourtDeposit = 3, 40
	require.EqualValues(t, 50+5*10+3+40, terms.ChargePayer())
	terms.Stake = 142
	require.EqualValues(t, 142, terms.ChargePayer())
}
