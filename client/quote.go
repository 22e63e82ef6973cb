package client

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/credence-chain/credence/client/sender"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// Quote says what the chain would do with a job now: which pool's order it would meet, how a task would be planned, and what a task
// may cost.
type Quote struct {
	*taskstypes.QueryQuoteResponse
	// Offer is the pool's order that the job would meet.
	Offer markettypes.OrderRecord
	// Deal is the deal that would be made.
	Deal dealstypes.Deal
}

// Quote asks x/market which deal a job would make, and x/tasks how one task of it would be planned. A max_price of 0 is no bound.
func (c *Conn) Quote(ctx context.Context, requester string, job markettypes.Job) (Quote, error) {
	return c.QuoteDraft(ctx, requester, job, nil)
}

// QuoteDraft is Quote for an app that publish would publish first. It publishes nothing; job.App is then not looked at.
func (c *Conn) QuoteDraft(ctx context.Context, requester string, job markettypes.Job, publish *appstypes.MsgPublish) (Quote, error) {
	preview, err := c.Market().Preview(ctx, &markettypes.QueryPreviewRequest{Requester: requester, Job: job, Publish: publish})
	if err != nil {
		return Quote{}, err
	}
	res, err := c.Tasks().Quote(ctx, &taskstypes.QueryQuoteRequest{Deal: preview.Deal, Tasks: job.Size_})
	return Quote{res, preview.Offer, preview.Deal}, err
}

// quoteJob asks how the job would be checked and what it may cost, and sets its price if it has none. A job that may rest on the book
// needs no order that meets it now, but then it needs a price.
func (r *Runner) quoteJob(ctx context.Context, job *markettypes.Job, rests bool, tell Observer) error {
	asked := *job
	asked.MaxPrice = 0 // the quote then says what is needed; a price that is too low is refused below with a better error
	res, err := r.Conn.Quote(ctx, r.Requester.Address(), asked)
	if err != nil && rests && unmetNow(err) {
		return r.quoteResting(ctx, job, err, tell)
	}
	if err != nil {
		return err
	}
	plan := planOf(&res.Plan)
	least := res.ExpectedPrice
	if !res.Plan.Court { // the price of a plan by the court has its fees already
		least += min(res.Deal.Terms.CourtDeposit, math.MaxUint64-least)
	}
	var offer markettypes.PoolOrder
	if res.Offer.Order.Pool != nil {
		offer = *res.Offer.Order.Pool
	}
	switch {
	case job.MaxPrice == 0:
		job.MaxPrice = max(res.MaxPrice, res.ExpectedPrice)
	case job.MaxPrice < least && !rests:
		return &Error{
			Code: CodeUnfunded, Field: "MaxPrice", Got: job.MaxPrice, Limit: least, Recommended: res.MaxPrice, Price: offer.Price, Plan: plan,
			What: "it is too little for the cheapest offer and " + plan.Short(),
		}
	}
	if !rests {
		if err := r.checkEnough(ctx, *job, offer.Pool, plan); err != nil {
			return err
		}
	}
	if err := r.checkAffordable(ctx, *job); err != nil {
		return err
	}
	tell.tellEvent(Event{
		Kind: EventQuoted, Plan: plan,
		Expected: res.ExpectedPrice, MaxPrice: job.MaxPrice, Size: job.Size_, Text: "quote: " + plan.Sentence(),
	})
	return nil
}

// quoteResting checks a job that no order meets now and that will rest on the book.
func (r *Runner) quoteResting(ctx context.Context, job *markettypes.Job, why error, tell Observer) error {
	if job.MaxPrice == 0 {
		return &Error{
			Code: CodeUnmet, Field: "MaxPrice", Err: why,
			What: "no order meets the job now, so that no price can be recommended: " + Refused(why).Log,
		}
	}
	if err := r.checkAffordable(ctx, *job); err != nil {
		return err
	}
	tell.tellEvent(Event{
		Kind:     EventQuoted,
		MaxPrice: job.MaxPrice, Size: job.Size_, Text: fmt.Sprintf("no order meets it now (%s): it rests on the book", Refused(why).Log),
	})
	return nil
}

// ofTheBook are the refusals that depend on the orders on the book, and not on the job alone. They may pass when other orders come.
var ofTheBook = []sender.Code{
	sender.CodeOf(markettypes.ErrNoOrder), sender.CodeOf(markettypes.ErrByOrder), sender.CodeOf(markettypes.ErrVolume), sender.CodeOf(markettypes.ErrStale),
	sender.CodeOf(markettypes.ErrTooFew),
	sender.CodeOf(markettypes.ErrCategoryMismatch), sender.CodeOf(markettypes.ErrTrustTooHigh), sender.CodeOf(markettypes.ErrTags), sender.CodeOf(markettypes.ErrResources),
	sender.CodeOf(markettypes.ErrFuel), sender.CodeOf(markettypes.ErrAppPrice), sender.CodeOf(markettypes.ErrDatasetPrice), sender.CodeOf(markettypes.ErrPoolPrice),
	sender.CodeOf(markettypes.ErrUnaffordable), sender.CodeOf(markettypes.ErrPoolRestricted), sender.CodeOf(markettypes.ErrPrivatePool),
	sender.CodeOf(markettypes.ErrAppRestrictsDataset), sender.CodeOf(markettypes.ErrAppRestrictsPool), sender.CodeOf(markettypes.ErrAppRestrictsRequester),
	sender.CodeOf(markettypes.ErrDatasetRestrictsApp), sender.CodeOf(markettypes.ErrDatasetRestrictsPool), sender.CodeOf(markettypes.ErrDatasetRestrictsRequester),
	sender.CodeOf(markettypes.ErrPoolRestrictsApp), sender.CodeOf(markettypes.ErrPoolRestrictsDataset), sender.CodeOf(markettypes.ErrPoolRestrictsRequester),
}

// unmetNow says whether an error is one of the refusals ofTheBook.
func unmetNow(err error) bool {
	refused := Refused(err)
	return refused != nil && slices.Contains(ofTheBook, refused.CodeOf())
}

// checkAffordable checks that the requester, or its voucher, has the money that the request locks.
func (r *Runner) checkAffordable(ctx context.Context, job markettypes.Job) error {
	total := job.MaxPrice * job.Size_
	if job.Size_ > 0 && total/job.Size_ != job.MaxPrice {
		return &Error{Code: CodeTooLarge, Field: "MaxPrice", Value: fmt.Sprint(job.MaxPrice), Got: job.MaxPrice, Limit: math.MaxUint64 / job.Size_, What: "the price times the size of the bag is more than there is money"}
	}
	if job.Voucher != "" {
		return r.checkVoucher(ctx, job.Voucher, total)
	}
	balance, err := r.Conn.Balance(ctx, r.Requester.Address())
	if err != nil {
		return err
	}
	if balance < total {
		return &Error{
			Code: CodeUnfunded, Field: "Requester", Value: r.Requester.Address(), Got: balance, Limit: total,
			What: "the account has less than is locked for the request",
		}
	}
	return nil
}

// checkVoucher checks that a voucher has not expired and has enough credit. The chain checks whether it may pay for this job.
func (r *Runner) checkVoucher(ctx context.Context, voucher string, total uint64) error {
	res, err := r.Conn.Vouchers().Voucher(ctx, &voucherstypes.QueryVoucherRequest{Id: voucher})
	if err != nil {
		return err
	}
	v := res.Voucher
	switch {
	case v.Expired:
		return &Error{Code: CodeExpired, Field: "Voucher", Value: voucher, What: "the voucher has expired", Issuer: v.Issuer}
	case v.Balance < total:
		return &Error{
			Code: CodeUnfunded, Field: "Voucher", Value: voucher, Got: v.Balance, Limit: total, Issuer: v.Issuer,
			What: "the voucher has less left than is locked for the request",
		}
	}
	return nil
}

// checkEnough refuses a job for which the pool will never have enough organisations, before money is locked.
func (r *Runner) checkEnough(ctx context.Context, job markettypes.Job, pool string, plan *Plan) error {
	if plan == nil || plan.Bound != "few" {
		return nil
	}
	res, err := r.Conn.Workers().Pool(ctx, &workerstypes.QueryPoolRequest{Id: pool})
	if err != nil {
		return err
	}
	if uint64(job.MinReplicas) <= plan.Eligible && res.Registered > plan.Eligible {
		return nil // some are busy or sit out: waiting helps
	}
	return &Error{
		Code: CodeTooFew, Got: plan.Eligible,
		What: fmt.Sprintf("too few organisations: %d can be drawn for this task in pool %s, of %d registered, and one replica is drawn from each; the plan needs more",
			plan.Eligible, pool, res.Registered),
	}
}
