package release_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/release"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/secret"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

const chainID = "credence-test"

var (
	taskID  = strings.Repeat("ab", 32)
	otherID = strings.Repeat("cd", 32)
)

// world is an agent with a sealed file, a task that reads the file, and a worker that was drawn for the task.
type world struct {
	t       *testing.T
	server  *release.Server
	url     string
	file    artifact.Bytes
	blob    artifact.Digest
	head    secret.Head
	records release.Folder
	owner   *age.X25519Identity
	worker  client.Key
	mine    *age.X25519Identity // the worker's identity
	c       release.Case
	now     time.Time
	log     []release.Entry
	chain   error
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, records: release.Folder(t.TempDir()), now: time.Unix(1_800_000_000, 0)}
	var err error
	w.owner, err = age.GenerateX25519Identity()
	require.NoError(t, err)
	w.mine, err = age.GenerateX25519Identity()
	require.NoError(t, err)
	w.worker, err = client.GenerateKey()
	require.NoError(t, err)
	web := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { w.server.ServeHTTP(rw, r) }))
	t.Cleanup(web.Close)
	w.url = web.URL
	var out bytes.Buffer
	require.NoError(t, secret.Seal(&out, strings.NewReader("plain text"), w.url, w.owner.Recipient()))
	w.file, w.blob = out.Bytes(), artifact.Sum(out.Bytes())
	w.head, _, err = secret.ReadHead(w.file)
	require.NoError(t, err)
	w.allow(func(*release.Record) {})
	w.c = release.Case{
		Task: taskstypes.Task{Id: taskID, Attempt: 1, Phase: taskstypes.PHASE_FIRST, Seats: []taskstypes.Seat{{Who: w.worker.Address(), Wave: 1, State: taskstypes.SEAT_STATE_DRAWN}}},
		Deal: dealstypes.Deal{
			App: "acme/render", AppVersion: "1.0", Runtime: contract.RuntimeWasm, Digest: artifact.Sum([]byte("app")).String(), Requester: "cred1requester", RequesterOrganisation: "lab", Pool: "pool-1",
			Inputs: []*dealstypes.Input{{Name: "secret", Digest: w.blob.String(), Size_: uint64(len(w.file))}},
		},
	}
	w.server = &release.Server{
		ChainID: chainID, URL: w.url, Vault: release.Owner{Records: w.records, Identity: w.owner},
		Chain: func(_ context.Context, task string) (release.Case, error) {
			if task != taskID {
				return release.Case{}, release.ErrUnknownTask
			}
			return w.c, w.chain
		},
		Note: func(e release.Entry) error { w.log = append(w.log, e); return nil },
		Now:  func() time.Time { return w.now },
	}
	return w
}

// allow applies a change to the agent's record of the file, and writes the record.
func (w *world) allow(change func(*release.Record)) {
	r := release.Record{Blob: w.blob, Agent: w.url, Header: w.head.Header, Apps: []string{"acme/render"}, Requesters: []string{"lab"}, Made: w.now}
	change(&r)
	require.NoError(w.t, w.records.Save(r))
}

// inContainer makes the app an image, and gives its job an execution.
func (w *world) inContainer(e *dealstypes.Execution) {
	w.c.Deal.Runtime, w.c.Deal.Execution = contract.RuntimeOCI, e
}

func (w *world) request() release.Request {
	nonce, err := release.NewNonce()
	require.NoError(w.t, err)
	return release.Request{
		ChainID: chainID, Task: taskID, Bench: release.BenchWorkers, Attempt: 1, Blob: w.blob, Who: w.worker.Address(),
		Recipient: w.mine.Recipient().String(), Asked: w.url, Time: w.now.Unix(), Nonce: nonce,
	}
}

func (w *world) send(r release.Request) ([]byte, error) {
	signed, err := r.Sign(w.worker)
	require.NoError(w.t, err)
	return release.Send(context.Background(), nil, w.url, signed)
}

func (w *world) refused(r release.Request, reason release.Reason) {
	w.t.Helper()
	_, err := w.send(r)
	var refusal *release.Refusal
	require.ErrorAs(w.t, err, &refusal)
	require.Equal(w.t, reason, refusal.Reason, refusal.Words)
	require.NotEmpty(w.t, refusal.Words)
	last := w.log[len(w.log)-1]
	require.False(w.t, last.Given)
	require.Equal(w.t, reason, last.Reason)
}

func TestDrawnWorkerGetsTheKey(t *testing.T) {
	w := newWorld(t)
	answer, err := w.send(w.request())
	require.NoError(t, err)
	grant, key, err := release.OpenGrant(answer, w.mine)
	require.NoError(t, err)
	require.Equal(t, taskID, grant.Task)
	require.Equal(t, w.blob, grant.Blob)
	opened, err := secret.Open(w.file, w.head, key)
	require.NoError(t, err)
	data, err := artifact.ReadContent(opened)
	require.NoError(t, err)
	require.Equal(t, "plain text", string(data))
	require.NotContains(t, string(answer), string(key[:]), "it travels encrypted")
	_, _, err = release.OpenGrant(answer, w.owner)
	require.ErrorIs(t, err, secret.ErrNotOpened, "for who asked alone")
	require.Len(t, w.log, 1)
	require.True(t, w.log[0].Given)
	require.Equal(t, w.worker.Address(), w.log[0].Who)
	require.Equal(t, "acme/render", w.log[0].App)
}

// A court seat asks for the key itself, with the court's own count of sessions. It gets the key even after the workers' part is over.
func TestCourtSeatGetsTheKey(t *testing.T) {
	w := newWorld(t)
	w.c.Task.Seats, w.c.Task.Court = nil, w.c.Task.Seats
	w.c.Task.Phase, w.c.Task.Ending = taskstypes.PHASE_COURT_COMMIT, taskstypes.ENDING_ACCEPTED // under audit
	r := w.request()
	r.Bench, r.Attempt = release.BenchCourt, w.c.Task.AttemptOn(taskstypes.BENCH_COURT)
	_, err := w.send(r)
	require.NoError(t, err)
	w.refused(w.request(), release.TaskOver)
}

// Every hostile or mistaken request is refused for its own reason.
func TestRequestsThatAreRefused(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*world, *release.Request)
		reason release.Reason
	}{
		{"who holds no seat", func(w *world, _ *release.Request) { w.c.Task.Seats[0].Who = "cred1other" }, release.NotDrawn},
		{"a court seat on the workers' bench", func(w *world, _ *release.Request) { w.c.Task.Seats, w.c.Task.Court = nil, w.c.Task.Seats }, release.NotDrawn},
		{"who was silent", func(w *world, _ *release.Request) { w.c.Task.Seats[0].State = taskstypes.SEAT_STATE_SILENT }, release.NotDrawn},
		{"who has answered", func(w *world, _ *release.Request) { w.c.Task.Seats[0].State = taskstypes.SEAT_STATE_REVEALED }, release.NotDrawn},
		{"another attempt", func(_ *world, r *release.Request) { r.Attempt = 2 }, release.NotDrawn},
		{"no such bench", func(_ *world, r *release.Request) { r.Bench = "jury" }, release.Malformed},
		{"another task", func(_ *world, r *release.Request) { r.Task = otherID }, release.UnknownTask},
		{"no task", func(_ *world, r *release.Request) { r.Task = "../../etc" }, release.Malformed},
		{"a task that is over", func(w *world, _ *release.Request) {
			w.c.Task.Phase, w.c.Task.Ending = taskstypes.PHASE_DONE, taskstypes.ENDING_ACCEPTED
		}, release.TaskOver},
		{"a worker of a task under audit", func(w *world, _ *release.Request) {
			w.c.Task.Phase, w.c.Task.Ending = taskstypes.PHASE_AUDIT, taskstypes.ENDING_ACCEPTED
		}, release.TaskOver},
		{"a task that does not read the file", func(w *world, _ *release.Request) { w.c.Deal.Inputs = nil }, release.NotRead},
		{"a dataset of another task of the bag", func(w *world, _ *release.Request) {
			w.c.Deal.Inputs = nil
			w.c.Deal.Datasets = []dealstypes.PinnedDataset{{Digest: artifact.Sum(nil).String()}, {Digest: w.blob.String()}}
			w.c.Deal.DatasetsPerTask = 1
		}, release.NotRead},
		{"another chain", func(_ *world, r *release.Request) { r.ChainID = "credence-other" }, release.OtherChain},
		{"a request to another agent, passed on", func(_ *world, r *release.Request) { r.Asked = "https://evil.example" }, release.OtherAgent},
		{"an old request", func(w *world, r *release.Request) { r.Time = w.now.Add(-61 * time.Second).Unix() }, release.Expired},
		{"a request from the future", func(w *world, r *release.Request) { r.Time = w.now.Add(2 * time.Minute).Unix() }, release.Expired},
		{"another's name", func(_ *world, r *release.Request) { r.Who = "cred1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqnrql8a" }, release.Malformed},
		{"a nonce that is none", func(_ *world, r *release.Request) { r.Nonce = "1" }, release.Malformed},
		{"a recipient that is none", func(_ *world, r *release.Request) { r.Recipient = "age1" }, release.Malformed},
		{"a file that is not here", func(w *world, _ *release.Request) { require.NoError(w.t, w.records.Remove(w.blob)) }, release.UnknownSecret},
		{"an app that was revoked", func(w *world, _ *release.Request) {
			w.allow(func(r *release.Record) { r.Apps = nil })
		}, release.AppNotAllowed},
		{"another version than the allowed one", func(w *world, _ *release.Request) {
			w.allow(func(r *release.Record) { r.Apps = []string{"acme/render:1.1", "acme"} })
		}, release.AppNotAllowed},
		{"another requester", func(w *world, _ *release.Request) {
			w.allow(func(r *release.Record) { r.Requesters = []string{"cred1somebody"} })
		}, release.RequesterNotAllowed},
		{"a requester without an organisation, and a list with an empty name", func(w *world, _ *release.Request) {
			w.c.Deal.RequesterOrganisation = ""
			w.allow(func(r *release.Record) { r.Requesters = []string{""} })
		}, release.RequesterNotAllowed},
		{"another pool", func(w *world, _ *release.Request) {
			w.allow(func(r *release.Record) { r.Pools = []string{"pool-2"} })
		}, release.PoolNotAllowed},
		{"variables for a container", func(w *world, _ *release.Request) {
			w.inContainer(&dealstypes.Execution{Env: []string{"PYTHONPATH=/in"}})
		}, release.AppNotAllowed},
		{"rows for a container", func(w *world, _ *release.Request) { w.inContainer(&dealstypes.Execution{Rows: "rows"}) }, release.AppNotAllowed},
		{"a working folder for a container", func(w *world, _ *release.Request) { w.inContainer(&dealstypes.Execution{Workdir: "in"}) }, release.AppNotAllowed},
		{"variables for a runtime that is not known here", func(w *world, _ *release.Request) {
			w.c.Deal.Runtime, w.c.Deal.Execution = "new/v1", &dealstypes.Execution{Env: []string{"A=1"}}
		}, release.AppNotAllowed},
		{"an answer that everybody can read", func(w *world, _ *release.Request) {
			w.allow(func(r *release.Record) { r.SealedAnswers = true })
		}, release.AnswerNotSealed},
		{"a record that is damaged", func(w *world, _ *release.Request) {
			w.allow(func(r *release.Record) { r.Header = []byte("none") })
		}, release.UnknownSecret},
		{"a node that is down", func(w *world, _ *release.Request) { w.chain = errors.New("connection refused") }, release.Unavailable},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			r := w.request()
			tc.change(w, &r)
			w.refused(r, tc.reason)
		})
	}
}

// A record may allow the app by name, version or digest, the requester by account or organisation, and pools.
func TestWhatIsAllowed(t *testing.T) {
	for _, change := range []func(*world, *release.Record){
		func(_ *world, r *release.Record) { r.Apps = []string{"acme/render:1.0"} },
		func(w *world, r *release.Record) { r.Apps = []string{"x/y", w.c.Deal.Digest} },
		func(_ *world, r *release.Record) { r.Requesters = []string{"cred1requester"} },
		func(_ *world, r *release.Record) { r.Pools = []string{"pool-2", "pool-1"} },
		func(w *world, _ *release.Record) { w.inContainer(nil) },
		func(w *world, _ *release.Record) {
			w.inContainer(&dealstypes.Execution{Stdin: "secret", Stdout: "out"})
		},
		func(w *world, r *release.Record) {
			w.inContainer(&dealstypes.Execution{Env: []string{"PYTHONPATH=/in"}, Rows: "rows", Workdir: "in"})
			r.AnyEnv = true
		},
		func(w *world, _ *release.Record) { w.c.Deal.Execution = &dealstypes.Execution{Env: []string{"A=1"}} }, // a WebAssembly app
		func(w *world, r *release.Record) {
			w.c.Deal.Execution = &dealstypes.Execution{Recipient: w.mine.Recipient().String()}
			r.SealedAnswers = true
		},
	} {
		w := newWorld(t)
		w.allow(func(r *release.Record) { change(w, r) })
		_, err := w.send(w.request())
		require.NoError(t, err)
	}
	// A committed worker that lost its journal runs the task again.
	w := newWorld(t)
	w.c.Task.Seats[0].State = taskstypes.SEAT_STATE_COMMITTED
	_, err := w.send(w.request())
	require.NoError(t, err)
}

func TestReplayIsRefused(t *testing.T) {
	w := newWorld(t)
	r := w.request()
	_, err := w.send(r)
	require.NoError(t, err)
	w.refused(r, release.Replayed)
	w.now = w.now.Add(59 * time.Second)
	w.refused(r, release.Replayed)
	w.now = w.now.Add(2 * time.Second)
	w.refused(r, release.Expired)
	_, err = w.send(w.request())
	require.NoError(t, err)
}

// A signature covers the whole request. It must be made by the key of the account that the request names.
func TestSignatureBinds(t *testing.T) {
	w := newWorld(t)
	r := w.request()
	signed, err := r.Sign(w.worker)
	require.NoError(t, err)
	refused := func(s release.Signed) {
		_, err := release.Send(context.Background(), nil, w.url, s)
		var refusal *release.Refusal
		require.ErrorAs(t, err, &refusal)
		require.Equal(t, release.Malformed, refusal.Reason)
	}
	changed := signed
	changed.Request = bytes.Replace(signed.Request, []byte(w.mine.Recipient().String()), []byte(w.owner.Recipient().String()), 1)
	require.NotEqual(t, signed.Request, changed.Request)
	refused(changed)
	stranger, err := client.GenerateKey()
	require.NoError(t, err)
	changed, err = r.Sign(stranger) // a stranger signs in the worker's name
	require.NoError(t, err)
	refused(changed)
	changed = signed
	changed.PubKey = stranger.PubKey().Bytes()
	refused(changed)
	refused(release.Signed{})
	for _, body := range []string{"", "{", strings.Repeat("a", 20_000), `{"request":"e30=","pub_key":"","signature":""}`} {
		res, err := http.Post(w.url+release.Path, "application/json", strings.NewReader(body))
		require.NoError(t, err)
		require.Equal(t, http.StatusBadRequest, res.StatusCode, body)
		res.Body.Close()
	}
	res, err := http.Get(w.url + release.Path)
	require.NoError(t, err)
	require.Equal(t, http.StatusMethodNotAllowed, res.StatusCode)
	res.Body.Close()
}

// One account cannot keep the agent busy. Its excess requests cost no chain read.
func TestRequestsAreLimited(t *testing.T) {
	w := newWorld(t)
	asked := 0
	chain := w.server.Chain
	w.server.Chain = func(ctx context.Context, task string) (release.Case, error) { asked++; return chain(ctx, task) }
	many := 0
	for range 100 {
		_, err := w.send(w.request())
		var refusal *release.Refusal
		if errors.As(err, &refusal) {
			require.Equal(t, release.TooMany, refusal.Reason)
			many++
		}
	}
	require.Equal(t, 40, many)
	require.Equal(t, 1, asked, "what it said is taken for a second")
	w.now = w.now.Add(time.Second)
	_, err := w.send(w.request())
	require.NoError(t, err, "a moment later")
}

// If a release cannot be logged, the key is not given.
func TestNoReleaseWithoutItsLog(t *testing.T) {
	w := newWorld(t)
	w.server.Note = func(release.Entry) error { return errors.New("the disk is full") }
	_, err := w.send(w.request())
	var refusal *release.Refusal
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, release.Unavailable, refusal.Reason)
	require.True(t, release.IsPassing(err))
}

func TestRecordsAreKept(t *testing.T) {
	folder := release.Folder(t.TempDir())
	for i := range 3 {
		require.NoError(t, folder.Save(release.Record{Blob: artifact.Sum([]byte{byte(i)}), Name: fmt.Sprint(i), Made: time.Unix(int64(10-i), 0)}))
	}
	list, err := folder.List()
	require.NoError(t, err)
	require.Len(t, list, 3)
	require.Equal(t, "2", list[0].Name, "the oldest first")
	require.NoError(t, folder.Remove(list[0].Blob))
	_, err = folder.Load(list[0].Blob)
	require.Error(t, err)
	text, err := json.Marshal(list[1])
	require.NoError(t, err)
	require.NotContains(t, string(text), "SECRET")
}
