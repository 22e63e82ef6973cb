package keeper_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/core/store"
	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/runtime"
	"github.com/cosmos/cosmos-sdk/store/v2/rootmulti"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/compact"
	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
	"github.com/credence-chain/credence/x/tasks/keeper"
	"github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

var addresses = address.NewBech32Codec("cred")

func addressOf(name string) string {
	h := sha256.Sum256([]byte(name))
	text, err := addresses.BytesToString(h[:20])
	if err != nil {
		panic(err)
	}
	return text
}

// counting counts the reads and writes of the module's store.
type counting struct {
	store.KVStoreService
	reads, writes *int
}

func (c counting) OpenKVStore(ctx context.Context) store.KVStore {
	return countingStore{c.KVStoreService.OpenKVStore(ctx), c.reads, c.writes}
}

type countingStore struct {
	store.KVStore
	reads, writes *int
}

func (c countingStore) Get(key []byte) ([]byte, error) { *c.reads++; return c.KVStore.Get(key) }
func (c countingStore) Has(key []byte) (bool, error)   { *c.reads++; return c.KVStore.Has(key) }
func (c countingStore) Set(key, value []byte) error    { *c.writes++; return c.KVStore.Set(key, value) }
func (c countingStore) Delete(key []byte) error        { *c.writes++; return c.KVStore.Delete(key) }
func (c countingStore) Iterator(start, end []byte) (store.Iterator, error) {
	*c.reads++
	it, err := c.KVStore.Iterator(start, end)
	return countingIterator{it, c.reads}, err
}

type countingIterator struct {
	store.Iterator
	reads *int
}

func (c countingIterator) Next() { *c.reads++; c.Iterator.Next() }

// books are the other modules' state that tasks change, in a store, so that it is undone with an item that fails.
type books struct {
	key *storetypes.KVStoreKey
	// fail is asked before every call, and may panic or return an error; nil lets everything pass.
	fail func(call, what string) error
	// told is called by the deals' callback with what it reads from.
	told func(ctx context.Context, task string)
	// onchain is what the callback was told last that lives on chain.
	onchain []byte
}

func (b *books) ask(call, what string) error {
	if b.fail == nil {
		return nil
	}
	return b.fail(call, what)
}

func (b *books) get(ctx context.Context, key string) uint64 {
	bz := sdk.UnwrapSDKContext(ctx).KVStore(b.key).Get([]byte(key))
	if bz == nil {
		return 0
	}
	return binary.BigEndian.Uint64(bz)
}

func (b *books) add(ctx context.Context, key string, delta int64) {
	sdk.UnwrapSDKContext(ctx).KVStore(b.key).Set([]byte(key), binary.BigEndian.AppendUint64(nil, b.get(ctx, key)+uint64(delta)))
}

// workers is one pool with one worker for each of n organisations, always eligible.
type workers struct {
	*books
	n    *uint64   // organisations that came so far
	list *[]uint64 // the dense array of those that are eligible, by ticket; nil: all in the order of their tickets
	// registered counts those that run the runtime in whatever pool; 0: those that are eligible, the others have left.
	registered *uint64
	moves      *moves
}

// moves is what organisations did while a test ran.
type moves struct {
	stints  map[string]workerstypes.Stint
	counted workerstypes.PoolMoves
}

func (w workers) org(i uint64) string { return fmt.Sprintf("org-%03d", i) }

func (w workers) at(pos uint64) string {
	if *w.list != nil {
		return w.org((*w.list)[pos])
	}
	return w.org(pos)
}

func (w workers) GetWorker(ctx context.Context, a string) (workerstypes.Worker, error) {
	record := workerstypes.Record{Confirmations: w.get(ctx, "confirmations"), Score: w.get(ctx, "score")}
	return workerstypes.Worker{Address: a, Owner: addressOf("owner"), Record: record}, nil
}

func (w workers) RegisteredFor(ctx context.Context, _ string) (uint64, error) {
	if *w.registered != 0 {
		return *w.registered, nil
	}
	return w.EligibleOrgs(ctx, "")
}
func (w workers) Tickets(context.Context, string) (uint64, error) { return *w.n, nil }
func (w workers) TicketHolderAt(_ context.Context, _ string, ticket uint64) (string, bool, error) {
	return w.org(ticket), ticket < *w.n, nil
}

func (w workers) TicketHeldBy(_ context.Context, _, org string) (uint64, bool, error) {
	ticket, err := strconv.ParseUint(strings.TrimPrefix(org, "org-"), 10, 64)
	return ticket, err == nil && ticket < *w.n, nil
}

func (w workers) Stint(ctx context.Context, pool, org string) (workerstypes.Stint, bool, error) {
	if stint, moved := w.moves.stints[org]; moved {
		return stint, true, nil
	}
	_, eligible, err := w.EligiblePosition(ctx, pool, org)
	return workerstypes.Stint{}, eligible, err
}

func (w workers) PoolMoves(context.Context, string) (workerstypes.PoolMoves, error) {
	return w.moves.counted, nil
}

func (w workers) EligibleOrgs(context.Context, string) (uint64, error) {
	if *w.list != nil {
		return uint64(len(*w.list)), nil
	}
	return *w.n, nil
}
func (w workers) EligiblePosition(_ context.Context, _, org string) (uint64, bool, error) {
	ticket, err := strconv.ParseUint(strings.TrimPrefix(org, "org-"), 10, 64)
	if err != nil || w.org(ticket) != org || ticket >= *w.n {
		return 0, false, nil
	}
	if *w.list != nil {
		pos := slices.Index(*w.list, ticket)
		return uint64(max(pos, 0)), pos >= 0, nil
	}
	return ticket, true, nil
}

func (w workers) EligibleOrgAt(_ context.Context, _ string, pos uint64) (string, uint64, error) {
	return w.at(pos), 1, nil
}

func (w workers) EligibleMemberAt(_ context.Context, _, org string, _ uint64) (string, error) {
	return addressOf(org), nil
}

func (w workers) Lock(ctx context.Context, worker string, amount uint64) error {
	if err := w.ask("Lock", worker); err != nil {
		return err
	}
	w.add(ctx, "locked/"+worker, int64(amount))
	w.add(ctx, "locked", int64(amount))
	return nil
}

func (w workers) Release(ctx context.Context, worker string, amount uint64, _ poco.Fault) error {
	if err := w.ask("Release", worker); err != nil {
		return err
	}
	w.add(ctx, "locked/"+worker, -int64(amount))
	w.add(ctx, "locked", -int64(amount))
	return nil
}

func (w workers) Settle(ctx context.Context, task string, ends []workerstypes.SeatSettlement, pays []workerstypes.StakePay, burn uint64) error {
	if err := workerstypes.CheckSettlement(ends, pays, burn); err != nil {
		return err
	}
	for _, e := range ends {
		w.add(ctx, "locked/"+e.Worker, -int64(e.Unlock))
		w.add(ctx, "locked", -int64(e.Unlock))
		w.add(ctx, "slashed", int64(e.Slash))
		w.add(ctx, "dispute/"+e.Worker, int64(e.Dispute))
		w.add(ctx, "vote/"+e.Worker, int64(e.Vote))
	}
	w.deliver(ctx, pays)
	return w.ask("workers.Settle", task) // late, so that what was written must be undone
}

// deliver gives the module what slashed stake pays it.
func (w workers) deliver(ctx context.Context, pays []workerstypes.StakePay) {
	for _, p := range pays {
		if p.To.Equals(accounts{}.GetModuleAddress(types.ModuleName)) {
			w.add(ctx, purseOf+types.ModuleName, int64(p.Amount))
		}
	}
}

func (w workers) SettleHeld(ctx context.Context, task string, ends []workerstypes.SeatSettlement, pays []workerstypes.StakePay) error {
	if err := workerstypes.CheckSettlement(ends, pays, 0); err != nil {
		return err
	}
	for _, e := range ends {
		w.add(ctx, "locked/"+e.Worker, -int64(e.Unlock))
		w.add(ctx, "locked", -int64(e.Unlock))
		w.add(ctx, "slashed", int64(e.Slash))
		if e.Overturned {
			w.add(ctx, "overturned/"+e.Worker, 1)
		}
	}
	w.deliver(ctx, pays)
	return w.ask("workers.SettleHeld", task)
}

// bank has the coins of accounts and of the module; everybody has a million.
type bank struct{ *books }

const purseOf = "coins/"

func text(a sdk.AccAddress) string {
	text, err := addresses.BytesToString(a)
	if err != nil {
		panic(err)
	}
	return text
}

func (b bank) move(ctx context.Context, from, to string, amount sdk.Coins) error {
	n := amount.AmountOf("ucred").Int64()
	b.add(ctx, purseOf+from, -n)
	b.add(ctx, purseOf+to, n)
	return nil
}

func (b bank) SendCoinsFromAccountToModule(ctx context.Context, from sdk.AccAddress, to string, amount sdk.Coins) error {
	return b.move(ctx, text(from), to, amount)
}

func (b bank) SendCoinsFromAccountToModuleVirtual(ctx context.Context, from sdk.AccAddress, to string, amount sdk.Coins) error {
	return b.move(ctx, text(from), to, amount)
}

func (b bank) SendCoinsFromModuleToAccount(ctx context.Context, from string, to sdk.AccAddress, amount sdk.Coins) error {
	if err := b.ask("Pay", text(to)); err != nil {
		return err
	}
	return b.move(ctx, from, text(to), amount)
}

func (b bank) SendCoinsFromModuleToModule(ctx context.Context, from, to string, amount sdk.Coins) error {
	return b.move(ctx, from, to, amount)
}

func (b bank) GetBalance(ctx context.Context, _ sdk.AccAddress, _ string) sdk.Coin {
	return sdk.NewInt64Coin("ucred", int64(b.get(ctx, purseOf+types.ModuleName)))
}

// accounts names the module's account.
type accounts struct{}

func (accounts) GetModuleAddress(name string) sdk.AccAddress {
	h := sha256.Sum256([]byte("module " + name))
	return h[:20]
}

func (accounts) GetModuleAccount(context.Context, string) sdk.ModuleAccountI { return nil }

// market holds deals in memory; only their escrow is state.
type market struct {
	*books
	deals map[string]dealstypes.Deal
}

func (m market) GetDeal(ctx context.Context, id string) (dealstypes.Deal, error) {
	d, err := m.WholeDeal(ctx, id)
	d.Args, d.Inputs, d.Execution = nil, nil, nil
	return d, err
}

func (m market) WholeDeal(_ context.Context, id string) (dealstypes.Deal, error) {
	d, found := m.deals[id]
	if !found {
		return d, dealstypes.ErrNotFound.Wrap(id)
	}
	return d, nil
}

func (m market) FindDeal(ctx context.Context, id string) (dealstypes.Deal, error) {
	return m.WholeDeal(ctx, id)
}

// TaskPruned counts the tasks of a deal that were pruned.
func (m market) TaskPruned(ctx context.Context, deal string) error {
	m.add(ctx, "pruned/"+deal, 1)
	return m.ask("deals.TaskPruned", deal)
}

// TaskUndrawn counts the tasks on which nobody was given work at the first look.
func (m market) TaskUndrawn(ctx context.Context, deal string) error {
	m.add(ctx, "undrawn/"+deal, 1)
	return m.ask("deals.TaskUndrawn", deal)
}

func (m market) Settle(ctx context.Context, s dealstypes.TaskSettlement) error {
	escrow, err := m.deals[s.Deal].Terms.Escrow()
	if err != nil {
		return err
	}
	sum, err := dealstypes.SumPays(s.Pays)
	if err != nil {
		return err
	}
	if sum+s.Premium+s.Refund != escrow {
		return dealstypes.ErrSettlement.Wrapf("%d, %d and %d of %d", sum, s.Premium, s.Refund, escrow)
	}
	for _, p := range s.Pays {
		to, err := addresses.BytesToString(p.To)
		if err != nil {
			return err
		}
		m.add(ctx, "paid/"+to, int64(p.Amount))
	}
	m.add(ctx, "paid", int64(sum))
	m.add(ctx, "premiums", int64(s.Premium))
	m.add(ctx, "refunded", int64(s.Refund))
	m.add(ctx, "settled/"+s.Task, 1)
	return m.ask("deals.Settle", s.Task)
}

// Callback notes that it was told, and fails or panics as it is told to.
func (m market) Callback(ctx context.Context, deal dealstypes.Deal, result dealstypes.TaskResult) error {
	m.add(ctx, "told/"+result.Task, 1)
	m.onchain = result.Onchain
	m.add(ctx, fmt.Sprintf("%s/%d/%s/%s/%x/%d", deal.Callback, result.Index, result.Ending, result.Kind, result.Digest[:2], result.Fuel), 1)
	if m.told != nil {
		m.told(ctx, result.Task)
	}
	return m.ask("Callback", result.Task)
}

type apps struct{ *books }

func (a apps) FlagNonDeterministic(ctx context.Context, app string) error {
	a.add(ctx, "flagged/"+app, 1)
	return a.ask("Flag", app)
}

func (a apps) SuspendForReview(ctx context.Context, app string) error {
	a.add(ctx, "reviewed/"+app, 1)
	return a.ask("Review", app)
}

type beacon struct {
	delay *int64
	lost  *error // why the seeds of heights cannot be read
}

func (beacon) Seed(ctx context.Context) ([]byte, error) {
	return beacon{}.SeedAt(ctx, sdk.UnwrapSDKContext(ctx).BlockHeight())
}

func (b beacon) SeedAt(_ context.Context, height int64) ([]byte, error) {
	if b.lost != nil && *b.lost != nil {
		return nil, *b.lost
	}
	h := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("seed"), uint64(height)))
	return h[:], nil
}
func (beacon) Factor(context.Context) (uint64, error) { return 1, nil }
func (b beacon) Delay(context.Context) (int64, error) { return *b.delay, nil }

type bench struct {
	*books
	orgs  *[]string
	jails *bool // a jailed seat is out
}

func (b bench) ActiveSeats(ctx context.Context) (seats []poatypes.Seat, err error) {
	for _, org := range *b.orgs {
		if *b.jails && b.get(ctx, "jailed/"+org) > 0 {
			continue
		}
		seats = append(seats, poatypes.Seat{OrgId: org, Operator: addressOf("operator of " + org), Court: addressOf("seat of " + org), Power: 10})
	}
	return seats, nil
}

func (b bench) ActiveCount(ctx context.Context) (uint64, error) {
	seats, err := b.ActiveSeats(ctx)
	return uint64(len(seats)), err
}

func (b bench) Payee(_ context.Context, org string) (string, error) {
	return addressOf("operator of " + org), nil
}

func (b bench) Jail(ctx context.Context, org, _ string) error {
	b.add(ctx, "jailed/"+org, 1)
	return nil
}

// fixture is the keeper with everything around it, one block at a time.
type fixture struct {
	t             testing.TB
	k             keeper.Keeper
	msgs          types.MsgServer
	ctx           sdk.Context
	books         *books
	market        market
	organisations uint64 // of the pool
	list          []uint64
	registered    uint64 // for the runtime; 0: those that are eligible
	moves         moves
	delay         int64 // of the beacon
	seedLost      error
	seats         []string // organisations of the active seats
	enclaves      enclaves
	jails         bool // a jailed one is active no longer
	reads, writes int
	secrets       map[string]poco.Outcome
	// onchain is the file that somebody reveals with an answer; nil for nobody's.
	onchain func(who string, o poco.Outcome) *types.OnchainFile
}

func newFixture(t testing.TB, organisations uint64) *fixture {
	t.Helper()
	f := &fixture{t: t, organisations: organisations, delay: 2, seats: []string{"val-0", "val-1", "val-2", "val-3"}, secrets: map[string]poco.Outcome{}}
	key, other := storetypes.NewKVStoreKey(types.StoreKey), storetypes.NewKVStoreKey("books")
	stores := rootmulti.NewStore(dbm.NewMemDB(), log.NewNopLogger())
	stores.MountStoreWithDB(key, storetypes.StoreTypeIAVL, nil)
	stores.MountStoreWithDB(other, storetypes.StoreTypeIAVL, nil)
	require.NoError(t, stores.LoadLatestVersion())
	f.ctx = sdk.NewContext(stores, cmtproto.Header{Height: 10, ChainID: "test"}, false, log.NewNopLogger())
	f.books, f.moves.stints = &books{key: other}, map[string]workerstypes.Stint{}
	f.market = market{f.books, map[string]dealstypes.Deal{}}
	cdc := codec.NewProtoCodec(codectypes.NewInterfaceRegistry())
	f.k = keeper.NewKeeper(cdc, counting{runtime.NewKVStoreService(key), &f.reads, &f.writes}, addresses,
		workers{f.books, &f.organisations, &f.list, &f.registered, &f.moves}, f.market, apps{f.books}, beacon{&f.delay, &f.seedLost}, bench{f.books, &f.seats, &f.jails}, nil, &f.enclaves, accounts{}, bank{f.books}, addressOf("council"))
	compact.CheckRemembered.Store(true)
	tasks := f.k.Tasks.ValueCodec()
	t.Cleanup(func() { assert.NoError(t, compact.Unchanged(tasks)) })
	f.msgs = keeper.NewMsgServer(f.k)
	require.NoError(t, f.k.InitGenesis(f.ctx, *types.DefaultGenesis()))
	return f
}

func terms() dealstypes.Terms {
	return dealstypes.Terms{
		Policy: poco.PolicyCredence, Trust: 10_000, AppPrice: 50, Price: 10, Stake: 1_000, Value: 150, CourtFee: 10,
		InformerBps: 2_000, MinReplicas: 2, MaxSeats: 10, FuelLimit: 1 << 20,
		CommitBlocks: 20, RevealBlocks: 10, CourtBlocks: 20, CourtRevealBlocks: 10, WaitBlocks: 30, RetryBlocks: 5, MaxAttempts: 3,
	}
}

// open opens n tasks of a new deal at the present height; they are due at once.
func (f *fixture) open(n uint64, edit ...func(*dealstypes.Deal)) (ids []string) {
	f.t.Helper()
	deal := poco.DealID([32]byte{byte(len(f.market.deals)), 1}, 0)
	d := dealstypes.Deal{
		Id: types.IDText(deal), Pool: "pool", Requester: addressOf("requester"), App: "studio/paint",
		AppOwner: addressOf("studio"), AppOrganisation: "studio", RequesterOrganisation: "acme", Terms: terms(), Size_: n,
	}
	for _, e := range edit {
		e(&d)
	}
	d.Opened = d.Size_
	f.market.deals[d.Id] = d
	deal, err := types.ParseID(d.Id)
	require.NoError(f.t, err)
	for i := d.First; i < d.First+d.Size_; i++ {
		require.NoError(f.t, f.k.OpenTask(f.ctx, d, i))
		ids = append(ids, types.IDText(poco.TaskID(deal, i)))
	}
	return ids
}

// leave takes organisations out of those that can be drawn: by a draw for another task, or by what they did themselves.
func (f *fixture) leave(drawn bool, tickets ...uint64) {
	if f.list == nil {
		for i := range f.organisations {
			f.list = append(f.list, i)
		}
	}
	for _, ticket := range tickets {
		at := slices.Index(f.list, ticket)
		require.GreaterOrEqual(f.t, at, 0, "organisation %d cannot be drawn", ticket)
		f.list = slices.Delete(slices.Clone(f.list), at, at+1)
		org := workers{}.org(ticket)
		stint := f.moves.stints[org]
		f.moves.counted.Departures++
		if drawn {
			f.moves.counted.Taken++
		}
		stint.Departure, stint.Until, stint.Drawn = f.moves.counted.Departures, f.ctx.BlockHeight(), drawn
		if drawn {
			stint.Taken = stint.Until
		}
		f.moves.stints[org] = stint
	}
}

// come makes organisations drawable, new ones or those that left.
func (f *fixture) come(tickets ...uint64) {
	for _, ticket := range tickets {
		if f.list == nil {
			for i := range f.organisations {
				f.list = append(f.list, i)
			}
		}
		f.list = append(slices.Clone(f.list), ticket)
		f.organisations = max(f.organisations, ticket+1)
		f.moves.counted.Arrivals++
		org := workers{}.org(ticket)
		f.moves.stints[org] = workerstypes.Stint{Arrival: f.moves.counted.Arrivals, Taken: f.moves.stints[org].Taken}
	}
}

// begin starts the next block.
func (f *fixture) begin() {
	f.t.Helper()
	f.ctx = f.ctx.WithBlockHeight(f.ctx.BlockHeight() + 1).WithEventManager(sdk.NewEventManager())
	require.NoError(f.t, f.k.BeginBlock(f.ctx))
}

func (f *fixture) end() { f.t.Helper(); require.NoError(f.t, f.k.EndBlock(f.ctx)) }

func (f *fixture) task(id string) types.Task {
	f.t.Helper()
	t, err := f.k.Tasks.Get(f.ctx, id)
	require.NoError(f.t, err)
	return t
}

func (f *fixture) commit(id, who string, b types.Bench, o poco.Outcome) error {
	attempt := f.task(id).AttemptOn(b)
	raw, _ := types.ParseID(id)
	pb, _ := b.ToPoco()
	c := poco.Commitment(pb, "test", raw, attempt, who, o, salt(who))
	f.secrets[id+who] = o
	_, err := f.msgs.Commit(f.ctx, &types.MsgCommit{Who: who, Task: id, Attempt: attempt, Bench: b, Commitment: c[:]})
	return err
}

func salt(who string) []byte { h := sha256.Sum256([]byte(who)); return h[:] }

func (f *fixture) reveal(id, who string, b types.Bench) error {
	msg := &types.MsgReveal{
		Who: who, Task: id, Attempt: f.task(id).AttemptOn(b), Bench: b, Outcome: types.OutcomeFromPoco(f.secrets[id+who]), Salt: salt(who),
	}
	if b == types.BENCH_WORKERS && f.market.deals[f.task(id).Deal].Terms.Policy == poco.PolicyAttested {
		msg.Evidence = make([]byte, poco.AttestationSize)
	}
	if f.onchain != nil {
		msg.Onchain = f.onchain(who, f.secrets[id+who])
	}
	_, err := f.msgs.Reveal(f.ctx, msg)
	return err
}

// work has every seat of a task do what its phase asks for, truthfully.
func (f *fixture) work(id string, o poco.Outcome) {
	f.t.Helper()
	t := f.task(id)
	for _, side := range []struct {
		bench types.Bench
		seats []types.Seat
		acts  map[types.Phase]types.SeatState
	}{
		{types.BENCH_WORKERS, t.Seats, map[types.Phase]types.SeatState{
			types.PHASE_FIRST: types.SEAT_STATE_DRAWN, types.PHASE_SECOND: types.SEAT_STATE_DRAWN, types.PHASE_REVEAL: types.SEAT_STATE_COMMITTED,
		}},
		{types.BENCH_COURT, t.Court, map[types.Phase]types.SeatState{
			types.PHASE_COURT_COMMIT: types.SEAT_STATE_DRAWN, types.PHASE_COURT_REVEAL: types.SEAT_STATE_COMMITTED,
		}},
	} {
		for _, s := range side.seats {
			if state, acts := side.acts[t.Phase]; !acts || s.State != state || t.From > f.ctx.BlockHeight() {
				continue
			}
			if s.State == types.SEAT_STATE_DRAWN {
				require.NoError(f.t, f.commit(id, s.Who, side.bench, o))
			} else {
				require.NoError(f.t, f.reveal(id, s.Who, side.bench))
			}
		}
	}
}

// finish makes blocks until these tasks have ended.
func (f *fixture) finish(ids ...string) {
	f.t.Helper()
	for range 200 {
		open := 0
		for _, id := range ids {
			if f.task(id).Phase != types.PHASE_DONE {
				open++
				f.work(id, right)
			}
		}
		if open == 0 {
			return
		}
		f.end()
		f.begin()
	}
	require.Fail(f.t, "tasks did not end")
}

var (
	right = poco.Outcome{Kind: poco.KindResult, Digest: [32]byte{1}, Fuel: 5}
	wrong = poco.Outcome{Kind: poco.KindResult, Digest: [32]byte{2}, Fuel: 5}
)
