package agent

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/internal/release"
	"github.com/credence-chain/credence/internal/worker/journal"
	"github.com/credence-chain/credence/internal/worker/unseal"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/result"
	"github.com/credence-chain/credence/secret"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
)

const plainText = "what nobody else may read"

// vault is the agent of an owner, and a house whose task reads a file that the owner sealed.
type vault struct {
	*house
	key  secret.Key
	down atomic.Bool
	gave atomic.Int64
	file []byte
}

func newVault(t *testing.T, r role) *vault {
	t.Helper()
	v := &vault{}
	owner, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	records := release.Folder(t.TempDir())
	server := &release.Server{
		ChainID: chainID, Vault: release.Owner{Records: records, Identity: owner},
		Chain: func(_ context.Context, _ string) (release.Case, error) {
			v.chain.mu.Lock()
			defer v.chain.mu.Unlock()
			as := v.chain.assignment()
			for _, seats := range []int{0, 1} {
				list := as.Task.Seats
				if seats == 1 {
					list = as.Task.Court
				}
				for i := range list {
					if list[i].Who == me { // the fake chain has no real addresses
						list[i].Who = v.unsealer.Key.Address()
					}
				}
			}
			return release.Case{Task: as.Task, Deal: as.Deal}, nil
		},
		Note: func(e release.Entry) error {
			if e.Given {
				v.gave.Add(1)
			}
			return nil
		},
	}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if v.down.Load() {
			panic(http.ErrAbortHandler)
		}
		server.ServeHTTP(w, r)
	}))
	t.Cleanup(web.Close)
	var sealed bytes.Buffer
	require.NoError(t, secret.Seal(&sealed, strings.NewReader(plainText), web.URL, owner.Recipient()))
	v.file = sealed.Bytes()
	head, _, err := secret.ReadHead(artifact.Bytes(v.file))
	require.NoError(t, err)
	v.key, err = secret.KeyOf(head.Header, owner)
	require.NoError(t, err)
	require.NoError(t, records.Save(release.Record{Blob: artifact.Sum(v.file), Header: head.Header, Apps: []string{"acme/render"}, Requesters: []string{"cred1requester"}}))

	v.house = newHouseOf(t, r, func(d *dealstypes.Deal) {
		d.Requester = "cred1requester"
		d.Inputs[0].Digest, d.Inputs[0].Size_ = artifact.Sum(v.file).String(), uint64(len(v.file))
	})
	_, err = artifact.PutBytes(context.Background(), v.store, v.file)
	require.NoError(t, err)
	key, err := client.GenerateKey()
	require.NoError(t, err)
	identity, err := unseal.DeriveIdentity([]byte("a secret of this worker"))
	require.NoError(t, err)
	v.unsealer = &unseal.Unsealer{ChainID: chainID, Key: key, Identity: identity, Folder: filepath.Join(v.dir, "keys")}
	spec, err := BuildSpec(v.assignment(), program, []artifact.Content{artifact.Bytes(plainText)})
	require.NoError(t, err)
	out, err := (&fakeRuntime{}).Run(context.Background(), spec)
	require.NoError(t, err)
	answer, err := ConcludeRun(v.runtime.Rules(), out)
	require.NoError(t, err)
	v.chain.set(func() { v.chain.truth = answer.Outcome })
	return v
}

// requireNoTrace requires that no file of the worker holds the plain text or the key, in any of several encodings.
func (v *vault) requireNoTrace(t *testing.T) {
	t.Helper()
	key := v.key[:]
	forms := [][]byte{[]byte(plainText), key, []byte(hex.EncodeToString(key)), []byte(base64.StdEncoding.EncodeToString(key)), []byte(base64.RawStdEncoding.EncodeToString(key))}
	files := 0
	require.NoError(t, filepath.WalkDir(v.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		files++
		data, err := os.ReadFile(path)
		for i, form := range forms {
			require.False(t, bytes.Contains(data, form), "form %d is in %s", i, path)
		}
		return err
	}))
	require.Greater(t, files, 3)
}

// A worker and a court seat answer a task with a sealed input as they would with the plain file. The plain text and its key are never
// on the disk. The encrypted copy of the key goes when the task is final.
func TestSealedInput(t *testing.T) {
	for name, r := range map[string]role{"first": asFirst, "second": asSecond, "court": inCourt} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVault(t, r)
			l := v.startLogged(t)
			s := v.settlement()
			require.Equal(t, poco.EndAccepted, s.Ending)
			require.Equal(t, v.chain.truth, s.Verdict)
			require.Equal(t, journal.Settled, v.state(l, 1).State)
			require.NotZero(t, v.gave.Load())
			require.True(t, v.runtime.last.Private)
			require.True(t, v.runtime.last.PrivateInputs)
			v.requireNoTrace(t)
			kept, err := filepath.Glob(filepath.Join(v.dir, "keys", "*"))
			require.NoError(t, err)
			require.Len(t, kept, 1, "encrypted for this worker, and owed until the answer is final")

			require.NoError(t, v.unsealer.Sweep(context.Background(), v.chain, time.Now()))
			kept, err = filepath.Glob(filepath.Join(v.dir, "keys", "*"))
			require.NoError(t, err)
			require.Empty(t, kept)
		})
	}
}

// An error of a task with a secret input may contain the secret. So neither the journal nor the chain gets its text: the cause of a
// declined seat is taken from the journal. The kind of the error stays available.
func TestTroubleWithSecretsIsNotTold(t *testing.T) {
	v := newVault(t, asFirst)
	v.runtime.err = fmt.Errorf("input %q: no space left on device", plainText)
	l := v.start("")
	r := v.state(l, 1)
	require.Equal(t, journal.Abandoned, r.State)
	require.Contains(t, r.Cause, "run: it failed")
	require.NotContains(t, r.Cause, plainText)
	v.requireNoTrace(t)

	err := error(&privateTrouble{"run", fmt.Errorf("%s: %w of 3s", plainText, runtime.ErrWallLimit)})
	require.ErrorIs(t, err, runtime.ErrWallLimit)
	require.Equal(t, "run: "+runtime.ErrWallLimit.Error(), err.Error())
}

// Public inputs may stay on the disk, even if the answer is sealed. Keeping them in memory would cost the worker memory, and the
// requester pays nothing for a recipient.
func TestWhatIsPrivate(t *testing.T) {
	sealed := &dealstypes.Execution{Recipient: "age1..."}
	for name, tc := range map[string]struct {
		execution       *dealstypes.Execution
		keys            []secret.Key
		private, inputs bool
	}{
		"nothing":          {},
		"a sealed answer":  {execution: sealed, private: true},
		"a sealed input":   {keys: make([]secret.Key, 1), private: true, inputs: true},
		"input and answer": {execution: sealed, keys: make([]secret.Key, 1), private: true, inputs: true},
	} {
		var spec runtime.Spec
		markPrivate(&spec, dealstypes.Deal{Execution: tc.execution}, tc.keys)
		require.Equal(t, tc.private, spec.Private, name)
		require.Equal(t, tc.inputs, spec.PrivateInputs, name)
	}
}

// startLogged starts an agent that keeps the logs of apps. The app prints the input that it read.
func (v *vault) startLogged(t *testing.T) *life {
	t.Helper()
	logs := filepath.Join(v.dir, "logs")
	require.NoError(t, os.Mkdir(logs, 0o700))
	v.runtime.prints = plainText
	v.logs = logs
	return v.start("")
}

// A file that is sealed by an agent that is down cannot be had, like any missing input. A first worker gives its seat back. Other seats
// answer that the input is unavailable, and lose nothing by that true answer.
func TestAgentIsDown(t *testing.T) {
	t.Run("first", func(t *testing.T) {
		v := newVault(t, asFirst)
		v.down.Store(true)
		l := v.start("")
		require.Equal(t, journal.Abandoned, v.state(l, 1).State)
		s := v.settlement() // another worker has the seat
		for _, seat := range s.Seats {
			require.NotEqual(t, me, seat.Who)
		}
	})
	t.Run("second", func(t *testing.T) {
		v := newVault(t, asSecond)
		v.down.Store(true)
		v.chain.set(func() { v.chain.truth = poco.Outcome{Kind: poco.KindInputUnavailable} })
		l := v.start("")
		r := v.state(l, 1)
		require.Equal(t, "INPUT_UNAVAILABLE", r.Outcome.Kind)
		s := v.settlement()
		require.Equal(t, poco.EndInputUnavailable, s.Ending)
		for _, seat := range s.Seats {
			require.Zero(t, seat.Slash, seat.Who)
		}
		v.requireNoTrace(t)
	})
	t.Run("for a moment", func(t *testing.T) {
		v := newVault(t, asSecond)
		v.down.Store(true)
		go func() { time.Sleep(20 * time.Millisecond); v.down.Store(false) }()
		v.start("")
		require.Equal(t, poco.EndAccepted, v.settlement().Ending)
	})
}

// A worker that got the key earlier can run the task again while the agent is down.
func TestKeptKey(t *testing.T) {
	v := newVault(t, asSecond)
	l := v.start("ran")
	v.die(l, "ran")
	v.down.Store(true)
	gave := v.gave.Load()
	l = v.start("")
	require.Equal(t, poco.EndAccepted, v.settlement().Ending)
	require.Equal(t, journal.Settled, v.state(l, 1).State)
	require.Equal(t, gave, v.gave.Load())
}

// A worker without an unsealer answers that the input is unavailable. It does not run the program on the sealed bytes.
func TestWithoutAnUnsealer(t *testing.T) {
	v := newVault(t, asSecond)
	v.unsealer = nil
	v.chain.set(func() { v.chain.truth = poco.Outcome{Kind: poco.KindInputUnavailable} })
	l := v.start("")
	require.Equal(t, "INPUT_UNAVAILABLE", v.state(l, 1).Outcome.Kind)
	require.Zero(t, v.runtime.count())
}

// If the deal names a recipient, the answer is sealed. First worker, second worker and court seat make the same bytes, and only the
// recipient can open them.
func TestSealedAnswer(t *testing.T) {
	mine, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	recipient := mine.Recipient().String()
	for name, r := range map[string]role{"first": asFirst, "second": asSecond, "court": inCourt} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVault(t, r)
			v.chain.set(func() { v.chain.deal.Execution = &dealstypes.Execution{Recipient: recipient} })
			plain, sealed := v.answers(t, []secret.Key{v.key})
			v.chain.set(func() { v.chain.truth = sealed })
			l := v.startLogged(t)
			s := v.settlement()
			require.Equal(t, poco.EndAccepted, s.Ending)
			require.Equal(t, sealed, s.Verdict, "as everybody else seals it")
			require.Equal(t, journal.Settled, v.state(l, 1).State)
			v.requireNoTrace(t)
			has, err := v.store.Has(context.Background(), plain.Outcome.Digest)
			require.NoError(t, err)
			require.False(t, has, "the plain manifest is nowhere")

			m, err := result.FetchManifest(context.Background(), sealed.Digest, v.store)
			require.NoError(t, err)
			require.True(t, secret.IsSealed(m))
			file, err := artifact.ReadAll(context.Background(), v.store, m.Entries[0].Content, int64(m.Entries[0].Size))
			require.NoError(t, err)
			dir := filepath.Join(t.TempDir(), "out")
			opened, err := secret.OpenAnswer(context.Background(), bytes.NewReader(file), dir, mine)
			require.NoError(t, err)
			require.Equal(t, artifact.Digest(plain.Outcome.Digest), artifact.Digest(opened.Digest()))
			require.FileExists(t, filepath.Join(dir, "sum"))
		})
	}
}

// answers returns the answer of any honest worker, plain and sealed.
func (v *vault) answers(t *testing.T, keys []secret.Key) (plain Answer, sealed poco.Outcome) {
	t.Helper()
	spec, err := BuildSpec(v.assignment(), program, []artifact.Content{artifact.Bytes(plainText)})
	require.NoError(t, err)
	out, err := (&fakeRuntime{}).Run(context.Background(), spec)
	require.NoError(t, err)
	plain, err = ConcludeRun(v.runtime.Rules(), out)
	require.NoError(t, err)
	answer, err := SealAnswer(v.assignment(), plain, keys)
	require.NoError(t, err)
	return plain, answer.Outcome
}
