package types

import (
	"github.com/credence-chain/credence/internal/claims"
	"github.com/credence-chain/credence/result"
)

// Claim is what a proof has to show; receipts check it again by the same code.
type Claim = claims.Claim

// ResultFile is the file of a circuit's result.
const ResultFile = claims.ResultFile

// CircuitResult is the result of a circuit that left this text.
func CircuitResult(text []byte) result.Manifest { return claims.CircuitResult(text) }

// open reads the verifier's key, and returns what checks proofs against it.
func (v Verifier) open() (claims.Checker, error) {
	return claims.Verifier{System: claims.System(v.System), Key: v.Key, Root: v.Root, ControlID: v.ControlId, Selector: v.Selector, Inputs: v.Inputs}.Open()
}

// Check says why a proof does not show a claim; nil when it does. ErrEvidence, or ErrInvalid of a verifier that is none.
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
