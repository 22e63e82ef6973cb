package registry

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
)

// FuzzParseManifest: no uploaded manifest makes the store panic. Each digest that it names is counted once.
func FuzzParseManifest(f *testing.F) {
	d := artifact.Sum([]byte("x")).String()
	f.Add([]byte(`{"schemaVersion":2,"config":{"digest":"` + d + `"},"layers":[{"digest":"` + d + `"},{"digest":"` + d + `"}]}`))
	f.Add([]byte(`{"schemaVersion":2,"manifests":[{"digest":null},{}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := parseManifest(data)
		if err != nil {
			return
		}
		seen := map[artifact.Digest]bool{}
		for _, d := range doc.namedDigests() {
			require.False(t, seen[d])
			seen[d] = true
		}
	})
}
