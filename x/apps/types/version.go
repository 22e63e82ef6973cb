package types

import (
	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/poco/contract"
	enclavestypes "github.com/credence-chain/credence/x/enclaves/types"
	verifierstypes "github.com/credence-chain/credence/x/verifiers/types"
)

// MaxVersionLen bounds the name of a version, in characters.
const MaxVersionLen = 32

// Reference returns "organisation/name:version".
func (v Version) Reference() string { return Reference(v.App, v.Version) }

// ListPrice returns the list price and true, or false for a version that runs only under orders.
func (v Version) ListPrice() (uint64, bool) { return v.Price, !v.ByOrder }

// CourtCanJudge says whether a court can find out who was right by running the version again. It can when two honest runs never differ.
// ErrInvalidVersion for an unknown runtime.
func (v Version) CourtCanJudge() (bool, error) {
	runtime, err := contract.FindRuntime(v.Runtime)
	if err != nil {
		return false, ErrInvalidVersion.Wrap(err.Error())
	}
	return runtime.Deterministic && !v.Nondeterministic, nil
}

// Normal returns the version in its one form: tags in ascending order, each once, and nil requirements where they ask for nothing.
func (v Version) Normal() (Version, error) {
	tags, err := NormalTags(v.Tags)
	if err != nil {
		return Version{}, err
	}
	v.Tags = tags
	if v.Needs().Empty() {
		v.Requirements = nil
	}
	return v, nil
}

// Validate checks a version by itself. It must be in the form that Normal returns. ErrInvalidVersion, or an error of the field's own,
// names the field, its value and what was expected.
func (v Version) Validate() error {
	if err := validateVersionName(v.Version); err != nil {
		return err
	}
	if err := ValidateDigest(v.Digest); err != nil {
		return err
	}
	runtime, err := contract.FindRuntime(v.Runtime)
	if err != nil {
		return ErrInvalidVersion.Wrap(err.Error())
	}
	if err := runtime.CheckProgramBytes(v.Size_); err != nil {
		return ErrInvalidVersion.Wrap(err.Error())
	}
	if err := validateHeight(v.Reference(), v.Height); err != nil {
		return err
	}
	if err := ValidatePrice(v.Price, v.ByOrder); err != nil {
		return err
	}
	if err := validateLocators(v.Locators); err != nil {
		return err
	}
	needs := v.Needs()
	if err := needs.Validate(); err != nil {
		return err
	}
	if err := runtime.CheckLimits(needs.MemoryBytes, needs.DiskBytes, contract.MaxOutputBytes); err != nil {
		return ErrInvalidResources.Wrap(err.Error())
	}
	if v.Requirements != nil && v.Requirements.Empty() {
		return ErrInvalidResources.Wrapf("requirements of %s: expected none at all where nothing is asked for", v.Reference())
	}
	if err := ValidateTags(v.Tags); err != nil {
		return err
	}
	if err := contract.CheckOkExit(v.OkExit); err != nil {
		return ErrInvalidVersion.Wrap(err.Error())
	}
	if err := v.validateVerifier(); err != nil {
		return err
	}
	if err := enclavestypes.ValidateMeasurements(v.Measurements); err != nil {
		return ErrInvalidVersion.Wrap(err.Error())
	}
	return ValidateOutputPath(v.OutputPath)
}

// validateVerifier checks that a version names both a verifier and the id by which the verifier knows the program, or neither. It does not
// check that the verifier exists: it may be admitted or stopped later, so that each request checks it.
func (v Version) validateVerifier() error {
	if v.Verifier == "" && v.Program == "" {
		return nil
	}
	if err := verifierstypes.ValidateName(v.Verifier); err != nil {
		return ErrInvalidVersion.Wrapf("verifier: %s", err)
	}
	if _, err := ids.Parse(v.Program); err != nil {
		return ErrInvalidVersion.Wrapf("program: %s", err)
	}
	return nil
}

// CheckProgram checks a new version that names a verifier: its runtime's programs can be proved, and the program's id is the right one.
// ErrInvalidVersion otherwise. It is no part of Validate, because older versions that break this rule are still in the state, which must
// stay valid. Requests for them under the policy "proven" find no evidence.
func (v Version) CheckProgram() error {
	if v.Verifier == "" {
		return nil
	}
	runtime, err := contract.FindRuntime(v.Runtime)
	if err != nil {
		return ErrInvalidVersion.Wrap(err.Error())
	}
	program, err := ids.Parse(v.Program)
	if err != nil {
		return ErrInvalidVersion.Wrapf("program: %s", err)
	}
	digest, err := artifact.ParseDigest(v.Digest)
	if err != nil {
		return ErrInvalidVersion.Wrapf("digest: %s", err)
	}
	if err := runtime.CheckProgramID(program, digest); err != nil {
		return ErrInvalidVersion.Wrap(err.Error())
	}
	return nil
}

// ValidatePrice checks that a version that is sold under orders alone has no list price. ErrInvalidVersion otherwise.
func ValidatePrice(price uint64, byOrder bool) error {
	if byOrder && price != 0 {
		return ErrInvalidVersion.Wrapf("price: %d, expected 0 with by_order: such a version has no list price", price)
	}
	return nil
}

func validateVersionName(name string) error {
	if len(name) == 0 || len(name) > MaxVersionLen {
		return ErrInvalidVersion.Wrapf("version %q: %d characters, expected 1 to %d", name, len(name), MaxVersionLen)
	}
	if !hasOnly(name, lowerAndDigits+".-_") {
		return ErrInvalidVersion.Wrapf("version %q: expected only a-z, 0-9, '.', '-' and '_'", name)
	}
	return nil
}

func validateHeight(ref string, height int64) error {
	if height < 0 {
		return ErrInvalidVersion.Wrapf("height of %s: %d is negative", ref, height)
	}
	return nil
}
