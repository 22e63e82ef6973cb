package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// This file turns a job into a request on the chain, in three steps. prepareRequest publishes and uploads the files that the job
// names. boundRequest sets the price, by a quote, and the expiry. submitRequest has the request included in a block. A job with a
// nonce is submitted only once: a second run with the same nonce goes on with the first request.

// prepareRequest publishes and uploads the files that a job names, and returns the message that submits it, still without price and
// expiry. It fills in the defaults of the job.
func (r *Runner) prepareRequest(ctx context.Context, job *Job, tell Observer) (*markettypes.MsgSubmitTask, error) {
	if err := job.checkJob(); err != nil {
		return nil, err
	}
	if err := r.preflightJob(ctx, job); err != nil {
		return nil, err
	}
	reference, err := r.publishApp(ctx, *job, tell)
	if err != nil {
		return nil, err
	}
	if job.Fuel == 0 && job.Category == "" {
		if job.Fuel, err = ProposedFuel(ctx, r.Conn, reference); err != nil {
			return nil, err
		}
	}
	msg := &markettypes.MsgSubmitTask{Requester: r.Requester.Address(), Nonce: job.Nonce, Job: job.OrderFor(reference)}
	if msg.Nonce == 0 {
		msg.Nonce = uint64(time.Now().UnixNano())
	}
	if msg.Job.Datasets, err = r.publishDatasets(ctx, *job, tell); err != nil {
		return nil, err
	}
	msg.Job.Inputs, err = r.uploadInputs(ctx, *job, tell)
	return msg, err
}

// boundRequest sets the price of a request, by a quote, and the height until which it rests.
func (r *Runner) boundRequest(ctx context.Context, job Job, msg *markettypes.MsgSubmitTask, tell Observer) (err error) {
	if err := r.quoteJob(ctx, &msg.Job, job.mayRest(), tell); err != nil {
		return err
	}
	msg.Expiry, err = r.expiryHeight(ctx, job)
	return err
}

// expiryHeight returns the height until which the request rests on the book; 0 if it does not rest.
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

// blocksOf converts a time to a number of blocks, rounded up, at least 1.
func blocksOf(t time.Duration, blockMillis uint64) int64 {
	each := int64(max(1, blockMillis))
	millis := t.Milliseconds()
	blocks := millis / each
	if millis%each != 0 || blocks == 0 {
		blocks++
	}
	return blocks
}

// submitRequest has a request included in a block, and returns its id.
func (r *Runner) submitRequest(ctx context.Context, msg *markettypes.MsgSubmitTask, p *pulse, tell Observer) (request string, err error) {
	// If a place in the matching queue costs more gas on this chain than the table says, the sender asks the node.
	sender, err := NewSender(r.Conn, r.Requester, SenderOptions{Gas: TableGas, Stall: r.Stall, pulse: p})
	if err != nil {
		return "", err
	}
	done, err := sender.Do(ctx, msg)
	var open *HashError
	if errors.As(err, &open) && !errors.Is(err, ErrExpired) {
		return "", inDoubt(ctx, err, r.RequestID(msg.Nonce))
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

// RequestID returns the id of the runner's request under a nonce, whether the chain has it or not.
func (r *Runner) RequestID(nonce uint64) string {
	return markettypes.FormatID(poco.RequestID(r.Conn.ChainID(), r.Requester.Address(), nonce))
}

// submittedBefore returns the id of the request that the chain already has under the job's nonce; "" if there is none. It is an error
// if that request has another job.
func (r *Runner) submittedBefore(ctx context.Context, job Job, msg *markettypes.MsgSubmitTask) (string, error) {
	if job.Nonce == 0 {
		return "", nil
	}
	id := r.RequestID(msg.Nonce)
	res, err := r.Conn.Market().Request(ctx, &markettypes.QueryRequestRequest{Id: id})
	if status.Code(err) == codes.NotFound || Refused(err) != nil {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if res.Request.Pruned > 0 {
		return "", &Error{Code: CodeConflict, Field: "Nonce", Request: id, What: fmt.Sprintf("request %s was submitted under it already, and was pruned since: nobody but an archive node can say whether it had the same job", ShortDigest(id))}
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

// submittedMeanwhile looks for the same request once more if the chain refused this one, because another process may have submitted
// it since submittedBefore.
func (r *Runner) submittedMeanwhile(ctx context.Context, job Job, msg *markettypes.MsgSubmitTask, err error) string {
	var refused *TxError
	if !errors.As(err, &refused) {
		return ""
	}
	before, err := r.submittedBefore(ctx, job, msg)
	if err != nil {
		return "" // the refusal says more
	}
	return before
}

// contentOf encodes the parts of a job by which two jobs are compared: all but the price, the URLs of the inputs, and the digests that the
// chain fills in.
func contentOf(job markettypes.Job) ([]byte, error) {
	job = job.Normal()
	job.MaxPrice = 0
	inputs := make([]*dealstypes.Input, len(job.Inputs))
	for i, in := range job.Inputs {
		one := *in
		one.Locators = nil
		if one.Of != "" {
			one.Digest = ""
		}
		inputs[i] = &one
	}
	job.Inputs = inputs
	return job.Marshal()
}

// inDoubt returns the error for a request whose transaction was sent and not seen in a block. It has the request's id.
func inDoubt(ctx context.Context, err error, request string) error {
	if ctx.Err() != nil {
		return &Interrupted{Request: request, InDoubt: true, Err: err}
	}
	return &Error{Code: CodeInDoubt, Request: request, What: "it is not known yet whether the chain took the request: " + err.Error(), Err: err}
}

// Submitted says where a request was included.
type Submitted struct {
	// Request is the id of the request, Hash its transaction's hash, Height the height of its block.
	Request, Hash string
	Height        int64
	// Locked is the money that is locked for it, in ucred.
	Locked uint64
}

// SubmitAgain submits the job of an old request as a new request of the runner. The new request rests on the book for as many blocks
// as the old one did. The inputs must still be at their URLs.
func (r *Runner) SubmitAgain(ctx context.Context, old markettypes.Request) (*Submitted, error) {
	msg := &markettypes.MsgSubmitTask{Requester: r.Requester.Address(), Nonce: uint64(time.Now().UnixNano()), Job: old.Job}
	msg.Job.Sponsor = "" // the new request pays for its own matching
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
