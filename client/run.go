package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
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
	tell   Observer      // who Run tells; nil outside it
}

// Interrupted says that the caller stopped watching; the tasks run on.
type Interrupted struct {
	// Request and Deal that run on; Deal is empty when it wasn't matched yet.
	Request, Deal string
	// Err is the context's.
	Err error
}

// Error says what runs on.
func (e *Interrupted) Error() string {
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
// refused. A chain that pauses, and nodes that restart, are waited for; when that lasts longer than Stall, the error wraps
// ErrStalled, and its Request says what to follow later.
func (r *Runner) Run(ctx context.Context, job Job, tell Observer) (*Report, error) {
	report, err := r.runJob(ctx, job, tell)
	return report, err
}

func (r *Runner) runJob(ctx context.Context, job Job, tell Observer) (*Report, error) {
	tell = serialObserver(tell)
	with := *r
	with.tell, r = tell, &with
	if err := job.checkJob(); err != nil {
		return nil, err
	}
	if err := r.lookAtJob(ctx, &job); err != nil {
		return nil, err
	}
	reference, err := r.publishApp(ctx, job, tell)
	if err != nil {
		return nil, err
	}
	if job.Fuel == 0 && job.Category == "" {
		if job.Fuel, err = ProposedFuel(ctx, r.Conn, reference); err != nil {
			return nil, err
		}
	}
	msg := &markettypes.MsgSubmitTask{Requester: r.Requester.Address(), Nonce: job.Nonce, Job: job.orderOf(reference)}
	if msg.Nonce == 0 {
		msg.Nonce = uint64(time.Now().UnixNano())
	}
	if msg.Job.Datasets, err = r.publishDatasets(ctx, job, tell); err != nil {
		return nil, err
	}
	if msg.Job.Inputs, err = r.uploadInputs(ctx, job, tell); err != nil {
		return nil, err
	}
	if job.Nonce != 0 {
		before, err := r.submittedBefore(ctx, msg)
		if err != nil {
			return nil, err
		}
		if before != "" {
			return r.Resume(ctx, before, job.Out, tell)
		}
	}
	if err := r.quoteJob(ctx, &msg.Job, job.mayRest(), tell); err != nil {
		return nil, err
	}
	if msg.Expiry, err = r.expiryHeight(ctx, job); err != nil {
		return nil, err
	}
	p := newPulse(tell, r.Stall, r.notice)
	request, err := r.submitRequest(ctx, msg, p, tell)
	var refused *TxError
	if errors.As(err, &refused) && job.Nonce != 0 { // somebody submitted the same meanwhile
		if before, lookErr := r.submittedBefore(ctx, msg); lookErr == nil && before != "" {
			return r.Resume(ctx, before, job.Out, tell)
		}
	}
	if err != nil {
		return nil, err
	}
	return r.complete(ctx, request, msg.Job, job.Out, p, tell)
}

// Resume goes on with a request that was submitted, by whoever, and brings it to its end as Run does. Results go into the folder
// out, in which those that are there already are kept; empty means not to download.
func (r *Runner) Resume(ctx context.Context, request, out string, tell Observer) (*Report, error) {
	tell = serialObserver(tell)
	with := *r
	with.tell, r = tell, &with
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

// Submitted is a request that the chain has.
type Submitted struct {
	// Request by id, Hash of its transaction, and Height of its block.
	Request, Hash string
	Height        int64
	// Locked for it, in ucred.
	Locked uint64
}

// SubmitAgain submits the job of a request as a new request of the runner's, which rests on the book for as many blocks as the old
// one did. Its inputs have to be where they were.
func (r *Runner) SubmitAgain(ctx context.Context, old markettypes.Request) (*Submitted, error) {
	msg := &markettypes.MsgSubmitTask{Requester: r.Requester.Address(), Nonce: uint64(time.Now().UnixNano()), Job: old.Job}
	msg.Job.Sponsor = "" // it pays what it matches itself
	if old.Expiry > old.Height {
		height, _, err := r.Conn.Height(ctx)
		if err != nil {
			return nil, err
		}
		msg.Expiry = height + old.Expiry - old.Height
	}
	if err := r.checkAffordable(ctx, msg.Job); err != nil {
		return nil, err
	}
	out := &Submitted{Locked: msg.Job.MaxPrice * msg.Job.Size_}
	request, err := r.submitRequest(ctx, msg, newPulse(nil, r.Stall, r.notice), func(e Event) { out.Hash, out.Height = e.Hash, e.Height })
	out.Request = request
	return out, err
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

// orderOf is the job as the chain takes it, but for what is uploaded first.
func (j Job) orderOf(app string) markettypes.Job {
	out := markettypes.Job{
		App: app, Args: j.Args, Execution: dealstypes.NewExecution(j.Execution), Trust: j.Trust, Policy: j.Policy, MinReplicas: j.MinReplicas,
		MaxPrice: j.MaxPrice, Value: j.Value, FuelLimit: j.Fuel, Size_: j.Bag,
		DatasetsPerTask: j.DatasetsPerTask, Category: j.Category, Tags: markettypes.NormalTags(j.Tags), Resources: j.Resources,
		MaxAppPrice: j.MaxAppPrice, MaxDatasetPrice: j.MaxDatasetPrice, MaxPoolPrice: j.MaxPoolPrice,
		Voucher: j.Voucher, Beneficiary: j.Beneficiary, Callback: j.Callback, Onchain: j.Onchain, Partial: j.Partial, AuditBlocks: j.AuditBlocks,
	}
	if len(j.Pools) == 1 && j.PoolsOf.IsEmpty() {
		out.Pool = j.Pools[0]
	} else {
		out.Pools = markettypes.Restriction{Ids: j.Pools, Audience: j.PoolsOf}
	}
	return out
}

// expiryHeight is the height until which the request rests on the book; 0 for not at all.
func (r *Runner) expiryHeight(ctx context.Context, job Job) (int64, error) {
	if !job.mayRest() || job.Expiry > 0 {
		return job.Expiry, nil
	}
	blocks := job.Rest
	if job.RestFor > 0 {
		res, err := r.Conn.Market().Params(ctx, &markettypes.QueryParamsRequest{})
		if err != nil {
			return 0, err
		}
		blocks = blocksOf(job.RestFor, res.Params.BlockMillis)
	}
	height, _, err := r.Conn.Height(ctx)
	if err != nil {
		return 0, err
	}
	if blocks > math.MaxInt64-height {
		return 0, &Error{Code: CodeTooLarge, Field: "Rest", Value: fmt.Sprint(blocks), Got: uint64(blocks), Limit: uint64(math.MaxInt64 - height), What: "got more blocks than there will be"}
	}
	return height + blocks, nil
}

// blocksOf is how many blocks, rounded up, a time takes.
func blocksOf(t time.Duration, blockMillis uint64) int64 {
	each := int64(max(1, blockMillis))
	millis := t.Milliseconds()
	blocks := millis / each
	if millis%each != 0 || blocks == 0 {
		blocks++
	}
	return blocks
}

// endedEarly says how to go on with what was submitted, unless the error says how it ended.
func endedEarly(ctx context.Context, err error, request, deal, done string) error {
	if err != nil && ctx.Err() != nil {
		return &Interrupted{Request: request, Deal: deal, Err: context.Cause(ctx)}
	}
	return unfinishedError(err, request, deal, done)
}

func (r *Runner) submitRequest(ctx context.Context, msg *markettypes.MsgSubmitTask, p *pulse, tell Observer) (request string, err error) {
	// A turn in matching may cost more gas here than the table says: then the sender asks the node.
	sender, err := NewSender(r.Conn, r.Requester, SenderOptions{Gas: TableGas, Stall: r.Stall, pulse: p})
	if err != nil {
		return "", err
	}
	done, err := sender.Do(ctx, msg)
	var open *HashError
	if errors.As(err, &open) && !errors.Is(err, ErrExpired) {
		return "", inDoubt(ctx, err, r.requestID(msg))
	}
	if err != nil {
		return "", err
	}
	var answer markettypes.MsgSubmitTaskResponse
	if err := done.Response(0, &answer); err != nil {
		return "", err
	}
	tell.tellEvent(Event{
		Kind: EventSubmitted, Height: done.Height, Request: answer.Id, Hash: done.Hash,
		Locked: msg.Job.MaxPrice * msg.Job.Size_, Size: msg.Job.Size_, Expiry: msg.Expiry, Text: "submitted: request " + ShortDigest(answer.Id),
	})
	return answer.Id, nil
}

// requestID is the id that the chain gives a request: it follows from who asks and the nonce.
func (r *Runner) requestID(msg *markettypes.MsgSubmitTask) string {
	return markettypes.FormatID(poco.RequestID(r.Conn.ChainID(), msg.Requester, msg.Nonce))
}

// submittedBefore finds the request that the chain has under the nonce already; "" for none. One with another job is an error.
func (r *Runner) submittedBefore(ctx context.Context, msg *markettypes.MsgSubmitTask) (string, error) {
	id := r.requestID(msg)
	res, err := r.Conn.Market().Request(ctx, &markettypes.QueryRequestRequest{Id: id})
	if status.Code(err) == codes.NotFound || Refused(err) != nil {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	a, err := contentOf(res.Request.Job)
	if err != nil {
		return "", err
	}
	b, err := contentOf(msg.Job)
	if err != nil {
		return "", err
	}
	if !bytes.Equal(a, b) {
		return "", &Error{Code: CodeConflict, Field: "Nonce", Request: id, What: fmt.Sprintf("request %s was submitted under it already, with another job", ShortDigest(id))}
	}
	return id, nil
}

// contentOf is what makes a job the same as another: not what it may cost, and not where its inputs are served.
func contentOf(job markettypes.Job) ([]byte, error) {
	job = job.Normal()
	job.MaxPrice = 0
	inputs := make([]*dealstypes.Input, len(job.Inputs))
	for i, in := range job.Inputs {
		one := *in
		one.Locators = nil
		inputs[i] = &one
	}
	job.Inputs = inputs
	return job.Marshal()
}

// inDoubt says how to find out what became of a request whose transaction left and was not seen in a block.
func inDoubt(ctx context.Context, err error, request string) error {
	if ctx.Err() != nil {
		return &Interrupted{Request: request, Err: err}
	}
	return &Error{Code: CodeInDoubt, Request: request, What: "it is not known yet whether the chain took the request: " + err.Error(), Err: err}
}

// awaitMatch waits until the request has a deal; it is returned as it was then, and may make more.
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

// ledgersOf reads the two ledgers that a deal's tasks passed; all deals of a request pass the same.
func ledgersOf(ctx context.Context, conn *Conn, deal dealstypes.Deal) ([]LedgerReport, error) {
	out := []LedgerReport{}
	for _, key := range []string{
		fmt.Sprintf("class/%d", deal.Terms.Trust),
		fmt.Sprintf("organisation/%s/%d", deal.RequesterOrganisation, deal.Terms.Trust),
	} {
		res, err := conn.Tasks().Ledger(ctx, &taskstypes.QueryLedgerRequest{Key: key})
		if status.Code(err) == codes.NotFound {
			continue // no task was drawn under it
		}
		if err != nil {
			return nil, err
		}
		l := res.View.Ledger
		out = append(out, LedgerReport{
			Key: key, Trust: l.Trust, Counted: l.Counted, Debt: res.View.Debt, Budget: res.View.Budget,
			ValueDebt: res.View.ValueDebt, ValueBudget: res.View.ValueBudget, Premiums: res.View.Premiums,
		})
	}
	return out, nil
}
