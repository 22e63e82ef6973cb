// Package load puts a network under load and measures its throughput. The load is bank sends, or requests of tasks, from many accounts,
// which the package makes, funds and empties again. It sees the network as any client does. It also measures the processor time of
// nodes on its own machine.
package load

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/sender"
)

// Plan describes the load. An operation is one send, or one task.
type Plan struct {
	// Accounts is the number of accounts that sign; at least 2.
	Accounts int
	// Fund is the amount that each account gets from the payer, in ucred.
	Fund uint64
	// Rate is the number of operations that are sent each second.
	Rate float64
	// Batch is the number of operations in one transaction: its sends, or the tasks of its request.
	Batch int
	// Duration is how long transactions are sent.
	Duration time.Duration
	// Drain is the longest wait after that for operations that are under way.
	Drain time.Duration
	// Most is the largest number of operations under way; at that number, sending pauses.
	Most int
	// PIDs are processes of this machine, such as the node's, whose processor time is measured. This works only on Linux.
	PIDs []int
	// Tell is called with the progress. May be nil.
	Tell func(text string)
}

// Check checks the plan. The error names the flag of the wrong field.
func (p Plan) Check() error {
	switch {
	case p.Accounts < 2:
		return fmt.Errorf("--accounts: got %d, expected at least 2", p.Accounts)
	case p.Rate <= 0 || p.Rate > 1e6:
		return fmt.Errorf("--rate: got %g, expected more than 0 and at most 1000000 a second", p.Rate)
	case p.Batch < 1 || p.Batch > 1000:
		return fmt.Errorf("--batch: got %d, expected 1 to 1000", p.Batch)
	case p.Duration <= 0:
		return fmt.Errorf("--duration: got %s, expected more than 0", p.Duration)
	case p.Most < p.Batch:
		return fmt.Errorf("--most: got %d, expected at least --batch, %d", p.Most, p.Batch)
	}
	return nil
}

// Work is a kind of operation.
type Work interface {
	// Name returns the name of one operation, such as "send".
	Name() string
	// ByMembers says whether only members of the payer's organisation may do this work.
	ByMembers() bool
	// Messages returns the messages of the run's i-th transaction, which the given account sends, with count operations.
	Messages(accounts []client.Key, account, i, count int) []sdk.Msg
	// Gas returns the gas limit of a transaction; 0 means to simulate it.
	Gas(msgs []sdk.Msg) uint64
	// Sent notes a transaction just before it is sent.
	Sent(tx *sender.SignedTx, msgs []sdk.Msg, count int, at time.Time)
	// Lost notes that a transaction was refused.
	Lost(tx *sender.SignedTx, msgs []sdk.Msg)
	// Read notes the operations that ended in a block.
	Read(ctx context.Context, conn *client.Conn, height int64, seen time.Time) error
	// UnderWay returns the number of operations that are sent and have not ended.
	UnderWay() int
	// Result returns the result of all operations.
	Result() Result
}

// inFlight is the number of transactions that are sent to nodes at the same time.
const inFlight = 32

// Run puts a network under load. The payer's key funds the accounts, and gets the rest of their coins back. If the context ends early,
// the report covers the time until then.
func Run(ctx context.Context, conn *client.Conn, payer client.Key, plan Plan, work Work) (*Report, error) {
	if err := plan.Check(); err != nil {
		return nil, err
	}
	if plan.Tell == nil {
		plan.Tell = func(string) {}
	}
	if _, err := processorTime(plan.PIDs); err != nil {
		return nil, err
	}
	purse, err := fundAccounts(ctx, conn, payer, plan)
	if err != nil {
		return nil, err
	}
	var r *Report
	if work.ByMembers() {
		err = purse.join(ctx, conn, payer, plan)
	}
	if err == nil {
		r, err = (&run{conn: conn, plan: plan, work: work, accounts: purse, refused: map[string]int{}}).load(ctx)
	}
	plan.Tell("giving back what the accounts have left")
	return r, errors.Join(err, purse.giveBack(conn, payer.Address()))
}

// run is one run.
type run struct {
	conn     *client.Conn
	plan     Plan
	work     Work
	accounts *accounts

	mu      sync.Mutex
	sent    int
	refused map[string]int
}

// load sends until the plan's time is over, and reads blocks until no operation is under way.
func (r *run) load(ctx context.Context) (*Report, error) {
	from, _, err := r.conn.Height(ctx)
	if err != nil {
		return nil, err
	}
	follow, stop := context.WithCancel(ctx)
	defer stop()
	followed := make(chan error, 1)
	last := from
	go func() { followed <- r.follow(follow, from+1, &last) }()

	began := time.Now()
	before, err := processorTime(r.plan.PIDs)
	if err != nil {
		return nil, err
	}
	r.plan.Tell(fmt.Sprintf("sending %g %ss a second for %s", r.plan.Rate, r.work.Name(), r.plan.Duration))
	waited := r.sendAll(ctx)
	sending := time.Since(began)
	for deadline := time.Now().Add(r.plan.Drain); r.work.UnderWay() > 0 && time.Now().Before(deadline) && ctx.Err() == nil; {
		time.Sleep(20 * time.Millisecond)
	}
	after, cpuErr := processorTime(r.plan.PIDs)
	took := time.Since(began)
	left := r.work.UnderWay()
	stop()
	if err := <-followed; err != nil && !errors.Is(err, context.Canceled) {
		return nil, err
	}
	return &Report{
		Work: r.work.Name(), Accounts: r.plan.Accounts, Batch: r.plan.Batch, AskedRate: r.plan.Rate,
		Blocks: last - from, Seconds: took.Seconds(), SendingSeconds: sending.Seconds(), HeldBackSeconds: waited.Seconds(),
		Sent: r.sent, Refused: r.refused, UnderWay: left, Result: r.work.Result(),
		NodeSeconds: (after - before).Seconds(), Measured: len(r.plan.PIDs) > 0,
	}, cpuErr
}

// sendAll sends in an open loop: it sends each transaction at its time, whether or not earlier ones have ended, unless too many
// operations are under way. It returns how long it had to pause for that.
func (r *run) sendAll(ctx context.Context) (waited time.Duration) {
	began := time.Now()
	slots := make(chan struct{}, inFlight)
	var senders sync.WaitGroup
	defer senders.Wait()
	pause := time.Duration(float64(r.plan.Batch) / r.plan.Rate * float64(time.Second))
	for i := 0; ; i++ {
		if at := began.Add(time.Duration(i) * pause); time.Until(at) > 0 {
			time.Sleep(time.Until(at))
		}
		for held := time.Now(); r.work.UnderWay()+r.plan.Batch > r.plan.Most; {
			time.Sleep(5 * time.Millisecond)
			waited += time.Since(held)
			held = time.Now()
			if ctx.Err() != nil || time.Since(began) >= r.plan.Duration {
				return waited
			}
		}
		if ctx.Err() != nil || time.Since(began) >= r.plan.Duration {
			return waited
		}
		slots <- struct{}{}
		senders.Go(func() {
			defer func() { <-slots }()
			r.sendOne(ctx, i)
		})
	}
}

func (r *run) sendOne(ctx context.Context, i int) {
	account := i % len(r.accounts.keys)
	msgs := r.work.Messages(r.accounts.keys, account, i, r.plan.Batch)
	from := r.accounts.senders[account]
	tx, err := from.SignWithGas(ctx, r.work.Gas(msgs), msgs...)
	if err == nil {
		r.work.Sent(tx, msgs, r.plan.Batch, time.Now())
		if err = from.Broadcast(ctx, tx); err != nil {
			r.work.Lost(tx, msgs)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		r.refused[shorten(err)]++
		return
	}
	r.sent++
}

// refusalOf returns the name of a refusal by the chain, such as "sdk/5".
func refusalOf(codespace string, code uint32) string { return fmt.Sprintf("%s/%d", codespace, code) }

// shorten returns the part of an error that is the same for all errors of its kind, so that they are counted together.
func shorten(err error) string {
	if refused := client.Refused(err); refused != nil {
		return refusalOf(refused.Codespace, refused.Code)
	}
	text := err.Error()
	return text[:min(len(text), 100)]
}

// follow reads every block from the height next on, until the context ends.
func (r *run) follow(ctx context.Context, next int64, last *int64) error {
	for {
		height, _, err := r.conn.Height(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return err
		}
		for seen := time.Now(); next <= height; next++ {
			if err := r.work.Read(ctx, r.conn, next, seen); ctx.Err() != nil {
				return ctx.Err() // whatever Read says of it, such as gRPC's own words
			} else if err != nil {
				return err
			}
			*last = next
		}
		time.Sleep(20 * time.Millisecond)
	}
}
