package agent

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/internal/worker/chain"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/result"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

const (
	chainID = "credence-test"
	me      = "cred1me"
)

// fakeChain applies the protocol's own transitions to one task, and makes a block every `pace`. All other parties are honest and
// prompt, and answer with `truth`. Only the draws are scripted: who is first, and whether we sit in wave 2 or in court.
type fakeChain struct {
	t    *testing.T
	pace time.Duration
	id   [32]byte // the task's id

	mu       sync.Mutex
	height   int64
	task     poco.Task
	stored   taskstypes.Task
	deal     dealstypes.Deal
	truth    poco.Outcome
	role     role
	end      *poco.Settlement
	released map[string]poco.Fault
	mempool  []string
	txs      map[string]sdk.Msg
	included map[string]int64
	failed   map[string]error
	commits  map[[32]byte]int // our distinct commitments that reached a mempool
	lie      bool             // another replica gives another answer
	outage   error            // the error of every query, if set
	empty    bool             // queries answer, but with nothing
	held     bool             // no block is made
	asks     bool             // the bytes of the accepted answer are asked for
	asked    *poco.AuditSettlement
	waits    func() bool             // no block is made while it returns true; called with mu held
	reveals  []*taskstypes.MsgReveal // our reveals that were included in a block
	refuse   bool                    // every file that comes with a reveal is refused
}

// ownerOf returns the account that is paid for a worker's answers.
func ownerOf(worker string) string { return worker + "-owner" }

type role int

const (
	asFirst role = iota
	asSecond
	inCourt
)

func (r role) bench() taskstypes.Bench {
	if r == inCourt {
		return taskstypes.BENCH_COURT
	}
	return taskstypes.BENCH_WORKERS
}

func newFakeChain(t *testing.T, r role, deal dealstypes.Deal, truth poco.Outcome) *fakeChain {
	terms := poco.Terms{
		ChainID: chainID, Policy: poco.PolicyCredence, Trust: 10_000, AppPrice: 5, Price: 10, Stake: 1000, Value: 100,
		CourtFee: 10, InformerBps: 4000, MinReplicas: 3, MaxSeats: 9, FuelLimit: 1_000_000, Requester: "cred1requester",
		AppOwner: "cred1owner", CommitBlocks: 100_000, RevealBlocks: 100_000, CourtBlocks: 100_000, CourtRevealBlocks: 100_000,
		WaitBlocks: 100, RetryBlocks: 1, MaxAttempts: 2,
	}
	c := &fakeChain{
		t: t, pace: time.Millisecond, height: 10, truth: truth, role: r, deal: deal, txs: map[string]sdk.Msg{},
		included: map[string]int64{}, failed: map[string]error{}, commits: map[[32]byte]int{}, released: map[string]poco.Fault{},
		lie: r == inCourt, held: true,
	}
	c.deal.Terms = dealstypes.Terms{Policy: terms.Policy, FuelLimit: terms.FuelLimit, CommitBlocks: terms.CommitBlocks, CourtBlocks: terms.CourtBlocks}
	id := poco.TaskID(poco.DealID(poco.RequestID(chainID, "cred1requester", 1), 0), 3)
	task, err := poco.NewTask(id, terms, c.height)
	require.NoError(t, err)
	c.task, c.id = task, id
	c.stored = taskstypes.Task{Id: taskstypes.IDText(id), Deal: deal.Id, Index: 3}
	c.stored.Take(task, c.height)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			c.block()
			c.rest()
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
	return c
}

// rest returns the time between blocks.
func (c *fakeChain) rest() {
	c.mu.Lock()
	pace := c.pace
	c.mu.Unlock()
	time.Sleep(pace)
}

func (c *fakeChain) block() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held || c.waits != nil && c.waits() {
		return
	}
	c.height++
	for _, hash := range c.mempool {
		c.included[hash] = c.height
		if err := c.deliver(c.txs[hash]); err != nil {
			c.failed[hash] = err
		}
	}
	c.mempool = nil
	if c.asks && c.task.Phase == poco.PhaseAudit && c.task.Audit.Asked == 0 {
		c.apply(poco.Challenged{Height: c.height, By: "cred1stranger", Bond: 30, Bytes: true})
	}
	c.others()
	if d := c.task.Deadline; d > 0 && c.height >= d && c.task.Phase != poco.PhaseDone {
		c.apply(poco.Due{Height: c.height})
	}
	c.stored.Take(c.task, c.height)
}

func (c *fakeChain) apply(ev poco.Event) error {
	next, effects, err := c.task.Apply(ev)
	if err != nil {
		return err
	}
	c.task = next
	for _, e := range effects {
		switch e := e.(type) {
		case poco.Draw:
			c.draw(e.Wave)
		case poco.AskPlan:
			c.apply(poco.PlanMade{Height: c.height, Plan: poco.Plan{Replicas: 3}})
		case poco.Release:
			c.released[e.Who] = e.Fault
		case poco.AskTurn:
			c.apply(poco.TurnCame{Height: c.height, Gate: poco.GateOpen})
		case poco.OpenCourt:
			seats := []poco.Seat{{Who: "cred1v1", Org: "v1", Power: 1}, {Who: "cred1v2", Org: "v2", Power: 1}, {Who: "cred1v3", Org: "v3", Power: 1}}
			if c.role == inCourt {
				seats[1].Who = me
			}
			c.apply(poco.CourtOpened{Height: c.height, Seats: seats})
		case poco.AskAudit:
			c.apply(poco.AuditDrawn{Height: c.height})
		case poco.FinishBytes:
			c.asked = &e.Settlement
		case poco.Finish:
			s := e.Settlement
			c.end = &s
			c.stored.Settlement = &taskstypes.Settlement{}
			for _, pay := range s.FromEscrow {
				c.stored.Settlement.Payments = append(c.stored.Settlement.Payments, taskstypes.Payment{Party: pay.Party.String(), To: ownerOf(pay.To), Amount: pay.Amount})
			}
			for _, seat := range s.Seats {
				c.stored.Settlement.Seats = append(c.stored.Settlement.Seats, taskstypes.SeatEnd{Who: seat.Who, Fault: seat.Fault.String(), Slash: seat.Slash})
			}
		}
	}
	return nil
}

func (c *fakeChain) draw(wave uint32) {
	if wave == 1 {
		who := "cred1first"
		if c.role == asFirst && c.task.Attempt == 1 {
			who = me
		}
		c.apply(poco.FirstDrawn{Height: c.height, Seat: poco.Seat{Who: who, Org: who}})
		return
	}
	seats := []poco.Seat{{Who: "cred1second", Org: "o2"}, {Who: "cred1third", Org: "o3"}}
	if c.role == asSecond {
		seats[0].Who = me
	}
	c.apply(poco.SecondDrawn{Height: c.height, Plan: c.task.Plan, Seats: seats})
}

// others makes the other seats answer `truth` at once. One of them lies if c.lie is set.
func (c *fakeChain) others() {
	for bench, seats := range [][]poco.Seat{c.task.Seats, c.task.Court} {
		for _, s := range seats {
			if s.Who == me {
				continue
			}
			o, salt := c.truth, sha256.Sum256([]byte(s.Who))
			if c.lie && s.Who == "cred1third" {
				o.Digest[0] ^= 1
			}
			b := poco.Bench(bench)
			if s.State == poco.SeatDrawn {
				c.apply(poco.Committed{Height: c.height, Bench: b, Who: s.Who, Attempt: c.task.AttemptOn(b),
					Commitment: poco.Commitment(b, chainID, c.task.ID, c.task.AttemptOn(b), s.Who, o, salt[:])})
			} else if s.State == poco.SeatCommitted {
				c.apply(poco.Revealed{Height: c.height, Bench: b, Who: s.Who, Attempt: c.task.AttemptOn(b), Outcome: o, Salt: salt[:]})
			}
		}
	}
}

func (c *fakeChain) deliver(msg sdk.Msg) error {
	var err error
	switch m := msg.(type) {
	case *taskstypes.MsgCommit:
		ev := poco.Committed{Height: c.height, Bench: benchOf(m.Bench), Who: m.Who, Attempt: m.Attempt}
		copy(ev.Commitment[:], m.Commitment)
		err = c.apply(ev)
	case *taskstypes.MsgReveal:
		o, convErr := m.Outcome.ToPoco()
		require.NoError(c.t, convErr)
		c.reveals = append(c.reveals, m)
		if _, bad := taskstypes.ProveOnchain(c.deal, m.Outcome, m.Onchain); bad != nil || c.refuse && m.Onchain != nil {
			return &client.TxError{Codespace: taskstypes.ModuleName, Code: taskstypes.ErrOnchain.ABCICode(), Log: "refused", Height: c.height}
		}
		err = c.apply(poco.Revealed{Height: c.height, Bench: benchOf(m.Bench), Who: m.Who, Attempt: m.Attempt, Outcome: o, Salt: m.Salt})
	case *taskstypes.MsgDecline:
		err = c.apply(poco.Declined{Height: c.height, Who: m.Who, Attempt: m.Attempt, Reason: poco.DeclineReason(m.Reason)})
	}
	return txError(err)
}

func txError(err error) error {
	if err == nil {
		return nil
	}
	code := uint32(4)
	for target, c := range map[error]uint32{
		poco.ErrAlready: taskstypes.ErrAlready.ABCICode(), poco.ErrTooEarly: taskstypes.ErrTooEarly.ABCICode(),
		poco.ErrWindowClosed: taskstypes.ErrWindowClosed.ABCICode(), poco.ErrCommitment: taskstypes.ErrCommitment.ABCICode(),
	} {
		if errors.Is(err, target) {
			code = c
		}
	}
	return &client.TxError{Codespace: taskstypes.ModuleName, Code: code, Log: err.Error()}
}

// Sign implements broadcast.Node.
func (c *fakeChain) Sign(_ context.Context, _ uint64, msgs ...sdk.Msg) (*client.SignedTx, error) {
	require.Len(c.t, msgs, 1, "the chain has one task")
	c.mu.Lock()
	defer c.mu.Unlock()
	hash := fmt.Sprintf("TX%d", len(c.txs))
	c.txs[hash] = msgs[0]
	return &client.SignedTx{Hash: hash, Timeout: time.Unix(c.height+500, 0)}, nil
}

// Broadcast implements broadcast.Node.
func (c *fakeChain) Broadcast(_ context.Context, tx *client.SignedTx) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if m, ok := c.txs[tx.Hash].(*taskstypes.MsgCommit); ok {
		c.commits[[32]byte(m.Commitment)]++
	}
	for _, waiting := range c.mempool {
		if waiting == tx.Hash {
			return nil
		}
	}
	if c.included[tx.Hash] == 0 {
		c.mempool = append(c.mempool, tx.Hash)
	}
	return nil
}

// Find implements broadcast.Node.
func (c *fakeChain) Find(_ context.Context, hash string) (*client.TxResult, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.failed[hash]; err != nil || c.included[hash] == 0 {
		return nil, err
	}
	return &client.TxResult{Hash: hash, Height: c.included[hash]}, nil
}

// Latest implements broadcast.Node: a block a second.
func (c *fakeChain) Latest(context.Context) (int64, time.Time, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.height, time.Unix(c.height, 0), nil
}

// Assignments implements chain.Source.
func (c *fakeChain) Assignments(context.Context) (chain.Snapshot, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	snap := chain.Snapshot{Height: c.height}
	if c.outage != nil || c.empty {
		return snap, c.outage
	}
	seats := c.task.Seats
	if c.role == inCourt {
		seats = c.task.Court
	}
	for _, s := range seats {
		if s.Who == me && c.task.Phase != poco.PhaseDone && s.State != poco.SeatSilent {
			snap.Assignments = append(snap.Assignments, c.assignment())
		}
	}
	return snap, nil
}

func (c *fakeChain) assignment() chain.Assignment {
	a := chain.Assignment{Task: c.stored, Deal: c.deal, Bench: c.role.bench()}
	a.Task.Seats = append([]taskstypes.Seat(nil), c.stored.Seats...)
	a.Task.Court = append([]taskstypes.Seat(nil), c.stored.Court...)
	return a
}

// Task implements chain.Source.
func (c *fakeChain) Task(_ context.Context, id string) (chain.Assignment, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.outage != nil {
		return chain.Assignment{}, c.outage
	}
	if c.empty || id != c.stored.Id {
		return chain.Assignment{}, chain.ErrUnknownTask
	}
	return c.assignment(), nil
}

// Follow implements chain.Source.
func (c *fakeChain) Follow(ctx context.Context, _ int64, fn func(context.Context, chain.Tick) error) error {
	last := int64(0)
	for ctx.Err() == nil {
		c.mu.Lock()
		h, outage := c.height, c.outage
		c.mu.Unlock()
		if outage != nil {
			return outage
		}
		if h > last {
			last = h
			if err := fn(ctx, chain.Tick{Height: h, Drawn: []string{"hint"}}); err != nil {
				return err
			}
		}
		c.rest()
	}
	return ctx.Err()
}

// drawn reports whether the chain awaits an answer of ours. The caller holds mu.
func (c *fakeChain) drawn() bool {
	return slices.ContainsFunc(slices.Concat(c.task.Seats, c.task.Court), func(s poco.Seat) bool { return s.Who == me && s.State == poco.SeatDrawn })
}

func (c *fakeChain) set(change func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change()
}

// fakeRuntime answers with a file made of the Spec, so that any difference in the Spec shows in the answer.
type fakeRuntime struct {
	mu    sync.Mutex
	runs  int
	noisy bool                           // every run gives another answer
	err   error                          // the error of the runtime itself
	block chan struct{}                  // if set, runs wait for it or their context
	then  func() (runtime.Outcome, bool) // if set, gives the outcome instead

	prints string       // on stdout and stderr
	last   runtime.Spec // the Spec of the last run

	compiles int           // compilations that began
	compiled int           // compilations that succeeded
	compile  chan struct{} // if set, compilations wait for it or their context
}

func (f *fakeRuntime) Rules() contract.Runtime {
	rules, _ := contract.FindRuntime(contract.RuntimeWasm)
	return rules
}

func (f *fakeRuntime) Check(context.Context) error { return nil }

func (f *fakeRuntime) Prepare(ctx context.Context, _ runtime.Program) error {
	f.mu.Lock()
	f.compiles++
	compile := f.compile
	f.mu.Unlock()
	if compile != nil {
		select {
		case <-compile:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.compiled++
	return nil
}

// compilations returns how many compilations began, and how many succeeded.
func (f *fakeRuntime) compilations() (begun, ended int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.compiles, f.compiled
}

func (f *fakeRuntime) Run(ctx context.Context, spec runtime.Spec) (runtime.Outcome, error) {
	f.mu.Lock()
	f.runs++
	f.last = spec
	n, err, block := f.runs, f.err, f.block
	f.mu.Unlock()
	if block != nil {
		select {
		case <-block:
		case <-ctx.Done():
			return runtime.Outcome{}, ctx.Err()
		}
	}
	if err != nil {
		return runtime.Outcome{}, err
	}
	if f.then != nil {
		if out, ok := f.then(); ok {
			return out, nil
		}
	}
	hasher := sha256.New()
	for _, f := range spec.Inputs {
		fmt.Fprint(hasher, f.Path, f.Size())
		if err := artifact.CopyContent(hasher, f.Content); err != nil {
			return runtime.Outcome{}, err
		}
	}
	sum := sha256.Sum256([]byte(fmt.Sprint(spec.Args, spec.Env, hasher.Sum(nil), spec.Clock, spec.Seed, spec.FuelLimit, spec.MemoryLimit)))
	if f.noisy {
		sum = sha256.Sum256([]byte(fmt.Sprint("noise", n)))
	}
	return runtime.Outcome{
		Kind: runtime.Result, Fuel: 77, Files: []result.File{{Path: "sum", Content: artifact.Bytes(sum[:])}}, Stdout: []byte(f.prints), Stderr: []byte(f.prints),
	}, nil
}

func (f *fakeRuntime) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.runs
}
