package client

import (
	"context"
	"fmt"
	"slices"
	"time"

	markettypes "github.com/credence-chain/credence/x/market/types"
)

// Runner runs jobs for a requester.
type Runner struct {
	// Conn to the chain.
	Conn *Conn
	// Requester pays.
	Requester Key
	// Provider publishes apps that the chain doesn't know; nil means the requester.
	Provider Key
	// Stores are base URLs of artifact stores that take uploads and that workers can reach.
	Stores []string
	// StoreToken goes with uploads; may be empty.
	StoreToken string
	// Holders are more base URLs from which results may be had, beside the workers that agreed and the stores. What the
	// court alone found only its executors hold, and the chain doesn't know where they serve it.
	Holders []string
	// Stall is how long the chain may make no blocks, or no node may answer, before Run gives up; 0 means DefaultStall.
	Stall time.Duration
	// Words says where the stderr of a program that failed can be read; nil for nowhere.
	Words LastWords

	notice time.Duration // how long it may be quiet before the observer is told; 0 means noticeAfter
	tell   Observer      // who Run and Resume tell; nil outside them
}

// Interrupted says that the caller stopped watching; the tasks run on.
type Interrupted struct {
	// Request and Deal that run on; Deal is empty when it wasn't matched yet, both are where a whole workflow was stopped.
	Request, Deal string
	// InDoubt says that it is not known whether the chain took the request.
	InDoubt bool
	// Err is the context's.
	Err error
}

// Error says what runs on.
func (e *Interrupted) Error() string {
	switch {
	case e.ID() == "":
		return "stopped watching; what was submitted runs on, and its results wait with the workers"
	case e.InDoubt:
		return fmt.Sprintf("stopped watching before it was known whether the chain took request %s; if it did, it runs on", ShortDigest(e.ID()))
	}
	return fmt.Sprintf("stopped watching; request %s runs on, and its result waits with the workers", ShortDigest(e.ID()))
}

// ID by which it can be followed: the request's, which it was submitted under, and only without one the deal's.
func (e *Interrupted) ID() string {
	if e.Request != "" {
		return e.Request
	}
	return e.Deal
}

// Unwrap gives the context's error.
func (e *Interrupted) Unwrap() error { return e.Err }

// Run brings a job to its end: it publishes the app if needed, asks for a quote, submits, watches, downloads what was
// accepted and verifies it, telling the observer all along. The report is not nil once the request was matched, also with
// an error; it is complete when it says so. Errors are an *Error, whose Code says what is wrong with the job or how it ended:
// among others CodeNoAnswer and CodeAppFailed; an *Interrupted when the context ended after submission; a *TxError when the chain
// refused; or that of a node which was asked before anything was submitted. A chain that pauses, and nodes that restart, are waited for; when that lasts longer than Stall, the error wraps
// ErrStalled, and its Request says what to follow later.
func (r *Runner) Run(ctx context.Context, job Job, tell Observer) (*Report, error) {
	r, tell = r.tellTo(tell)
	msg, err := r.prepareRequest(ctx, &job, tell)
	if err != nil {
		return nil, err
	}
	before, err := r.submittedBefore(ctx, job, msg)
	if err != nil {
		return nil, err
	}
	if before != "" {
		return r.Resume(ctx, before, job.Out, tell)
	}
	if err := r.boundRequest(ctx, job, msg, tell); err != nil {
		return nil, err
	}
	p := newPulse(tell, r.Stall, r.notice)
	request, err := r.submitRequest(ctx, msg, p, tell)
	if before := r.submittedMeanwhile(ctx, job, msg, err); before != "" {
		return r.Resume(ctx, before, job.Out, tell)
	}
	if err != nil {
		return nil, err
	}
	return r.complete(ctx, request, msg.Job, job.Out, p, tell)
}

// tellTo returns a runner that tells an observer, one event after the other, and that observer.
func (r *Runner) tellTo(tell Observer) (*Runner, Observer) {
	with := *r
	with.tell = serialObserver(tell)
	return &with, with.tell
}

// Resume goes on with a request that was submitted, by whoever, and brings it to its end as Run does. Results go into the folder
// out, in which those that are there already are kept; empty means not to download.
func (r *Runner) Resume(ctx context.Context, request, out string, tell Observer) (*Report, error) {
	r, tell = r.tellTo(tell)
	p := newPulse(tell, r.Stall, r.notice)
	p.setAbout(request, "")
	var found markettypes.Request
	err := p.insistOn(ctx, func(ctx context.Context) error {
		res, err := r.Conn.Market().Request(ctx, &markettypes.QueryRequestRequest{Id: request})
		if err == nil {
			found = res.Request
		}
		return err
	})
	if err != nil {
		return nil, endedEarly(ctx, err, request, "", "")
	}
	tell.tellEvent(Event{
		Kind: EventResuming, Height: found.Height, Request: request, Size: found.Job.Size_, Locked: found.Job.MaxPrice * found.Job.Size_, Expiry: found.Expiry,
		Text: fmt.Sprintf("going on with request %s: %s", ShortDigest(request), pluralOf(found.Job.Size_, "task", "tasks")),
	})
	return r.complete(ctx, request, found.Job, out, p, tell)
}

// complete follows a request that was submitted to its end.
func (r *Runner) complete(ctx context.Context, request string, job markettypes.Job, out string, p *pulse, tell Observer) (*Report, error) {
	p.setAbout(request, "")
	found, err := r.awaitMatch(ctx, request, p, tell)
	if err != nil {
		return nil, endedEarly(ctx, err, request, "", "it has met no offer yet")
	}
	report := &Report{
		Request: request, Reference: job.App, Locked: job.MaxPrice * job.Size_, Size: job.Size_, Out: out,
		Tasks: []*TaskReport{}, Deals: []DealReport{},
	}
	err = r.followRequest(ctx, *found, report, p, tell)
	return report, endedEarly(ctx, err, request, report.Deal, report.soFar())
}

// endedEarly says how to go on with what was submitted. An error that says how it ended stays, also where the context ended with it.
func endedEarly(ctx context.Context, err error, request, deal, done string) error {
	if err != nil && ctx.Err() != nil && !IsEnding(err) {
		return &Interrupted{Request: request, Deal: deal, Err: context.Cause(ctx)}
	}
	return unfinishedError(err, request, deal, done)
}

// awaitMatch waits until the request has a deal, and returns the request as it was read at that moment; it may make more deals.
func (r *Runner) awaitMatch(ctx context.Context, id string, p *pulse, tell Observer) (*markettypes.Request, error) {
	var found *markettypes.Request
	said := ""
	read := func(ctx context.Context, _ int64) error {
		res, err := r.Conn.Market().Request(ctx, &markettypes.QueryRequestRequest{Id: id})
		if err != nil {
			return err
		}
		q := &res.Request
		switch {
		case q.Deal != "":
			found = q
			return errDone
		case !q.Waits():
			return describeUnmet(q)
		case q.Status == markettypes.REQUEST_STATUS_RESTING:
			if text := restingText(q); text != said {
				said = text
				tell.tellEvent(Event{Kind: EventWaiting, Request: id, Text: text})
			}
		}
		return nil
	}
	err := p.followState(ctx, r.Conn, read, func(ctx context.Context, b Block) error { return read(ctx, b.Height) })
	return found, err
}

// followRequest watches a request's deals to their end and downloads as tasks end.
func (r *Runner) followRequest(ctx context.Context, request markettypes.Request, report *Report, p *pulse, tell Observer) error {
	w := newWatcher(r.Conn, tell, p)
	w.tellDeals, w.words = true, r.Words
	w.sources = append(slices.Clone(r.Stores), r.Holders...)
	w.each = func(ctx context.Context, t *TaskReport) {
		report.addTask(t)
		t.readOnchain(ctx, r.Conn)
		r.downloadResult(ctx, report, t, tell)
	}
	err := p.insistOn(ctx, func(ctx context.Context) error { return w.followRequest(ctx, request) })
	if err == nil {
		err = w.runWatch(ctx)
	}
	report.takeDeals(w)
	if err != nil {
		return err
	}
	return r.finishReport(ctx, w, report, tell)
}

// downloadResult brings the result of a task here, if it has one and is wanted. What went wrong is put into the report.
func (r *Runner) downloadResult(ctx context.Context, report *Report, t *TaskReport, tell Observer) {
	if report.Out == "" || !t.Accepted() || t.Failed() || t.Verdict.Digest == "" {
		return
	}
	t.DownloadError = ""
	if err := Download(ctx, r.Conn, t, append(slices.Clone(r.Stores), r.Holders...), resultDir(report.Out, report.Size, t.Index)); err != nil {
		t.DownloadError = err.Error()
		tell.tellEvent(Event{Kind: EventWaiting, Task: t.ID, Index: t.Index, Text: err.Error()})
		return
	}
	tell.tellEvent(Event{
		Kind: EventDownloaded, Task: t.ID, Index: t.Index, Result: t,
		Text: fmt.Sprintf("downloaded to %s and verified: %s", t.Dir, pluralOf(uint64(len(t.Files)), "file", "files")),
	})
}

// finishReport completes the report and says what it means.
func (r *Runner) finishReport(ctx context.Context, w *Watcher, report *Report, tell Observer) error {
	sortTasks(report.Tasks)
	for _, t := range report.Tasks {
		if t.DownloadError != "" { // a node or a worker may have been away for a moment
			r.downloadResult(ctx, report, t, tell)
		}
	}
	err := w.pulse.insistOn(ctx, func(ctx context.Context) (err error) {
		if err = w.refreshDeals(ctx); err == nil {
			report.Ledgers, err = ledgersOf(ctx, r.Conn, w.deals[0].Deal)
		}
		return err
	})
	if err != nil {
		return err
	}
	report.takeDeals(w)
	report.Complete = true
	tell.tellEvent(Event{Kind: EventFinished, Request: report.Request, Deal: report.Deal, Report: report, Text: report.Text()})
	return report.resultError()
}
