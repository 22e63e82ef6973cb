package registry

import (
	"bytes"
	"context"
	"io"
	"log"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	ggcr "github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/stretchr/testify/require"
	"oras.land/oras-go/v2"
	"oras.land/oras-go/v2/content/memory"
	orasremote "oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"

	"github.com/credence-chain/credence/artifact"
)

// shared is a served registry with accounts of amber and birch, and their secrets.
type shared struct {
	*Registry
	url, amber, birch string
}

func share(t *testing.T, opts Options) *shared {
	t.Helper()
	s := &shared{}
	var err error
	s.amber, err = opts.Accounts.Set("amber", 0)
	require.NoError(t, err)
	s.birch, err = opts.Accounts.Set("birch", 0)
	require.NoError(t, err)
	s.Registry, err = Open(t.TempDir(), opts)
	require.NoError(t, err)
	server := httptest.NewUnstartedServer(nil)
	server.Config = artifact.Server(s.Registry)
	server.Start()
	t.Cleanup(func() {
		server.Close()
		require.NoError(t, s.Close())
	})
	s.url = server.URL
	return s
}

func (s *shared) client(org, secret string) *artifact.Client {
	return &artifact.Client{BaseURLs: []string{s.url + "/" + org + "/inputs"}, Token: org + ":" + secret, Backoff: time.Millisecond}
}

func TestOurClient(t *testing.T) {
	ctx := context.Background()
	s := share(t, Options{MaxBytes: 100})
	c := s.client("amber", s.amber)
	digest, err := c.Upload(ctx, []byte("hello"))
	require.NoError(t, err)
	again, err := c.Upload(ctx, []byte("hello"))
	require.NoError(t, err)
	require.Equal(t, digest, again)

	anybody := &artifact.Client{BaseURLs: []string{s.url + "/amber/inputs"}, Backoff: time.Millisecond}
	has, err := anybody.Has(ctx, digest)
	require.NoError(t, err)
	require.True(t, has)
	local := artifact.NewMemory()
	require.NoError(t, anybody.Fetch(ctx, local, digest, 5))
	require.NoError(t, anybody.Fetch(ctx, local, digest, 5), "held already")
	require.ErrorIs(t, anybody.Fetch(ctx, artifact.NewMemory(), digest, 4), artifact.ErrTooLarge)
	has, err = anybody.Has(ctx, artifact.Sum([]byte("absent")))
	require.NoError(t, err)
	require.False(t, has)

	empty, err := c.Upload(ctx, nil)
	require.NoError(t, err)
	got, err := anybody.Bytes(ctx, empty, 0)
	require.NoError(t, err)
	require.Empty(t, got)

	refuses := func(why string, c *artifact.Client, data string) {
		t.Helper()
		_, err := c.Upload(ctx, []byte(data))
		require.ErrorIs(t, err, artifact.ErrRefused)
		require.ErrorContains(t, err, why)
	}
	refuses("the limit is 100", c, strings.Repeat("x", 101))
	refuses("credentials are those of no account", s.client("amber", "wrong"), "other")
	refuses("credentials are those of no account", s.client("birch", s.amber), "other")
	refuses("got the account of birch", &artifact.Client{BaseURLs: c.BaseURLs, Token: s.birch}, "other")
	refuses("", anybody, "other")

	dead := httptest.NewServer(nil)
	dead.Close()
	_, err = (&artifact.Client{BaseURLs: []string{dead.URL}}).Upload(ctx, []byte("other"))
	require.ErrorIs(t, err, artifact.ErrUnreachable)
	c.BaseURLs = append([]string{dead.URL}, c.BaseURLs...)
	_, err = c.Upload(ctx, []byte("other"))
	require.NoError(t, err, "one server is enough")
	_, err = c.Has(ctx, artifact.Sum([]byte("absent")))
	require.ErrorIs(t, err, artifact.ErrUnreachable)
}

// Our client uploads to a registry that is not ours, and reads the blob back. Another library finds the manifest there.
func TestOurClientAndAnotherRegistry(t *testing.T) {
	ctx := context.Background()
	server := httptest.NewServer(ggcr.New(ggcr.Logger(log.New(io.Discard, "", 0))))
	defer server.Close()
	c := &artifact.Client{BaseURLs: []string{server.URL + "/amber/inputs"}, Backoff: time.Millisecond}
	data := bytes.Repeat([]byte("credence "), 10_000)
	digest, err := c.Upload(ctx, data)
	require.NoError(t, err)
	got, err := c.Bytes(ctx, digest, int64(len(data)))
	require.NoError(t, err)
	require.Equal(t, data, got)

	ref, err := name.ParseReference(strings.TrimPrefix(server.URL, "http://") + "/amber/inputs:" + artifact.BlobTag(digest))
	require.NoError(t, err)
	image, err := remote.Image(ref)
	require.NoError(t, err)
	manifest, err := image.Manifest()
	require.NoError(t, err)
	require.Len(t, manifest.Layers, 1)
	require.Equal(t, digest.String(), manifest.Layers[0].Digest.String())
}

// The client uses the credentials that docker keeps for a registry.
func TestCredentialsOfDocker(t *testing.T) {
	if os.Getenv("DOCKER_CONFIG") == "" { // a process reads it once, so the test runs in a process of its own
		t.Skip("run by TestDockerConfig")
	}
	c := &artifact.Client{BaseURLs: []string{os.Getenv("CREDENCE_TEST_STORE")}}
	_, err := c.Upload(context.Background(), []byte("by docker's word"))
	require.NoError(t, err)
}

// Another library pushes an image for two organisations, reads it back and deletes it. An organisation cannot push into the repository of
// another one.
func TestContainerRegistryLibrary(t *testing.T) {
	s := share(t, Options{})
	host := strings.TrimPrefix(s.url, "http://")
	image, err := random.Image(50_000, 3)
	require.NoError(t, err)
	digest, err := image.Digest()
	require.NoError(t, err)
	push := func(repository, org, secret string) error {
		ref, err := name.ParseReference(host + "/" + repository)
		require.NoError(t, err)
		return remote.Write(ref, image, remote.WithAuth(&authn.Basic{Username: org, Password: secret}), remote.WithJobs(2))
	}
	require.NoError(t, push("amber/images:v1", "amber", s.amber))
	require.NoError(t, push("birch/images:v1", "birch", s.birch))
	require.ErrorContains(t, push("amber/images:v2", "birch", s.birch), "DENIED")
	require.ErrorContains(t, push("amber/images:v2", "amber", "wrong"), "UNAUTHORIZED")

	ref, err := name.ParseReference(host + "/amber/images:v1")
	require.NoError(t, err)
	back, err := remote.Image(ref) // reading needs no account
	require.NoError(t, err)
	got, err := back.Digest()
	require.NoError(t, err)
	require.Equal(t, digest, got)
	layers, err := back.Layers()
	require.NoError(t, err)
	for _, l := range layers {
		r, err := l.Compressed()
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, r) // the reader checks the digest
		require.NoError(t, err)
		r.Close()
	}
	tags, err := remote.List(ref.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"v1"}, tags)
	basic := remote.WithAuth(&authn.Basic{Username: "amber", Password: s.amber})
	require.NoError(t, remote.Delete(ref.Context().Digest(digest.String()), basic))
	_, err = remote.Image(ref)
	require.Error(t, err)
	tags, err = remote.List(ref.Context())
	require.NoError(t, err)
	require.Empty(t, tags)
}

// A second library packs an artifact, pushes it and copies it back.
func TestOrasLibrary(t *testing.T) {
	ctx := context.Background()
	s := share(t, Options{})
	repo, err := orasremote.NewRepository(strings.TrimPrefix(s.url, "http://") + "/amber/things")
	require.NoError(t, err)
	repo.PlainHTTP = true
	repo.Client = &auth.Client{Credential: auth.StaticCredential(repo.Reference.Registry, auth.Credential{Username: "amber", Password: s.amber})}
	local := memory.New()
	layer, err := oras.PushBytes(ctx, local, "text/plain", []byte("a thing"))
	require.NoError(t, err)
	packed, err := oras.PackManifest(ctx, local, oras.PackManifestVersion1_1, "application/vnd.example", oras.PackManifestOptions{Layers: []ocispecDescriptor{layer}})
	require.NoError(t, err)
	require.NoError(t, local.Tag(ctx, packed, "first"))
	_, err = oras.Copy(ctx, local, "first", repo, "first", oras.DefaultCopyOptions)
	require.NoError(t, err)
	back := memory.New()
	got, err := oras.Copy(ctx, repo, "first", back, "first", oras.DefaultCopyOptions)
	require.NoError(t, err)
	require.Equal(t, packed.Digest, got.Digest)
}

// An upload to a server that hangs ends, and the next server gets the blob.
func TestUploadLeavesAServerThatHangs(t *testing.T) {
	ctx := context.Background()
	listener, err := net.Listen("tcp", "127.0.0.1:0") // the system accepts connections, and nothing reads from them
	require.NoError(t, err)
	defer listener.Close()
	mute := "http://" + listener.Addr().String()
	s := share(t, Options{})
	c := s.client("amber", s.amber)
	c.BaseURLs = append([]string{mute}, c.BaseURLs...)
	c.Stall = 500 * time.Millisecond
	data := bytes.Repeat([]byte("credence "), 2_000_000) // more than the sockets buffer
	digest, err := c.Upload(ctx, data)
	require.NoError(t, err)
	has, err := s.blobs.Has(ctx, digest)
	require.NoError(t, err)
	require.True(t, has)
	c.BaseURLs = []string{mute}
	_, err = c.Upload(ctx, data)
	require.ErrorIs(t, err, artifact.ErrUnreachable)
}

func TestAccountsFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "accounts.json")
	list, err := LoadAccounts(path)
	require.NoError(t, err)
	require.Empty(t, list)
	secret, err := list.Set("amber", 1<<20)
	require.NoError(t, err)
	require.NoError(t, list.Save(path))
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NotContains(t, string(text), secret, "secrets are not kept")
	back, err := LoadAccounts(path)
	require.NoError(t, err)
	require.Equal(t, list, back)
	require.True(t, back.Remove("amber"))
	require.False(t, back.Remove("amber"))
	for _, bad := range []string{`{}`, `[{"organisation":"a/b"}]`, `[{"organisation":"../x"}]`, `[{"organisation":"a"}]`, `[{"organisation":"a","secret_digest":"x"}]`} {
		require.NoError(t, os.WriteFile(path, []byte(bad), 0o600))
		_, err := LoadAccounts(path)
		require.Error(t, err, bad)
	}
}
