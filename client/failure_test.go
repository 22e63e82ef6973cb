package client

import (
	"context"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/result"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// endWith ends task 0 with an answer.
func endWith(kind taskstypes.Kind, m result.Manifest) func(*fakeMarket) {
	return func(f *fakeMarket) {
		end(0)(f)
		for id, t := range f.tasks {
			t.Verdict = &taskstypes.Outcome{Kind: kind, Digest: artifact.Digest(m.Digest()).String(), Fuel: 1_530_000_000}
			f.tasks[id] = t
		}
	}
}

// holder serves what it is given.
func holder(t *testing.T, m result.Manifest) string {
	t.Helper()
	store := artifact.NewMemory()
	require.NoError(t, result.Store(context.Background(), m, nil, store))
	server := httptest.NewServer(artifact.Handler(store, artifact.HandlerOptions{}))
	t.Cleanup(server.Close)
	return server.URL
}

func manifest(t *testing.T, kind, reason string, exit uint32) result.Manifest {
	t.Helper()
	m, err := result.Build(kind, reason, exit, nil)
	require.NoError(t, err)
	return m
}

// words of a program, some of which a terminal would obey.
func words(*TaskReport) (from, text string) { return "amber", "line 1\ncan't read \x1b[31mconfig\n" }

// TestStderrIsPartOfTheAnswer: what the manifest says a program wrote is told as such, and printably, whatever else a log
// says; and it is to be had by itself, whole.
func TestStderrIsPartOfTheAnswer(t *testing.T) {
	failed, err := result.Manifest{Kind: result.KindAppFailed, Reason: "exit", ExitCode: 3, Stderr: "no \x1b[31mfile\xff\n"}.With(nil)
	require.NoError(t, err)
	m := newFakeMarket(t, fill("north", 1, matched), nothing, endWith(taskstypes.KIND_APP_FAILED, failed))
	r, _, tell := m.runner()
	r.Holders, r.Words = []string{holder(t, failed)}, words
	report, err := r.Run(within(t), Job{App: write(t, "app.wasm", emptyApp), Trust: 100, Out: filepath.Join(t.TempDir(), "out")}, tell)
	require.ErrorContains(t, err, "its last words on stderr, a part of the answer:\n    no \\x1b[31mfile")
	require.NotContains(t, err.Error(), "amber")
	require.True(t, report.Tasks[0].StderrVerified)
	require.Empty(t, report.Tasks[0].StderrFrom)

	ending, err := FetchEnding(within(t), r.Conn, report.Tasks[0].ID, r.Holders)
	require.NoError(t, err)
	require.Equal(t, failed.Stderr, ending.Stderr, "every byte of it")
	require.Equal(t, "exit", ending.Reason)
	require.EqualValues(t, 3, ending.ExitCode)
	_, err = FetchEnding(within(t), r.Conn, report.Tasks[0].ID, nil)
	require.ErrorContains(t, err, "can't be had")
}

// How a program failed, and its last words where they are to be had, reach run, watch, show and fetch.
func TestAFailureHasItsReason(t *testing.T) {
	failed := manifest(t, result.KindAppFailed, "exit", 3)
	m := newFakeMarket(t, fill("north", 1, matched), nothing, endWith(taskstypes.KIND_APP_FAILED, failed))
	r, events, tell := m.runner()
	r.Holders, r.Words = []string{holder(t, failed)}, words
	out := filepath.Join(t.TempDir(), "out")
	report, err := r.Run(within(t), Job{App: write(t, "app.wasm", emptyApp), Trust: 100, Out: out}, tell)
	check := func(err error) {
		t.Helper()
		var problem *Problem
		require.ErrorAs(t, err, &problem)
		require.Equal(t, ExitAppFailed, problem.Exit)
		require.Contains(t, problem.What, "failed with exit status 3")
	}
	check(err)
	require.ErrorContains(t, err, `from amber (not verified):`)
	require.ErrorContains(t, err, `can't read \x1b[31mconfig`, "a program's words are made printable")
	require.Contains(t, texts(*events, EventEnded), "accepted: the program failed with exit status 3 (sha256:")
	require.Empty(t, texts(*events, EventDownloaded), "it left no files")
	require.NoDirExists(t, out)
	task := report.Tasks[0]
	require.Equal(t, "exit", task.Reason)
	require.EqualValues(t, 3, task.ExitCode)
	require.Equal(t, "amber", task.StderrFrom)

	var watched []*TaskReport
	require.NoError(t, WatchRequest(within(t), r.Conn, requestID, func(e Event) {
		if e.Kind == EventEnded {
			require.Contains(t, e.Text, "failed with exit status 3")
			watched = append(watched, e.Result)
		}
	}, WithSources(r.Holders...), WithLastWords(words)))
	check(EndError(within(t), r.Conn, Ref{KindRequest, requestID}, watched))
	require.Equal(t, "exit", watched[0].Reason)

	res, err := r.Conn.Tasks().Task(within(t), &taskstypes.QueryTaskRequest{Id: task.ID})
	require.NoError(t, err)
	history := History(within(t), r.Conn, res.Task, r.Holders, words)
	require.Contains(t, texts(history, EventEnded), "failed with exit status 3")
	require.Contains(t, texts(history, EventEnded), "line 1")

	fetched, err := FetchAll(within(t), r.Conn, task.ID, "", "", r.Holders, out)
	require.NoError(t, err)
	check(TasksError(fetched))
	require.NoDirExists(t, out)
}

// A failure whose manifest nobody serves is told as what it is, and why no more is known; no reason is made up.
func TestAFailureWithoutItsManifest(t *testing.T) {
	failed := manifest(t, result.KindAppFailed, "exit", 3)
	m := newFakeMarket(t, fill("north", 1, matched), nothing, endWith(taskstypes.KIND_APP_FAILED, failed))
	r, _, tell := m.runner()
	r.Stores = []string{holder(t, manifest(t, result.KindAppFailed, "trap", 0))} // has another one
	m.apps["acme/app:1"] = nil
	report, err := r.Run(within(t), Job{App: "acme/app:1", Trust: 100}, tell)
	require.Equal(t, ExitAppFailed, ExitStatus(err))
	require.ErrorContains(t, err, "the manifest that says how can't be had")
	require.NotContains(t, err.Error(), "exit status")
	require.ErrorContains(t, err, "stays with the workers")
	require.NotEmpty(t, report.Tasks[0].ReasonError)
}

// A result may have no files. That is said, and is a success.
func TestAResultWithoutFiles(t *testing.T) {
	empty := manifest(t, result.KindResult, "", 0)
	m := newFakeMarket(t, fill("north", 1, matched), nothing, endWith(taskstypes.KIND_RESULT, empty))
	r, events, tell := m.runner()
	r.Holders = []string{holder(t, empty)}
	_, err := r.Run(within(t), Job{App: write(t, "app.wasm", emptyApp), Trust: 100, Out: filepath.Join(t.TempDir(), "out")}, tell)
	require.NoError(t, err)
	require.Equal(t, "verified: "+NoFiles, texts(*events, EventDownloaded))
}

// What has not ended is not fetched, and the exit status says so.
func TestFetchTooEarly(t *testing.T) {
	m := newFakeMarket(t, fill("north", 2, matched))
	r, _, _ := m.runner()
	m.set(func() {
		m.request.Id, m.request.Job.Size_, m.request.Job.MaxPrice = requestID, 2, 9
		fill("north", 2, matched)(m)
	})
	_, err := FetchAll(within(t), r.Conn, "", "", requestID, nil, t.TempDir())
	require.Equal(t, ExitNotEnded, ExitStatus(err), "%v", err)
	m.set(func() { end(0)(m) })
	_, err = FetchAll(within(t), r.Conn, "", "", requestID, nil, t.TempDir())
	require.ErrorContains(t, err, "nobody is known to hold")
	_, err = FetchAll(within(t), r.Conn, taskID(m.deals[0], 1), "", "", nil, t.TempDir())
	require.Equal(t, ExitNotEnded, ExitStatus(err), "%v", err)
}
