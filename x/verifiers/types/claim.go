package types

import (
	"github.com/credence-chain/credence/internal/claims"
	"github.com/credence-chain/credence/result"
)

// Claim is what a proof has to show. Receipts check proofs of the same claims with the same code.
type Claim = claims.Claim

// ResultFile is the name of the file with a circuit's result.
const ResultFile = claims.ResultFile

// CircuitResult returns the result of a circuit whose result file has this text.
func CircuitResult(text []byte) result.Manifest { return claims.CircuitResult(text) }

// open reads the verifier's key, and returns the checker of proofs against it.
func (v Verifier) open() (claims.Checker, error) {
	return claims.Verifier{System: claims.System(v.System), Key: v.Key, Root: v.Root, ControlID: v.ControlId, Selector: v.Selector, Inputs: v.Inputs}.Open()
}

// Check returns why a proof does not show a claim, or nil: ErrEvidence, or ErrInvalid when the verifier itself is not valid.
func (v Verifier) Check(c Claim, evidence []byte) error {
	check, err := v.open()
	if err != nil {
		return ErrInvalid.Wrapf("%s: %s", v.Name, err)
	}
	if err := check(c, evidence); err != nil {
		return ErrEvidence.Wrapf("verifier %s: %s", v.Name, err)
	}
	return nil
}
