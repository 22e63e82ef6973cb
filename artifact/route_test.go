package artifact

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseRoute(t *testing.T) {
	for path, want := range map[string]Route{
		"/v2/":                             {KindBase, "", ""},
		"/v2":                              {KindBase, "", ""},
		"/v2/a/blobs/sha256:00":            {KindBlob, "a", "sha256:00"},
		"/v2/a/b/c/blobs/x":                {KindBlob, "a/b/c", "x"},
		"/v2/a/blobs/uploads/":             {KindUpload, "a", ""},
		"/v2/a/blobs/uploads":              {KindUpload, "a", ""},
		"/v2/a/blobs/uploads/0f":           {KindUpload, "a", "0f"},
		"/v2/a/blobs/b/blobs/x":            {KindBlob, "a/blobs/b", "x"},
		"/v2/a/manifests/latest":           {KindManifest, "a", "latest"},
		"/v2/a/manifests/manifests/latest": {KindManifest, "a/manifests", "latest"},
		"/v2/a/tags/list":                  {KindTags, "a", ""},
		"/v2/a/referrers/x":                {KindReferrers, "a", "x"},
	} {
		got, ok := ParseRoute(path)
		require.True(t, ok, path)
		require.Equal(t, want, got, path)
	}
	for _, path := range []string{
		"", "/", "/v1/blobs/sha256/00", "/v2/a", "/v2/blobs/x", "/v2//blobs/x", "/v2/../blobs/x", "/v2/a/../b/blobs/x", "/v2/A/blobs/x",
		"/v2/a/./blobs/x", "/v2/a\x00/blobs/x", "/v2/" + strings.Repeat("a", 256) + "/blobs/x",
	} {
		_, ok := ParseRoute(path)
		require.False(t, ok, path)
	}
}

// No request leads to a repository whose name has a part that climbs out of a folder.
func FuzzParseRoute(f *testing.F) {
	for _, seed := range []string{"/v2/", "/v2/a/blobs/x", "/v2/a/../b/manifests/c", "/v2/a/blobs/uploads/../x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, path string) {
		r, ok := ParseRoute(path)
		if !ok || r.Kind == KindBase {
			return
		}
		for _, part := range strings.Split(r.Repository, "/") {
			if part == "" || part == "." || part == ".." || strings.ContainsAny(part, "\x00\\") {
				t.Fatalf("%q gives the repository %q", path, r.Repository)
			}
		}
		if strings.Contains(r.Reference, "/") {
			t.Fatalf("%q gives the reference %q", path, r.Reference)
		}
	})
}

func TestParseLocation(t *testing.T) {
	for text, want := range map[string]string{
		"http://h:5000":         "http://h:5000/credence",
		"http://h:5000/":        "http://h:5000/credence",
		"https://h/amber/x/":    "https://h/amber/x",
		"https://[::1]:5/a-b_c": "https://[::1]:5/a-b_c",
	} {
		l, err := ParseLocation(text)
		require.NoError(t, err)
		require.Equal(t, want, l.String())
	}
	for _, text := range []string{"", "h:5000", "ftp://h", "http://", "http://u:p@h", "http://h?x", "http://h/A", "http://h/a//b", "http://h/../x"} {
		_, err := ParseLocation(text)
		require.Error(t, err, text)
	}
}
