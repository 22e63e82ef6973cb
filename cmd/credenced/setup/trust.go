package setup

import (
	"fmt"

	"github.com/credence-chain/credence/receipt"
)

// ParseTrust reads the flag --trust, which names a block as HEIGHT:HASH. Commands start from that block because the user trusts it.
func ParseTrust(text string) (receipt.Trust, error) {
	trust, err := receipt.ParseTrust(text)
	if err != nil || trust.Height == 0 {
		return receipt.Trust{}, fmt.Errorf("--trust %q: expected HEIGHT:HASH, the hash of 64 hex digits", text)
	}
	return trust, nil
}
