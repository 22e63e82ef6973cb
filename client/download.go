package client

import (
	"context"
	"fmt"
	"path/filepath"

	"filippo.io/age"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/result"
	"github.com/credence-chain/credence/secret"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// Download fetches an accepted result into a folder: from the workers that agreed with the verdict, or else from the stores. It
// checks every byte against the digest on the chain, and notes the files in the report.
func Download(ctx context.Context, conn *Conn, t *TaskReport, stores []string, dir string) error {
	if !t.Accepted() || t.Verdict.Digest == "" {
		return &Error{Code: CodeNoAnswer, Task: t, What: fmt.Sprintf("task %s has no result: it ended as %s", t.ID, t.Ending)}
	}
	if t.Failed() { // it left no files
		findReason(ctx, conn, t, stores, nil)
		return nil
	}
	digest, err := artifact.ParseDigest(t.Verdict.Digest)
	if err != nil {
		return err
	}
	holders, err := listEndpoints(ctx, conn, t.holders)
	if err != nil {
		return err
	}
	source := &artifact.Client{BaseURLs: append(holders, stores...)}
	if len(source.BaseURLs) == 0 {
		return &Error{Code: CodeUnavailable, Field: "Stores", What: fmt.Sprintf("nobody is known to hold the result of task %s", t.ID)}
	}
	manifest, err := result.Fetch(ctx, digest, source, dir)
	if err != nil {
		return &Error{
			Code: CodeUnavailable, Deal: t.ID, Found: source.BaseURLs, Err: err,
			What: fmt.Sprintf("the result %s can't be downloaded: %v", ShortDigest(t.Verdict.Digest), err),
		}
	}
	t.Dir, t.sealed = dir, secret.IsSealed(manifest)
	t.takeResult(manifest)
	return nil
}

// listEndpoints returns the endpoints of workers, in the same order. It leaves out workers that registered none.
func listEndpoints(ctx context.Context, conn *Conn, workers []string) ([]string, error) {
	var out []string
	for _, who := range workers {
		res, err := conn.Workers().Worker(ctx, &workerstypes.QueryWorkerRequest{Address: who})
		if err != nil {
			return nil, fmt.Errorf("endpoint of worker %s: %w", who, err)
		}
		if res.Worker.Endpoint != "" {
			out = append(out, res.Worker.Endpoint)
		}
	}
	return out, nil
}

// FetchTask downloads the result of a task that has ended. An *Error says that it has not, or has no result.
func FetchTask(ctx context.Context, conn *Conn, id string, stores []string, dir string) (*TaskReport, error) {
	res, err := conn.Tasks().Task(ctx, &taskstypes.QueryTaskRequest{Id: id})
	if err != nil {
		return nil, err
	}
	if !res.Task.Ended() {
		return nil, &Error{Code: CodeRunning, Deal: id, What: fmt.Sprintf("task %s has not ended: it is in phase %s", id, res.Task.Phase)}
	}
	report := ReportOf(res.Task)
	report.Under(res.Deal)
	report.readOnchain(ctx, conn)
	return report, Download(ctx, conn, report, stores, dir)
}

// resultDir returns the folder for a task's files: out itself for a single task, and a numbered folder below it for each task of a bag.
func resultDir(out string, size, index uint64) string {
	if size <= 1 {
		return out
	}
	return filepath.Join(out, fmt.Sprintf("%0*d", max(3, len(fmt.Sprint(size-1))), index))
}

// FetchAll downloads the results of one task, or of all tasks of a deal or a request that ended with an answer. The caller gives the
// id of exactly one of the three. Sealed answers are opened with the identities, as OpenSealed does. An *Error with CodeRunning says that
// some tasks have not ended.
func FetchAll(ctx context.Context, conn *Conn, task, deal, request string, stores []string, dir string, identities ...age.Identity) ([]*TaskReport, error) {
	if task != "" {
		r, err := FetchTask(ctx, conn, task, stores, dir)
		if r == nil {
			return nil, err
		}
		if err == nil {
			err = OpenSealed(ctx, r, identities...)
		}
		return []*TaskReport{r}, err
	}
	w := newWatcher(conn, nil, nil)
	if request != "" {
		res, err := conn.Market().Request(ctx, &markettypes.QueryRequestRequest{Id: request})
		if err != nil {
			return nil, err
		}
		if err := w.followRequest(ctx, res.Request); err != nil {
			return nil, err
		}
	} else if err := w.addID(ctx, deal); err != nil {
		return nil, err
	}
	var (
		reports []*TaskReport
		trouble error
	)
	w.each = func(ctx context.Context, t *TaskReport) {
		reports = append(reports, t)
		if t.Accepted() && trouble == nil {
			if trouble = Download(ctx, conn, t, stores, resultDir(dir, w.ids[t.ID].Bag, t.Index)); trouble == nil {
				trouble = OpenSealed(ctx, t, identities...)
			}
		}
	}
	if err := w.readAll(ctx, 0); err != nil {
		return reports, err
	}
	sortTasks(reports)
	if len(reports) == 0 {
		return nil, &Error{Code: CodeRunning, Request: request, Deal: deal, What: "no task has ended yet"}
	}
	if open := w.countLeft(); open > 0 && trouble == nil {
		trouble = &Error{Code: CodeRunning, Request: request, Deal: deal, Got: uint64(len(reports)), What: pluralHave(open) + " not ended yet"}
	}
	return reports, trouble
}

// countLeft returns how many tasks have not ended. It includes the tasks of an open request that are in no deal yet.
func (w *Watcher) countLeft() (n uint64) {
	for _, d := range w.deals {
		n += d.Size_ - min(d.Size_, d.Ended)
	}
	if w.isOpen() {
		n += w.request.Left()
	}
	return n
}
