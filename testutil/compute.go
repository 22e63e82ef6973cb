package testutil

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"

	gogoproto "github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// Names of what a Compute sets up.
const (
	Requester = "acme"             // organisation that requests
	Provider  = "studio"           // organisation that publishes AppRef
	Operator  = "grid"             // organisation that operates Pool
	Pool      = "open"             // pool of all workers
	AppRef    = "studio/paint:1.0" // the app
)

// Outcomes of the app, by name, as the actors of tests answer them.
var (
	Truth   = poco.Outcome{Kind: poco.KindResult, Digest: sha256.Sum256([]byte("the right picture")), Fuel: 12_345}
	Lie     = poco.Outcome{Kind: poco.KindResult, Digest: sha256.Sum256([]byte("a forged picture")), Fuel: 12_345}
	Failed  = poco.Outcome{Kind: poco.KindAppFailed, Digest: sha256.Sum256([]byte("exit status 3")), Fuel: 99}
	NoInput = poco.Outcome{Kind: poco.KindInputUnavailable}
	Abstain = poco.Outcome{Kind: poco.KindAbstain}
)

// ComputeOptions says what stands when a Compute begins; zero fields get the value in brackets.
type ComputeOptions struct {
	Seats     int    // validators: val-1 ... [4]
	Workers   int    // organisations with one worker each: lab-1 ... [7]
	Stake     uint64 // bonded by each worker, ucred [1 CRED]
	PoolStake uint64 // locked for each assignment, ucred [1000]
	Price     uint64 // of a replica, ucred [10]
	AppPrice  uint64 // of a result, ucred [50]
	Slots     uint32 // of each worker [8]
	// Commission of Pool's operator, in ten thousandths [0].
	Commission uint32
	// Roles adds to those of the organisations of workers and of seats, such as a requester that also works.
	Roles map[string][]orgstypes.Role
	// Spares is how many of the workers' organisations, from the first, have a second key: Spare.
	Spares int
	// More organisations take part in the market, and Groups are funded multisig accounts.
	More   []Party
	Groups []Group
}

// Party is an organisation that takes part in the market, by one member.
type Party struct {
	ID    string
	Roles []orgstypes.Role
}

// Group is an account of several keys, all made from its name, of which Threshold sign.
type Group struct {
	Name      string
	Keys      int
	Threshold int
}

func (o *ComputeOptions) defaults() {
	set := func(p *uint64, v uint64) {
		if *p == 0 {
			*p = v
		}
	}
	set(&o.Stake, 1_000_000)
	set(&o.PoolStake, 1_000)
	set(&o.Price, 10)
	set(&o.AppPrice, 50)
	if o.Seats == 0 {
		o.Seats = 4
	}
	if o.Workers == 0 {
		o.Workers = 7
	}
	if o.Slots == 0 {
		o.Slots = 8
	}
}

// Compute is a chain with a market: a pool with an offer, an app, a requester, and workers, each of an organisation of
// its own named lab-1, lab-2 ... Nothing runs by itself: the test says what workers and court seats answer, and signs it
// with their keys.
type Compute struct {
	*Chain
	Options ComputeOptions

	nonce uint64
	keys  map[string]*Account // address -> account of who may sit on a bench
	names map[string]string   // address -> name
	sworn map[string]poco.Outcome
}

// Lab is the organisation of the i-th worker, from 1.
func Lab(i int) string { return fmt.Sprintf("lab-%d", i) }

// NewCompute starts a chain and sets up its market by the messages that people would send.
func NewCompute(t testing.TB, o ComputeOptions, options ...Option) *Compute {
	t.Helper()
	o.defaults()
	c := &Compute{Chain: New(t, append(append(computeAccounts(o), withoutAudits()), options...)...), Options: o}
	c.learn()
	c.Deliver(c.Org(Operator).Member(), &workerstypes.MsgCreatePool{
		Operator: c.Org(Operator).Member().String(), Id: Pool, Runtime: contract.RuntimeWasm, Stake: o.PoolStake, Description: "everyone",
		MaxCommissionBps: o.Commission,
	})
	c.Queue(c.Org(Provider).Member(), &appstypes.MsgPublish{
		Owner: c.Org(Provider).Member().String(), Name: "paint", Version: "1.0", Description: "paints", Runtime: contract.RuntimeWasm,
		Digest: taskstypes.DigestText(sha256.Sum256([]byte("the module"))), Size_: 1_000, Price: o.AppPrice,
		Locators: []string{"http://artifacts.example"},
	})
	operator := c.Org(Operator).Member()
	c.Queue(operator, &markettypes.MsgPlaceOrder{Owner: operator.String(), Order: markettypes.Order{
		Owner: operator.String(), Nonce: 1, Pool: &markettypes.PoolOrder{
			Pool: Pool, Price: o.Price, MaxFuel: 1 << 40, Stake: o.PoolStake, CommissionBps: o.Commission,
		},
	}})
	for i := 1; i <= o.Workers; i++ {
		owner := c.Org(Lab(i)).Member()
		c.Queue(owner, &workerstypes.MsgRegister{
			Owner: owner.String(), Worker: c.WorkerKey(Lab(i)).String(), Endpoint: "http://" + Lab(i) + ".example",
			Slots: o.Slots, Pools: []string{Pool}, Stake: o.Stake,
		})
	}
	c.Next()
	for _, r := range c.Results() {
		require.Zero(t, r.Code, r.Log)
	}
	return c
}

// withoutAudits makes accepted answers final at once, unless a job or a test asks for an audit window.
func withoutAudits() Option {
	return WithParams(nil, func(p *markettypes.Params) { p.AuditBlocks = 0 }, nil)
}

// computeAccounts are the organisations and keys of a Compute; an import needs them too.
func computeAccounts(o ComputeOptions) []Option {
	o.defaults()
	options := []Option{
		WithSeats(o.Seats), WithOrg(Requester, orgstypes.ROLE_REQUESTER), WithOrg(Provider, orgstypes.ROLE_PROVIDER),
		WithOrg(Operator, orgstypes.ROLE_POOL_OPERATOR), WithAccounts("stranger"),
	}
	for i := 1; i <= o.Seats; i++ {
		if roles := o.Roles[SeatOrg(i)]; len(roles) > 0 {
			options = append(options, WithRoles(SeatOrg(i), roles...))
		}
	}
	for i := 1; i <= o.Workers; i++ {
		roles := append([]orgstypes.Role{orgstypes.ROLE_WORKER}, o.Roles[Lab(i)]...)
		options = append(options, WithOrg(Lab(i), roles...), WithAccounts(Lab(i)+"-key"))
	}
	for i := 1; i <= o.Spares; i++ {
		options = append(options, WithAccounts(Lab(i)+"-spare"))
	}
	for _, p := range o.More {
		options = append(options, WithOrg(p.ID, p.Roles...))
	}
	for _, g := range o.Groups {
		options = append(options, WithGroup(g.Name, g.Keys, g.Threshold))
	}
	return options
}

// Resume imports this chain's exported state into a new chain and goes on from there, with the same clock.
// Options that name what is no state, such as callbacks, are given again.
func (c *Compute) Resume(options ...Option) *Compute {
	c.T.Helper()
	next := &Compute{Chain: Import(c.T, c.Export(), append(append(computeAccounts(c.Options), WithKnown(c.known...)), options...)...), Options: c.Options, nonce: c.nonce}
	next.learn()
	next.sworn, next.now = c.sworn, c.now
	return next
}

// Learn lets the helpers answer in courts with a seat's key.
func (c *Compute) Learn(s *Seat) {
	c.keys[s.Court.String()], c.names[s.Court.String()] = s.Court, s.OrgID
}

func (c *Compute) learn() {
	c.keys, c.names, c.sworn = map[string]*Account{}, map[string]string{}, map[string]poco.Outcome{}
	for _, id := range c.orgOrder {
		c.names[c.orgs[id].Member().String()] = id
	}
	for i := 1; i <= c.Options.Workers; i++ {
		c.keys[c.WorkerKey(Lab(i)).String()], c.names[c.WorkerKey(Lab(i)).String()] = c.WorkerKey(Lab(i)), Lab(i)
	}
	for i := 1; i <= c.Options.Spares; i++ {
		c.keys[c.Spare(Lab(i)).String()], c.names[c.Spare(Lab(i)).String()] = c.Spare(Lab(i)), Lab(i)
	}
	for _, s := range c.known {
		c.Learn(s)
	}
	for _, g := range c.Options.Groups {
		c.names[c.Account(g.Name).String()] = g.Name
	}
	c.names[c.Account("stranger").String()] = "stranger"
}

// Actor is who a word means: an organisation's member, or an account by its name.
func (c *Compute) Actor(word string) *Account {
	if org, found := c.orgs[word]; found {
		return org.Member()
	}
	return c.Account(word)
}

// WorkerKey is the hot key of an organisation's worker.
func (c *Compute) WorkerKey(org string) *Account { return c.Account(org + "-key") }

// Spare is the second hot key of an organisation, by which nothing is registered at first.
func (c *Compute) Spare(org string) *Account { return c.Account(org + "-spare") }

// Name is the organisation behind an address, or the address.
func (c *Compute) Name(address string) string {
	if n, found := c.names[address]; found {
		return n
	}
	return address
}

// Named replaces every known address in a text by its organisation.
func (c *Compute) Named(text string) string {
	for _, id := range c.orgOrder { // longest names last: no address is part of another
		text = strings.ReplaceAll(text, c.orgs[id].Member().String(), id)
	}
	for _, s := range c.known {
		text = strings.ReplaceAll(text, s.Court.String(), s.OrgID)
	}
	for i := 1; i <= c.Options.Workers; i++ {
		text = strings.ReplaceAll(text, c.WorkerKey(Lab(i)).String(), Lab(i))
	}
	for _, a := range c.accounts {
		text = strings.ReplaceAll(text, a.String(), a.Name)
	}
	return text
}

// Job is a job that the market takes: trust 10000, no floor of replicas, a price for ten seats.
func (c *Compute) Job() markettypes.Job {
	job := markettypes.Job{App: AppRef, Trust: 10_000, FuelLimit: 1 << 20}
	return PayWork(job, c.TenSeats())
}

// TenSeats is what the app and ten replicas cost.
func (c *Compute) TenSeats() uint64 { return c.Options.AppPrice + 10*c.Options.Price }

// PayWork returns a job whose max_price leaves so much for app, datasets and replicas beside the premium.
func PayWork(job markettypes.Job, work uint64) markettypes.Job {
	priced := job
	if priced.Policy == "" {
		priced.Policy = poco.DefaultPolicy
	}
	job.MaxPrice = priced.PriceOf(work)
	return job
}

// QueueSubmit puts a request of the requester into the next block and returns the ids that its tasks will have.
func (c *Compute) QueueSubmit(job markettypes.Job) []string {
	return c.QueueSubmitFrom(c.Org(Requester).Member(), job)
}

// QueueSubmitFrom is QueueSubmit of any account.
func (c *Compute) QueueSubmitFrom(from *Account, job markettypes.Job) (ids []string) {
	c.nonce++
	c.Queue(from, &markettypes.MsgSubmitTask{Requester: from.String(), Nonce: c.nonce, Job: job})
	deal := poco.DealID(poco.RequestID(c.chainID, from.String(), c.nonce), 0)
	for i := range max(1, job.Size_) {
		ids = append(ids, taskstypes.IDText(poco.TaskID(deal, i)))
	}
	return ids
}

// Submit requests a job and makes two blocks: the request, and its matching, which draws first workers.
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

// LastRequest is the id of the requester's last request.
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

// Running says whether tasks of a deal are still to be opened, or a request or match is waiting for its block.
func (c *Compute) Running() bool {
	c.T.Helper()
	ctx := c.Ctx()
	opening, err := app.DealsKeeper(c.App).Opening.Iterate(ctx, nil)
	require.NoError(c.T, err)
	defer opening.Close()
	queue, err := app.MarketKeeper(c.App).Queue.Iterate(ctx, nil)
	require.NoError(c.T, err)
	defer queue.Close()
	return opening.Valid() || queue.Valid()
}

func swornKey(task, who string, attempt uint32, bench taskstypes.Bench) string {
	return fmt.Sprint(task, "/", who, "/", attempt, "/", bench)
}

// CommitMsg is a commitment to an outcome, which the Compute remembers for RevealMsg.
func (c *Compute) CommitMsg(t taskstypes.Task, who string, bench taskstypes.Bench, o poco.Outcome) *taskstypes.MsgCommit {
	c.T.Helper()
	id, err := taskstypes.ParseID(t.Id)
	require.NoError(c.T, err)
	b, err := bench.ToPoco()
	require.NoError(c.T, err)
	salt := poco.Salt([]byte("secret of "+who), b, c.chainID, id, t.AttemptOn(bench))
	commitment := poco.Commitment(b, c.chainID, id, t.AttemptOn(bench), who, o, salt)
	c.sworn[swornKey(t.Id, who, t.AttemptOn(bench), bench)] = o
	return &taskstypes.MsgCommit{Who: who, Task: t.Id, Attempt: t.AttemptOn(bench), Bench: bench, Commitment: commitment[:]}
}

// RevealMsg opens what CommitMsg committed.
func (c *Compute) RevealMsg(t taskstypes.Task, who string, bench taskstypes.Bench) *taskstypes.MsgReveal {
	c.T.Helper()
	id, err := taskstypes.ParseID(t.Id)
	require.NoError(c.T, err)
	b, err := bench.ToPoco()
	require.NoError(c.T, err)
	return &taskstypes.MsgReveal{
		Who: who, Task: t.Id, Attempt: t.AttemptOn(bench), Bench: bench, Salt: poco.Salt([]byte("secret of "+who), b, c.chainID, id, t.AttemptOn(bench)),
		Outcome: taskstypes.OutcomeFromPoco(c.sworn[swornKey(t.Id, who, t.AttemptOn(bench), bench)]),
	}
}

// Key is the account that signs for a worker or a court seat, by its address.
func (c *Compute) Key(who string) *Account {
	c.T.Helper()
	key, found := c.keys[who]
	require.True(c.T, found, "no key of %s", who)
	return key
}

// Answer says what a seat does: the outcome it commits to; false for nothing.
type Answer func(t taskstypes.Task, seat taskstypes.Seat, bench taskstypes.Bench) (poco.Outcome, bool)

// Honest answers the truth.
func Honest(taskstypes.Task, taskstypes.Seat, taskstypes.Bench) (poco.Outcome, bool) {
	return Truth, true
}

// QueueWork queues what is to be done for a task in its phase: commitments as answer says, and every reveal.
func (c *Compute) QueueWork(id string, answer Answer) {
	c.T.Helper()
	t := c.Task(id)
	for _, side := range []struct {
		bench          taskstypes.Bench
		seats          []taskstypes.Seat
		commit, reveal []taskstypes.Phase
	}{
		{taskstypes.BENCH_WORKERS, t.Seats, []taskstypes.Phase{taskstypes.PHASE_FIRST, taskstypes.PHASE_SECOND}, []taskstypes.Phase{taskstypes.PHASE_REVEAL}},
		{taskstypes.BENCH_COURT, t.Court, []taskstypes.Phase{taskstypes.PHASE_COURT_COMMIT}, []taskstypes.Phase{taskstypes.PHASE_COURT_REVEAL}},
	} {
		for _, s := range side.seats {
			switch {
			case s.State == taskstypes.SEAT_STATE_DRAWN && slices.Contains(side.commit, t.Phase):
				if o, ok := answer(t, s, side.bench); ok {
					c.Queue(c.Key(s.Who), c.CommitMsg(t, s.Who, side.bench, o))
				}
			case s.State == taskstypes.SEAT_STATE_COMMITTED && slices.Contains(side.reveal, t.Phase):
				c.Queue(c.Key(s.Who), c.RevealMsg(t, s.Who, side.bench))
			}
		}
	}
}

// Run makes blocks in which every seat of these tasks does as answer says, until all have ended.
func (c *Compute) Run(answer Answer, ids ...string) {
	c.T.Helper()
	for range 2_000 {
		left := 0
		for _, id := range ids {
			if !c.HasTask(id) {
				left++
				continue
			}
			if t := c.Task(id); t.Phase != taskstypes.PHASE_DONE {
				left++
				c.QueueWork(id, answer)
			}
		}
		if left == 0 {
			return
		}
		c.Next()
	}
	require.Fail(c.T, "tasks did not end", "%v", ids)
}

// CheckBooks checks every module's books against its records and its coins, and the supply.
func (c *Compute) CheckBooks() {
	c.T.Helper()
	ctx := c.Ctx()
	require.NoError(c.T, app.WorkersKeeper(c.App).CheckInvariants(ctx), "workers at height %d", c.Height())
	require.NoError(c.T, app.VouchersKeeper(c.App).CheckInvariants(ctx), "vouchers at height %d", c.Height())
	require.NoError(c.T, app.DealsKeeper(c.App).CheckInvariants(ctx), "deals at height %d", c.Height())
	require.NoError(c.T, app.MarketKeeper(c.App).CheckInvariants(ctx), "market at height %d", c.Height())
	require.NoError(c.T, app.SupplyKeeper(c.App).CheckInvariants(ctx), "supply at height %d", c.Height())
	require.NoError(c.T, app.TasksKeeper(c.App).CheckInvariants(ctx), "tasks at height %d", c.Height())
	c.checkTasks(ctx)
	seats, err := app.PoaKeeper(c.App).ActiveSeats(ctx)
	require.NoError(c.T, err)
	count, err := app.PoaKeeper(c.App).ActiveCount(ctx)
	require.NoError(c.T, err)
	require.EqualValues(c.T, len(seats), count, "active seats at height %d", c.Height())
}

// checkTasks checks what the modules must agree on: each worker's locked stake and busy slots are its open seats'; each
// deal's escrow is that of its tasks that have not ended; each ledger's unsettled turns are the turns there are; the
// queue holds each task once, at its deadline.
func (c *Compute) checkTasks(ctx sdk.Context) {
	c.T.Helper()
	k := app.TasksKeeper(c.App)
	locked, busy, done := map[string]uint64{}, map[string]uint32{}, map[string]uint64{}
	queued := map[string]taskstypes.Task{}
	require.NoError(c.T, k.Tasks.Walk(ctx, nil, func(id string, t taskstypes.Task) (bool, error) {
		if t.Ended() {
			done[t.Deal]++
		}
		if t.Final() {
			return false, nil
		}
		if t.Queued != 0 {
			queued[id] = t
		}
		deal, err := app.DealsKeeper(c.App).GetDeal(ctx, t.Deal)
		for _, s := range t.Seats {
			if !t.Ended() {
				locked[s.Who] += deal.Terms.Stake
				busy[s.Who]++
			} else if s.Outcome != nil && *s.Outcome == t.Audit.Answer {
				locked[s.Who] += deal.Terms.Stake - t.Audit.Taken // it stands for the answer, and the slot is free
			}
		}
		return false, err
	}))
	require.NoError(c.T, app.WorkersKeeper(c.App).Workers.Walk(ctx, nil, func(addr string, w workerstypes.Worker) (bool, error) {
		require.Equal(c.T, locked[addr], w.Locked, "stake locked of %s", c.Name(addr))
		require.Equal(c.T, busy[addr], w.Busy, "slots busy of %s", c.Name(addr))
		return false, nil
	}))
	require.NoError(c.T, app.DealsKeeper(c.App).Deals.Walk(ctx, nil, func(_ []byte, d dealstypes.Deal) (bool, error) {
		d, err := app.DealsKeeper(c.App).GetDeal(ctx, d.Id)
		require.NoError(c.T, err)
		each, err := d.Terms.Escrow()
		require.Equal(c.T, each*(d.Size_-d.Ended), d.Escrow, "escrow of deal %s", d.Id)
		require.GreaterOrEqual(c.T, d.Ended, done[d.Id])
		return false, err
	}))
	require.NoError(c.T, k.Queue.Walk(ctx, nil, func(key collections.Triple[uint32, uint64, string]) (bool, error) {
		require.Equal(c.T, queued[key.K3()].QueueKey(), key, "task %s in the queue", key.K3())
		delete(queued, key.K3())
		return false, nil
	}))
	require.Empty(c.T, queued, "tasks that no queue holds")
	unsettled := map[string]uint64{}
	require.NoError(c.T, k.Turns.Walk(ctx, nil, func(_ string, t taskstypes.Turn) (bool, error) {
		unsettled[t.ClassKey]++
		unsettled[t.RequesterKey]++
		return false, nil
	}))
	require.NoError(c.T, k.Ledgers.Walk(ctx, nil, func(key string, l taskstypes.Ledger) (bool, error) {
		require.Equal(c.T, unsettled[key], l.Unsettled, "unsettled turns of %s", key)
		return false, nil
	}))
}

// WithParams edits the parameters of the three modules of the market at genesis; nil leaves one as it is.
func WithParams(tasks func(*taskstypes.Params), market func(*markettypes.Params), workers func(*workerstypes.Params)) Option {
	return WithGenesis(func(c *Chain, g genesis.State) {
		if tasks != nil {
			editGenesis(c, g, taskstypes.ModuleName, &taskstypes.GenesisState{}, func(s *taskstypes.GenesisState) { tasks(&s.Params) })
		}
		if market != nil {
			editGenesis(c, g, markettypes.ModuleName, &markettypes.GenesisState{}, func(s *markettypes.GenesisState) { market(&s.Params) })
		}
		if workers != nil {
			editGenesis(c, g, workerstypes.ModuleName, &workerstypes.GenesisState{}, func(s *workerstypes.GenesisState) { workers(&s.Params) })
		}
	})
}

// WithDealParams changes the parameters of deals.
func WithDealParams(deals func(*dealstypes.Params)) Option {
	return WithGenesis(func(c *Chain, g genesis.State) {
		editGenesis(c, g, dealstypes.ModuleName, &dealstypes.GenesisState{}, func(s *dealstypes.GenesisState) { deals(&s.Params) })
	})
}

func editGenesis[T gogoproto.Message](c *Chain, g genesis.State, module string, state T, edit func(T)) {
	c.T.Helper()
	require.NoError(c.T, genesis.Edit(g, c.App.Encoding.Codec, module, state, func(s T) error { edit(s); return nil }))
}
