package artifact

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseImage(t *testing.T) {
	d := Sum([]byte("x")).String()
	sound := `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"` + d +
		`","size":3},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"` + d + `","size":5}],"annotations":{"a":"b"}}`
	m, err := ParseImage([]byte(sound))
	require.NoError(t, err)
	require.EqualValues(t, 100+3+5, m.ImageBytes(100))
	require.Equal(t, Gzip, m.Layers[0].Compression())
	require.Len(t, m.Parts(), 2)
	docker := strings.NewReplacer(
		"vnd.oci.image.manifest.v1", "vnd.docker.distribution.manifest.v2", "vnd.oci.image.config.v1", "vnd.docker.container.image.v1",
		"vnd.oci.image.layer.v1.tar+gzip", "vnd.docker.image.rootfs.diff.tar.gzip",
	).Replace(sound)
	_, err = ParseImage([]byte(docker))
	require.NoError(t, err, "images of Docker's own format")
	for name, tc := range map[string]struct{ from, to, want string }{
		"not JSON":        {"{", "", "not JSON"},
		"an index":        {"manifest.v1+json", "index.v1+json", "an index names images"},
		"another schema":  {`"schemaVersion":2`, `"schemaVersion":1`, "schemaVersion 1"},
		"an artifact":     {"image.config.v1", "empty.v1", "config.mediaType"},
		"no size":         {`"size":3`, `"size":0`, "config.size 0"},
		"a negative size": {`"size":5`, `"size":-5`, "layers[0].size -5"},
		"too much":        {`"size":5`, `"size":9223372036854775807`, "a total below 2^63"},
		"no layers":       {`"layers":[{`, `"layer":[{`, "no layers"},
		"another layer":   {"layer.v1.tar+gzip", "layer.v1.tar+xz", "packed with gzip or zstd"},
		"another digest":  {d, "sha256:00", "not JSON of a manifest"},
	} {
		_, err := ParseImage([]byte(strings.ReplaceAll(sound, tc.from, tc.to)))
		require.ErrorContains(t, err, tc.want, name)
	}
}
