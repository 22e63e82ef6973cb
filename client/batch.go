package client

import (
	"context"
	"errors"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"

	markettypes "github.com/credence-chain/credence/x/market/types"
)

// This file submits several jobs and leaves them to the chain. Prepare does for one job what needs no money: it checks it, stores its files and
// asks for a quote. SubmitAll then locks the money, in as few transactions as their gas allows. The id of a request follows from its requester and
// nonce, so that a job can wait for another one of the same transaction.

// batchGas bounds the gas of a transaction of several jobs. A chain with the default genesis takes a tenth of a block, 20,000,000.
const batchGas = 18_000_000

// Prepared is a job whose files are stored and whose price is set.
type Prepared struct {
	// Request is the id that the request has, or will have. Known says that the chain has it already.
	Request string
	Known   bool
	// Tasks is the size of the bag, Locked what is locked for all of it, in ucred, Expiry the height until which it waits and rests; 0 for
	// the next block alone. None of them is set if the chain has the request already.
	Tasks, Locked uint64
	Expiry        int64

	msg *markettypes.MsgSubmitTask
}

// Prepare brings a job as far as it goes without locking money. The job must have a nonce. Errors are those with which Run would end
// before it submits the job.
func (r *Runner) Prepare(ctx context.Context, job Job, tell Observer) (*Prepared, error) {
	if job.Nonce == 0 {
		return nil, &Error{Code: CodeMissing, Field: "Nonce", What: "a job that is prepared is submitted later, and must be the same then", Expected: "a nonce"}
	}
	r, tell = r.tellTo(tell)
	msg, err := r.prepareRequest(ctx, &job, tell)
	if err != nil {
		return nil, err
	}
	p := &Prepared{Request: r.RequestID(msg.Nonce), msg: msg}
	before, err := r.submittedBefore(ctx, job, msg)
	if err != nil || before != "" {
		p.Known = before != ""
		return p, err
	}
	if err := r.boundRequest(ctx, job, msg, tell); err != nil {
		return nil, err
	}
	p.Tasks, p.Locked, p.Expiry = msg.Job.Size_, msg.Job.MaxPrice*msg.Job.Size_, msg.Expiry
	return p, nil
}

// SubmitAll submits jobs in their order, apart from those that the chain has already. A transaction has several jobs, and all of them are taken or
// none. done is called after each transaction with the number of jobs that are submitted. If a transaction fails, those before it stand: the
// same call, with jobs that are prepared again, goes on after them.
func (r *Runner) SubmitAll(ctx context.Context, jobs []*Prepared, done func(submitted int)) error {
	open := unknownOf(jobs)
	for submitted := 0; submitted < len(open); done(submitted) {
		n := batchSize(open[submitted:])
		if err := r.submitBatch(ctx, open[submitted:][:n]); err != nil {
			return err
		}
		submitted += n
	}
	return nil
}

// unknownOf returns the jobs that the chain does not have yet.
func unknownOf(jobs []*Prepared) (out []*Prepared) {
	for _, p := range jobs {
		if !p.Known {
			out = append(out, p)
		}
	}
	return out
}

// CheckFunds checks that the requester, and each voucher, has the money that all jobs lock together, apart from those that the chain has already.
func (r *Runner) CheckFunds(ctx context.Context, jobs []*Prepared) error {
	sums := map[string]uint64{}
	var payers []string // in the order of the jobs
	for _, p := range unknownOf(jobs) {
		voucher := p.msg.Job.Voucher
		if _, known := sums[voucher]; !known {
			payers = append(payers, voucher)
		}
		if sums[voucher] += p.Locked; sums[voucher] < p.Locked {
			return &Error{Code: CodeTooLarge, Field: "MaxPrice", What: "the prices of all jobs together are more than there is money"}
		}
	}
	for _, voucher := range payers {
		// One task of this price costs what all of them do.
		if err := r.checkAffordable(ctx, markettypes.Job{Voucher: voucher, MaxPrice: sums[voucher], Size_: 1}); err != nil {
			return err
		}
	}
	return nil
}

// batchSize returns how many of the first jobs go into one transaction, at least 1.
func batchSize(jobs []*Prepared) int {
	var msgs []sdk.Msg
	for i, p := range jobs {
		if msgs = append(msgs, p.msg); i > 0 && TableGas(msgs) > batchGas {
			return i
		}
	}
	return len(jobs)
}

// submitBatch has jobs included in a block by one transaction.
func (r *Runner) submitBatch(ctx context.Context, jobs []*Prepared) error {
	s, err := NewSender(r.Conn, r.Requester, SenderOptions{Gas: TableGas, Stall: r.Stall})
	if err != nil {
		return err
	}
	var msgs []sdk.Msg
	for _, p := range jobs {
		msgs = append(msgs, p.msg)
	}
	_, err = s.Do(ctx, msgs...)
	var open *HashError
	if errors.As(err, &open) && !errors.Is(err, ErrExpired) {
		return inDoubt(ctx, err, jobs[0].Request)
	}
	if err != nil && len(jobs) > 1 {
		return fmt.Errorf("none of %s of one transaction was taken: %w", pluralOf(uint64(len(jobs)), "request", "requests"), err)
	}
	return err
}
