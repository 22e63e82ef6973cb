package unseal_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/release"
	"github.com/credence-chain/credence/internal/worker/chain"
	"github.com/credence-chain/credence/internal/worker/unseal"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/secret"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

const chainID = "credence-test"

var taskID = strings.Repeat("ab", 32)

// party is a worker or a court seat.
type party struct {
	*unseal.Unsealer
	url   string // where it serves the keys that it has
	bench taskstypes.Bench
}

// stage is a task that reads a sealed file, the agent of the file's owner, and the parties that run the task.
type stage struct {
	t       *testing.T
	agent   *httptest.Server
	file    artifact.Bytes
	task    taskstypes.Task
	deal    dealstypes.Deal
	parties map[string]*party
	// lie changes the deal that a party's own node tells; nil changes nothing.
	lie func(*dealstypes.Deal)
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{t: t, parties: map[string]*party{}, task: taskstypes.Task{Id: taskID, Attempt: 1, Phase: taskstypes.PHASE_SECOND}}
	owner, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	records := release.Folder(t.TempDir())
	s.agent = httptest.NewServer(&release.Server{ChainID: chainID, Chain: unseal.ChainOf(s), Vault: release.Owner{Records: records, Identity: owner}})
	t.Cleanup(s.agent.Close)
	var sealed bytes.Buffer
	require.NoError(t, secret.Seal(&sealed, strings.NewReader("plain"), s.agent.URL, owner.Recipient()))
	s.file = sealed.Bytes()
	head, _, err := secret.ReadHead(s.file)
	require.NoError(t, err)
	require.NoError(t, records.Save(release.Record{Blob: artifact.Sum(s.file), Header: head.Header, Apps: []string{"acme/render"}, Requesters: []string{"lab"}}))
	s.deal = dealstypes.Deal{App: "acme/render", Runtime: contract.RuntimeWasm, Digest: artifact.Sum([]byte("app")).String(), RequesterOrganisation: "lab", Inputs: []*dealstypes.Input{{Digest: artifact.Sum(s.file).String()}}}
	for _, name := range []string{"first", "second", "stranger"} {
		s.add(name, taskstypes.BENCH_WORKERS)
	}
	s.add("court", taskstypes.BENCH_COURT)
	s.task.Seats = []taskstypes.Seat{
		{Who: s.parties["first"].Key.Address(), Wave: 1, State: taskstypes.SEAT_STATE_COMMITTED},
		{Who: s.parties["second"].Key.Address(), Wave: 2, State: taskstypes.SEAT_STATE_DRAWN},
	}
	s.task.Court = []taskstypes.Seat{{Who: s.parties["court"].Key.Address(), State: taskstypes.SEAT_STATE_DRAWN}}
	return s
}

func (s *stage) add(name string, bench taskstypes.Bench) {
	key, err := client.GenerateKey()
	require.NoError(s.t, err)
	identity, err := unseal.DeriveIdentity([]byte(name))
	require.NoError(s.t, err)
	u := &unseal.Unsealer{ChainID: chainID, Key: key, Identity: identity, Folder: filepath.Join(s.t.TempDir(), "keys")}
	server := &release.Server{ChainID: chainID, Chain: unseal.ChainOf(s), Vault: u.Vault()}
	web := httptest.NewServer(server)
	server.URLNow = func(context.Context) (string, error) { return web.URL, nil }
	s.t.Cleanup(web.Close)
	s.parties[name] = &party{u, web.URL, bench}
}

func (s *stage) chain() release.Chain { return unseal.ChainOf(s) }

// Task implements chain.Source.
func (s *stage) Task(_ context.Context, id string) (chain.Assignment, error) {
	if id != s.task.Id {
		return chain.Assignment{}, fmt.Errorf("%w: %s", chain.ErrUnknownTask, id)
	}
	return chain.Assignment{Task: s.task, Deal: s.deal}, nil
}

func (s *stage) Assignments(context.Context) (chain.Snapshot, error) { return chain.Snapshot{}, nil }

func (s *stage) Follow(context.Context, int64, func(context.Context, chain.Tick) error) error {
	return nil
}

// open lets a party open the file. The party asks these holders if the agent does not answer.
func (s *stage) open(name string, holders ...string) error {
	p := s.parties[name]
	p.Holders = func(context.Context, chain.Assignment) (urls []string, err error) {
		for _, h := range holders {
			urls = append(urls, s.parties[h].url+"/")
		}
		return urls, nil
	}
	files := []artifact.Content{artifact.Bytes("open to all"), s.file, nil}
	told := s.deal
	if s.lie != nil {
		s.lie(&told)
	}
	opened, keys, err := p.Open(context.Background(), chain.Assignment{Task: s.task, Deal: told, Bench: p.bench}, files)
	if err != nil {
		return err
	}
	require.Len(s.t, opened, 3)
	require.Len(s.t, keys, 1)
	data, err := artifact.ReadContent(opened[1])
	require.NoError(s.t, err)
	require.Equal(s.t, "plain", string(data))
	require.Equal(s.t, files[0], opened[0])
	require.Nil(s.t, opened[2])
	return nil
}

// When the agent is gone, a worker that has the key gives it to the other seats of the task. So an honest first worker is never the
// only one that had an input. Nobody outside of the task gets the key.
func TestWorkersPassTheKeyOn(t *testing.T) {
	s := newStage(t)
	require.NoError(t, s.open("first"))
	s.agent.Close()
	require.ErrorIs(t, s.open("second"), artifact.ErrUnreachable, "the agent may be back in a moment")
	require.ErrorIs(t, s.open("second", "stranger"), artifact.ErrUnreachable)
	require.NoError(t, s.open("second", "stranger", "first"))
	require.NoError(t, s.open("court", "first"))
	require.NoError(t, s.open("second"), "it is kept")
	require.Error(t, s.open("stranger", "first", "second"))

	s.task.Ending, s.task.Phase = taskstypes.ENDING_ACCEPTED, taskstypes.PHASE_AUDIT
	require.NoError(t, os.RemoveAll(s.parties["court"].Folder))
	require.NoError(t, s.open("court", "second"), "until the answer is final")
}

// A final refusal of an agent gives another error than one that may pass.
func TestRefusalsOfAnAgent(t *testing.T) {
	s := newStage(t)
	require.ErrorIs(t, s.open("stranger"), artifact.ErrUnreachable, "a node may lag behind the draw")
	s = newStage(t)
	s.deal.App = "acme/other"
	require.ErrorIs(t, s.open("first"), artifact.ErrNotFound)
	require.ErrorContains(t, s.open("first"), "app-not-allowed")
	s.file = append(bytes.Clone(s.file[:40]), '\n')
	require.ErrorIs(t, s.open("first"), artifact.ErrCorrupted)
}

// A key is dropped when its task is final. If the chain does not know the task, it is dropped after a time longer than any audit.
func TestSweep(t *testing.T) {
	s := newStage(t)
	require.NoError(t, s.open("first"))
	kept := func() int {
		files, err := os.ReadDir(s.parties["first"].Folder)
		require.NoError(t, err)
		return len(files)
	}
	sweep := func(now time.Time) {
		require.NoError(t, s.parties["first"].Sweep(context.Background(), s, now))
	}
	sweep(time.Now())
	require.Equal(t, 1, kept())
	s.task.Id = strings.Repeat("cd", 32)
	sweep(time.Now())
	sweep(time.Now().Add(30 * 24 * time.Hour))
	require.Equal(t, 1, kept(), "the node may lag behind")
	sweep(time.Now().Add(61 * 24 * time.Hour))
	require.Zero(t, kept())

	s.task.Id = taskID
	require.NoError(t, s.open("first"))
	s.task.Phase = taskstypes.PHASE_DONE
	sweep(time.Now())
	require.Zero(t, kept())
}

func TestDeriveIdentity(t *testing.T) {
	a, err := unseal.DeriveIdentity([]byte("one"))
	require.NoError(t, err)
	again, err := unseal.DeriveIdentity([]byte("one"))
	require.NoError(t, err)
	b, err := unseal.DeriveIdentity([]byte("other"))
	require.NoError(t, err)
	require.Equal(t, a.String(), again.String())
	require.NotEqual(t, a.String(), b.String())
}
