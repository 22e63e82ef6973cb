package scenario

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/artifact"
	evidencecircuit "github.com/credence-chain/credence/evidence/circuit"
	"github.com/credence-chain/credence/executor/prover"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/circuit"
	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/internal/worker/agent"
	"github.com/credence-chain/credence/internal/worker/chain"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/testutil"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	verifierstypes "github.com/credence-chain/credence/x/verifiers/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// The tests have two programs: a polynomial, and the same polynomial with another text.
const (
	cube      = evidencecircuit.Header + "\ninput x\nmul xx x x\nmul y xx x\noutput y\n"
	otherCube = cube + "# another text\n"
)

const circuitPool = "circuits"

// verifierOf returns the verifier of a program on a development chain.
func verifierOf(t *testing.T, name, source string) verifierstypes.Verifier {
	p, err := evidencecircuit.Parse([]byte(source))
	require.NoError(t, err)
	k := prover.Setup(p, prover.DevnetSeed)
	return verifierstypes.Verifier{
		Name: name, System: verifierstypes.SYSTEM_CIRCUIT, Key: k.VerifyingKey(), Root: p.ID[:], Inputs: uint32(p.Inputs),
	}
}

// proof is a chain with a pool that proves, and apps under a verifier.
type proof struct {
	*testutil.Compute
	engine *circuit.Runtime
}

func newProof(t *testing.T) *proof {
	c := testutil.NewCompute(t, testutil.ComputeOptions{Workers: 3, Spares: 3, PoolStake: 1000, Price: 10},
		testutil.WithChainID("test-devnet"), testutil.WithGenesis(func(c *testutil.Chain, g genesis.State) {
			require.NoError(c.T, genesis.Edit(g, c.App.Encoding.Codec, verifierstypes.ModuleName, &verifierstypes.GenesisState{}, func(s *verifierstypes.GenesisState) error {
				s.Verifiers = []verifierstypes.Verifier{verifierOf(t, "cube", cube), verifierOf(t, "other-cube", otherCube)}
				return nil
			}))
		}), testutil.WithParams(nil, func(p *markettypes.Params) { p.CommitBlocks, p.RevealBlocks, p.MinRevealSeconds = 9, 5, 0 }, nil))
	p := &proof{Compute: c}
	var err error
	p.engine, err = circuit.New()
	require.NoError(t, err)
	operator, provider := c.Org(testutil.Operator).Member(), c.Org(testutil.Provider).Member()
	c.Deliver(operator, &workerstypes.MsgCreatePool{
		Operator: operator.String(), Id: circuitPool, Runtime: contract.RuntimeCircuit, Stake: 1000, Description: "those that prove",
	})
	c.Deliver(operator, &markettypes.MsgPlaceOrder{Owner: operator.String(), Order: markettypes.Order{
		Owner: operator.String(), Nonce: 2, Pool: &markettypes.PoolOrder{Pool: circuitPool, Price: 10, MaxFuel: 1 << 40, Stake: 1000},
	}})
	for name, source := range map[string]string{"cube": cube, "other-cube": otherCube} {
		id := artifact.Sum([]byte(source))
		c.Deliver(provider, &appstypes.MsgPublish{
			Owner: provider.String(), Name: name, Version: "1", Description: "cubes", Runtime: contract.RuntimeCircuit,
			Digest: id.String(), Size_: uint64(len(source)), Price: 50, Locators: []string{"http://artifacts.example"},
			Verifier: name, Program: ids.Format(id),
		})
	}
	for i := 1; i <= 3; i++ {
		owner := c.Org(testutil.Lab(i)).Member()
		c.Deliver(owner, &workerstypes.MsgRegister{
			Owner: owner.String(), Worker: c.Spare(testutil.Lab(i)).String(), Endpoint: "http://prover.example",
			Slots: 4, Pools: []string{circuitPool}, Stake: 100_000,
		})
	}
	return p
}

// request asks for the cubes of an argument, and returns the task once a worker is drawn.
func (p *proof) request(argument string) taskstypes.Task {
	p.T.Helper()
	id := p.Submit(p.PayWork(markettypes.Job{
		App: testutil.Provider + "/cube:1", Policy: poco.PolicyProven, Trust: 10, FuelLimit: 1 << 20, Args: []string{argument},
	}, 60))[0]
	t := p.Task(id)
	require.Equal(p.T, taskstypes.PHASE_FIRST, t.Phase)
	return t
}

// refuseRequest demands that a request for an app is refused and locks nothing.
func (p *proof) refuseRequest(name, policy string, want error) {
	p.T.Helper()
	requester := p.Org(testutil.Requester).Member()
	before := p.Balance(requester.Addr)
	p.Refuse(requester, want, &markettypes.MsgSubmitTask{Requester: requester.String(), Nonce: p.NextNonce(), Job: p.PayWork(markettypes.Job{
		App: testutil.Provider + "/" + name + ":1", Policy: policy, Trust: 10, FuelLimit: 1 << 20, Args: []string{"7"},
	}, 60)})
	require.Equal(p.T, before, p.Balance(requester.Addr))
}

// work runs a task as its worker does, and returns the answer with its evidence. The function change can turn the task into one that
// another party would run.
func (p *proof) work(t taskstypes.Task, change func(a *chain.Assignment, who, chainID *string)) (poco.Outcome, []byte) {
	p.T.Helper()
	deal, err := app.DealsKeeper(p.App).WholeDeal(p.Ctx(), t.Deal)
	require.NoError(p.T, err)
	a, who, chainID, source := chain.Assignment{Task: t, Deal: deal}, t.Seats[0].Who, "test-devnet", cube
	if change != nil {
		change(&a, &who, &chainID)
	}
	if a.Deal.Digest == artifact.Sum([]byte(otherCube)).String() {
		source = otherCube
	}
	spec, err := agent.BuildSpec(a, runtime.ProgramOf([]byte(source)), nil)
	require.NoError(p.T, err)
	out, err := p.engine.Run(context.Background(), spec)
	require.NoError(p.T, err)
	answer, err := agent.ConcludeRun(p.engine.Rules(), out)
	require.NoError(p.T, err)
	evidence, err := agent.ShowAnswer(context.Background(), p.engine, nil, spec, a, chainID, who, answer.Outcome)
	require.NoError(p.T, err)
	return answer.Outcome, evidence
}

// toReveal commits an outcome of the task's worker and waits until reveals are taken. It returns the reveal with evidence.
func (p *proof) toReveal(t taskstypes.Task, o poco.Outcome, evidence []byte) (*testutil.Account, *taskstypes.MsgReveal) {
	p.T.Helper()
	who := t.Seats[0].Who
	p.Deliver(p.Key(who), p.CommitMsg(t, who, taskstypes.BENCH_WORKERS, o))
	for range 50 {
		if p.Task(t.Id).Phase == taskstypes.PHASE_REVEAL {
			break
		}
		p.Next()
	}
	require.Equal(p.T, taskstypes.PHASE_REVEAL, p.Task(t.Id).Phase)
	msg := p.RevealMsg(p.Task(t.Id), who, taskstypes.BENCH_WORKERS)
	msg.Evidence = evidence
	return p.Key(who), msg
}

// untilEnded makes blocks until a task has ended.
func (p *proof) untilEnded(id string) taskstypes.Task {
	p.T.Helper()
	for range 60 {
		if t := p.Task(id); t.Final() {
			p.CheckBooks()
			return t
		}
		p.Next()
	}
	require.Fail(p.T, "the task does not end")
	return taskstypes.Task{}
}

// TestProofIsPaid plays a task from the request to the payment. The worker runs the program, proves its answer and is paid. The deposit is
// the price of a replica and is freed at the end.
func TestProofIsPaid(t *testing.T) {
	p := newProof(t)
	task := p.request("7")
	owner := p.Org(task.Seats[0].Organisation).Member()
	before, studio := p.Balance(owner.Addr), p.Balance(p.Org(testutil.Provider).Member().Addr)
	deal, err := app.DealsKeeper(p.App).GetDeal(p.Ctx(), task.Deal)
	require.NoError(t, err)
	require.EqualValues(t, 10, deal.Terms.Stake, "the deposit")
	require.Equal(t, "cube", deal.Verifier)
	w, err := app.WorkersKeeper(p.App).GetWorker(p.Ctx(), task.Seats[0].Who)
	require.NoError(t, err)
	require.EqualValues(t, 10, w.Locked)

	o, evidence := p.work(task, nil)
	require.Equal(t, verifierstypes.CircuitResult([]byte("343\n")).Digest(), o.Digest)
	key, reveal := p.toReveal(task, o, evidence)
	p.Deliver(key, reveal)
	end := p.untilEnded(task.Id)
	require.Equal(t, taskstypes.ENDING_ACCEPTED, end.Ending)
	require.Equal(t, before+10, p.Balance(owner.Addr))
	require.Equal(t, studio+50, p.Balance(p.Org(testutil.Provider).Member().Addr))
	w, err = app.WorkersKeeper(p.App).GetWorker(p.Ctx(), task.Seats[0].Who)
	require.NoError(t, err)
	require.Zero(t, w.Locked)
	require.Equal(t, p.AppHash(), p.Replay(), "another node reaches the same state")
}

// TestProofOfSomethingElse: the evidence is of another task, attempt, worker, chain, app, input or answer, or has one bit changed. It is
// refused with the reason and changes nothing. The right evidence is still taken.
func TestProofOfSomethingElse(t *testing.T) {
	p := newProof(t)
	task := p.request("7")
	o, evidence := p.work(task, nil)
	bad := map[string][]byte{"none": nil, "one byte": {1}, "cut": evidence[1:]}
	for name, change := range map[string]func(a *chain.Assignment, who, chainID *string){
		"another task":    func(a *chain.Assignment, _, _ *string) { a.Task.Id = ids.Format([32]byte{1}) },
		"another attempt": func(a *chain.Assignment, _, _ *string) { a.Task.Attempt++ },
		"another worker":  func(_ *chain.Assignment, who, _ *string) { *who = p.Spare(testutil.Lab(1)).String() + "x" },
		"another chain":   func(_ *chain.Assignment, _, chainID *string) { *chainID = "other-devnet" },
		"another index":   func(a *chain.Assignment, _, _ *string) { a.Task.Index++ },
		"another app":     func(a *chain.Assignment, _, _ *string) { a.Deal.Digest = artifact.Sum([]byte(otherCube)).String() },
		"another input":   func(a *chain.Assignment, _, _ *string) { a.Deal.Args = []string{"8"} },
	} {
		_, bad[name] = p.work(task, change)
	}
	for _, bit := range []int{0, 255, 256, 511, 1000, 2303} {
		flipped := slices.Clone(evidence)
		flipped[bit/8] ^= 1 << (bit % 8)
		bad[fmt.Sprintf("bit %d", bit)] = flipped
	}
	key, reveal := p.toReveal(task, o, nil)
	names := slices.Sorted(maps.Keys(bad))
	for _, name := range names { // in one block, because the window is short
		msg := *reveal
		msg.Evidence = bad[name]
		p.Queue(key, &msg)
	}
	p.Next()
	for i, r := range p.Results() {
		require.Equal(t, []any{taskstypes.ModuleName, taskstypes.ErrEvidence.ABCICode()}, []any{r.Codespace, r.Code}, "%s: %s", names[i], r.Log)
	}
	reveal.Evidence = evidence
	p.Deliver(key, reveal)
	require.Equal(t, taskstypes.ENDING_ACCEPTED, p.untilEnded(task.Id).Ending)
}

// TestWhoProvesNothingLosesItsDeposit: a worker that proves nothing loses its deposit and no more.
func TestWhoProvesNothingLosesItsDeposit(t *testing.T) {
	p := newProof(t)
	task := p.request("7")
	o, _ := p.work(task, nil)
	p.toReveal(task, o, nil)
	end := p.untilEnded(task.Id)
	require.Equal(t, taskstypes.ENDING_UNDECIDED, end.Ending)
	require.Equal(t, "UNREVEALED", end.Settlement.Seats[0].Fault)
	require.EqualValues(t, 10, end.Settlement.Seats[0].Slash)
	require.EqualValues(t, 60, end.Settlement.Refund)
}

// TestStoppedVerifierBeatsTheTerms: more than a third of the seats stop a verifier in one block. From then on its proofs are refused, the
// task ends whole without a fault, and further requests are refused. Earlier payments stay.
func TestStoppedVerifierBeatsTheTerms(t *testing.T) {
	p := newProof(t)
	paid := p.request("2")
	o, evidence := p.work(paid, nil)
	key, reveal := p.toReveal(paid, o, evidence)
	p.Deliver(key, reveal)
	require.Equal(t, taskstypes.ENDING_ACCEPTED, p.untilEnded(paid.Id).Ending)

	task, other := p.request("7"), p.request("9")
	o, evidence = p.work(task, nil)
	key, reveal = p.toReveal(task, o, evidence)
	vote := func(i int) sdk.Msg {
		return &verifierstypes.MsgVoteStop{Operator: p.Seats[i].Operator.String(), Name: "cube", Reason: "its circuit has a fault"}
	}
	p.Deliver(p.Seats[0].Operator, vote(0))
	usable, err := app.VerifiersKeeper(p.App).IsUsable(p.Ctx(), "cube")
	require.NoError(t, err)
	require.True(t, usable, "one of four is not more than a third")
	p.Queue(p.Seats[1].Operator, vote(1))
	p.Queue(key, reveal)
	p.Next()
	r := p.Results()[1]
	require.Equal(t, taskstypes.ErrEvidence.ABCICode(), r.Code, r.Log)
	require.Contains(t, r.Log, "its circuit has a fault")
	for _, id := range []string{task.Id, other.Id} {
		end := p.untilEnded(id)
		require.Equal(t, taskstypes.ENDING_EVIDENCE_STOPPED, end.Ending)
		require.EqualValues(t, 60, end.Settlement.Refund)
		require.Equal(t, "NONE", end.Settlement.Seats[0].Fault)
		w, err := app.WorkersKeeper(p.App).GetWorker(p.Ctx(), end.Settlement.Seats[0].Who)
		require.NoError(t, err)
		require.Zero(t, w.Locked)
	}
	p.refuseRequest("cube", poco.PolicyProven, verifierstypes.ErrStopped)
	require.Equal(t, taskstypes.ENDING_ACCEPTED, p.Task(paid.Id).Ending)
	require.Equal(t, p.AppHash(), p.Replay(), "another node reaches the same state")
}
