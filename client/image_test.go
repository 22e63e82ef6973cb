package client

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/poco"
)

// tarball returns an archive of these files.
func tarball(t *testing.T, files ...[2]string) string {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		require.NoError(t, w.WriteHeader(&tar.Header{Name: f[0], Mode: 0o644, Size: int64(len(f[1])), Format: tar.FormatUSTAR}))
		_, err := w.Write([]byte(f[1]))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	path := filepath.Join(t.TempDir(), "My Tool.tar")
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o600))
	return path
}

const imageLayer = "the bytes of a layer"

var imageConfig = fmt.Sprintf(`{"os":"linux","architecture":"amd64","config":{"Cmd":["/x"]},"rootfs":{"diff_ids":["%s"]}}`, artifact.Sum([]byte(imageLayer)))

// imageManifest returns the manifest of an image with one configuration and one layer.
func imageManifest(t *testing.T) string {
	t.Helper()
	describe := func(kind, data string) artifact.Descriptor {
		return artifact.Descriptor{MediaType: kind, Digest: artifact.Sum([]byte(data)), Size: int64(len(data))}
	}
	data, err := json.Marshal(artifact.Manifest{
		SchemaVersion: 2, MediaType: artifact.ManifestType, Config: describe("application/vnd.oci.image.config.v1+json", imageConfig),
		Layers: []artifact.Descriptor{describe("application/vnd.oci.image.layer.v1.tar", imageLayer)},
	})
	require.NoError(t, err)
	return string(data)
}

func blobOf(data string) [2]string { return [2]string{blobName(artifact.Sum([]byte(data))), data} }

// layoutOf returns an archive with an OCI image layout.
func layoutOf(t *testing.T, manifest string, more ...[2]string) string {
	t.Helper()
	index, err := json.Marshal(map[string]any{"schemaVersion": 2, "manifests": []artifact.Descriptor{
		{MediaType: artifact.ManifestType, Digest: artifact.Sum([]byte(manifest)), Size: int64(len(manifest))},
	}})
	require.NoError(t, err)
	return tarball(t, append([][2]string{{"oci-layout", "{}"}, {"./index.json", string(index)}, blobOf(manifest)}, more...)...)
}

// TestReadImage: an image has the same digest in every format of archive.
func TestReadImage(t *testing.T) {
	manifest := imageManifest(t)
	layout := layoutOf(t, manifest, blobOf(imageConfig), blobOf(imageLayer))
	saved := tarball(t, [2]string{"config.json", imageConfig}, [2]string{"a/layer.tar", imageLayer}, [2]string{"manifest.json", `[{"Config":"config.json","RepoTags":["x"],"Layers":["a/layer.tar"]}]`})
	for _, path := range []string{layout, saved} {
		require.True(t, isImage(path))
		img, err := readImage(context.Background(), imageSource{text: path})
		require.NoError(t, err)
		require.Equal(t, artifact.Sum([]byte(manifest)), img.digest)
		require.EqualValues(t, len(manifest)+len(imageConfig)+len(imageLayer), img.size)
		require.Equal(t, "my-tool", img.name)
		got, err := artifact.ReadContent(img.parts[artifact.Sum([]byte(imageLayer))])
		require.NoError(t, err)
		require.Equal(t, imageLayer, string(got))
	}
	require.False(t, isImage(write(t, "app.wasm", emptyApp)))
	for want, path := range map[string]string{
		"which is not in it": layoutOf(t, manifest, blobOf(imageConfig)),
		"it has no a/layer":  tarball(t, [2]string{"config.json", imageConfig}, [2]string{"manifest.json", `[{"Config":"config.json","Layers":["a/layer.tar"]}]`}),
		"it has no manifest": tarball(t, [2]string{"readme", "x"}),
		"expected 1":         tarball(t, [2]string{"manifest.json", `[]`}),
		"it has no image":    layoutOf(t, `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json"}`),
	} {
		_, err := readImage(context.Background(), imageSource{text: path})
		var problem *Error
		require.ErrorAs(t, err, &problem, want)
		require.Equal(t, "App", problem.Field)
		require.Contains(t, problem.What, want)
	}
}

// TestPublishImage: the parts go to the store first, then the manifest, under whose digest workers find them. An image that is in a
// registry is published from there, unchanged.
func TestPublishImage(t *testing.T) {
	m := newFakeMarket(t)
	r, _, tell := m.runner()
	manifest := imageManifest(t)
	digest := artifact.Sum([]byte(manifest))
	reference, err := r.PublishApp(within(t), AppFile{Path: layoutOf(t, manifest, blobOf(imageConfig), blobOf(imageLayer)), Name: "tool", Version: "1.0"}, tell)
	require.NoError(t, err)
	require.Equal(t, "acme/tool:1.0", reference)
	msg := m.apps[digest.String()]
	require.Equal(t, "oci", msg.Runtime)
	require.EqualValues(t, len(manifest)+len(imageConfig)+len(imageLayer), msg.Size_)
	require.Equal(t, r.Stores, msg.Locators)
	into := artifact.NewMemory()
	store := &artifact.Client{BaseURLs: r.Stores}
	require.NoError(t, store.FetchManifest(within(t), into, digest, 1<<20))
	require.NoError(t, store.Fetch(within(t), into, artifact.Sum([]byte(imageLayer)), 1<<20))

	l, err := artifact.ParseLocation(r.Stores[0])
	require.NoError(t, err)
	img, err := readImage(within(t), imageSource{text: l.String() + "@" + digest.String()})
	require.NoError(t, err)
	require.Equal(t, digest, img.digest)
	require.Equal(t, []string{l.String()}, img.locators)
	_, err = readImage(within(t), imageSource{text: l.String() + "@sha256:00"})
	require.ErrorContains(t, err, "registry.example/repository@sha256:DIGEST")
}

// TestContainersNeedPoliciesWithoutCourts: a container under a policy with courts is refused before anything is published.
func TestContainersNeedPoliciesWithoutCourts(t *testing.T) {
	for policy, ok := range map[string]bool{"": false, "credence": false, "court": false, "quorum": true, "single": true} {
		require.Equal(t, ok, checkRuntimePolicy("oci", policy) == nil, policy)
		require.NoError(t, checkRuntimePolicy("wasm", policy), policy)
	}
	require.ErrorContains(t, checkRuntimePolicy("oci", "credence"), poco.CourtlessPolicyNames())
	m := newFakeMarket(t)
	r, _, tell := m.runner()
	_, err := r.Run(within(t), Job{App: layoutOf(t, imageManifest(t), blobOf(imageConfig), blobOf(imageLayer)), Trust: 1_000}, tell)
	require.ErrorContains(t, err, "two honest runs of a container may differ")
	require.Empty(t, m.apps, "nothing was published")
}

// layoutFolder writes the files of an archive into a folder.
func layoutFolder(t *testing.T, files ...[2]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "My Tool")
	for _, f := range files {
		path := filepath.Join(dir, f[0])
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(f[1]), 0o600))
	}
	return dir
}

// indexOf returns an index with an image, and with the other entries that builders add.
func indexOf(t *testing.T, manifest, platform string) string {
	t.Helper()
	return fmt.Sprintf(`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[
		{"mediaType":%q,"digest":%q,"size":%d,"platform":{"os":"linux","architecture":%q}},
		{"mediaType":%q,"digest":%q,"size":1,"platform":{"os":"unknown","architecture":"unknown"}}]}`,
		artifact.ManifestType, artifact.Sum([]byte(manifest)), len(manifest), platform, artifact.ManifestType, artifact.Sum([]byte("attestation")))
}

// TestReadFolder: an image layout may also be a folder, and builders may put an index around the image. The digest stays the same.
func TestReadFolder(t *testing.T) {
	manifest := imageManifest(t)
	inner := indexOf(t, manifest, "amd64")
	outer := fmt.Sprintf(`{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.index.v1+json","digest":%q,"size":%d}]}`, artifact.Sum([]byte(inner)), len(inner))
	files := [][2]string{{"oci-layout", "{}"}, {"index.json", outer}, blobOf(inner), blobOf(manifest), blobOf(imageConfig), blobOf(imageLayer)}
	for _, path := range []string{layoutFolder(t, files...), tarball(t, files...)} {
		require.True(t, isImage(path))
		img, err := readImage(context.Background(), imageSource{text: path})
		require.NoError(t, err)
		require.Equal(t, artifact.Sum([]byte(manifest)), img.digest)
		require.Equal(t, []string{"/x"}, img.config.Cmd)
		_, err = readImage(context.Background(), imageSource{text: path, platform: "linux/arm64"})
		require.ErrorContains(t, err, "it has no image for linux/arm64, only for linux/amd64")
	}
	require.False(t, isImage(t.TempDir()), "a folder without an index")
	noProgram := `{"os":"linux","rootfs":{"diff_ids":["` + artifact.Sum([]byte(imageLayer)).String() + `"]}}`
	m := strings.ReplaceAll(strings.ReplaceAll(manifest, artifact.Sum([]byte(imageConfig)).String(), artifact.Sum([]byte(noProgram)).String()),
		fmt.Sprintf(`"size":%d`, len(imageConfig)), fmt.Sprintf(`"size":%d`, len(noProgram)))
	_, err := readImage(context.Background(), imageSource{text: layoutOf(t, m, blobOf(noProgram), blobOf(imageLayer))})
	require.ErrorContains(t, err, "no worker runs", "it is said before anything is published")
	require.ErrorContains(t, err, "neither an entry point nor a command")
}

// TestNamesOfImages: a name that docker reads as one of a registry is read so here too. Apps on the chain and files are no images.
func TestNamesOfImages(t *testing.T) {
	for text, want := range map[string]bool{
		"registry.example/tool": true, "registry.example/acme/tool:1.0": true, "localhost/tool": true, "localhost:5000/tool:1": true,
		"http://127.0.0.1:5000/acme/tool:1": true, "host:5000/tool": true, "acme/tool:1.0": false, "tool": false, "./tool/x": false, "../a/tool": false,
		"sha256:00": false, "registry.example/x.wasm": false, "tool.tar": false, "a/b/c.tar": false,
	} {
		require.Equal(t, want, isImage(text), text)
	}
	require.True(t, isReference("acme/tool:1.0"))
	require.False(t, isReference("a"), "a file with a name of one letter")
	require.False(t, isReference("registry.example/tool:1.0"))
	require.False(t, isReference("localhost:5000/tool"))
}

// TestTagsAreResolved: an image is published by its digest, so that a later change of its tag changes nothing. An index leads to one
// image.
func TestTagsAreResolved(t *testing.T) {
	manifest := imageManifest(t)
	index := indexOf(t, manifest, "amd64")
	blobs := map[string]string{}
	for _, data := range []string{index, manifest} {
		blobs["/v2/acme/tool/manifests/"+artifact.Sum([]byte(data)).String()] = data
	}
	blobs["/v2/acme/tool/manifests/1.0"], blobs["/v2/acme/tool/manifests/latest"] = index, manifest
	blobs["/v2/acme/tool/blobs/"+artifact.Sum([]byte(imageConfig)).String()] = imageConfig
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, found := blobs[r.URL.Path]
		if !found {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte(data))
	}))
	defer server.Close()
	where := server.URL + "/acme/tool"
	for _, text := range []string{where + ":1.0", where, where + "@" + artifact.Sum([]byte(index)).String(), where + ":2.0@" + artifact.Sum([]byte(manifest)).String()} {
		img, err := readImage(within(t), imageSource{text: text})
		require.NoError(t, err, text)
		require.Equal(t, artifact.Sum([]byte(manifest)), img.digest)
		require.Equal(t, []string{where}, img.locators)
		require.Equal(t, "tool", img.name)
	}
	_, err := readImage(within(t), imageSource{text: where + ":2.0"})
	require.ErrorContains(t, err, `has no tag "2.0"`)
	program, err := CheckProgram(within(t), where, "", "")
	require.NoError(t, err)
	require.Equal(t, "/x", program.Image.CommandText())
	require.Equal(t, "oci", program.Runtime)
}
