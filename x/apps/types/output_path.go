package types

import "github.com/credence-chain/credence/poco/contract"

// ValidateOutputPath checks a folder below /out by the rule of package contract. ErrInvalidOutputPath says what was
// expected.
func ValidateOutputPath(p string) error {
	if err := contract.CheckOutputPath(p); err != nil {
		return ErrInvalidOutputPath.Wrap(err.Error())
	}
	return nil
}
