package setup

import (
	"fmt"

	"github.com/credence-chain/credence/receipt"
)

// ParseTrust reads --trust, HEIGHT:HASH of a block, for the commands that begin with a block of which somebody told them.
func ParseTrust(text string) (receipt.Trust, error) {
	trust, err := receipt.ParseTrust(text)
	if err != nil || trust.Height == 0 {
		return receipt.Trust{}, fmt.Errorf("--trust %q: expected HEIGHT:HASH, the hash of 64 hex digits", text)
	}
	return trust, nil
}
