package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/executor/attester"
	"github.com/credence-chain/credence/internal/worker/guest"
)

// TestEveryFlagIsDecided: in an image each setting of the worker is one that the host may set, one that is fixed, or one that keeps its
// default there. A new setting fails here until somebody has asked what a host could do with it.
func TestEveryFlagIsDecided(t *testing.T) {
	byDefault := []string{ // the host names neither files nor programs, and no setting that changes what is run or told
		"key-passphrase-file", "tx-ttl", "wall-limit", "drain", "oci-engine", "oci-path", "oci-args", "oci-cache", "oci-cpus", "oci-gpus", "cgroup", "log-format",
		"log-file", "log-file-size", "log-file-keep", "log-quota", "module-cache", "ahead", "ahead-apps", "retention", "sabotage",
	}
	byFile := []string{"key-file", "enclave-certificate"}
	decided := slices.Concat(byDefault, byFile, guest.Settings())
	for _, fixed := range guest.Fixed(attester.TDX) {
		name, _, _ := strings.Cut(strings.TrimPrefix(fixed, "--"), "=")
		decided = append(decided, name)
	}
	var flags []string
	set := pflag.NewFlagSet("", pflag.ContinueOnError)
	addFlags(set)
	set.VisitAll(func(f *pflag.Flag) { flags = append(flags, f.Name) })
	slices.Sort(decided)
	slices.Sort(flags)
	require.Equal(t, flags, decided)
	require.NoError(t, set.Parse(guest.Fixed(attester.TDX)))
}

// buildImage runs the command, and returns the folder's files as lines of digest and name.
func buildImage(t *testing.T, args ...string) (said string, files []string) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "image")
	said, err := command(append([]string{"image", "build", "--out", out}, args...)...)
	require.NoError(t, err)
	require.NoError(t, filepath.Walk(out, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		files = append(files, fmt.Sprintf("%x %s", sha256.Sum256(data), strings.TrimPrefix(path, out)))
		return err
	}))
	return said, files
}

// TestImageIsTheSame: of one program two images in two folders have the same bytes, which the command's digests name.
func TestImageIsTheSame(t *testing.T) {
	program, copied := filepath.Join(t.TempDir(), "worker"), filepath.Join(t.TempDir(), "elsewhere")
	for _, name := range []string{program, copied} {
		require.NoError(t, os.WriteFile(name, []byte("\x7fELF and so on"), 0o600))
	}
	said, files := buildImage(t, "--platform", "sev-snp", "--program", program)
	again, others := buildImage(t, "--platform", "sev-snp", "--program", copied)
	require.Equal(t, said, again)
	require.Equal(t, files, others)
	require.Len(t, files, 7)
	initramfs := files[slices.IndexFunc(files, func(f string) bool { return strings.HasSuffix(f, " /initramfs.cpio") })]
	require.Contains(t, said, "initramfs     sha256:"+initramfs[:64]+"\n")
	other, _ := buildImage(t, "--platform", "tdx", "--program", program)
	require.NotEqual(t, said, other)

	out := t.TempDir()
	_, err := command("image", "build", "--out", out, "--program", program)
	require.ErrorContains(t, err, "out: ", "nothing is overwritten")
}

// TestMeasureTDX: the register of an image is compared with that in a quote, and the id printed only if they are the same.
func TestMeasureTDX(t *testing.T) {
	dir := t.TempDir()
	initramfs := filepath.Join(dir, "initramfs.cpio")
	require.NoError(t, os.WriteFile(initramfs, []byte("a file system"), 0o600))
	said, err := command("image", "measure", "--platform", "tdx", "--initramfs", initramfs)
	require.NoError(t, err)
	require.Regexp(t, `^RTMR2        [0-9a-f]{96}\n$`, said)
	const quote = "../../evidence/tdx/testdata/quote_v4"
	_, err = command("image", "measure", "--platform", "tdx", "--initramfs", initramfs, "--quote", quote)
	require.ErrorContains(t, err, "another image")

	// A quote of this very image: the sample with another register. The command does not look at signatures.
	var register [48]byte
	_, err = fmt.Sscanf(said, "RTMR2        %x", (*hexBytes)(&register))
	require.NoError(t, err)
	data, err := os.ReadFile(quote)
	require.NoError(t, err)
	copy(data[48+424:], register[:])
	own := filepath.Join(dir, "quote")
	require.NoError(t, os.WriteFile(own, data, 0o600))
	said, err = command("image", "measure", "--platform", "tdx", "--initramfs", initramfs, "--quote", own)
	require.NoError(t, err)
	require.Regexp(t, `\nid           [0-9a-f]{64}\n$`, said)
	require.Contains(t, said, fmt.Sprintf("%x\n", register))
}

// hexBytes scans hexadecimal digits.
type hexBytes [48]byte

func (h *hexBytes) Scan(state fmt.ScanState, _ rune) error {
	var b []byte
	_, err := fmt.Fscanf(state, "%x", &b)
	copy(h[:], b)
	return err
}

// TestMeasureRefuses: a command that lacks what is measured says what it lacks.
func TestMeasureRefuses(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, []byte("x"), 0o600))
	for _, c := range []struct{ line, want string }{
		{"--initramfs " + file, "--kernel and --firmware"},
		{"--initramfs " + file + " --kernel " + file + " --firmware " + file, "firmware: got 1 bytes"},
		{"--initramfs " + file + " --platform software", "nothing measures others"},
		{"--initramfs " + dir + "/none", "initramfs"},
		{"--platform tdx --initramfs " + file + " --quote " + file, "quote"},
	} {
		_, err := command(append([]string{"image", "measure"}, strings.Fields(c.line)...)...)
		require.ErrorContains(t, err, c.want, c.line)
	}
}
