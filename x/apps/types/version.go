package types

import (
	"net/url"
	"strings"
)

// Limits of a version's fields.
const (
	MaxVersionLen = 32
	// MaxSize bounds a module in bytes: 64 MiB.
	MaxSize       = 64 << 20
	MaxLocators   = 8
	MaxLocatorLen = 256
	// RuntimeWasm is the one runtime there is.
	RuntimeWasm = "wasm"

	digestPrefix = "sha256:"
	digestLen    = len(digestPrefix) + 64
)

// Reference returns "organisation/name:version".
func (v Version) Reference() string { return v.App + ":" + v.Version }

// IsDigest says whether a reference is meant as a digest.
func IsDigest(ref string) bool { return strings.HasPrefix(ref, digestPrefix) }

// ValidateDigest checks that digest is "sha256:" and 64 lower-case hex digits.
func ValidateDigest(digest string) error {
	if len(digest) != digestLen || !IsDigest(digest) || !only(digest[len(digestPrefix):], hexDigits) {
		return ErrInvalidVersion.Wrapf("digest %q: expected \"sha256:\" and 64 hex digits in lower case", digest)
	}
	return nil
}

// ParseReference splits "organisation/name:version" into app and version.
func ParseReference(ref string) (app, version string, err error) {
	app, version, ok := strings.Cut(ref, ":")
	if !ok || !strings.Contains(app, "/") || version == "" {
		return "", "", ErrInvalidVersion.Wrapf("reference %q: expected \"organisation/name:version\" or \"sha256:\" and 64 hex digits", ref)
	}
	return app, version, nil
}

// Validate checks a version by itself; ErrInvalidVersion names the field, its value and what was expected.
func (v Version) Validate() error {
	if len(v.Version) == 0 || len(v.Version) > MaxVersionLen {
		return ErrInvalidVersion.Wrapf("version %q: %d characters, expected 1 to %d", v.Version, len(v.Version), MaxVersionLen)
	}
	if !only(v.Version, lowerAndDigits+".-_") {
		return ErrInvalidVersion.Wrapf("version %q: expected only a-z, 0-9, '.', '-' and '_'", v.Version)
	}
	if err := ValidateDigest(v.Digest); err != nil {
		return err
	}
	if v.Size_ == 0 || v.Size_ > MaxSize {
		return ErrInvalidVersion.Wrapf("size: %d bytes, expected 1 to %d (64 MiB)", v.Size_, uint64(MaxSize))
	}
	if v.Runtime != RuntimeWasm {
		return ErrInvalidVersion.Wrapf("runtime: %q, expected %q", v.Runtime, RuntimeWasm)
	}
	if v.Height < 0 {
		return ErrInvalidVersion.Wrapf("height of %s: %d is negative", v.Reference(), v.Height)
	}
	if len(v.Locators) > MaxLocators {
		return ErrInvalidVersion.Wrapf("locators: %d, expected at most %d", len(v.Locators), MaxLocators)
	}
	for i, l := range v.Locators {
		if err := validateLocator(l); err != nil {
			return ErrInvalidVersion.Wrapf("locators[%d]: %q, expected %s", i, l, err)
		}
	}
	return nil
}

// expected is an error that says what was expected.
type expected string

func (e expected) Error() string { return string(e) }

// validateLocator checks the base URL of an artifact store.
func validateLocator(l string) error {
	if l == "" || len(l) > MaxLocatorLen {
		return expected("1 to 256 bytes")
	}
	for _, c := range []byte(l) {
		if c <= ' ' || c > '~' {
			return expected("printable ASCII without spaces")
		}
	}
	u, err := url.Parse(l)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return expected("http:// or https:// and a host")
	}
	if u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return expected("neither user, query nor fragment")
	}
	return nil
}
