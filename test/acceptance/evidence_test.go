package acceptance

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/evidence/circuit"
	"github.com/credence-chain/credence/executor/attester"
	"github.com/credence-chain/credence/executor/prover"
	"github.com/credence-chain/credence/executor/runtime"
	circuitruntime "github.com/credence-chain/credence/executor/runtime/circuit"
	"github.com/credence-chain/credence/internal/devnet"
	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/internal/release"
	"github.com/credence-chain/credence/internal/worker/agent"
	"github.com/credence-chain/credence/internal/worker/chain"
	"github.com/credence-chain/credence/internal/worker/enclave"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	enclavestypes "github.com/credence-chain/credence/x/enclaves/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	verifierstypes "github.com/credence-chain/credence/x/verifiers/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

const (
	circuitPool = "circuits"
	cubes       = circuit.Header + "\ninput x\nmul xx x x\nmul y xx x\noutput y\n"
)

// TestEvidence runs on real processes. One worker's answer is shown by the attestation of an enclave (of the software platform), and
// another's by a proof that its worker makes. Each task is requested, drawn, answered with evidence and paid. Its receipt holds the
// evidence.
func TestEvidence(t *testing.T) {
	n := start(t, 4*time.Minute, devnet.Options{Workers: 3, Enclaves: true, EditGenesis: func(g devnet.Genesis) error {
		if err := windows(200, 120, 60)(g); err != nil {
			return err
		}
		return withCircuits(g)
	}})
	n.offerCircuits()
	t.Run("attested", n.attested)
	t.Run("proven", n.proven)
	t.Run("sealed", n.sealedForEnclaves)
}

// TestEvidenceIsRefused runs on real nodes, and plays the workers by hand. A proof comes after its verifier was stopped, and the
// signature of an enclave after its session was over; evidence of something else comes too. All are refused with the reason. Every coin is
// accounted for.
func TestEvidenceIsRefused(t *testing.T) {
	n := start(t, 6*time.Minute, devnet.Options{Workers: 2, Enclaves: true, EditGenesis: func(g devnet.Genesis) error {
		if err := windows(200, 120, 60)(g); err != nil {
			return err
		}
		if err := withSessionsOf(shortSession)(g); err != nil {
			return err
		}
		return withCircuits(g)
	}})
	n.offerCircuits()
	n.publishCube()
	app := n.publish("echo", echo(), appPrice)
	for _, w := range n.Info.Workers {
		n.Worker(w.Organisation).Kill()
	}
	before := n.open()
	late, expired := n.afterItsVerifier(), n.afterItsSession(app) // both wait for the end of their window at the same time
	n.audit(before, []piece{
		n.unpaid(late, taskstypes.ENDING_EVIDENCE_STOPPED, taskstypes.SeatEnd{Fault: "NONE"}),
		n.unpaid(expired, taskstypes.ENDING_UNDECIDED, taskstypes.SeatEnd{Fault: "UNREVEALED", Slash: devnet.Stake}),
	})
}

// afterItsVerifier has the seat stop a verifier between a commitment and the proof of its answer. The proof is refused. The worker could not
// know, and will lose nothing. Nobody can ask for another such proof.
func (n *network) afterItsVerifier() *hand {
	n.t.Helper()
	j := job("studio/cube:1", 100, 0)
	j.Policy, j.Args = poco.PolicyProven, []string{"7"}
	task, deal := n.drawn(n.submit(j))
	engine, err := circuitruntime.New()
	require.NoError(n.t, err)
	var answer agent.Answer
	prove := func(a chain.Assignment, who, chainID string) []byte {
		spec, err := agent.BuildSpec(a, runtime.ProgramOf([]byte(cubes)), nil)
		require.NoError(n.t, err)
		out, err := engine.Run(n.ctx, spec)
		require.NoError(n.t, err)
		answer, err = agent.ConcludeRun(engine.Rules(), out)
		require.NoError(n.t, err)
		proof, err := agent.ShowAnswer(n.ctx, engine, nil, spec, a, chainID, who, answer.Outcome)
		require.NoError(n.t, err)
		return proof
	}
	a := chain.Assignment{Task: task, Deal: deal}
	proof := prove(a, task.Seats[0].Who, n.Info.ChainID)
	h := n.playWorker(task.Seats[0].Organisation, task, taskstypes.OutcomeFromPoco(answer.Outcome))
	h.commitsAlone()
	h.requireNoReplay(a, verifierstypes.ErrEvidence, prove)

	seat := n.Info.Validators[0] // the only one
	operator, err := client.LoadKey(seat.KeyFile)
	require.NoError(n.t, err)
	_, err = n.send(operator, &verifierstypes.MsgVoteStop{Operator: seat.Operator, Name: "cube", Reason: "its circuit has a fault"})
	require.NoError(n.t, err)
	n.isRefusal(h.reveal(h.salt, proof), taskstypes.ModuleName, taskstypes.ErrEvidence.ABCICode(), "its circuit has a fault")
	_, err = n.try(j)
	n.isRefusal(err, verifierstypes.ModuleName, verifierstypes.ErrStopped.ABCICode(), "cube")
	return h
}

// shortSession is how many blocks a session counts in TestEvidenceIsRefused. It is long enough for replays, and over long before reveals are.
const shortSession = 60

// withSessionsOf sets how many blocks the session of an enclave counts.
func withSessionsOf(blocks int64) func(devnet.Genesis) error {
	return func(g devnet.Genesis) error {
		return genesis.Edit(g.State, g.Codec, enclavestypes.ModuleName, &enclavestypes.GenesisState{}, func(s *enclavestypes.GenesisState) error {
			s.Params.SessionBlocks = blocks
			return nil
		})
	}
}

// afterItsSession has a worker register a session in good order, commit an answer, and let the session end. Then the signature of its
// enclave is refused. The worker had to renew, and will lose the stake of the task.
func (n *network) afterItsSession(app string) *hand {
	n.t.Helper()
	j := job(app, 100, 0)
	j.Policy = poco.PolicyAttested
	task, deal := n.drawn(n.submit(j))
	h := n.playWorker(task.Seats[0].Organisation, task, taskstypes.Outcome{Kind: taskstypes.KIND_RESULT, Digest: fmt.Sprintf("sha256:%064x", 1), Fuel: 1})
	session, err := attester.NewSoftware(attester.Machine{
		Seed: []byte("a machine of this test"), Measurement: attester.DefaultMeasurement(), Level: 1, End: time.Now().Add(time.Hour).Unix(),
	}, "by hand")
	require.NoError(n.t, err)
	sender, err := client.NewSender(n.conn, h.key, client.SenderOptions{})
	require.NoError(n.t, err)
	registered, err := enclave.Config{Who: h.key.Address(), ChainID: n.Info.ChainID, Session: session, Chain: enclave.NewChain(n.conn, sender)}.Renew(n.ctx)
	require.NoError(n.t, err)
	require.True(n.t, registered)
	outcome, err := h.outcome.ToPoco()
	require.NoError(n.t, err)
	sign := func(a chain.Assignment, who, chainID string) []byte {
		word, err := agent.ShowAnswer(n.ctx, nil, session, runtime.Spec{}, a, chainID, who, outcome)
		require.NoError(n.t, err)
		return word
	}
	a := chain.Assignment{Task: task, Deal: deal}
	word := sign(a, h.key.Address(), n.Info.ChainID)
	h.commitsAlone()
	h.requireNoReplay(a, enclavestypes.ErrEvidence, sign)

	key := session.Key()
	n.until("the session is over", func() bool {
		res, err := enclavestypes.NewQueryClient(n.conn).Sessions(n.ctx, &enclavestypes.QuerySessionsRequest{Worker: h.key.Address()})
		require.NoError(n.t, err)
		at := slices.IndexFunc(res.Sessions, func(s enclavestypes.SessionState) bool { return bytes.Equal(s.Session.Key, key[:]) })
		require.GreaterOrEqual(n.t, at, 0, "it was registered")
		return res.Sessions[at].Refused != ""
	})
	n.isRefusal(h.reveal(h.salt, word), taskstypes.ModuleName, taskstypes.ErrEvidence.ABCICode(), enclavestypes.ErrExpired.Error())
	return h
}

// drawn waits until the only task of a deal has its only worker.
func (n *network) drawn(deal dealstypes.Deal) (taskstypes.Task, dealstypes.Deal) {
	n.t.Helper()
	task := n.reaches(deal.Id, "has a worker", func(task taskstypes.Task) bool { return len(task.Seats) > 0 })
	require.Len(n.t, task.Seats, 1)
	return task, deal
}

// unpaid waits until a played task has ended in the given way, with the given end for its worker. Nobody was paid out of the escrow, which
// went back whole.
func (n *network) unpaid(h *hand, ending taskstypes.Ending, seat taskstypes.SeatEnd) piece {
	n.t.Helper()
	task := n.ended(h.task.Deal)
	n.t.Log(story(task))
	require.Equal(n.t, ending, task.Ending)
	deal := n.deal(task.Deal)
	escrow, err := deal.Terms.Escrow()
	require.NoError(n.t, err)
	require.Equal(n.t, []uint64{0, 0, escrow}, []uint64{deal.Escrow, deal.Paid, deal.Refunded}, "the requester has it back")
	seat.Who, seat.Organisation = h.key.Address(), h.task.Seats[0].Organisation
	require.Equal(n.t, []taskstypes.SeatEnd{seat}, task.Settlement.Seats)
	return piece{task, deal}
}

// withCircuits opens a pool that proves, with one of the workers, and admits the verifier of a program.
func withCircuits(g devnet.Genesis) error {
	p, err := circuit.Parse([]byte(cubes))
	if err != nil {
		return err
	}
	err = genesis.Edit(g.State, g.Codec, verifierstypes.ModuleName, &verifierstypes.GenesisState{}, func(s *verifierstypes.GenesisState) error {
		s.Verifiers = []verifierstypes.Verifier{{
			Name: "cube", System: verifierstypes.SYSTEM_CIRCUIT, Key: prover.Setup(p, prover.DevnetSeed).VerifyingKey(), Root: p.ID[:], Inputs: uint32(p.Inputs),
		}}
		return nil
	})
	if err != nil {
		return err
	}
	return genesis.Edit(g.State, g.Codec, workerstypes.ModuleName, &workerstypes.GenesisState{}, func(s *workerstypes.GenesisState) error {
		pool := s.Pools[0]
		pool.Id, pool.Runtime, pool.Description = circuitPool, contract.RuntimeCircuit, "Those that prove"
		s.Pools = append([]workerstypes.Pool{pool}, s.Pools...) // sorted by id
		s.Workers[0].Pools = []string{circuitPool}
		return nil
	})
}

// offerCircuits puts the pool's offer on the book.
func (n *network) offerCircuits() {
	n.t.Helper()
	operator := n.key("operator")
	_, err := n.send(operator, &markettypes.MsgPlaceOrder{Owner: operator.Address(), Order: markettypes.Order{
		Owner: operator.Address(), Nonce: uint64(time.Now().UnixNano()), Pool: &markettypes.PoolOrder{Pool: circuitPool, Price: devnet.Price, MaxFuel: devnet.MaxFuel, Stake: devnet.Stake},
	}})
	require.NoError(n.t, err)
}

// publishCube publishes the program that the pool proves, with its verifier.
func (n *network) publishCube() {
	n.t.Helper()
	provider, id := n.key("provider"), artifact.Sum([]byte(cubes))
	_, err := n.send(provider, &appstypes.MsgPublish{
		Owner: provider.Address(), Name: "cube", Version: "1", Runtime: contract.RuntimeCircuit, Digest: n.upload([]byte(cubes)), Size_: uint64(len(cubes)),
		Locators: []string{n.Info.Store}, Price: appPrice, Verifier: "cube", Program: ids.Format(id),
	})
	require.NoError(n.t, err)
}

// accepted has one worker run a job. It demands that the answer is accepted and all of its money accounted for.
func (n *network) accepted(t *testing.T, j markettypes.Job) taskstypes.Task {
	t.Helper()
	studio := n.balance(n.Info.Account("provider").Address)
	deal := n.submit(j)
	task := n.ended(deal.Id)
	t.Log(story(task))
	require.Equal(t, taskstypes.ENDING_ACCEPTED, task.Ending)
	require.Len(t, task.Seats, 1)
	require.False(t, task.ByCourt)
	seat := task.Settlement.Seats[0]
	require.True(t, seat.Right)
	require.Zero(t, seat.Slash)
	require.Equal(t, studio+appPrice, n.balance(n.Info.Account("provider").Address))
	paid := uint64(0)
	for _, p := range task.Settlement.Payments {
		require.Equal(t, "escrow", p.Source)
		paid += p.Amount
	}
	end := n.deal(deal.Id)
	require.Equal(t, deal.Escrow+deal.Paid+deal.Refunded, paid+task.Settlement.Refund+task.Settlement.Premium, "no money is lost")
	require.Equal(t, []uint64{0, paid, task.Settlement.Refund}, []uint64{end.Escrow, end.Paid, end.Refunded})
	require.Zero(t, n.worker(seat.Organisation).Locked)

	r, without, err := client.Receipt(n.ctx, n.conn, task.Id, client.ReceiptOptions{Sources: []string{n.Info.Store}})
	require.NoError(t, err)
	require.NoError(t, without)
	require.NotNil(t, r.Shown, "the receipt holds the evidence")
	return task
}

// attested checks that the worker has registered a session by itself, and that the session's key signs the answer.
func (n *network) attested(t *testing.T) {
	j := job(n.publish("echo", echo(), appPrice), 100, 0)
	j.Policy = poco.PolicyAttested
	task := n.accepted(t, j)
	res, err := enclavestypes.NewQueryClient(n.conn).Sessions(n.ctx, &enclavestypes.QuerySessionsRequest{Worker: task.Seats[0].Who})
	require.NoError(t, err)
	require.NotEmpty(t, res.Sessions)
	require.Empty(t, res.Sessions[0].Refused)
	require.Equal(t, enclavestypes.PLATFORM_SOFTWARE, res.Sessions[0].Session.Platform)
}

// proven checks that the worker proves that the program makes 343 of 7. A request that no worker could prove is refused.
func (n *network) proven(t *testing.T) {
	n.publishCube()
	j := job("studio/cube:1", 100, 0)
	j.Policy, j.Args = poco.PolicyProven, []string{"7"}
	task := n.accepted(t, j)
	out := filepath.Join(t.TempDir(), "out")
	_, err := client.FetchTask(n.ctx, n.conn, task.Id, []string{n.Info.Store}, out)
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(out, verifierstypes.ResultFile))
	require.NoError(t, err)
	require.Equal(t, "343\n", string(text))

	j.App = "studio/echo:1"
	before := n.balance(n.Info.Account("requester").Address)
	_, err = n.try(j)
	require.ErrorContains(t, err, "names no verifier")
	require.Less(t, before-n.balance(n.Info.Account("requester").Address), j.MaxPrice/10, "nothing but the transaction's fee is gone")
}

// sealedForEnclaves: the owner's agent gives the key of a file to the session of the worker's enclave. An attacker with the worker's own
// key, but not the session's, gets no key. The worker keeps no key on its disk.
func (n *network) sealedForEnclaves(t *testing.T) {
	const plain = "what the worker's owner does not read"
	o, dir := newOwner(t, n), t.TempDir()
	app := n.publish("copy", copying(), appPrice)
	file, sealed := filepath.Join(dir, "plain"), filepath.Join(dir, "sealed")
	require.NoError(t, os.WriteFile(file, []byte(plain), 0o600))
	measured := attester.DefaultMeasurement()
	m, err := enclavestypes.NewMeasurement(enclavestypes.PLATFORM_SOFTWARE, measured[:])
	require.NoError(t, err)
	digest := o.credenced("seal", file, "--home", o.home, "--url", o.url, "--app", app, "--requester", n.key("requester").Address(), "--pool", "any",
		"--require-enclave", "--measurement", m.Id, "--out", sealed)
	data, err := os.ReadFile(sealed)
	require.NoError(t, err)
	require.Equal(t, digest, n.upload(data))
	mine := filepath.Join(dir, "mine")
	j := job(app, 100, 0)
	j.Policy = poco.PolicyAttested
	j.Inputs = []*dealstypes.Input{{Name: "secret.txt", Digest: digest, Size_: uint64(len(data)), Locators: []string{n.Info.Store}}}
	j.Execution = &dealstypes.Execution{Stdin: "secret.txt", Recipient: o.credenced("key", mine)}
	o.startAgent()

	deal := n.submit(j)
	running := n.reaches(deal.Id, "has a worker", func(task taskstypes.Task) bool { return len(task.Seats) > 0 })
	require.Equal(t, release.EnclaveRequired, o.ask(running, running.Seats[0].Who, digest), "the owner of the worker, who has its key")
	task := n.ended(deal.Id)
	require.Equal(t, taskstypes.ENDING_ACCEPTED, task.Ending, story(task))
	require.Equal(t, 1, o.given())
	require.Equal(t, plain, o.open(task, mine))
	require.Empty(t, n.heldKeys())
	n.requireNowhere(plain)
}
