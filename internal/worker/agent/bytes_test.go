package agent

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/internal/worker/chain"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/result"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// newAnswer returns a store that holds an answer of two files, with the answer's digest and manifest.
func newAnswer(t *testing.T) (artifact.Store, artifact.Digest, result.Manifest) {
	t.Helper()
	files := []result.File{{Path: "a.txt", Content: artifact.Bytes("one")}, {Path: "sub/b.txt", Content: artifact.Bytes("two")}}
	m, err := result.Build(result.KindResult, "", 0, files)
	require.NoError(t, err)
	store := artifact.NewMemory()
	require.NoError(t, result.Store(context.Background(), m, files, store))
	return store, m.Digest(), m
}

func serveBlobs(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

// TestFetchAnswer: every byte of an answer must come from its holders. Otherwise the answer cannot be had.
func TestFetchAnswer(t *testing.T) {
	full, digest, m := newAnswer(t)
	whole := serveBlobs(t, artifact.Handler(full))
	ctx := context.Background()
	fetch := func(holders ...string) (artifact.Store, error) {
		into := artifact.NewMemory()
		f := Fetcher{
			Store: into, Rounds: 1, Backoff: time.Millisecond, Extra: []string{whole},
			Holders: func(context.Context, chain.Assignment) []string { return holders },
		}
		return into, f.FetchAnswer(ctx, chain.Assignment{}, digest)
	}
	into, err := fetch("http://127.0.0.1:1", whole)
	require.NoError(t, err, "one of them suffices")
	dir := t.TempDir()
	_, err = result.Fetch(ctx, digest, into, dir)
	require.NoError(t, err, "who has fetched it holds it")

	_, err = fetch()
	require.ErrorIs(t, err, errAbsent, "a store of somebody else is not asked")
	_, err = fetch("http://127.0.0.1:1")
	require.ErrorIs(t, err, errAbsent, "nobody is there")
	// A holder of the manifest alone does not have the answer. Neither does a holder of other bytes.
	part := artifact.NewMemory()
	_, err = artifact.PutBytes(ctx, part, m.Bytes())
	require.NoError(t, err)
	_, err = fetch(serveBlobs(t, artifact.Handler(part)))
	require.ErrorIs(t, err, errAbsent)
	wrong := &liar{honest: artifact.Handler(full), lies: map[string][]byte{artifact.Sum([]byte("two")).Hex(): []byte("owt")}, asked: map[string]int{}}
	_, err = fetch(serveBlobs(t, wrong))
	require.ErrorIs(t, err, errAbsent)
}

// TestTheCourtFetchesBytes: a court seat is asked for the bytes of an answer. It fetches them by real requests from the workers that
// were paid, and does not run the task. If they serve the bytes, it votes for the answer. If none does, or one is too slow, it tries
// until the window closes and votes that the bytes cannot be had.
func TestTheCourtFetchesBytes(t *testing.T) {
	full, digest, _ := newAnswer(t)
	serve := artifact.Handler(full)
	for name, tc := range map[string]struct {
		serve http.HandlerFunc
		vote  poco.Kind
	}{
		"served":   {serve.ServeHTTP, poco.KindResult},
		"withheld": {http.NotFound, poco.KindInputUnavailable},
		"too slow": {func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-time.After(time.Minute):
			}
		}, poco.KindInputUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouseOf(t, inCourt, func(*dealstypes.Deal) {})
			url := serveBlobs(t, tc.serve)
			h.fetcher.Holders = func(_ context.Context, a chain.Assignment) []string {
				require.Equal(t, taskstypes.AUDIT_CAUSE_BYTES, a.Task.Audit.Cause)
				return []string{url}
			}
			answer := poco.Outcome{Kind: poco.KindResult, Digest: digest, Fuel: 77}
			h.chain.set(func() {
				h.chain.lie, h.chain.asks, h.chain.truth = false, true, answer
				h.chain.task.Terms.AuditBlocks, h.chain.task.Terms.CourtBlocks, h.chain.task.Terms.CommitBlocks = 1_000, 300, 300
				h.chain.deal.Terms.CourtBlocks, h.chain.deal.Terms.CommitBlocks = 300, 300
				// The window stays open until the seat, even on a busy machine, has noticed that it is about to close.
				h.chain.waits = func() bool {
					c := h.chain
					return c.task.Phase == poco.PhaseCourtCommit && c.drawn() && len(c.mempool) == 0 && c.height+4 >= c.task.Deadline
				}
			})
			h.start("")
			var voted poco.Outcome
			require.Eventually(t, func() bool {
				h.chain.mu.Lock()
				defer h.chain.mu.Unlock()
				for _, s := range h.chain.task.Court {
					if s.Who == me {
						voted = s.Outcome
					}
				}
				return h.chain.asked != nil
			}, patience, time.Millisecond)
			require.Equal(t, tc.vote, voted.Kind)
			if tc.vote == poco.KindResult {
				require.Equal(t, answer, voted)
				_, err := result.FetchManifest(context.Background(), digest, h.store)
				require.NoError(t, err, "it holds them now")
			}
			require.Zero(t, h.runtime.count(), "nothing is run")
		})
	}
}
