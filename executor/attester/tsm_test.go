package attester

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	enclavestypes "github.com/credence-chain/credence/x/enclaves/types"
)

// kernel imitates what Linux does below the configfs folder: a new folder gets its files, and a written request gets its answer.
type kernel struct {
	root, provider string
	// quote returns the answer to a request.
	quote func(data []byte) []byte
	// overtaken is how many of the next requests another process changes.
	overtaken int
	// requests counts the folders that were made.
	requests int

	// stays says that folders cannot be removed.
	stays bool

	generation map[string]int
	answers    map[string][]byte
}

func newKernel(t *testing.T, provider string) *kernel {
	k := &kernel{root: filepath.Join(t.TempDir(), "report"), provider: provider, generation: map[string]int{}, answers: map[string][]byte{}}
	k.quote = func(data []byte) []byte { return append([]byte("quote of "), data...) }
	require.NoError(t, os.Mkdir(k.root, 0o700))
	return k
}

func (k *kernel) mkdir(dir string) error {
	k.requests++
	return os.Mkdir(dir, 0o700)
}

func (k *kernel) remove(dir string) error {
	if k.stays {
		return os.ErrPermission
	}
	return os.Remove(dir)
}

func (k *kernel) write(path string, data []byte) error {
	dir := filepath.Dir(path)
	if filepath.Base(path) != "inblob" || len(data) != 64 {
		return os.ErrInvalid
	}
	k.generation[dir]++
	if k.overtaken > 0 {
		k.overtaken--
		k.generation[dir]++
		data = make([]byte, 64)
	}
	k.answers[dir] = k.quote(data)
	return nil
}

func (k *kernel) read(path string, most int) ([]byte, error) {
	b, err := k.file(path)
	return b[:min(len(b), most)], err
}

func (k *kernel) file(path string) ([]byte, error) {
	dir := filepath.Dir(path)
	switch filepath.Base(path) {
	case "provider":
		return []byte(k.provider + "\n"), nil
	case "generation":
		return fmt.Appendf(nil, "%d\n", k.generation[dir]), nil
	case "outblob":
		return k.answers[dir], nil
	}
	return nil, os.ErrNotExist
}

func (k *kernel) open(t *testing.T, platform string) *HardwareSession {
	t.Helper()
	var certificate []byte
	product := ""
	if platform == SEVSNP {
		certificate, product = []byte("vcek"), "Milan"
	}
	s, err := OpenHardware(platform, k.root, certificate, product)
	require.NoError(t, err)
	s.system = system{mkdir: k.mkdir, remove: k.remove, write: k.write, read: k.read}
	return s
}

// TestHardwareQuote: the data goes in, the quote comes out, and the folder is gone.
func TestHardwareQuote(t *testing.T) {
	for platform, provider := range map[string]string{TDX: "tdx_guest", SEVSNP: "sev_guest"} {
		k := newKernel(t, provider)
		s := k.open(t, platform)
		data := poco.SessionData("credence-1", "cred1w", "lab", s.Key(), 7, []byte{1})
		quote, err := s.Quote(context.Background(), data)
		require.NoError(t, err)
		require.Equal(t, append([]byte("quote of "), data[:]...), quote)
		left, err := os.ReadDir(k.root)
		require.NoError(t, err)
		require.Empty(t, left)
		require.Equal(t, map[string]enclavestypes.Platform{TDX: enclavestypes.PLATFORM_TDX, SEVSNP: enclavestypes.PLATFORM_SEV_SNP}[platform], enclavestypes.Platform(s.Platform()))
		require.NotEqual(t, s.Key(), k.open(t, platform).Key(), "a key lives as long as its process")
	}
}

// TestHardwareQuoteIsOwn: another process changes the request at the same moment. The session does not take that process's quote and asks
// again. After some attempts the error names the cause.
func TestHardwareQuoteIsOwn(t *testing.T) {
	k := newKernel(t, "tdx_guest")
	s := k.open(t, TDX)
	k.overtaken = 3
	quote, err := s.Quote(context.Background(), [64]byte{5})
	require.NoError(t, err)
	require.Equal(t, byte(5), quote[len("quote of ")])
	require.Equal(t, 4, k.requests)
	k.overtaken = 100
	_, err = s.Quote(context.Background(), [64]byte{5})
	require.ErrorContains(t, err, "another process")
	ctx, cancel := context.WithTimeout(context.Background(), time.Nanosecond)
	defer cancel()
	<-ctx.Done()
	_, err = s.Quote(ctx, [64]byte{5})
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

// TestHardwareQuoteOutlivesItsFolder: a good quote is returned although its folder cannot be removed. When the quote is bad too, the
// error names both failures.
func TestHardwareQuoteOutlivesItsFolder(t *testing.T) {
	k := newKernel(t, "tdx_guest")
	k.stays = true
	quote, err := k.open(t, TDX).Quote(context.Background(), [64]byte{5})
	require.NoError(t, err)
	require.Equal(t, byte(5), quote[len("quote of ")])
	k.quote = func([]byte) []byte { return nil }
	_, err = k.open(t, TDX).Quote(context.Background(), [64]byte{5})
	require.ErrorContains(t, err, "expected 1 to")
	require.ErrorIs(t, err, os.ErrPermission)
}

// TestReadAtMost: readAtMost reads no more of a file than its limit.
func TestReadAtMost(t *testing.T) {
	path := filepath.Join(t.TempDir(), "outblob")
	require.NoError(t, os.WriteFile(path, []byte("12345"), 0o600))
	for most, want := range map[int]string{4: "1234", 5: "12345", 6: "12345"} {
		b, err := readAtMost(path, most)
		require.NoError(t, err)
		require.Equal(t, want, string(b))
	}
	_, err := readAtMost(path+"x", 4)
	require.ErrorIs(t, err, os.ErrNotExist)
	b, err := readAtMost("/dev/zero", 1000) // like a driver whose file never ends
	require.NoError(t, err)
	require.Len(t, b, 1000)
}

// TestHardwareRefuses: a session refuses a provider of another platform and a quote of a wrong size. It does not open with a wrong
// configuration.
func TestHardwareRefuses(t *testing.T) {
	k := newKernel(t, "sev_guest")
	_, err := k.open(t, TDX).Quote(context.Background(), [64]byte{})
	require.ErrorContains(t, err, `expected "tdx_guest"`)
	k.provider = "tdx_guest"
	for name, answer := range map[string][]byte{"empty": nil, "too large": make([]byte, 1<<16)} {
		k.quote = func([]byte) []byte { return answer }
		_, err = k.open(t, TDX).Quote(context.Background(), [64]byte{})
		require.ErrorContains(t, err, "expected 1 to", name)
	}
	left, err := os.ReadDir(k.root)
	require.NoError(t, err)
	require.Empty(t, left, "the folder goes whatever happens")
	for name, open := range map[string]func() error{
		"no such platform":          func() error { _, err := OpenHardware("sgx", k.root, nil, ""); return err },
		"AMD without a certificate": func() error { _, err := OpenHardware(SEVSNP, k.root, nil, "Milan"); return err },
		"Intel with one":            func() error { _, err := OpenHardware(TDX, k.root, []byte{1}, "Milan"); return err },
		"no such folder":            func() error { _, err := OpenHardware(TDX, k.root+"x", nil, ""); return err },
	} {
		require.Error(t, open(), name)
	}
}
