package acceptance

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/evidence/circuit"
	"github.com/credence-chain/credence/executor/attester"
	"github.com/credence-chain/credence/executor/prover"
	"github.com/credence-chain/credence/internal/devnet"
	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/internal/release"
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
	provider, id := n.key("provider"), artifact.Sum([]byte(cubes))
	_, err := n.send(provider, &appstypes.MsgPublish{
		Owner: provider.Address(), Name: "cube", Version: "1", Runtime: contract.RuntimeCircuit, Digest: n.upload([]byte(cubes)), Size_: uint64(len(cubes)),
		Locators: []string{n.Info.Store}, Price: appPrice, Verifier: "cube", Program: ids.Format(id),
	})
	require.NoError(t, err)
	j := job("studio/cube:1", 100, 0)
	j.Policy, j.Args = poco.PolicyProven, []string{"7"}
	task := n.accepted(t, j)
	out := filepath.Join(t.TempDir(), "out")
	_, err = client.FetchTask(n.ctx, n.conn, task.Id, []string{n.Info.Store}, out)
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
