package poco

import (
	"math/big"

	"github.com/credence-chain/credence/poco/credibility"
)

// maxRecord bounds the confirmations that count as evidence; more add nothing.
const maxRecord = 1 << 31

// Credible says whether records reach a demanded trust (n_cred of protocol section 3): the sum of their evidence L(k),
// for k confirmations each, is at least log2 of the trust. Error: credibility.ErrTrust.
func Credible(trust uint64, records []uint64) (bool, error) {
	target, err := credibility.Target(new(big.Rat).SetFrac(new(big.Int).SetUint64(trust), big.NewInt(1)))
	if err != nil {
		return false, err
	}
	table, sum := credibility.Governed(), uint64(0)
	for _, k := range records {
		sum += table.L(uint32(min(k, maxRecord)))
	}
	return sum >= target, nil
}
