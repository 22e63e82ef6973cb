package types

import "net/url"

// Limits of a version's locators.
const (
	MaxLocators   = 8
	MaxLocatorLen = 256
)

// expected is an error whose text is what was expected.
type expected string

func (e expected) Error() string { return string(e) }

func validateLocators(locators []string) error {
	if len(locators) > MaxLocators {
		return ErrInvalidVersion.Wrapf("locators: %d, expected at most %d", len(locators), MaxLocators)
	}
	for i, l := range locators {
		if err := validateLocator(l); err != nil {
			return ErrInvalidVersion.Wrapf("locators[%d]: %q, expected %s", i, l, err)
		}
	}
	return nil
}

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
