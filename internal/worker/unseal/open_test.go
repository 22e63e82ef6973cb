package unseal_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/internal/release"
	"github.com/credence-chain/credence/internal/worker/chain"
	"github.com/credence-chain/credence/secret"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
)

// hang starts a server that takes requests and answers none before the test is over. It returns the address.
func hang(t *testing.T) string {
	t.Helper()
	over := make(chan struct{})
	web := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		select {
		case <-r.Context().Done():
		case <-over:
		}
	}))
	t.Cleanup(func() { close(over); web.Close() })
	return web.URL
}

// reseal gives the task n sealed files whose keys the agent has, and returns the files.
func (s *stage) reseal(n int) (files []artifact.Content) {
	owner, err := age.GenerateX25519Identity()
	require.NoError(s.t, err)
	records := release.Folder(s.t.TempDir())
	agent := &release.Server{ChainID: chainID, Chain: s.chain(), Vault: release.Owner{Records: records, Identity: owner}}
	s.agent.Config.Handler = agent
	s.deal.Inputs = nil
	for i := range n {
		var sealed bytes.Buffer
		require.NoError(s.t, secret.Seal(&sealed, strings.NewReader(fmt.Sprintf("plain %d", i)), s.agent.URL, owner.Recipient()))
		file := artifact.Bytes(sealed.Bytes())
		head, _, err := secret.ReadHead(file)
		require.NoError(s.t, err)
		require.NoError(s.t, records.Save(release.Record{Blob: artifact.Sum(file), Header: head.Header, Apps: []string{s.deal.App}, Requesters: []string{"lab"}}))
		s.deal.Inputs = append(s.deal.Inputs, &dealstypes.Input{Digest: artifact.Sum(file).String()})
		files = append(files, file)
	}
	return files
}

// openAll lets a party open files with these holders, and returns their texts and keys.
func (s *stage) openAll(name string, files []artifact.Content, holders ...string) (texts []string, keys []secret.Key, err error) {
	p := s.parties[name]
	p.Holders = func(context.Context, chain.Assignment) ([]string, error) { return holders, nil }
	opened, keys, err := p.Open(context.Background(), chain.Assignment{Task: s.task, Deal: s.deal, Bench: p.bench}, files)
	for _, f := range opened {
		data, err := artifact.ReadContent(f)
		require.NoError(s.t, err)
		texts = append(texts, string(data))
	}
	return texts, keys, err
}

// The attack: an agent answers the first worker alone and lets the other seats wait. The first worker itself then serves the keys, so
// the others still answer soon. A fellow worker that hangs does not delay them either.
func TestNobodyHoldsOthersUp(t *testing.T) {
	s := newStage(t)
	files := s.reseal(8)
	want, keys, err := s.openAll("first", files)
	require.NoError(t, err)
	require.Equal(t, "plain 0", want[0])
	require.Equal(t, "plain 7", want[7])
	require.Len(t, keys, 8)

	good, tarpit := s.agent.Config.Handler, hang(t)
	s.agent.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
	requireSoon := func(name string, holders ...string) {
		t.Helper()
		began := time.Now()
		texts, got, err := s.openAll(name, files, holders...)
		require.NoError(t, err)
		require.Less(t, time.Since(began), 9*time.Second, "one request that hangs takes ten")
		require.Equal(t, want, texts)
		require.Equal(t, keys, got, "in the order of the files")
	}
	requireSoon("second", tarpit, s.parties["first"].url)
	s.agent.Config.Handler = good
	requireSoon("court", tarpit)
	// A slow agent delays the files together, and not each file in turn.
	var asked sync.WaitGroup
	asked.Add(2)
	var count atomic.Int32
	s.agent.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if count.Add(1) <= 2 {
			asked.Done()
		}
		asked.Wait() // one request after the other would wait for ever
		good.ServeHTTP(w, r)
	})
	require.NoError(t, os.RemoveAll(s.parties["second"].Folder))
	requireSoon("second")
}

// A fault of this machine is no error about the input, so that the worker does not report the input as missing.
func TestOwnFaults(t *testing.T) {
	s := newStage(t)
	requireOwn := func(err error) {
		t.Helper()
		require.Error(t, err)
		for _, kind := range []error{artifact.ErrNotFound, artifact.ErrUnreachable, artifact.ErrCorrupted, artifact.ErrTooLarge} {
			require.NotErrorIs(t, err, kind)
		}
	}
	first := s.parties["first"]
	folder := first.Folder
	first.Folder = filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(first.Folder, nil, 0o600))
	requireOwn(s.open("first"))
	first.Folder = folder

	files := s.reseal(1)
	_, _, err := s.openAll("first", []artifact.Content{&brittle{Content: files[0], after: 2}})
	requireOwn(err)
	require.ErrorIs(t, err, syscall.EIO)

	first.HTTP = &http.Client{Transport: full{}}
	require.NoError(t, os.RemoveAll(folder))
	_, _, err = s.openAll("first", files)
	requireOwn(err)
}

// A key that cannot be read at the moment is reported as unavailable, and not as unknown.
func TestAKeyThatCanNotBeReadNow(t *testing.T) {
	s := newStage(t)
	require.NoError(t, s.open("first"))
	s.agent.Close()
	kept, err := filepath.Glob(filepath.Join(s.parties["first"].Folder, "*"))
	require.NoError(t, err)
	require.Len(t, kept, 1)
	blob := artifact.Sum(s.file)
	vault, c := s.parties["first"].Vault(), release.Case{Task: s.task, Deal: s.deal}
	require.NoError(t, os.Remove(kept[0]))
	_, refusal := vault.Key(c, blob)
	require.Equal(t, release.UnknownSecret, refusal.Reason)
	require.NoError(t, os.Mkdir(kept[0], 0o700)) // it is there, and reading it fails
	_, refusal = vault.Key(c, blob)
	require.Equal(t, release.Unavailable, refusal.Reason)
	require.NoError(t, os.Remove(kept[0]))
	require.NoError(t, os.WriteFile(kept[0], []byte("no file of age"), 0o600))
	_, refusal = vault.Key(c, blob)
	require.Equal(t, release.UnknownSecret, refusal.Reason)
}

// If the list of holders cannot be read, a holder may have the key: the error is not final.
func TestAHolderThatIsNotFound(t *testing.T) {
	s := newStage(t)
	s.deal.App = "acme/other"
	_, _, err := s.openAll("first", []artifact.Content{s.file})
	require.ErrorIs(t, err, artifact.ErrNotFound)
	p := s.parties["first"]
	p.Holders = func(context.Context, chain.Assignment) ([]string, error) { return nil, errors.New("the node hangs") }
	_, _, err = p.Open(context.Background(), chain.Assignment{Task: s.task, Deal: s.deal}, []artifact.Content{s.file})
	require.ErrorIs(t, err, artifact.ErrUnreachable)
}

// brittle is a content on a disk that fails after this number of readings.
type brittle struct {
	artifact.Content
	after int
}

func (b *brittle) Open() (io.ReadCloser, error) {
	if b.after--; b.after < 0 {
		return nil, syscall.EIO
	}
	return b.Content.Open()
}

// full is the HTTP transport of a machine that can open no more files.
type full struct{}

func (full) RoundTrip(*http.Request) (*http.Response, error) { return nil, syscall.EMFILE }
