package types

import (
	"strings"

	"github.com/credence-chain/credence/artifact"
)

// Reference returns "organisation/name:version".
func Reference(id, version string) string { return id + ":" + version }

// ParseReference splits "organisation/name:version" into the id of an app or dataset, and the version.
func ParseReference(ref string) (id, version string, err error) {
	id, version, ok := strings.Cut(ref, ":")
	if !ok || !strings.Contains(id, "/") || version == "" {
		return "", "", ErrInvalidVersion.Wrapf("reference %q: expected \"organisation/name:version\" or %s", ref, artifact.DigestForm)
	}
	return id, version, nil
}
