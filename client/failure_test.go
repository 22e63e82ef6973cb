package client

import (
	"context"
	"errors"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/result"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// endWith returns a step that ends task 0 with the answer of this manifest.
func endWith(kind taskstypes.Kind, m result.Manifest) func(*fakeMarket) {
	return func(f *fakeMarket) {
		end(0)(f)
		for id, t := range f.tasks {
			t.Verdict = &taskstypes.Outcome{Kind: kind, Digest: artifact.Digest(m.Digest()).String(), Fuel: 1_530_000_000}
			f.tasks[id] = t
		}
	}
}

// holder starts a server that serves the manifest, and returns its address.
func holder(t *testing.T, m result.Manifest) string {
	t.Helper()
	store := artifact.NewMemory()
	require.NoError(t, result.Store(context.Background(), m, nil, store))
	server := httptest.NewServer(artifact.Handler(store))
	t.Cleanup(server.Close)
	return server.URL
}

func manifest(t *testing.T, kind, reason string, exit uint32) result.Manifest {
	t.Helper()
	m, err := result.Build(kind, reason, exit, nil)
	require.NoError(t, err)
	return m
}

// words returns the origin and the text of a program's output. The text has a byte sequence that a terminal would obey.
func words(*TaskReport) (from, text string) { return "amber", "line 1\ncan't read \x1b[31mconfig\n" }

// TestStderrIsPartOfTheAnswer: the report has the stderr of the manifest, in UTF-8 and marked as verified, whatever a worker's log
// says. It can also be fetched by itself, byte for byte.
func TestStderrIsPartOfTheAnswer(t *testing.T) {
	failed, err := result.Manifest{Kind: result.KindAppFailed, Reason: "exit", ExitCode: 3, Stderr: "no \x1b[31mfile\xff\n"}.With(nil)
	require.NoError(t, err)
	m := newFakeMarket(t, fill("north", 1, matched), nothing, endWith(taskstypes.KIND_APP_FAILED, failed))
	r, _, tell := m.runner()
	r.Holders, r.Words = []string{holder(t, failed)}, words
	report, err := r.Run(within(t), Job{App: write(t, "app.wasm", emptyApp), Trust: 100, Out: filepath.Join(t.TempDir(), "out")}, tell)
	var problem *Error
	require.ErrorAs(t, err, &problem)
	require.Equal(t, CodeAppFailed, problem.Code)
	require.Equal(t, report.Tasks[0], problem.Task)
	require.Equal(t, "no \x1b[31mfile\uFFFD\n", report.Tasks[0].Stderr)
	require.True(t, report.Tasks[0].StderrVerified)
	require.Empty(t, report.Tasks[0].StderrFrom)

	ending, err := FetchEnding(within(t), r.Conn, report.Tasks[0].ID, r.Holders)
	require.NoError(t, err)
	require.Equal(t, failed.Stderr, ending.Stderr, "every byte of it")
	require.Equal(t, "exit", ending.Reason)
	require.EqualValues(t, 3, ending.ExitCode)
	_, err = FetchEnding(within(t), r.Conn, report.Tasks[0].ID, nil)
	require.ErrorAs(t, err, &problem)
	require.Equal(t, CodeUnavailable, problem.Code)
	require.Equal(t, "Manifest", problem.Field)
}

// The reason of a program's failure reaches run, watch, show and fetch. So do its last words, where somebody serves them.
func TestAFailureHasItsReason(t *testing.T) {
	failed := manifest(t, result.KindAppFailed, "exit", 3)
	m := newFakeMarket(t, fill("north", 1, matched), nothing, endWith(taskstypes.KIND_APP_FAILED, failed))
	r, events, tell := m.runner()
	r.Holders, r.Words = []string{holder(t, failed)}, words
	out := filepath.Join(t.TempDir(), "out")
	report, err := r.Run(within(t), Job{App: write(t, "app.wasm", emptyApp), Trust: 100, Out: out}, tell)
	check := func(err error) {
		t.Helper()
		var problem *Error
		require.ErrorAs(t, err, &problem)
		require.Equal(t, CodeAppFailed, problem.Code)
		require.Equal(t, "exit", problem.Task.Reason)
		require.EqualValues(t, 3, problem.Task.ExitCode)
	}
	check(err)
	require.Contains(t, report.Tasks[0].Stderr, "can't read")
	require.Contains(t, texts(*events, EventEnded), "accepted: the app fails, sha256:")
	require.Empty(t, texts(*events, EventDownloaded), "it left no files")
	require.NoDirExists(t, out)
	task := report.Tasks[0]
	require.Equal(t, "exit", task.Reason)
	require.EqualValues(t, 3, task.ExitCode)
	require.Equal(t, "amber", task.StderrFrom)

	var watched []*TaskReport
	require.NoError(t, WatchRequest(within(t), r.Conn, requestID, func(e Event) {
		if e.Kind == EventEnded {
			watched = append(watched, e.Result)
		}
	}, WithSources(r.Holders...), WithLastWords(words)))
	check(EndError(within(t), r.Conn, Ref{KindRequest, requestID}, watched))
	require.Equal(t, "exit", watched[0].Reason)

	res, err := r.Conn.Tasks().Task(within(t), &taskstypes.QueryTaskRequest{Id: task.ID})
	require.NoError(t, err)
	history := History(within(t), r.Conn, res.Task, r.Holders, words)
	ended := history[len(history)-1].Result
	require.EqualValues(t, 3, ended.ExitCode)
	require.Contains(t, ended.Stderr, "line 1")

	fetched, err := FetchAll(within(t), r.Conn, task.ID, "", "", r.Holders, out)
	require.NoError(t, err)
	check(TasksError(fetched))
	require.NoDirExists(t, out)
}

// If nobody serves the manifest of a failure, the report says that the program failed and why the reason is unknown. No reason is made
// up.
func TestAFailureWithoutItsManifest(t *testing.T) {
	failed := manifest(t, result.KindAppFailed, "exit", 3)
	m := newFakeMarket(t, fill("north", 1, matched), nothing, endWith(taskstypes.KIND_APP_FAILED, failed))
	r, _, tell := m.runner()
	r.Stores = []string{holder(t, manifest(t, result.KindAppFailed, "trap", 0))} // it serves another manifest
	m.apps["acme/app:1"] = nil
	report, err := r.Run(within(t), Job{App: "acme/app:1", Trust: 100}, tell)
	var problem *Error
	require.ErrorAs(t, err, &problem)
	require.Equal(t, CodeAppFailed, problem.Code)
	require.Empty(t, problem.Task.Reason)
	require.NotEmpty(t, report.Tasks[0].ReasonError)
}

// A result without files is a success, and the report says that it has none.
func TestAResultWithoutFiles(t *testing.T) {
	empty := manifest(t, result.KindResult, "", 0)
	m := newFakeMarket(t, fill("north", 1, matched), nothing, endWith(taskstypes.KIND_RESULT, empty))
	r, events, tell := m.runner()
	r.Holders = []string{holder(t, empty)}
	_, err := r.Run(within(t), Job{App: write(t, "app.wasm", emptyApp), Trust: 100, Out: filepath.Join(t.TempDir(), "out")}, tell)
	require.NoError(t, err)
	require.Contains(t, texts(*events, EventDownloaded), "verified: 0 files")
}

// Fetching a task that has not ended fails, with an exit status of its own.
func TestFetchTooEarly(t *testing.T) {
	m := newFakeMarket(t, fill("north", 2, matched))
	r, _, _ := m.runner()
	m.set(func() {
		m.request.Id, m.request.Job.Size_, m.request.Job.MaxPrice = requestID, 2, 9
		fill("north", 2, matched)(m)
	})
	_, err := FetchAll(within(t), r.Conn, "", "", requestID, nil, t.TempDir())
	require.Equal(t, CodeRunning, codeOf(err), "%v", err)
	m.set(func() { end(0)(m) })
	_, err = FetchAll(within(t), r.Conn, "", "", requestID, nil, t.TempDir())
	require.ErrorContains(t, err, "nobody is known to hold")
	_, err = FetchAll(within(t), r.Conn, taskID(m.deals[0], 1), "", "", nil, t.TempDir())
	require.Equal(t, CodeRunning, codeOf(err), "%v", err)
}

// codeOf returns the code of an error of the library, and an empty code for any other error.
func codeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}
