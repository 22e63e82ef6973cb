package client

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/credence-chain/credence/executor/artifact"
	"github.com/credence-chain/credence/poco"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
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
}

// Interrupted says that the caller stopped watching; the tasks run on.
type Interrupted struct {
	// Request and Deal that run on; Deal is empty when it wasn't matched yet.
	Request, Deal string
	// Err is the context's.
	Err error
}

// Error says how to follow them.
func (e *Interrupted) Error() string {
	return fmt.Sprintf("stopped watching; the task runs on. Follow it with: credenced task watch %s", e.ID())
}

// ID by which it can be followed.
func (e *Interrupted) ID() string {
	if e.Deal != "" {
		return e.Deal
	}
	return e.Request
}

// Unwrap gives the context's error.
func (e *Interrupted) Unwrap() error { return e.Err }

// Run brings a job to its end: it publishes the app if needed, asks for a quote, submits, watches, downloads what was
// accepted and verifies it, telling the observer all along. The report is not nil once the request was matched, also with
// an error. Errors are a *Problem where one can say what to do; an *Interrupted when the context ended after submission;
// a job whose tasks ended without an answer, or whose program failed, is a *Problem with ExitNoVerdict or ExitAppFailed.
func (r *Runner) Run(ctx context.Context, job Job, tell Observer) (*Report, error) {
	report, err := r.run(ctx, job, tell)
	return report, Explain(err)
}

func (r *Runner) run(ctx context.Context, job Job, tell Observer) (*Report, error) {
	if err := job.check(); err != nil {
		return nil, err
	}
	reference, err := r.app(ctx, job, tell)
	if err != nil {
		return nil, err
	}
	msg := &markettypes.MsgSubmitTask{
		Requester: r.Requester.Address(), Nonce: uint64(time.Now().UnixNano()),
		Job: markettypes.Job{
			App: reference, Args: job.Args, Trust: job.Trust, Policy: job.Policy, MinReplicas: job.MinReplicas,
			MaxPrice: job.MaxPrice, Value: job.Value, FuelLimit: job.Fuel, Size_: job.Bag, Pool: job.Pool,
		},
	}
	if msg.Job.Inputs, err = r.inputs(ctx, job, tell); err != nil {
		return nil, err
	}
	if err := r.quote(ctx, &msg.Job, tell); err != nil {
		return nil, err
	}
	request, err := r.submit(ctx, msg, tell)
	if err != nil {
		return nil, err
	}
	locked := msg.Job.MaxPrice * msg.Job.Size_
	deal, err := r.match(ctx, request, tell)
	if err != nil {
		return nil, interrupted(ctx, err, request, "")
	}
	report, err := r.follow(ctx, request, deal, reference, locked, job.Out, tell)
	return report, interrupted(ctx, err, request, deal)
}

func interrupted(ctx context.Context, err error, request, deal string) error {
	if err != nil && ctx.Err() != nil {
		return &Interrupted{Request: request, Deal: deal, Err: ctx.Err()}
	}
	return err
}

// app returns the reference of the app to run, publishing it when it is a file that the chain doesn't know.
func (r *Runner) app(ctx context.Context, job Job, tell Observer) (string, error) {
	if job.isReference() {
		return job.App, nil
	}
	m, err := readModule(job.App)
	if err != nil {
		return "", err
	}
	res, err := r.Conn.Apps().Version(ctx, &appstypes.QueryVersionRequest{Reference: m.digest})
	if err == nil {
		reference := res.Version.App + ":" + res.Version.Version
		tell.tell(Event{Kind: EventKnown, Reference: reference, Text: fmt.Sprintf("the chain knows this app already, as %s (%s)", reference, ShortDigest(m.digest))})
		return reference, nil
	}
	if refused := Refused(err); status.Code(err) != codes.NotFound && (refused == nil || refused.Codespace != "apps") {
		return "", err
	}
	if err := r.upload(ctx, job.App, m.data, tell); err != nil {
		return "", err
	}
	provider := r.Provider
	if provider == nil {
		provider = r.Requester
	}
	sender, err := NewSender(r.Conn, provider, SenderOptions{Gas: TableGas})
	if err != nil {
		return "", err
	}
	done, err := sender.Do(ctx, &appstypes.MsgPublish{
		Owner: provider.Address(), Name: m.name, Version: m.digest[len("sha256:") : len("sha256:")+12], Digest: m.digest,
		Size_: uint64(len(m.data)), Runtime: "wasm", Locators: r.Stores,
	})
	if err != nil {
		return "", err
	}
	var answer appstypes.MsgPublishResponse
	if err := done.Response(0, &answer); err != nil {
		return "", err
	}
	tell.tell(Event{
		Kind: EventPublished, Height: done.Height, Reference: answer.Reference, Hash: done.Hash,
		Text: fmt.Sprintf("published as %s (%s): workers run exactly these bytes", answer.Reference, ShortDigest(m.digest)),
	})
	return answer.Reference, nil
}

// inputs uploads the input files.
func (r *Runner) inputs(ctx context.Context, job Job, tell Observer) ([]*markettypes.Input, error) {
	var out []*markettypes.Input
	for _, in := range job.Inputs {
		name := in.Name
		if err := markettypes.ValidateInputName(name); err != nil {
			return nil, &Problem{What: fmt.Sprintf("--input %s: its name %v", in.Path, err), Next: "give it one: --input NAME=FILE"}
		}
		info, err := os.Stat(in.Path)
		if os.IsNotExist(err) {
			return nil, &Problem{What: fmt.Sprintf("--input: there is no file %s", in.Path), Next: "check the path; NAME=FILE gives a file another name under /in", Err: err}
		}
		if err != nil {
			return nil, err
		}
		if info.IsDir() {
			return nil, &Problem{What: fmt.Sprintf("--input %s is a folder, expected a file", in.Path), Next: "pack it into one file, or repeat --input for each file in it"}
		}
		if info.Size() > artifact.DefaultMaxBytes {
			return nil, &Problem{What: fmt.Sprintf("--input %s has %s, the store takes at most %s", in.Path, FormatBytes(uint64(info.Size())), FormatBytes(artifact.DefaultMaxBytes)), Next: "split it over the tasks of a bag"}
		}
		data, err := os.ReadFile(in.Path)
		if err != nil {
			return nil, err
		}
		if err := r.upload(ctx, in.Path, data, tell); err != nil {
			return nil, err
		}
		out = append(out, &markettypes.Input{Name: name, Digest: artifact.Sum(data).String(), Size_: uint64(len(data)), Locators: r.Stores})
	}
	return out, nil
}

func (r *Runner) upload(ctx context.Context, path string, data []byte, tell Observer) error {
	store := &artifact.Client{BaseURLs: r.Stores, Token: r.StoreToken}
	digest := artifact.Sum(data)
	if len(r.Stores) == 0 {
		return &Problem{What: "no artifact store is known to put " + path + " into", Next: "name one that workers can reach with --store URL"}
	}
	if has, err := store.Has(ctx, digest); err == nil && has {
		return nil
	}
	if _, err := store.Upload(ctx, data); err != nil {
		next := "look whether the store is up; a devnet that was stopped is continued with `credenced devnet`"
		if errors.Is(err, artifact.ErrRefused) {
			next = "the store declined it: it may be read-only, want a token, or be full"
		}
		return &Problem{What: fmt.Sprintf("%s can't be uploaded: %v", path, err), Next: next, Exit: ExitNetwork, Err: err}
	}
	tell.tell(Event{Kind: EventUploaded, Text: fmt.Sprintf("uploaded %s, %s, %s", path, FormatBytes(uint64(len(data))), ShortDigest(digest.String()))})
	return nil
}

// quote asks how the job would be checked and what it can cost, and completes its price.
func (r *Runner) quote(ctx context.Context, job *markettypes.Job, tell Observer) error {
	asked := *job
	asked.MaxPrice = 0 // to learn what is needed; a price that doesn't suffice is compared below, in words
	res, err := r.Conn.Tasks().Quote(ctx, &taskstypes.QueryQuoteRequest{Requester: r.Requester.Address(), Job: asked})
	if err != nil {
		return err
	}
	plan := planOf(&res.Plan)
	if job.Policy == poco.PolicyCourt {
		plan = &Plan{Court: true, Bound: "request", Text: "the full court, as asked: every validator's executor runs it"}
	}
	least := res.ExpectedPrice
	switch {
	case job.MaxPrice == 0:
		job.MaxPrice = max(res.MaxPrice, res.ExpectedPrice)
	case job.MaxPrice < least:
		return &Problem{
			What: fmt.Sprintf("--max-price %s is too little: the cheapest offer takes %s a replica, and %s cost %s",
				FormatCRED(job.MaxPrice), FormatCRED(res.Offer.Price), plan.Short(), FormatCRED(least)),
			Next: fmt.Sprintf("give --max-price %s or more, or leave it out; what is not spent comes back. Or lower --trust", compact(res.MaxPrice)),
			Exit: ExitUnfunded,
		}
	}
	if err := r.enough(ctx, *job, res.Offer.Pool, plan); err != nil {
		return err
	}
	total := job.MaxPrice * job.Size_
	if job.Size_ > 0 && total/job.Size_ != job.MaxPrice {
		return &Problem{What: "--max-price times --bag is more than there is money", Next: "lower one of them", Exit: ExitUnfunded}
	}
	balance, err := r.Conn.Balance(ctx, r.Requester.Address())
	if err != nil {
		return err
	}
	if balance < total {
		return &Problem{
			What: fmt.Sprintf("the account %s has %s, and %s are locked for the request", r.Requester.Address(), FormatCRED(balance), FormatCRED(total)),
			Next: "fund the account, or lower --max-price or --bag", Exit: ExitUnfunded,
		}
	}
	each := ""
	if job.Size_ > 1 {
		each = fmt.Sprintf(" each, %s in all", FormatCRED(total))
	}
	tell.tell(Event{
		Kind: EventQuoted, Plan: plan,
		Text: fmt.Sprintf("quote: %s. Expected %s, at most %s%s; what is not spent comes back", plan.Sentence(), FormatCRED(res.ExpectedPrice), FormatCRED(job.MaxPrice), each),
	})
	return nil
}

// enough refuses what can never be drawn, before money is locked for it.
func (r *Runner) enough(ctx context.Context, job markettypes.Job, pool string, plan *Plan) error {
	if plan == nil || !plan.Court || plan.Bound != "few" {
		return nil
	}
	res, err := r.Conn.Workers().Pool(ctx, &workerstypes.QueryPoolRequest{Id: pool})
	if err != nil {
		return err
	}
	if uint64(job.MinReplicas) <= plan.Eligible && res.Registered > plan.Eligible {
		return nil // some are busy or sit out: waiting helps
	}
	return &Problem{
		What: fmt.Sprintf("too few organisations: %d can be drawn for this task in pool %s, of %d registered, and one replica is drawn from each; the plan needs more",
			plan.Eligible, pool, res.Registered),
		Next: "lower --trust or --min-replicas, or use --policy court",
		Exit: ExitNoVerdict,
	}
}

func compact(ucred uint64) string {
	text := FormatCRED(ucred)
	return text[:len(text)-len(" CRED")] + "CRED"
}

func (r *Runner) submit(ctx context.Context, msg *markettypes.MsgSubmitTask, tell Observer) (request string, err error) {
	sender, err := NewSender(r.Conn, r.Requester, SenderOptions{Gas: TableGas})
	if err != nil {
		return "", err
	}
	done, err := sender.Do(ctx, msg)
	if err != nil {
		return "", err
	}
	var answer markettypes.MsgSubmitTaskResponse
	if err := done.Response(0, &answer); err != nil {
		return "", err
	}
	tell.tell(Event{
		Kind: EventSubmitted, Height: done.Height, Request: answer.Id, Hash: done.Hash,
		Text: fmt.Sprintf("submitted: request %s; %s locked. Ctrl-C leaves it running", ShortDigest(answer.Id), FormatCRED(msg.Job.MaxPrice*msg.Job.Size_)),
	})
	return answer.Id, nil
}

// match waits for the request to meet an offer.
func (r *Runner) match(ctx context.Context, request string, tell Observer) (deal string, err error) {
	for {
		res, err := r.Conn.Market().Request(ctx, &markettypes.QueryRequestRequest{Id: request})
		if err != nil {
			return "", err
		}
		switch res.Request.Status {
		case markettypes.REQUEST_STATUS_MATCHED:
			deal = res.Request.Deal
		case markettypes.REQUEST_STATUS_UNMATCHED:
			return "", &Problem{What: "no offer meets the request, it is refunded: " + res.Request.Reason, Next: "look at the book: credenced query market book", Exit: ExitUnfunded}
		case markettypes.REQUEST_STATUS_CANCELLED:
			return "", &Problem{What: "the request was cancelled, and is refunded"}
		}
		if deal != "" {
			break
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(150 * time.Millisecond):
		}
	}
	res, err := r.Conn.Market().Deal(ctx, &markettypes.QueryDealRequest{Id: deal})
	if err != nil {
		return "", err
	}
	d := res.Deal
	tell.tell(Event{
		Kind: EventMatched, Height: d.Height, Request: request, Deal: deal,
		Text: fmt.Sprintf("matched with pool %s: deal %s, %s of at most %s each", d.Pool, ShortDigest(deal),
			plural(d.Size_, "task", "tasks"), FormatCRED(d.Escrow/max(1, d.Size_-d.Ended))),
	})
	return deal, nil
}

// follow watches a deal to its end and downloads as tasks end.
func (r *Runner) follow(ctx context.Context, request, deal, reference string, locked uint64, out string, tell Observer) (*Report, error) {
	report := &Report{Request: request, Deal: deal, Reference: reference, Locked: locked, Out: out, Tasks: []*TaskReport{}}
	w, err := newWatcher(ctx, r.Conn, deal, tell)
	if err != nil {
		return report, err
	}
	w.each = func(ctx context.Context, t *TaskReport) {
		report.add(t)
		if out == "" || !t.Accepted() || t.Verdict.Digest == "" {
			return
		}
		if err := Download(ctx, r.Conn, t, append(slices.Clone(r.Stores), r.Holders...), resultDir(out, w.deal.Size_, t.Index)); err != nil {
			t.DownloadError = err.Error()
			tell.tell(Event{Kind: EventWaiting, Task: t.ID, Index: t.Index, Text: err.Error()})
			return
		}
		tell.tell(Event{
			Kind: EventDownloaded, Task: t.ID, Index: t.Index, Result: t,
			Text: fmt.Sprintf("downloaded to %s and verified: %s", t.Dir, list(t.Files)),
		})
	}
	if err := w.run(ctx); err != nil {
		return report, err
	}
	return report, r.finish(ctx, w, report, tell)
}

// finish completes the report and says what it means.
func (r *Runner) finish(ctx context.Context, w *Watcher, report *Report, tell Observer) error {
	sortTasks(report.Tasks)
	if err := w.readDeal(ctx); err != nil {
		return err
	}
	report.Paid = w.deal.Paid
	report.Refunded = report.Locked - min(report.Locked, w.deal.Paid+w.deal.Escrow)
	var err error
	if report.Ledgers, err = ledgersOf(ctx, r.Conn, w.deal); err != nil {
		return err
	}
	tell.tell(Event{Kind: EventFinished, Deal: w.deal.Id, Report: report, Text: report.Text()})
	return report.err()
}

// ledgersOf reads the two ledgers that a deal's tasks passed.
func ledgersOf(ctx context.Context, conn *Conn, deal markettypes.Deal) ([]LedgerReport, error) {
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
		out = append(out, LedgerReport{Key: key, Trust: l.Trust, Counted: l.Counted, Debt: res.View.Debt, Budget: res.View.Budget})
	}
	return out, nil
}
