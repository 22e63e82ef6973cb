package release_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/release"
)

// flood is a number of requests above every limit of requests at once.
const flood = 250

// holder is a vault that claims to have one file of one task.
type holder struct {
	release.Vault
	task string
	blob artifact.Digest
}

func (h holder) Holds(task string, blob artifact.Digest) *release.Refusal {
	if task == h.task && blob == h.blob {
		return nil
	}
	return &release.Refusal{Reason: release.UnknownSecret, Words: "it is not here"}
}

// countChainReads counts how often the chain is asked.
func (w *world) countChainReads() *atomic.Int64 {
	asked, chain := &atomic.Int64{}, w.server.Chain
	w.server.Chain = func(ctx context.Context, task string) (release.Case, error) {
		asked.Add(1)
		return chain(ctx, task)
	}
	return asked
}

// requireRefusal sends a request that the given account signs, and requires the reason of its refusal.
func (w *world) requireRefusal(by client.Key, r release.Request, reason release.Reason) {
	w.t.Helper()
	r.Who = by.Address()
	signed, err := r.Sign(by)
	require.NoError(w.t, err)
	_, err = release.Send(context.Background(), nil, w.url, signed)
	var refusal *release.Refusal
	require.ErrorAs(w.t, err, &refusal)
	require.Equal(w.t, reason, refusal.Reason, refusal.Words)
}

// The attack: a party that received a request, for example the owner's agent, posts it again to a worker. It does not use up the limits
// of the account that signed it.
func TestRelayedRequestsCostNothing(t *testing.T) {
	w := newWorld(t)
	w.server.URL = ""
	w.server.URLNow = func(context.Context) (string, error) { return w.url, nil }
	relayed := w.request()
	relayed.Asked = "https://agent.example"
	for range flood {
		w.requireRefusal(w.worker, relayed, release.OtherAgent)
	}
	own := w.request()
	_, err := w.send(own)
	require.NoError(t, err)
	for range flood {
		w.requireRefusal(w.worker, own, release.Replayed)
	}
	_, err = w.send(w.request())
	require.NoError(t, err)
}

// A worker's endpoint may change while it serves. It may also be unknown for a moment.
func TestURLMayChange(t *testing.T) {
	w := newWorld(t)
	now, trouble := w.url, error(nil)
	w.server.URLNow = func(context.Context) (string, error) { return now, trouble }
	_, err := w.send(w.request())
	require.NoError(t, err)
	now = "https://moved.example"
	w.now = w.now.Add(2 * time.Second)
	w.refused(w.request(), release.OtherAgent)
	trouble = errors.New("the node hangs")
	w.now = w.now.Add(2 * time.Second)
	w.refused(w.request(), release.Unavailable)
	now, trouble = "", nil
	w.now = w.now.Add(2 * time.Second)
	w.refused(w.request(), release.Unavailable)
}

// The attack: strangers with any number of accounts send requests. They do not keep the holder of a seat from its key.
func TestStrangersCostNothing(t *testing.T) {
	w := newWorld(t)
	w.server.Vault = holder{w.server.Vault, taskID, w.blob}
	asked := w.countChainReads()
	stranger, err := client.GenerateKey()
	require.NoError(t, err)
	for i := range flood {
		if i%10 == 0 {
			stranger, err = client.GenerateKey()
			require.NoError(t, err)
		}
		r := w.request()
		r.Task = otherID
		w.requireRefusal(stranger, r, release.UnknownSecret)
		r = w.request()
		r.Blob = artifact.Sum(nil)
		w.requireRefusal(stranger, r, release.UnknownSecret)
	}
	require.Zero(t, asked.Load(), "what is not here needs no chain read")
	for i := range flood {
		if i%10 == 0 {
			stranger, err = client.GenerateKey()
			require.NoError(t, err)
		}
		w.requireRefusal(stranger, w.request(), release.NotDrawn)
	}
	require.EqualValues(t, 1, asked.Load())
	_, err = w.send(w.request())
	require.NoError(t, err)
	w.now = w.now.Add(2 * time.Second)
	_, err = w.send(w.request())
	require.NoError(t, err)
	require.EqualValues(t, 2, asked.Load(), "what the chain said is not taken for the present for ever")
}

// Chain reads are limited for each account, and for all accounts together.
func TestChainReadsAreLimited(t *testing.T) {
	w := newWorld(t)
	asked, account := w.countChainReads(), w.worker
	for i := range flood {
		r := w.request()
		r.Task = artifact.Sum([]byte{byte(i)}).Hex()
		reason := release.UnknownTask
		if i >= 60 {
			reason = release.TooMany
		}
		w.requireRefusal(account, r, reason)
	}
	require.EqualValues(t, 60, asked.Load())
	for i := range flood {
		r := w.request()
		r.Task = artifact.Sum([]byte{1, byte(i)}).Hex()
		var err error
		if i%50 == 0 {
			account, err = client.GenerateKey()
			require.NoError(t, err)
		}
		reason := release.UnknownTask
		if i >= 140 {
			reason = release.TooMany
		}
		w.requireRefusal(account, r, reason)
	}
	require.EqualValues(t, 200, asked.Load())
}

// The attack on an agent: strangers with any number of accounts ask for the key of a file that it has, each for another task. They get
// only their own small share of chain reads, and the workers' share remains. The list of workers is read no more often than allowed.
func TestStrangersLeaveChainReadsToWorkers(t *testing.T) {
	w := newWorld(t)
	asked, listed := w.countChainReads(), 0
	roster := []string{"cred1somebody"}
	w.server.Roster = func(context.Context) ([]string, error) { listed++; return append(roster, w.worker.Address()), nil }
	attack := func(reads int) {
		t.Helper()
		before := asked.Load()
		for i := range flood {
			stranger, err := client.GenerateKey()
			require.NoError(t, err)
			r := w.request()
			r.Task = artifact.Sum([]byte(stranger.Address())).Hex()
			reason := release.UnknownTask
			if i >= reads {
				reason = release.TooMany
			}
			w.requireRefusal(stranger, r, reason)
		}
		require.EqualValues(t, reads, asked.Load()-before)
	}
	attack(20)
	require.Equal(t, 1, listed)
	_, err := w.send(w.request())
	require.NoError(t, err)
	require.Equal(t, 1, listed)

	// A worker registered after the list was read. It is treated as a worker once the list is read again. Until then it may use one of
	// the strangers' few reads.
	w.now = w.now.Add(31 * time.Second)
	late, err := client.GenerateKey()
	require.NoError(t, err)
	roster = append(roster, late.Address())
	attack(20)
	require.Equal(t, 2, listed)
	w.requireRefusal(late, w.request(), release.NotDrawn)

	// The chain does not answer: the list that was read last counts.
	w.now = w.now.Add(31 * time.Second)
	w.server.Roster = func(context.Context) ([]string, error) { return nil, errors.New("the node hangs") }
	attack(20)
	_, err = w.send(w.request())
	require.NoError(t, err)
}

// A request for a file that the agent never sealed costs no chain read.
func TestUnknownFilesCostNoChainRead(t *testing.T) {
	w := newWorld(t)
	asked := w.countChainReads()
	for range flood {
		r := w.request()
		r.Blob = artifact.Sum(nil)
		w.requireRefusal(w.worker, r, release.UnknownSecret)
	}
	require.Zero(t, asked.Load())
}

// Many requests for one task at once share a single chain read, even if the first requester goes away.
func TestOneChainReadAtATime(t *testing.T) {
	w := newWorld(t)
	w.server.Note = nil
	asked, begun, goOn := w.countChainReads(), make(chan struct{}, 1), make(chan struct{})
	chain := w.server.Chain
	w.server.Chain = func(ctx context.Context, task string) (release.Case, error) {
		begun <- struct{}{}
		select {
		case <-goOn:
			return chain(ctx, task)
		case <-ctx.Done():
			return release.Case{}, ctx.Err()
		}
	}
	ctx, leave := context.WithCancel(context.Background())
	var all sync.WaitGroup
	send := func(ctx context.Context, want func(error)) {
		signed, err := w.request().Sign(w.worker)
		require.NoError(t, err)
		all.Go(func() {
			_, err := release.Send(ctx, nil, w.url, signed)
			want(err)
		})
	}
	failed := make(chan error, 20)
	send(ctx, func(error) {})
	<-begun
	for range 10 {
		send(context.Background(), func(err error) { failed <- err })
	}
	leave()
	time.Sleep(100 * time.Millisecond)
	close(goOn)
	all.Wait()
	for range 10 {
		require.NoError(t, <-failed)
	}
	require.EqualValues(t, 1, asked.Load())
}

// Strangers cannot fill the log. It has ten lines of refusals a second, and says how many it left out. Every release is logged.
func TestRefusalsDoNotFillTheLog(t *testing.T) {
	w := newWorld(t)
	for range 25 {
		res, err := http.Post(w.url+release.Path, "application/json", strings.NewReader("{}"))
		require.NoError(t, err)
		res.Body.Close()
	}
	require.Len(t, w.log, 10)
	for range 12 {
		_, err := w.send(w.request())
		require.NoError(t, err)
	}
	require.Len(t, w.log, 22)
	require.EqualValues(t, 15, w.log[10].LeftOut)
	require.Zero(t, w.log[11].LeftOut)
	w.now = w.now.Add(time.Second)
	w.refused(release.Request{}, release.Malformed)
}
