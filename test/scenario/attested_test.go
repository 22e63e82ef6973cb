package scenario

import (
	"context"
	"crypto/sha256"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	errorsmod "cosmossdk.io/errors"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/executor/attester"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/internal/worker/agent"
	"github.com/credence-chain/credence/internal/worker/chain"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/testutil"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	enclavestypes "github.com/credence-chain/credence/x/enclaves/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

const attestedChain = "test-devnet"

// attested is a chain whose workers run on the software platform.
type attested struct {
	*proof
	sessions map[string]*attester.SoftwareSession // by worker
	listed   string                               // the listed measurement
}

// newAttested starts the chain. Each worker has a machine of its own and has registered a session.
func newAttested(t *testing.T, reveal uint64, params func(*enclavestypes.Params), more ...testutil.Option) *attested {
	c := testutil.NewCompute(t, testutil.ComputeOptions{Workers: 3, PoolStake: 1000, Price: 10}, append(more,
		testutil.WithChainID(attestedChain), testutil.WithGenesis(func(c *testutil.Chain, g genesis.State) {
			require.NoError(c.T, genesis.Edit(g, c.App.Encoding.Codec, enclavestypes.ModuleName, &enclavestypes.GenesisState{}, func(s *enclavestypes.GenesisState) error {
				s.Params.Software, s.Params.SoftwareLevel = true, 2
				if params != nil {
					params(&s.Params)
				}
				return nil
			}))
		}), testutil.WithParams(nil, func(p *markettypes.Params) { p.CommitBlocks, p.RevealBlocks, p.MinRevealSeconds = 9, int64(reveal), 0 }, nil))...)
	measured := attester.DefaultMeasurement()
	m, err := enclavestypes.NewMeasurement(enclavestypes.PLATFORM_SOFTWARE, measured[:])
	require.NoError(t, err)
	a := &attested{proof: &proof{Compute: c}, sessions: map[string]*attester.SoftwareSession{}, listed: m.Id}
	a.publish("sealed", m.Id)
	a.publish("runtime")
	for i := 1; i <= 3; i++ {
		who := c.WorkerKey(testutil.Lab(i)).String()
		a.sessions[who] = a.machine(testutil.Lab(i), nil)
		c.Deliver(c.Key(who), a.registration(who, a.sessions[who]))
	}
	return a
}

// publish adds an app that lists measurements.
func (a *attested) publish(name string, measurements ...string) {
	provider := a.Org(testutil.Provider).Member()
	a.Deliver(provider, &appstypes.MsgPublish{
		Owner: provider.String(), Name: name, Version: "1", Description: "seals", Runtime: contract.RuntimeWasm,
		Digest: taskstypes.DigestText(sha256.Sum256([]byte(name))), Size_: 1_000, Price: 50, Locators: []string{"http://artifacts.example"},
		Measurements: measurements,
	})
}

// machine opens a session on the machine of the given name.
func (a *attested) machine(name string, change func(*attester.Machine)) *attester.SoftwareSession {
	m := attester.Machine{Seed: []byte(name), Measurement: attester.DefaultMeasurement(), Level: 2, End: a.Now().Unix() + 1_000_000}
	if change != nil {
		change(&m)
	}
	s, err := attester.NewSoftware(m, "first")
	require.NoError(a.T, err)
	return s
}

// registration returns the message by which a worker registers a session, with a quote over the present block.
func (a *attested) registration(who string, s *attester.SoftwareSession) *enclavestypes.MsgRegisterSession {
	a.T.Helper()
	w, err := app.WorkersKeeper(a.App).GetWorker(a.Ctx(), who)
	require.NoError(a.T, err)
	seed, err := app.BeaconKeeper(a.App).SeedAt(a.Ctx(), a.Height())
	require.NoError(a.T, err)
	quote, err := s.Quote(context.Background(), poco.SessionData(attestedChain, who, w.Organisation, s.Key(), uint64(a.Height()), seed))
	require.NoError(a.T, err)
	key := s.Key()
	return &enclavestypes.MsgRegisterSession{Worker: who, Platform: enclavestypes.PLATFORM_SOFTWARE, Key: key[:], Height: a.Height(), Quote: quote}
}

// ask requests a task of an app and returns the task once a worker is drawn.
func (a *attested) ask(name string) taskstypes.Task {
	a.T.Helper()
	id := a.Submit(a.PayWork(markettypes.Job{
		App: testutil.Provider + "/" + name + ":1", Policy: poco.PolicyAttested, Trust: 10, FuelLimit: 1 << 20, Args: []string{"7"},
	}, 60))[0]
	t := a.Task(id)
	require.Equal(a.T, taskstypes.PHASE_FIRST, t.Phase)
	return t
}

// word makes the evidence of an answer as a worker does. The function change can turn the task into one that another party would run.
func (a *attested) word(t taskstypes.Task, s *attester.SoftwareSession, o poco.Outcome, change func(a *chain.Assignment, who, chainID *string)) []byte {
	a.T.Helper()
	deal, err := app.DealsKeeper(a.App).WholeDeal(a.Ctx(), t.Deal)
	require.NoError(a.T, err)
	task, who, chainID := chain.Assignment{Task: t, Deal: deal}, t.Seats[0].Who, attestedChain
	if change != nil {
		change(&task, &who, &chainID)
	}
	evidence, err := agent.ShowAnswer(context.Background(), nil, s, runtime.Spec{}, task, chainID, who, o)
	require.NoError(a.T, err)
	return evidence
}

// toRefusal has the worker commit, calls between, and demands that its reveal is refused with the given error. It returns the task at its
// end.
func (a *attested) toRefusal(t taskstypes.Task, between func(), want *errorsmod.Error) taskstypes.Task {
	a.T.Helper()
	key, reveal := a.toReveal(t, testutil.Truth, a.word(t, a.sessions[t.Seats[0].Who], testutil.Truth, nil))
	between()
	require.Contains(a.T, a.Refuse(key, taskstypes.ErrEvidence, reveal).Log, want.Error())
	return a.untilEnded(t.Id)
}

// TestWordIsPaid plays a task from the request to the payment. The enclave signs the answer with its session key, and the worker is paid.
// Meanwhile the worker locks the pool's stake.
func TestWordIsPaid(t *testing.T) {
	a := newAttested(t, 5, nil)
	task := a.ask("sealed")
	who := task.Seats[0].Who
	owner := a.Org(task.Seats[0].Organisation).Member()
	before, studio := a.Balance(owner.Addr), a.Balance(a.Org(testutil.Provider).Member().Addr)
	deal, err := app.DealsKeeper(a.App).GetDeal(a.Ctx(), task.Deal)
	require.NoError(t, err)
	require.Equal(t, []string{a.listed}, deal.Measurements)
	w, err := app.WorkersKeeper(a.App).GetWorker(a.Ctx(), who)
	require.NoError(t, err)
	require.EqualValues(t, 1000, w.Locked, "the stake is ordinary")

	key, reveal := a.toReveal(task, testutil.Truth, a.word(task, a.sessions[who], testutil.Truth, nil))
	a.Deliver(key, reveal)
	end := a.untilEnded(task.Id)
	require.Equal(t, taskstypes.ENDING_ACCEPTED, end.Ending)
	require.Equal(t, before+10, a.Balance(owner.Addr))
	require.Equal(t, studio+50, a.Balance(a.Org(testutil.Provider).Member().Addr))
	w, err = app.WorkersKeeper(a.App).GetWorker(a.Ctx(), who)
	require.NoError(t, err)
	require.Zero(t, w.Locked)
	require.Zero(t, w.Record.Confirmations)
	it, err := app.TasksKeeper(a.App).Ledgers.Iterate(a.Ctx(), nil)
	require.NoError(t, err)
	require.False(t, it.Valid(), "the error debt takes no notice")
	require.NoError(t, it.Close())
	require.Equal(t, a.AppHash(), a.Replay(), "another node reaches the same state")
}

// TestWordOfSomethingElse: the attestation is for another task, attempt, worker, chain, app, input or answer, comes from a key that is not
// registered for this worker, or has one bit changed. It is refused with the reason and changes nothing. The right attestation is still
// taken.
func TestWordOfSomethingElse(t *testing.T) {
	a := newAttested(t, 5, nil)
	task := a.ask("sealed")
	who := task.Seats[0].Who
	own := a.sessions[who]
	good := a.word(task, own, testutil.Truth, nil)
	bad := map[string][]byte{"none": nil, "one byte": {1}, "cut": good[1:]}
	for name, change := range map[string]func(t *chain.Assignment, who, chainID *string){
		"another task":    func(t *chain.Assignment, _, _ *string) { t.Task.Id = ids.Format([32]byte{1}) },
		"another attempt": func(t *chain.Assignment, _, _ *string) { t.Task.Attempt++ },
		"another worker":  func(_ *chain.Assignment, who, _ *string) { *who = a.Org(testutil.Lab(1)).Member().String() },
		"another chain":   func(_ *chain.Assignment, _, chainID *string) { *chainID = "other-devnet" },
		"another index":   func(t *chain.Assignment, _, _ *string) { t.Task.Index++ },
		"another app":     func(t *chain.Assignment, _, _ *string) { t.Deal.Digest = taskstypes.DigestText([32]byte{9}) },
		"another input":   func(t *chain.Assignment, _, _ *string) { t.Deal.Args = []string{"8"} },
	} {
		bad[name] = a.word(task, own, testutil.Truth, change)
	}
	bad["another answer"] = a.word(task, own, testutil.Lie, nil)
	bad["an unknown key"] = a.word(task, a.machine("elsewhere", nil), testutil.Truth, nil)
	for other, s := range a.sessions {
		if other != who {
			bad["the key of "+other] = a.word(task, s, testutil.Truth, nil)
		}
	}
	for _, bit := range []int{0, 511, 512, 1023} {
		flipped := slices.Clone(good)
		flipped[bit/8] ^= 1 << (bit % 8)
		bad[ids.Format([32]byte{byte(bit / 8)})] = flipped
	}
	key, reveal := a.toReveal(task, testutil.Truth, nil)
	names := slices.Sorted(maps.Keys(bad))
	for _, name := range names { // in one block, because the window is short
		msg := *reveal
		msg.Evidence = bad[name]
		a.Queue(key, &msg)
	}
	a.Next()
	for i, r := range a.Results() {
		require.Equal(t, []any{taskstypes.ModuleName, taskstypes.ErrEvidence.ABCICode()}, []any{r.Codespace, r.Code}, "%s: %s", names[i], r.Log)
	}
	reveal.Evidence = good
	a.Deliver(key, reveal)
	require.Equal(t, taskstypes.ENDING_ACCEPTED, a.untilEnded(task.Id).Ending)
}

// TestSessionIsOver: a worker lets its session end before the reveal. It cannot show its answer and pays for it.
func TestSessionIsOver(t *testing.T) {
	a := newAttested(t, 5, func(p *enclavestypes.Params) { p.SessionBlocks = 8 })
	task := a.ask("sealed")
	end := a.toRefusal(task, func() {
		for range 8 {
			if s := a.standing(task); s != "" {
				break
			}
			require.Equal(t, taskstypes.PHASE_REVEAL, a.Task(task.Id).Phase)
			a.Next()
		}
	}, enclavestypes.ErrExpired)
	require.Equal(t, taskstypes.ENDING_UNDECIDED, end.Ending)
	require.Equal(t, "UNREVEALED", end.Settlement.Seats[0].Fault)
	require.EqualValues(t, 1000, end.Settlement.Seats[0].Slash)
	require.EqualValues(t, 60, end.Settlement.Refund)
}

// standing returns why the session of a task's worker is not valid in the next block.
func (a *attested) standing(t taskstypes.Task) string {
	a.T.Helper()
	res, err := enclavestypes.NewQueryClient(a.Conn()).Sessions(a.Ctx(), &enclavestypes.QuerySessionsRequest{Worker: t.Seats[0].Who})
	require.NoError(a.T, err)
	require.Len(a.T, res.Sessions, 1)
	return res.Sessions[0].Refused
}

// TestRenewedSessionCounts: a worker that registers its key again in time can still show its answer.
func TestRenewedSessionCounts(t *testing.T) {
	a := newAttested(t, 9, func(p *enclavestypes.Params) { p.SessionBlocks = 8 })
	task := a.ask("sealed")
	who := task.Seats[0].Who
	key, reveal := a.toReveal(task, testutil.Truth, a.word(task, a.sessions[who], testutil.Truth, nil))
	a.Deliver(key, a.registration(who, a.sessions[who]))
	a.NextN(4)
	a.Deliver(key, reveal)
	require.Equal(t, taskstypes.ENDING_ACCEPTED, a.untilEnded(task.Id).Ending)
}

// checkWhole demands that a task ended with a refund to its requester and without a fault.
func (a *attested) checkWhole(end taskstypes.Task) {
	a.T.Helper()
	require.Equal(a.T, taskstypes.ENDING_EVIDENCE_STOPPED, end.Ending)
	require.EqualValues(a.T, 60, end.Settlement.Refund)
	for _, s := range end.Settlement.Seats {
		require.Equal(a.T, "NONE", s.Fault)
		require.Zero(a.T, s.Slash)
		w, err := app.WorkersKeeper(a.App).GetWorker(a.Ctx(), s.Who)
		require.NoError(a.T, err)
		require.Zero(a.T, w.Locked)
	}
}

// freeze has seats vote until a subject is frozen. Two of four seats are more than a third.
func (a *attested) freeze(subject string) {
	a.T.Helper()
	for i := range 2 {
		a.Queue(a.Seats[i].Operator, &enclavestypes.MsgVoteFreeze{Operator: a.Seats[i].Operator.String(), Subject: subject, Reason: "its key was taken out"})
	}
	a.Next()
	for _, r := range a.Results() {
		require.Zero(a.T, r.Code, r.Log)
	}
}

// TestFrozenMachine: seats freeze a machine in one block. Its attestations are refused from then on, with the reason. The waiting task ends
// whole, and the machine registers no further session. Earlier payments stay.
func TestFrozenMachine(t *testing.T) {
	a := newAttested(t, 5, nil)
	paid := a.ask("sealed")
	key, reveal := a.toReveal(paid, testutil.Truth, a.word(paid, a.sessions[paid.Seats[0].Who], testutil.Truth, nil))
	a.Deliver(key, reveal)
	require.Equal(t, taskstypes.ENDING_ACCEPTED, a.untilEnded(paid.Id).Ending)

	task := a.ask("sealed")
	who := task.Seats[0].Who
	res, err := enclavestypes.NewQueryClient(a.Conn()).Sessions(a.Ctx(), &enclavestypes.QuerySessionsRequest{Worker: who})
	require.NoError(t, err)
	a.checkWhole(a.toRefusal(task, func() { a.freeze(res.Sessions[0].Session.Machine) }, enclavestypes.ErrFrozen))
	a.Refuse(a.Key(who), enclavestypes.ErrFrozen, a.registration(who, a.sessions[who]))
	require.Equal(t, taskstypes.ENDING_ACCEPTED, a.Task(paid.Id).Ending)

	// The worker commits once more although it knows of the freeze. Now it is at fault.
	for {
		task = a.ask("sealed")
		if task.Seats[0].Who == who {
			break
		}
		key, reveal := a.toReveal(task, testutil.Truth, a.word(task, a.sessions[task.Seats[0].Who], testutil.Truth, nil))
		a.Deliver(key, reveal)
		require.Equal(t, taskstypes.ENDING_ACCEPTED, a.untilEnded(task.Id).Ending)
	}
	end := a.toRefusal(task, func() {}, enclavestypes.ErrFrozen)
	require.Equal(t, "UNREVEALED", end.Settlement.Seats[0].Fault)
	require.Equal(t, a.AppHash(), a.Replay(), "another node reaches the same state")
}

// TestFrozenMeasurement: all measurements that an app lists are frozen. Its tasks end whole in every phase, and further requests are
// refused.
func TestFrozenMeasurement(t *testing.T) {
	a := newAttested(t, 5, nil)
	waiting := a.ask("sealed")
	a.checkWhole(a.toRefusal(a.ask("sealed"), func() { a.freeze(a.listed) }, enclavestypes.ErrFrozen))
	a.checkWhole(a.untilEnded(waiting.Id))
	a.refuseRequest("sealed", poco.PolicyAttested, enclavestypes.ErrFrozen)
	a.refuseRequest("runtime", poco.PolicyAttested, enclavestypes.ErrNotListed)
}

// TestRevokedLevel: the council raises the least level between the commitment and the reveal. The sessions of machines below it become
// invalid, and the task ends whole.
func TestRevokedLevel(t *testing.T) {
	a := newAttested(t, 60, nil)
	task := a.ask("sealed")
	end := a.toRefusal(task, func() {
		params, err := app.EnclavesKeeper(a.App).Params.Get(a.Ctx())
		require.NoError(t, err)
		params.SoftwareLevel = 3
		a.Pass(&enclavestypes.MsgUpdateParams{Authority: app.Authority(), Params: params})
	}, enclavestypes.ErrLevel)
	a.checkWhole(end)
	who := task.Seats[0].Who
	a.Refuse(a.Key(who), enclavestypes.ErrLevel, a.registration(who, a.sessions[who]))
	a.Deliver(a.Key(who), a.registration(who, a.machine(task.Seats[0].Organisation, func(m *attester.Machine) { m.Level = 3 })))
}

// TestImageOfTheCouncil: an app that lists no measurement accepts those that the council has listed for its runtime, once they are in
// force. Before that its requests are refused. Other measurements are refused.
func TestImageOfTheCouncil(t *testing.T) {
	a := newAttested(t, 5, func(p *enclavestypes.Params) { p.DelayBlocks = 1 })
	a.refuseRequest("runtime", poco.PolicyAttested, enclavestypes.ErrNotListed)

	value := attester.DefaultMeasurement()
	list := &enclavestypes.MsgListImage{Authority: app.Authority(), Runtime: contract.RuntimeWasm, Platform: enclavestypes.PLATFORM_SOFTWARE, Value: value[:], Description: "the worker of a test"}
	a.Pass(list)
	require.Contains(t, a.Vote(list).FailedReason, enclavestypes.ErrExists.Error())
	task := a.ask("runtime")
	who := task.Seats[0].Who
	other := a.machine(task.Seats[0].Organisation, func(m *attester.Machine) { m.Measurement[0]++ })
	other2, err := attester.NewSoftware(attester.Machine{
		Seed: []byte(task.Seats[0].Organisation), Measurement: [32]byte{1}, Level: 2, End: a.Now().Unix() + 1000,
	}, "second")
	require.NoError(t, err)
	require.Equal(t, other.Key(), a.sessions[who].Key())
	a.Deliver(a.Key(who), a.registration(who, other2))
	good := a.word(task, a.sessions[who], testutil.Truth, nil)
	key, reveal := a.toReveal(task, testutil.Truth, a.word(task, other2, testutil.Truth, nil))
	require.Contains(t, a.Refuse(key, taskstypes.ErrEvidence, reveal).Log, enclavestypes.ErrNotListed.Error())
	reveal.Evidence = good
	a.Deliver(key, reveal)
	require.Equal(t, taskstypes.ENDING_ACCEPTED, a.untilEnded(task.Id).Ending)
}

// TestWithoutSession: a worker that never registered a session is refused, and pays.
func TestWithoutSession(t *testing.T) {
	a := newAttested(t, 5, nil)
	task := a.ask("sealed")
	a.sessions[task.Seats[0].Who] = a.machine("never seen", nil)
	end := a.toRefusal(task, func() {}, enclavestypes.ErrNoSession)
	require.Equal(t, "UNREVEALED", end.Settlement.Seats[0].Fault)
	require.EqualValues(t, 60, end.Settlement.Refund)
}

// TestOneMachineOneOrganisation: a machine that serves one organisation cannot serve another until the council releases it.
func TestOneMachineOneOrganisation(t *testing.T) {
	a := newAttested(t, 5, nil)
	first, second := a.WorkerKey(testutil.Lab(1)).String(), a.WorkerKey(testutil.Lab(2)).String()
	borrowed := a.sessions[first]
	a.Refuse(a.Key(second), enclavestypes.ErrMachine, a.registration(second, borrowed))
	res, err := enclavestypes.NewQueryClient(a.Conn()).Sessions(a.Ctx(), &enclavestypes.QuerySessionsRequest{Worker: first})
	require.NoError(t, err)
	machine := res.Sessions[0].Session.Machine
	a.Pass(&enclavestypes.MsgReleaseMachine{Authority: app.Authority(), Machine: machine})
	a.Deliver(a.Key(second), a.registration(second, borrowed))
	a.Refuse(a.Key(first), enclavestypes.ErrMachine, a.registration(first, borrowed))
	got, err := enclavestypes.NewQueryClient(a.Conn()).Machine(a.Ctx(), &enclavestypes.QueryMachineRequest{Id: machine})
	require.NoError(t, err)
	require.Equal(t, testutil.Lab(2), got.Machine.Organisation)
}

// TestQuotesThatAreRefused: a quote is for one chain, worker, organisation, key and recent block. Its machine must be up to date, and its
// enclave must be closed to debuggers. Any other quote is refused.
func TestQuotesThatAreRefused(t *testing.T) {
	a := newAttested(t, 5, func(p *enclavestypes.Params) { p.FreshBlocks = 3 })
	who, other := a.WorkerKey(testutil.Lab(1)).String(), a.WorkerKey(testutil.Lab(2)).String()
	own := a.sessions[who]
	type maker = func() *enclavestypes.MsgRegisterSession // each makes a quote over the block before
	change := func(f func(m *enclavestypes.MsgRegisterSession)) maker {
		return func() *enclavestypes.MsgRegisterSession {
			m := a.registration(who, own)
			f(m)
			return m
		}
	}
	on := func(f func(*attester.Machine)) maker {
		return func() *enclavestypes.MsgRegisterSession { return a.registration(who, a.machine("new", f)) }
	}
	stale := a.registration(who, own)
	a.NextN(4)
	for name, c := range map[string]struct {
		msg  maker
		want error
	}{
		"a block of long ago": {func() *enclavestypes.MsgRegisterSession { return stale }, enclavestypes.ErrStale},
		"a block to come":     {change(func(m *enclavestypes.MsgRegisterSession) { m.Height += 2 }), enclavestypes.ErrStale},
		"no block":            {change(func(m *enclavestypes.MsgRegisterSession) { m.Height = 0 }), enclavestypes.ErrStale},
		"another block":       {change(func(m *enclavestypes.MsgRegisterSession) { m.Height-- }), enclavestypes.ErrQuote},
		"another key":         {change(func(m *enclavestypes.MsgRegisterSession) { k := a.sessions[other].Key(); m.Key = k[:] }), enclavestypes.ErrQuote},
		"no key":              {change(func(m *enclavestypes.MsgRegisterSession) { m.Key = make([]byte, 64) }), enclavestypes.ErrInvalid},
		"another's quote":     {change(func(m *enclavestypes.MsgRegisterSession) { m.Quote = a.registration(other, own).Quote }), enclavestypes.ErrQuote},
		"a changed quote":     {change(func(m *enclavestypes.MsgRegisterSession) { m.Quote[300] ^= 1 }), enclavestypes.ErrQuote},
		"a cut quote":         {change(func(m *enclavestypes.MsgRegisterSession) { m.Quote = m.Quote[1:] }), enclavestypes.ErrQuote},
		"no platform":         {change(func(m *enclavestypes.MsgRegisterSession) { m.Platform = 0 }), enclavestypes.ErrInvalid},
		"another platform":    {change(func(m *enclavestypes.MsgRegisterSession) { m.Platform = enclavestypes.PLATFORM_TDX }), enclavestypes.ErrQuote},
		"an unknown product":  {change(func(m *enclavestypes.MsgRegisterSession) { m.Platform = enclavestypes.PLATFORM_SEV_SNP }), enclavestypes.ErrNotFound},
		"a certificate":       {change(func(m *enclavestypes.MsgRegisterSession) { m.Certificate = []byte{1} }), enclavestypes.ErrInvalid},
		"debug":               {on(func(m *attester.Machine) { m.Modes = 1 }), enclavestypes.ErrQuote},
		"movable":             {on(func(m *attester.Machine) { m.Modes = 2 }), enclavestypes.ErrQuote},
		"an unknown mode":     {on(func(m *attester.Machine) { m.Modes = 4 }), enclavestypes.ErrQuote},
		"out of date":         {on(func(m *attester.Machine) { m.Level = 1 }), enclavestypes.ErrLevel},
		"an ended machine":    {on(func(m *attester.Machine) { m.End = a.Now().Unix() - 1 }), enclavestypes.ErrQuote},
	} {
		r := a.Try(a.Key(who), c.msg())
		space, code, _ := errorsmod.ABCIInfo(c.want, false)
		require.Equal(t, []any{space, code}, []any{r.Codespace, r.Code}, "%s: %s", name, r.Log)
		a.Deliver(a.Key(who), a.registration(who, own)) // the right quote is taken
	}
}
