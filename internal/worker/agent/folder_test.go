package agent

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/artifact/tree"
	"github.com/credence-chain/credence/internal/worker/journal"
	"github.com/credence-chain/credence/result"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
)

// resultOf stores a result with these files, and returns its manifest.
func resultOf(t *testing.T, store artifact.Store, files ...result.File) result.Manifest {
	t.Helper()
	m, err := result.Build(result.KindResult, "", 0, files)
	require.NoError(t, err)
	require.NoError(t, result.Store(context.Background(), m, files, store))
	return m
}

func textFile(path, text string) result.File {
	return result.File{Path: path, Content: artifact.Bytes(text)}
}

// An input that is the result of another task is fetched from those who made it, and the program finds its files as a folder.
func TestAResultIsAFolder(t *testing.T) {
	made := artifact.NewMemory()
	files := []result.File{textFile("a.txt", "one"), textFile("sub/b.txt", "two"), {Path: "empty", Dir: true}}
	m := resultOf(t, made, files...)
	server := httptest.NewServer(artifact.Handler(made))
	t.Cleanup(server.Close)
	size := m.TotalBytes() + uint64(len(m.Bytes()))
	request := strings.Repeat("ab", 32)
	input := func(size uint64) *dealstypes.Input {
		return &dealstypes.Input{Name: "counts", Digest: artifact.Digest(m.Digest()).String(), Size_: size, Tree: true, Of: request}
	}
	s := newShop(t)
	own, err := artifact.OpenDir(t.TempDir(), 1<<20)
	require.NoError(t, err)
	asked := ""
	f := Fetcher{Store: own, Rounds: 1, Makers: func(_ context.Context, of string) []string { asked = of; return []string{server.URL} }}
	s.a.Deal.Inputs = []*dealstypes.Input{input(size)}
	_, got, err := f.FetchTask(context.Background(), s.a)
	require.NoError(t, err)
	require.Equal(t, request, asked)
	require.IsType(t, tree.Archive{}, got[0], "its files stay in the store")
	unpacked, err := tree.Read(bytesOf(t, got[0]))
	require.NoError(t, err)
	require.Len(t, unpacked, 3)
	require.Equal(t, "a.txt", unpacked[0].Name)
	for _, e := range m.Entries {
		if !e.Dir {
			has, err := own.Has(context.Background(), e.Content)
			require.NoError(t, err)
			require.True(t, has, "who has answered serves the inputs")
		}
	}
	c := &Collector{CollectConfig: CollectConfig{Store: own}}
	kept, err := c.blobsOf(context.Background(), journal.Record{Reads: []string{artifact.Digest(m.Digest()).String()}})
	require.NoError(t, err)
	require.Len(t, kept, 4, "the manifest twice, and two files, are kept while the record is")

	// A result larger than the chain says is no archive: every worker's answer is that the input is invalid.
	s.a.Deal.Inputs = []*dealstypes.Input{input(size - 1)}
	_, got, err = f.FetchTask(context.Background(), s.a)
	require.NoError(t, err)
	_, err = tree.Read(bytesOf(t, got[0]))
	require.Error(t, err)

	// Without anybody who has it, it is absent.
	f = Fetcher{Store: artifact.NewMemory(), Rounds: 1, Makers: func(context.Context, string) []string { return nil }}
	_, _, err = f.FetchTask(context.Background(), s.a)
	require.ErrorIs(t, err, errAbsent)
}

// A result with a name that no folder may have gives the same content on every machine, whatever can be fetched.
func TestAResultThatIsNoFolder(t *testing.T) {
	store := artifact.NewMemory()
	m := resultOf(t, store, textFile("A", "one"), textFile("a", "two"))
	s := newShop(t)
	s.a.Deal.Inputs = []*dealstypes.Input{{Name: "x", Digest: artifact.Digest(m.Digest()).String(), Size_: 1 << 20, Tree: true}}
	_, got, err := Fetcher{Store: store, Rounds: 1}.FetchTask(context.Background(), s.a)
	require.NoError(t, err)
	_, err = tree.Read(bytesOf(t, got[0]))
	require.Error(t, err)
}

// An archive is still what the chain says it is, to the byte.
func TestAnArchiveHasItsSize(t *testing.T) {
	store := artifact.NewMemory()
	var packed strings.Builder
	require.NoError(t, tree.Pack(&packed, []tree.Source{{Name: "a", Content: artifact.Bytes("x")}}))
	digest, err := artifact.PutBytes(context.Background(), store, []byte(packed.String()))
	require.NoError(t, err)
	s := newShop(t)
	for _, more := range []uint64{0, 1} {
		s.a.Deal.Inputs = []*dealstypes.Input{{Name: "x", Digest: digest.String(), Size_: uint64(packed.Len()) + more, Tree: true}}
		_, _, err = Fetcher{Store: store, Rounds: 1}.FetchTask(context.Background(), s.a)
		if more == 0 {
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, errAbsent)
		}
	}
}
