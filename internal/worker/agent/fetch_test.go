package agent

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/internal/worker/chain"
	"github.com/credence-chain/credence/internal/worker/journal"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
)

// liar serves blobs, but other bytes under the digests in lies.
type liar struct {
	honest http.Handler
	lies   map[string][]byte // by the digest's hex; the bytes to serve instead

	mu    sync.Mutex
	asked map[string]int
}

func (l *liar) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	hex := r.URL.Path[strings.LastIndexByte(r.URL.Path, ':')+1:]
	l.mu.Lock()
	l.asked[hex]++
	l.mu.Unlock()
	if data, ok := l.lies[hex]; ok {
		_, _ = w.Write(data)
		return
	}
	l.honest.ServeHTTP(w, r)
}

// shop is a server with blobs, and an assignment that names them at this server.
type shop struct {
	*liar
	url string
	a   chain.Assignment
}

const (
	citiesText = "city,people\nalpha,10\n"
	roadsText  = "road,length\nA1,7\n"
)

func newShop(t *testing.T) *shop {
	t.Helper()
	store := artifact.NewMemory()
	for _, blob := range [][]byte{module, input, []byte(citiesText), []byte(roadsText)} {
		_, err := artifact.PutBytes(context.Background(), store, blob)
		require.NoError(t, err)
	}
	s := &shop{liar: &liar{honest: artifact.Handler(store), lies: map[string][]byte{}, asked: map[string]int{}}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.url = server.URL
	s.a.Deal = dealstypes.Deal{
		Id: dealID, App: "acme/render", Digest: artifact.Sum(module).String(), Runtime: "wasm", Locators: []string{s.url}, Size_: 1, Bag: 1,
		Inputs:   []*dealstypes.Input{{Name: "scene.txt", Digest: artifact.Sum(input).String(), Size_: uint64(len(input))}},
		Datasets: []dealstypes.PinnedDataset{dataset("acme/cities", citiesText), dataset("acme/roads", roadsText)},
	}
	for i := range s.a.Deal.Datasets {
		s.a.Deal.Datasets[i].Locators = []string{s.url}
	}
	return s
}

func (s *shop) lie(about []byte, say string) { s.lies[artifact.Sum(about).Hex()] = []byte(say) }

func bytesOf(t *testing.T, c artifact.Content) []byte {
	t.Helper()
	data, err := artifact.ReadContent(c)
	require.NoError(t, err)
	return data
}

func allBytes(t *testing.T, list []artifact.Content) (out [][]byte) {
	t.Helper()
	for _, c := range list {
		out = append(out, bytesOf(t, c))
	}
	return out
}

func TestFetch(t *testing.T) {
	s := newShop(t)
	f := Fetcher{Store: artifact.NewMemory(), Rounds: 1, Backoff: time.Millisecond}
	wasm, files, err := f.FetchTask(context.Background(), s.a)
	require.NoError(t, err)
	require.Equal(t, module, bytesOf(t, wasm.Content))
	require.Equal(t, artifact.Sum(module), wasm.Digest)
	require.Equal(t, [][]byte{input, []byte(citiesText), []byte(roadsText)}, allBytes(t, files))

	// A task that reads one part of the datasets fetches only that part. Blobs that are in the store are not fetched again.
	s.a.Deal.DatasetsPerTask, s.a.Task.Index = 1, 1
	_, files, err = f.FetchTask(context.Background(), s.a)
	require.NoError(t, err)
	require.Equal(t, [][]byte{input, []byte(roadsText)}, allBytes(t, files))
	f.Store = artifact.NewMemory()
	_, _, err = f.FetchTask(context.Background(), s.a)
	require.NoError(t, err)
	require.Equal(t, 1, s.asked[artifact.Sum([]byte(citiesText)).Hex()])
	require.Equal(t, 2, s.asked[artifact.Sum([]byte(roadsText)).Hex()])
}

// Fetched bytes must match the digest and the size on the chain. Otherwise they are refused, and nothing of them is kept.
func TestFetchRefuses(t *testing.T) {
	const same = "THE SAME NUMBER OF BYTES"
	for _, tc := range []struct {
		name     string
		malleate func(*shop)
		expErr   string
	}{
		{"a module of other bytes", func(s *shop) { s.lie(module, "\x00asm not either ") }, "module sha256:"},
		{"an input of other bytes", func(s *shop) { s.lie(input, same[:len(input)]) }, `input "scene.txt"`},
		{"a dataset of other bytes", func(s *shop) { s.lie([]byte(citiesText), same[:len(citiesText)]) }, "dataset acme/cities:1"},
		{"a dataset cut short", func(s *shop) { s.lie([]byte(roadsText), roadsText[:3]) }, "dataset acme/roads:1"},
		{"a dataset with more behind it", func(s *shop) { s.lie([]byte(roadsText), roadsText+"x") }, "dataset acme/roads:1"},
		{"a dataset smaller than the chain says", func(s *shop) { s.a.Deal.Datasets[0].Size_++ }, "the chain says 22"},
		{"a dataset larger than the chain says", func(s *shop) { s.a.Deal.Datasets[0].Size_-- }, "dataset acme/cities:1"},
		{"an input smaller than the chain says", func(s *shop) { s.a.Deal.Inputs[0].Size_++ }, "the chain says 11"},
		{"a size beyond all bounds", func(s *shop) { s.a.Deal.Datasets[0].Size_ = 1 << 63 }, "more than there are"},
		{"a digest that is none", func(s *shop) { s.a.Deal.Datasets[0].Digest = "sha256:00" }, "dataset acme/cities:1"},
		{"nobody has it", func(s *shop) { s.a.Deal.Datasets[1] = dataset("acme/roads", "gone") }, "dataset acme/roads:1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newShop(t)
			tc.malleate(s)
			store := artifact.NewMemory()
			_, _, err := Fetcher{Store: store, Rounds: 1, Backoff: time.Millisecond}.FetchTask(context.Background(), s.a)
			require.ErrorIs(t, err, errAbsent)
			require.ErrorContains(t, err, tc.expErr)
			for _, lie := range s.lies {
				has, err := store.Has(context.Background(), artifact.Sum(lie))
				require.NoError(t, err)
				require.False(t, has)
			}
		})
	}
}

// If one source lies, the bytes come from another source that is honest.
func TestFetchFromAnother(t *testing.T) {
	bad, good := newShop(t), newShop(t)
	bad.lie(module, "no module")
	bad.lie([]byte(citiesText), "no cities")
	f := Fetcher{Store: artifact.NewMemory(), Extra: []string{good.url}, Rounds: 1, Backoff: time.Millisecond}
	wasm, files, err := f.FetchTask(context.Background(), bad.a)
	require.NoError(t, err)
	require.Equal(t, module, bytesOf(t, wasm.Content))
	require.Equal(t, []byte(citiesText), bytesOf(t, files[1]))
}

// TestFetchFromHolders: content that the named servers no longer give comes from a worker that has committed to an answer, and is
// checked against its digest. If the named servers have it, no worker is asked.
func TestFetchFromHolders(t *testing.T) {
	requester, worker := newShop(t), newShop(t)
	asked := 0
	f := Fetcher{Store: artifact.NewMemory(), Rounds: 1, Backoff: time.Millisecond, Holders: func(context.Context, chain.Assignment) []string {
		asked++
		return []string{worker.url}
	}}
	_, _, err := f.FetchTask(context.Background(), requester.a)
	require.NoError(t, err)
	require.Zero(t, asked)

	f.Store = artifact.NewMemory()
	requester.a.Deal.Datasets[0].Locators = nil                            // no server is named any more
	requester.a.Deal.Datasets[1].Locators = []string{"http://127.0.0.1:1"} // the named server is gone
	_, files, err := f.FetchTask(context.Background(), requester.a)
	require.NoError(t, err)
	require.Equal(t, [][]byte{input, []byte(citiesText), []byte(roadsText)}, allBytes(t, files))
	require.Equal(t, 1, asked)

	worker.lie([]byte(citiesText), strings.Repeat("x", len(citiesText)))
	f.Store = artifact.NewMemory()
	_, _, err = f.FetchTask(context.Background(), requester.a)
	require.ErrorIs(t, err, errAbsent)
}

// The whole agent: every seat reads the same dataset. If nobody can get the dataset, the answer says that it is unavailable.
func TestAgentReadsDatasets(t *testing.T) {
	for name, tc := range map[string]struct {
		role role
		gone bool
	}{"second": {asSecond, false}, "court": {inCourt, false}, "second, dataset gone": {asSecond, true}, "court, dataset gone": {inCourt, true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouseOf(t, tc.role, func(d *dealstypes.Deal) {
				d.Datasets = []dealstypes.PinnedDataset{dataset("acme/cities", citiesText)}
			})
			if tc.gone {
				h.drop([]byte(citiesText))
			}
			l := h.start("")
			h.settlement()
			r := h.state(l, 1)
			require.Equal(t, journal.Settled, r.State)
			if tc.gone {
				require.Equal(t, "INPUT_UNAVAILABLE", r.Outcome.Kind)
				require.Contains(t, r.Cause, "dataset acme/cities:1")
				return
			}
			require.Equal(t, recordOf(h.honest()), r.Outcome)
		})
	}
}

// TestAnImageIsFetched: the manifest of an image is fetched from the path where registries keep manifests. Its parts are fetched when
// the runtime wants them. The size on the chain is that of the whole image.
func TestAnImageIsFetched(t *testing.T) {
	ctx := context.Background()
	layer, config := []byte("a layer"), []byte("{}")
	part := func(kind string, data []byte) artifact.Descriptor {
		return artifact.Descriptor{MediaType: kind, Digest: artifact.Sum(data), Size: int64(len(data))}
	}
	manifest, err := json.Marshal(artifact.Manifest{
		SchemaVersion: 2, MediaType: artifact.ManifestType, Config: part("application/vnd.oci.image.config.v1+json", config),
		Layers: []artifact.Descriptor{part("application/vnd.oci.image.layer.v1.tar", layer)},
	})
	require.NoError(t, err)
	digest := artifact.Sum(manifest)
	blobs := artifact.NewMemory()
	for _, data := range [][]byte{layer, config} {
		_, err := artifact.PutBytes(ctx, blobs, data)
		require.NoError(t, err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v2/acme/tool/manifests/"+digest.String() && slices.Contains(r.Header.Values("Accept"), artifact.ManifestType) {
			_, _ = w.Write(manifest)
			return
		}
		artifact.Handler(blobs).ServeHTTP(w, r)
	}))
	defer server.Close()
	whole := uint64(len(manifest) + len(layer) + len(config))
	a := chain.Assignment{Deal: dealstypes.Deal{Digest: digest.String(), Runtime: "oci", ModuleSize: whole, Locators: []string{server.URL + "/acme/tool"}}}
	f := Fetcher{Store: artifact.NewMemory(), Rounds: 1}
	program, _, err := f.FetchTask(ctx, a)
	require.NoError(t, err)
	require.Equal(t, digest, program.Digest)
	got, err := artifact.ReadContent(program.Content)
	require.NoError(t, err)
	require.Equal(t, manifest, got)
	into := artifact.NewMemory()
	require.NoError(t, program.Parts(ctx, into, artifact.Sum(layer), int64(len(layer))))
	has, err := into.Has(ctx, artifact.Sum(layer))
	require.NoError(t, err)
	require.True(t, has)
	require.ErrorIs(t, program.Parts(ctx, into, artifact.Sum([]byte("none")), 10), errAbsent, "what nobody has is not this machine's fault")
	a.Deal.ModuleSize++
	_, _, err = f.FetchTask(ctx, a)
	require.ErrorIs(t, err, errAbsent)
	require.ErrorContains(t, err, "the chain says")
}
