package client

import (
	"context"
	"fmt"
	"slices"
	"time"

	"filippo.io/age"

	markettypes "github.com/credence-chain/credence/x/market/types"
)

// Runner runs jobs for a requester.
type Runner struct {
	// Conn is the connection to the chain.
	Conn *Conn
	// Requester is the key of the account that submits and pays.
	Requester Key
	// Provider is the key that publishes apps which the chain does not have; nil means the requester.
	Provider Key
	// Stores are base URLs of artifact stores that take uploads and that workers can reach.
	Stores []string
	// StoreToken authorises uploads; may be empty.
	StoreToken string
	// Holders are more base URLs that may serve results, in addition to the workers that agreed and the stores. A result that only
	// the court found is held by the executors of its seats, and the chain does not know their URLs.
	Holders []string
	// Stall is how long the chain may make no blocks, or no node may answer, before Run gives up; 0 means DefaultStall.
	Stall time.Duration
	// Words reads the stderr of a program that failed; may be nil.
	Words LastWords
	// Identities open the answers that are sealed for them; see OpenSealed. Without one, sealed answers stay sealed.
	Identities []age.Identity

	notice time.Duration // how long the chain may be quiet before the observer is told; 0 means noticeAfter
	tell   Observer      // the observer of Run or Resume; nil outside them
}

// Interrupted says that the caller stopped watching; the tasks run on.
type Interrupted struct {
	// Request and Deal are the ids of what runs on. Deal is empty before the match; both are if a whole workflow was stopped.
	Request, Deal string
	// InDoubt says that it is not known whether the chain took the request.
	InDoubt bool
	// Err is the error of the context.
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

// ID returns the id by which the work can be followed: the request's or, without one, the deal's.
func (e *Interrupted) ID() string {
	if e.Request != "" {
		return e.Request
	}
	return e.Deal
}

// Unwrap returns the context's error.
func (e *Interrupted) Unwrap() error { return e.Err }

// Run brings a job to its end. It publishes the app if needed, asks for a quote, submits the request, watches its tasks, and downloads
// and verifies the accepted results. It tells the observer of each step. The report is not nil once the request was matched, even if
// there is an error; Complete says whether the report is complete.
//
// The error is one of these: an *Error, whose Code says what is wrong with the job or how it ended, such as CodeNoAnswer and
// CodeAppFailed; an *Interrupted if the context ended after the submission; a *TxError if the chain refused the request; or the error
// of a node before the submission. Run waits while the chain pauses and while nodes restart. If that lasts longer than Stall, the
// error wraps ErrStalled, and its Request can be followed later.
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

// tellTo returns a copy of the runner with an observer that gets one event at a time, and that observer.
func (r *Runner) tellTo(tell Observer) (*Runner, Observer) {
	with := *r
	with.tell = serialObserver(tell)
	return &with, with.tell
}

// Resume goes on with a request that anybody submitted before, and brings it to its end as Run does. Results go into the folder out,
// which keeps the results that it has; an empty out means not to download.
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

// complete follows a submitted request to its end.
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

// endedEarly wraps an error so that it says how to go on with the request. An error that tells how the request ended stays unchanged,
// even if the context ended too.
func endedEarly(ctx context.Context, err error, request, deal, done string) error {
	if err != nil && ctx.Err() != nil && !IsEnding(err) {
		return &Interrupted{Request: request, Deal: deal, Err: context.Cause(ctx)}
	}
	return unfinishedError(err, request, deal, done)
}

// awaitMatch waits until the request has its first deal, and returns the request as read then. More deals may follow.
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
			said = tell.tellWaiting(id, restingText(q), said)
		case q.Status == markettypes.REQUEST_STATUS_WAITING:
			said = tell.tellWaiting(id, waitingText(q), said)
		}
		return nil
	}
	err := p.followState(ctx, r.Conn, read, func(ctx context.Context, b Block) error { return read(ctx, b.Height) })
	return found, err
}

// tellWaiting tells for what a request waits, unless it was said before. It returns what was said last.
func (tell Observer) tellWaiting(request, text, said string) string {
	if text != said {
		tell.tellEvent(Event{Kind: EventWaiting, Request: request, Text: text})
	}
	return text
}

// followRequest watches a request's deals to their end, and downloads each result as its task ends.
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

// downloadResult downloads the result of a task, if it has one and the job has a folder for it. An error goes into the report.
func (r *Runner) downloadResult(ctx context.Context, report *Report, t *TaskReport, tell Observer) {
	if report.Out == "" || !t.Accepted() || t.Failed() || t.Verdict.Digest == "" {
		return
	}
	t.DownloadError = ""
	err := Download(ctx, r.Conn, t, append(slices.Clone(r.Stores), r.Holders...), resultDir(report.Out, report.Size, t.Index))
	if err == nil {
		err = OpenSealed(ctx, t, r.Identities...)
	}
	if err != nil {
		t.DownloadError = err.Error()
		tell.tellEvent(Event{Kind: EventWaiting, Task: t.ID, Index: t.Index, Text: err.Error()})
		return
	}
	tell.tellEvent(Event{
		Kind: EventDownloaded, Task: t.ID, Index: t.Index, Result: t,
		Text: fmt.Sprintf("downloaded to %s and verified: %s", t.Dir, pluralOf(uint64(len(t.Files)), "file", "files")),
	})
}

// finishReport repeats failed downloads, completes the report, and returns its error.
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
