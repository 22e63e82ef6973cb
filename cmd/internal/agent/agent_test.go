package agent

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/keyfile"
	"github.com/credence-chain/credence/internal/release"
	"github.com/credence-chain/credence/result"
	"github.com/credence-chain/credence/secret"
)

// run runs a command of the group and returns its output.
func run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	cmd := NewCommand()
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SetArgs(args)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	err := cmd.Execute()
	return strings.TrimSpace(out.String()), err
}

func mustRun(t *testing.T, args ...string) string {
	t.Helper()
	out, err := run(t, args...)
	require.NoError(t, err, out)
	return out
}

// A file is sealed for the parties that its owner allows. The record lists them until it is changed.
func TestSealAllowRevoke(t *testing.T) {
	home, dir := t.TempDir(), t.TempDir()
	file, sealed := filepath.Join(dir, "patients.csv"), filepath.Join(dir, "patients.sealed")
	require.NoError(t, os.WriteFile(file, []byte("plain text"), 0o600))
	seal := []string{"seal", file, "--home", home, "--url", "https://keys.example.org", "--app", "studio/count:1.0", "--requester", "lab", "--pool", "hospitals", "--out", sealed}
	_, err := run(t, seal...)
	require.ErrorContains(t, err, "there is no identity")
	public := mustRun(t, "key", "--home", home)
	require.True(t, strings.HasPrefix(public, "age1"), public)
	require.Equal(t, public, mustRun(t, "key", "--home", home), "a key that is there stays")
	info, err := os.Stat(filepath.Join(home, "identity"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	digest := mustRun(t, seal...)
	data, err := os.ReadFile(sealed)
	require.NoError(t, err)
	require.Equal(t, artifact.Sum(data).String(), digest)
	require.NotContains(t, string(data), "plain text")
	_, err = run(t, seal...)
	require.ErrorIs(t, err, os.ErrExist, "nothing is replaced")
	again, err := os.ReadFile(sealed)
	require.NoError(t, err)
	require.Equal(t, data, again)

	records := release.Folder(filepath.Join(home, "records"))
	blob, err := artifact.ParseDigest(digest)
	require.NoError(t, err)
	short := blob.Hex()[:8]
	mustRun(t, "allow", short, "--home", home, "--app", "studio/count:1.1", "--pool", "public")
	r, err := records.Load(blob)
	require.NoError(t, err)
	require.Equal(t, []string{"studio/count:1.0", "studio/count:1.1"}, r.Apps)
	require.Equal(t, []string{"hospitals", "public"}, r.Pools)
	_, err = run(t, "revoke", short, "--home", home, "--pool", "public,hospitals")
	require.ErrorContains(t, err, "allows every pool")
	mustRun(t, "revoke", short, "--home", home, "--app", "studio/count:1.0")
	r, err = records.Load(blob)
	require.NoError(t, err)
	require.Equal(t, []string{"studio/count:1.1"}, r.Apps)
	require.Contains(t, mustRun(t, "list", "--home", home), "studio/count:1.1")
	mustRun(t, "revoke", short, "--home", home)
	r, err = records.Load(blob)
	require.NoError(t, err)
	require.Empty(t, r.Apps)
	require.Empty(t, r.Requesters)
	_, err = run(t, "allow", "ffffffff", "--home", home, "--app", "a/b")
	require.ErrorContains(t, err, "0 sealed files")

	// The record and the agent's identity are enough to open the file.
	identity, err := ReadIdentity(filepath.Join(home, "identity"), "")
	require.NoError(t, err)
	key, err := secret.KeyOf(r.Header, identity)
	require.NoError(t, err)
	head, _, err := secret.ReadHead(artifact.Bytes(data))
	require.NoError(t, err)
	opened, err := secret.Open(artifact.Bytes(data), head, key)
	require.NoError(t, err)
	plain, err := artifact.ReadContent(opened)
	require.NoError(t, err)
	require.Equal(t, "plain text", string(plain))
}

// An identity that is made with a passphrase is encrypted from its first byte on. A plain identity is not taken for an encrypted one.
func TestEncryptedIdentity(t *testing.T) {
	dir := t.TempDir()
	pass, file, plain := filepath.Join(dir, "passphrase"), filepath.Join(dir, "identity"), filepath.Join(dir, "plain")
	require.NoError(t, os.WriteFile(pass, []byte("a long passphrase\n"), 0o600))
	public := mustRun(t, "key", file, "--"+keyfile.Flag, pass)
	is, err := keyfile.IsEncrypted(file)
	require.NoError(t, err)
	require.True(t, is)
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NotContains(t, string(data), "AGE-SECRET-KEY-1")
	require.Equal(t, public, mustRun(t, "key", file, "--"+keyfile.Flag, pass))
	_, err = run(t, "key", file)
	require.ErrorIs(t, err, keyfile.ErrLocked)

	mustRun(t, "key", plain)
	_, err = run(t, "key", plain, "--"+keyfile.Flag, pass)
	var problem *cli.Problem
	require.ErrorAs(t, err, &problem)
	require.Contains(t, problem.Next, "key encrypt")
}

// Sealing needs named pools, or the word that every pool may run the task. Variables of the requester's choice and sealed answers are
// allowed only by flags of their own.
func TestSealAsksForPools(t *testing.T) {
	home, dir := t.TempDir(), t.TempDir()
	file := filepath.Join(dir, "patients.csv")
	require.NoError(t, os.WriteFile(file, []byte("plain text"), 0o600))
	mustRun(t, "key", "--home", home)
	seal := func(more ...string) (release.Record, error) {
		digest, err := run(t, append([]string{"seal", file, "--home", home, "--url", "https://keys.example.org", "--app", "studio/count", "--requester", "lab", "--out", filepath.Join(t.TempDir(), "sealed")}, more...)...)
		if err != nil {
			return release.Record{}, err
		}
		return (&homeOf{t, home}).load(digest), nil
	}
	_, err := seal()
	require.ErrorContains(t, err, "--pool is needed")
	_, err = seal("--pool", "any,hospitals")
	require.ErrorContains(t, err, "expected any alone")

	r, err := seal("--pool", "any")
	require.NoError(t, err)
	require.Empty(t, r.Pools)
	require.False(t, r.AnyEnv)
	require.False(t, r.SealedAnswers)
	r, err = seal("--pool", "hospitals", "--any-env", "--sealed-answers")
	require.NoError(t, err)
	require.Equal(t, []string{"hospitals"}, r.Pools)
	require.True(t, r.AnyEnv)
	require.True(t, r.SealedAnswers)

	digest, h := r.Blob.String(), &homeOf{t, home}
	mustRun(t, "revoke", digest, "--home", home, "--any-env")
	r = h.load(digest)
	require.False(t, r.AnyEnv)
	require.Equal(t, []string{"studio/count"}, r.Apps, "nothing else is revoked")
	require.Contains(t, mustRun(t, "allow", digest, "--home", home, "--any-env", "--sealed-answers=false", "--pool", "any"), "variables   any")
	r = h.load(digest)
	require.True(t, r.AnyEnv)
	require.False(t, r.SealedAnswers)
	require.Empty(t, r.Pools)
}

// homeOf is an agent's folder, whose records a test reads.
type homeOf struct {
	t    *testing.T
	path string
}

func (h *homeOf) load(digest string) release.Record {
	blob, err := artifact.ParseDigest(digest)
	require.NoError(h.t, err)
	r, err := release.Folder(filepath.Join(h.path, "records")).Load(blob)
	require.NoError(h.t, err)
	return r
}

func TestOpenAnswer(t *testing.T) {
	dir := t.TempDir()
	key := filepath.Join(dir, "me.key")
	public := mustRun(t, "key", key)
	files := []result.File{{Path: "report.txt", Content: artifact.Bytes("3 lines")}}
	m, err := result.Build(result.KindResult, "", 0, files)
	require.NoError(t, err)
	_, sealed, err := secret.SealAnswer(m, files, nil, [32]byte{1}, public)
	require.NoError(t, err)
	data, err := artifact.ReadContent(sealed[0].Content)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, secret.AnswerFile), data, 0o600))
	out := filepath.Join(dir, "out")
	require.Contains(t, mustRun(t, "open", dir, "--identity", key, "--out", out), "report.txt")
	text, err := os.ReadFile(filepath.Join(out, "report.txt"))
	require.NoError(t, err)
	require.Equal(t, "3 lines", string(text))

	other, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "other"), []byte(other.String()), 0o600))
	_, err = run(t, "open", dir, "--identity", filepath.Join(dir, "other"), "--out", filepath.Join(dir, "none"))
	require.ErrorIs(t, err, secret.ErrNotOpened)
	require.NoDirExists(t, filepath.Join(dir, "none"))
}

// An agent that others can reach needs TLS, or the word that a proxy has TLS.
func TestStartRefuses(t *testing.T) {
	for want, args := range map[string][]string{
		"--url":               {"--url", "keys.example.org"},
		"there is no TLS":     {"--url", "https://keys.example.org", "--listen", "0.0.0.0:7300"},
		"no TLS":              {"--url", "https://keys.example.org", "--listen", ":7300"},
		"go together":         {"--url", "https://keys.example.org", "--tls-cert", "c.pem"},
		"expected HOST:PORT":  {"--url", "https://keys.example.org", "--listen", "7300"},
		"keys.example.org/\"": {"--url", "https://keys.example.org/"},
	} {
		_, err := run(t, append([]string{"start"}, args...)...)
		require.ErrorContains(t, err, want)
	}
}
