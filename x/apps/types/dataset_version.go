package types

import (
	"strings"

	"github.com/credence-chain/credence/poco/contract"
)

// Limits of a dataset's version.
const (
	// MaxDatasetSize bounds a dataset in bytes: 4 GiB, as the largest output of a task. What one task reads altogether is bounded by the
	// market's max_input_bytes.
	MaxDatasetSize = contract.MaxOutputBytes
	// MaxMediaTypeLen bounds a media type in bytes.
	MaxMediaTypeLen = 127
)

// Reference returns "organisation/name:version".
func (v DatasetVersion) Reference() string { return Reference(v.Dataset, v.Version) }

// ListPrice returns the list price and true, or false for a version that is read only under orders.
func (v DatasetVersion) ListPrice() (uint64, bool) { return v.Price, !v.ByOrder }

// Normal returns the version in its one form: tags sorted and unique.
func (v DatasetVersion) Normal() (DatasetVersion, error) {
	tags, err := NormalTags(v.Tags)
	if err != nil {
		return DatasetVersion{}, err
	}
	v.Tags = tags
	return v, nil
}

// Validate checks a version by itself. It must be in the form that Normal returns. ErrInvalidVersion, or an error of the field's own,
// names the field, its value and what was expected.
func (v DatasetVersion) Validate() error {
	if err := validateVersionName(v.Version); err != nil {
		return err
	}
	if err := ValidateDigest(v.Digest); err != nil {
		return err
	}
	if v.Size_ == 0 || v.Size_ > MaxDatasetSize {
		return ErrInvalidVersion.Wrapf("size: %d bytes, expected 1 to %d (4 GiB)", v.Size_, uint64(MaxDatasetSize))
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
	if err := ValidateTags(v.Tags); err != nil {
		return err
	}
	if err := ValidateMediaType(v.MediaType); err != nil {
		return err
	}
	return ValidateSchema(v.Schema)
}

// ValidateMediaType checks that a media type is empty, or has the form "type/subtype" of two restricted names of RFC 6838, in lower case
// and without parameters. ErrInvalidMediaType otherwise.
func ValidateMediaType(m string) error {
	if m == "" {
		return nil
	}
	if len(m) > MaxMediaTypeLen {
		return ErrInvalidMediaType.Wrapf("media_type: %d bytes, expected at most %d", len(m), MaxMediaTypeLen)
	}
	main, sub, ok := strings.Cut(m, "/")
	if !ok || !restrictedName(main) || !restrictedName(sub) {
		return ErrInvalidMediaType.Wrapf("media_type %q: expected \"type/subtype\" in lower case without parameters, such as \"text/csv\"", m)
	}
	return nil
}

// restrictedName says whether s is a restricted-name of RFC 6838, section 4.2, in lower case.
func restrictedName(s string) bool {
	return s != "" && hasOnly(s[:1], lowerAndDigits) && hasOnly(s, lowerAndDigits+"!#$&-^_.+")
}

// ValidateSchema checks that a schema is a digest, or empty; ErrInvalidSchema otherwise.
func ValidateSchema(schema string) error {
	if schema == "" {
		return nil
	}
	if err := checkDigest(schema); err != nil {
		return ErrInvalidSchema.Wrapf("schema %s, or nothing", err)
	}
	return nil
}
