package testutil

import (
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/poco"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// This file makes the requests of a Compute and reads the tasks that they open.

// Job returns a job that the market takes: trust 10000, no least number of replicas, and a price for ten seats.
func (c *Compute) Job() markettypes.Job {
	job := markettypes.Job{App: AppRef, Trust: 10_000, FuelLimit: 1 << 20}
	return c.PayWork(job, c.TenSeats())
}

// TenSeats returns the price of the app and ten replicas.
func (c *Compute) TenSeats() uint64 { return c.Options.AppPrice + 10*c.Options.Price }

// PayWork returns a job whose max_price leaves this amount for the app, datasets and replicas after the premium and the court's deposit, in a
// pool of the price of the options. 0 stays 0.
func (c *Compute) PayWork(job markettypes.Job, work uint64) markettypes.Job {
	priced := job
	if priced.Policy == "" {
		priced.Policy = poco.DefaultPolicy
	}
	job.MaxPrice = priced.PriceOf(work)
	if p, ok := poco.PolicyByName(priced.Policy); ok && work > 0 && p.Rules().CourtDecides() {
		job.MaxPrice += uint64(len(c.Seats)) * max(c.Options.Price, markettypes.DefaultParams().FloorCourtFee(job.FuelLimit))
	}
	return job
}

// QueueSubmit puts a request of the requester into the next block and returns the ids that its tasks will have.
func (c *Compute) QueueSubmit(job markettypes.Job) []string {
	return c.QueueSubmitFrom(c.Org(Requester).Member(), job)
}

// QueueSubmitFrom is QueueSubmit for any account.
func (c *Compute) QueueSubmitFrom(from *Account, job markettypes.Job) (ids []string) {
	c.nonce++
	c.Queue(from, &markettypes.MsgSubmitTask{Requester: from.String(), Nonce: c.nonce, Job: job})
	deal := poco.DealID(poco.RequestID(c.chainID, from.String(), c.nonce), 0)
	for i := range max(1, job.Size_) {
		ids = append(ids, taskstypes.IDText(poco.TaskID(deal, i)))
	}
	return ids
}

// Submit requests a job and makes two blocks: one with the request, and one with its match, which draws the first workers.
func (c *Compute) Submit(job markettypes.Job) []string {
	c.T.Helper()
	ids := c.QueueSubmit(job)
	c.Next()
	r := c.Results()
	require.Zero(c.T, r[len(r)-1].Code, r[len(r)-1].Log)
	c.Next()
	return ids
}

// NextNonce returns a nonce that no request of QueueSubmit has.
func (c *Compute) NextNonce() uint64 { c.nonce++; return c.nonce }

// LastRequest returns the id of the requester's last request.
func (c *Compute) LastRequest() string {
	return taskstypes.IDText(poco.RequestID(c.chainID, c.Org(Requester).Member().String(), c.nonce))
}

// Task returns a task as stored.
func (c *Compute) Task(id string) taskstypes.Task {
	c.T.Helper()
	t, err := app.TasksKeeper(c.App).Tasks.Get(c.Ctx(), id)
	require.NoError(c.T, err, "task %s", id)
	return t
}

// HasTask says whether a task was opened.
func (c *Compute) HasTask(id string) bool {
	has, err := app.TasksKeeper(c.App).Tasks.Has(c.Ctx(), id)
	require.NoError(c.T, err)
	return has
}

// OpenTasks returns the ids of the tasks that have not ended, in order.
func (c *Compute) OpenTasks() (ids []string) {
	c.T.Helper()
	require.NoError(c.T, app.TasksKeeper(c.App).Tasks.Walk(c.Ctx(), nil, func(id string, t taskstypes.Task) (bool, error) {
		if t.Phase != taskstypes.PHASE_DONE {
			ids = append(ids, id)
		}
		return false, nil
	}))
	return ids
}

// Running says whether a deal still has tasks to open, or a request or match waits for its block.
func (c *Compute) Running() bool {
	c.T.Helper()
	ctx := c.Ctx()
	opening, err := app.DealsKeeper(c.App).Opening.Iterate(ctx, nil)
	require.NoError(c.T, err)
	defer opening.Close()
	parked, err := app.DealsKeeper(c.App).Parked.Iterate(ctx, nil)
	require.NoError(c.T, err)
	defer parked.Close()
	queue, err := app.MarketKeeper(c.App).Queue.Iterate(ctx, nil)
	require.NoError(c.T, err)
	defer queue.Close()
	return opening.Valid() || parked.Valid() || queue.Valid()
}
