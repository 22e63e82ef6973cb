package artifact

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

// imageSeeds are an image's manifest, configuration and index, as builders write them.
func imageSeeds() (manifest, config, index []byte) {
	d := Sum([]byte("x")).String()
	manifest = []byte(`{"schemaVersion":2,"mediaType":"` + ManifestType + `","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"` + d +
		`","size":7},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"` + d + `","size":9}]}`)
	config = []byte(`{"os":"linux","architecture":"amd64","config":{"Entrypoint":["/x"],"Env":["A=1"]},"rootfs":{"diff_ids":["` + d + `"]}}`)
	index = []byte(`{"schemaVersion":2,"manifests":[{"mediaType":"` + ManifestType + `","digest":"` + d + `","size":1,"platform":{"os":"linux","architecture":"amd64"}}]}`)
	return manifest, config, index
}

// FuzzParseImage: no manifest and no configuration make their readers panic. An accepted image is no smaller than any of its parts: sums
// do not wrap.
func FuzzParseImage(f *testing.F) {
	manifest, config, _ := imageSeeds()
	f.Add(manifest, config)
	f.Add(bytes.Replace(manifest, []byte(`"size":9`), []byte(`"size":9223372036854775800`), 1), []byte(`{}`))
	f.Fuzz(func(t *testing.T, manifest, config []byte) {
		m, err := ParseImage(manifest)
		if err != nil {
			return
		}
		total := m.ImageBytes(int64(len(manifest)))
		for _, part := range m.Parts() {
			require.LessOrEqual(t, uint64(part.Size), total)
		}
		if c, err := ParseImageConfig(m, config); err == nil {
			require.Len(t, c.DiffIDs, len(m.Layers))
		}
	})
}

// FuzzParseIndex: no index makes the choice of an image panic. The chosen image is one of the index.
func FuzzParseIndex(f *testing.F) {
	_, _, index := imageSeeds()
	f.Add(index, "linux/amd64")
	f.Add([]byte(`{"manifests":[{"annotations":null,"platform":null}]}`), "")
	f.Fuzz(func(t *testing.T, text []byte, asked string) {
		entries, is := ParseIndex(text)
		if !is {
			return
		}
		chosen, err := ChooseImage(entries, asked, "linux/amd64")
		if err != nil {
			return
		}
		for _, e := range entries {
			if e.Digest == chosen.Digest {
				return
			}
		}
		t.Fatal("the choice is not in the index")
	})
}

// FuzzParseLocation: no text makes the reader of locations panic. A location that is accepted, written and read again is the same place.
// Its repository cannot leave the store's paths.
func FuzzParseLocation(f *testing.F) {
	for _, text := range []string{"https://store.example/amber/inputs", "http://127.0.0.1:5000", "https://[::1]:5000/a", "http://a@b/c", "https://h/%2e%2e/x"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		l, err := ParseLocation(text)
		if err != nil {
			return
		}
		again, err := ParseLocation(l.String())
		require.NoError(t, err, "of %q", text)
		require.Equal(t, l, again)
		require.NotContains(t, l.Repository, "..")
		route, ok := ParseRoute("/v2/" + l.Repository + "/blobs/" + Sum(nil).String())
		require.True(t, ok)
		require.Equal(t, l.Repository, route.Repository)
	})
}

// FuzzParseRange: no Range header reaches beyond the blob.
func FuzzParseRange(f *testing.F) {
	for _, text := range []string{"bytes=0-0", "bytes=-5", "bytes=9-", "bytes=9223372036854775807-", "bytes=0-18446744073709551615", "bytes=1-2,3-4"} {
		f.Add(text, int64(10))
	}
	f.Fuzz(func(t *testing.T, text string, size int64) {
		if size < 0 {
			return
		}
		r, kind := parseRange(text, size)
		if kind == rangeBad {
			return
		}
		require.GreaterOrEqual(t, r.start, int64(0))
		require.GreaterOrEqual(t, r.length, int64(0))
		require.LessOrEqual(t, r.start, size)
		require.LessOrEqual(t, r.length, size-r.start)
	})
}
