package types

// MaxOnchainResult is the most that max_onchain_result can be, in bytes.
const MaxOnchainResult = 8 << 10

// DefaultParams fit blocks of half a second.
func DefaultParams() Params {
	return Params{OpensPerBlock: 50, CallbackGas: 200_000, MaxOnchainResult: 1 << 10}
}

// Validate names the first field out of its range.
func (p Params) Validate() error {
	if p.OpensPerBlock < 1 || p.OpensPerBlock > 100_000 {
		return ErrInvalidParams.Wrapf("opens_per_block: got %d, expected 1 to 100000", p.OpensPerBlock)
	}
	if p.CallbackGas < 1 || p.CallbackGas > 10_000_000 {
		return ErrInvalidParams.Wrapf("callback_gas: got %d, expected 1 to 10000000", p.CallbackGas)
	}
	if p.MaxOnchainResult > MaxOnchainResult {
		return ErrInvalidParams.Wrapf("max_onchain_result: got %d bytes, expected at most %d", p.MaxOnchainResult, MaxOnchainResult)
	}
	return nil
}
