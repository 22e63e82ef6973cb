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

// ListPrice returns the price and true, or false for a version that runs only by order.
func (v Version) ListPrice() (uint64, bool) { return v.Price, !v.ByOrder }

// CourtCanJudge says whether running the version again tells who was right: two honest runs never differ. ErrInvalidVersion
// for a runtime that there is not.
func (v Version) CourtCanJudge() (bool, error) {
	runtime, err := contract.FindRuntime(v.Runtime)
	if err != nil {
		return false, ErrInvalidVersion.Wrap(err.Error())
	}
	return runtime.Deterministic && !v.Nondeterministic, nil
}

// Normal returns the version in its one form: tags sorted and unique, no requirements where they ask for nothing.
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

// Validate checks a version by itself, in its one form. ErrInvalidVersion, or the error of its kind of field, names the
// field, its value and what was expected.
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
	if err := v.Needs().Validate(); err != nil {
		return err
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

// validateVerifier checks that a version names both a verifier and the program that it knows, or neither. Whether there is such a
// verifier is asked when a task is requested: it may be admitted later, and be stopped.
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

// CheckProgram checks of a version that is published that its runtime's programs can be proved, and that the verifier knows the program
// by the right id; ErrInvalidVersion otherwise. It is no part of Validate: versions that were published before there was this rule stay
// as they are, and a state with them has to be taken. No request under the policy "proven" finds evidence for them.
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

// ValidatePrice checks that what is by order only has no list price; ErrInvalidVersion otherwise.
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
