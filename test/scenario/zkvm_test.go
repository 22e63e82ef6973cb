package scenario

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/evidence/risc0"
	"github.com/credence-chain/credence/evidence/sp1"
	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/testutil"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	verifierstypes "github.com/credence-chain/credence/x/verifiers/types"
)

// These tests check proofs of zkVMs on the chain. No prover of a zkVM is available here, so they work in two halves. The first half takes
// the keys of deployed verifiers and a genuine proof of each. The council admits the key, the proof holds under the stored key, and the
// chain refuses it for an answer, because it is of another journal. The second half makes keys of the same form whose trapdoor the test
// knows, so that it can make a proof for any journal. The chain accepts and pays such an answer, and refuses the proof for another
// statement.

// zkvm is a chain that is not for development, with a pool of modules.
type zkvm struct{ *proof }

func newZkvm(t *testing.T) *zkvm {
	c := testutil.NewCompute(t, testutil.ComputeOptions{Workers: 3, PoolStake: 1000, Price: 10}, testutil.WithChainID("credence-7"),
		testutil.WithGenesis(func(c *testutil.Chain, g genesis.State) {
			require.NoError(c.T, genesis.Edit(g, c.App.Encoding.Codec, verifierstypes.ModuleName, &verifierstypes.GenesisState{}, func(s *verifierstypes.GenesisState) error {
				s.Params.DelayBlocks = 1
				return nil
			}))
		}), testutil.WithParams(nil, func(p *markettypes.Params) { p.CommitBlocks, p.RevealBlocks, p.MinRevealSeconds = 9, 5, 0 }, nil))
	return &zkvm{&proof{Compute: c}}
}

// admit has the council admit a verifier. It publishes an app under the verifier's name, with a program that the verifier knows by an id.
func (z *zkvm) admit(v verifierstypes.Verifier, program [32]byte) {
	z.T.Helper()
	z.Pass(&verifierstypes.MsgAdmit{Authority: app.Authority(), Verifier: v})
	z.NextN(2)
	provider := z.Org(testutil.Provider).Member()
	z.Deliver(provider, &appstypes.MsgPublish{
		Owner: provider.String(), Name: appOf(v.Name), Version: "1", Description: "of a guest", Runtime: contract.RuntimeWasm,
		Digest: taskstypes.DigestText(sha256.Sum256([]byte(v.Name))), Size_: 1_000, Price: 50, Locators: []string{"http://artifacts.example"},
		Verifier: v.Name, Program: ids.Format(program),
	})
}

// ask requests an answer of a verifier's app. It returns the task and the statement that a proof of testutil.Truth has to show.
func (z *zkvm) ask(verifier string) (taskstypes.Task, [32]byte) {
	z.T.Helper()
	id := z.Submit(z.PayWork(markettypes.Job{
		App: testutil.Provider + "/" + appOf(verifier) + ":1", Policy: poco.PolicyProven, Trust: 10, FuelLimit: 1 << 20, Args: []string{"7"},
	}, 60))[0]
	t := z.Task(id)
	require.Equal(z.T, taskstypes.PHASE_FIRST, t.Phase)
	deal, err := app.DealsKeeper(z.App).WholeDeal(z.Ctx(), t.Deal)
	require.NoError(z.T, err)
	task, err := ids.Parse(t.Id)
	require.NoError(z.T, err)
	s := poco.Statement{ChainID: "credence-7", Task: task, Attempt: t.Attempt, Who: t.Seats[0].Who, Kind: poco.EvidenceProof, Outcome: testutil.Truth}
	_, err = deal.CompleteStatement(&s, t.Index)
	require.NoError(z.T, err)
	return t, s.Digest()
}

// appOf returns the name of a verifier's app. An app's name has no dot.
func appOf(verifier string) string { return strings.ReplaceAll(verifier, ".", "-") }

// stored returns a verifier as the chain has it.
func (z *zkvm) stored(name string) verifierstypes.Verifier {
	z.T.Helper()
	v, err := app.VerifiersKeeper(z.App).GetVerifier(z.Ctx(), name)
	require.NoError(z.T, err)
	return v
}

// check verifies a proof of a journal under the verifier's stored key.
func check(t *testing.T, v verifierstypes.Verifier, program [32]byte, journal, evidence []byte) error {
	t.Helper()
	var root [32]byte
	copy(root[:], v.Root)
	if v.System == verifierstypes.SYSTEM_RISC0 {
		r, err := risc0.NewVerifier(risc0.Parameters{Key: v.Key, ControlRoot: root, ControlID: [32]byte(v.ControlId), Selector: [4]byte(v.Selector)})
		require.NoError(t, err)
		return r.Verify(program, journal, evidence)
	}
	s, err := sp1.NewVerifier(sp1.Parameters{Key: v.Key, Root: root, Selector: [4]byte(v.Selector)})
	require.NoError(t, err)
	return s.Verify(program, journal, evidence)
}

// TestDeployedKeys: the council admits the keys of deployed releases. A genuine proof of a journal other than the statement shows no
// answer.
func TestDeployedKeys(t *testing.T) {
	z := newZkvm(t)
	for _, name := range []string{"risc0-v3.0", "sp1-v6.0.0", "sp1-v3.0.0"} {
		v, genuine := deployed(t, name)
		v.Name = name
		z.admit(v, genuine.program)
		require.NoError(t, check(t, z.stored(v.Name), genuine.program, genuine.journal, genuine.proof), "%s: the proof is genuine", name)

		task, _ := z.ask(v.Name)
		key, reveal := z.toReveal(task, testutil.Truth, genuine.proof)
		require.Contains(t, z.Refuse(key, taskstypes.ErrEvidence, reveal).Log, "the pairing equation does not hold", name)
		end := z.untilEnded(task.Id)
		require.Equal(t, taskstypes.ENDING_UNDECIDED, end.Ending)
		require.EqualValues(t, 60, end.Settlement.Refund)
	}
	v, _ := deployed(t, "risc0-v3.0")
	v.Name, v.Root = "risc0-other", slices.Clone(v.Root)
	v.Root[0] ^= 1
	require.Contains(t, z.Vote(&verifierstypes.MsgAdmit{Authority: app.Authority(), Verifier: v}).FailedReason, "the selector is")
}

// TestStatementIsTheJournal: under both systems a proof whose journal is the statement is accepted and paid. A proof of another journal,
// program or format is refused, and the right one is still taken.
func TestStatementIsTheJournal(t *testing.T) {
	z := newZkvm(t)
	program := [32]byte{3, 1, 4}
	for _, m := range []maker{risc0Maker(t), sp1Maker(t)} {
		z.admit(m.verifier, program)
		task, s := z.ask(m.verifier.Name)
		owner := z.Org(task.Seats[0].Organisation).Member()
		before := z.Balance(owner.Addr)
		good, other := m.prove(program, s[:]), sha256.Sum256(s[:])
		require.NoError(t, check(t, z.stored(m.verifier.Name), program, s[:], good))
		key, reveal := z.toReveal(task, testutil.Truth, nil)
		for _, bad := range [][]byte{
			nil, good[1:], append(slices.Clone(good), 0), m.prove(program, other[:]), m.prove(program, append(s[:], 0)), m.prove(program, nil),
			m.prove([32]byte{9}, s[:]), m.prove(program, []byte(hex.EncodeToString(s[:]))),
		} {
			msg := *reveal
			msg.Evidence = bad
			z.Queue(key, &msg)
		}
		z.Next()
		for i, r := range z.Results() {
			require.Equal(t, []any{taskstypes.ModuleName, taskstypes.ErrEvidence.ABCICode()}, []any{r.Codespace, r.Code}, "%s %d: %s", m.verifier.Name, i, r.Log)
		}
		reveal.Evidence = good
		z.Deliver(key, reveal)
		require.Equal(t, taskstypes.ENDING_ACCEPTED, z.untilEnded(task.Id).Ending)
		require.Equal(t, before+10, z.Balance(owner.Addr))
	}
	require.Equal(t, z.AppHash(), z.Replay(), "another node reaches the same state")
}

// vector is a genuine proof.
type vector struct {
	program        [32]byte
	journal, proof []byte
}

// deployed reads a release of the vectors (evidence/testdata), with its first valid proof.
func deployed(t *testing.T, name string) (verifierstypes.Verifier, vector) {
	t.Helper()
	type g2 struct{ X, Y struct{ C0, C1 string } }
	var file struct {
		Groth16 []struct {
			Name, System, Selector string
			Root                   string `json:"vk_root"`
			ControlRoot            string `json:"control_root"`
			ControlID              string `json:"bn254_control_id"`
			Key                    struct {
				Alpha []string   `json:"alpha_g1"`
				Beta  g2         `json:"beta_g2"`
				Gamma g2         `json:"gamma_g2"`
				Delta g2         `json:"delta_g2"`
				IC    [][]string `json:"ic"`
			} `json:"verifying_key"`
			Cases []struct {
				Valid          bool   `json:"expect_valid"`
				Program        string `json:"program_id"`
				Journal, Proof string
			}
		}
	}
	data, err := os.ReadFile("../../evidence/testdata/groth16.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &file))
	bytesOf := func(text string) []byte {
		b, err := hex.DecodeString(text)
		require.NoError(t, err)
		return b
	}
	for _, r := range file.Groth16 {
		if r.Name != name {
			continue
		}
		v := verifierstypes.Verifier{System: verifierstypes.SYSTEM_SP1, Root: bytesOf(r.Root), Selector: bytesOf(r.Selector)}
		if r.ControlRoot != "" {
			v.System, v.Root, v.ControlId = verifierstypes.SYSTEM_RISC0, bytesOf(r.ControlRoot), bytesOf(r.ControlID)
		}
		numbers := slices.Clone(r.Key.Alpha)
		for _, p := range []g2{r.Key.Beta, r.Key.Gamma, r.Key.Delta} {
			numbers = append(numbers, p.X.C1, p.X.C0, p.Y.C1, p.Y.C0)
		}
		for _, n := range append(numbers, slices.Concat(r.Key.IC...)...) {
			value, ok := new(big.Int).SetString(n, 10)
			require.True(t, ok, n)
			v.Key = append(v.Key, value.FillBytes(make([]byte, 32))...)
		}
		for _, c := range r.Cases {
			if c.Valid {
				return v, vector{[32]byte(bytesOf(c.Program)), bytesOf(c.Journal), bytesOf(c.Proof)}
			}
		}
	}
	require.Fail(t, "no such vector", name)
	return verifierstypes.Verifier{}, vector{}
}

// trapdoor is a Groth16 key whose secrets are known: multiples of the generators. A proof for any public inputs is A = a G1, B = b G2, C =
// (a b - alpha beta - gamma x) / delta G1. Here x is the combination of the inputs with ic.
type trapdoor struct {
	alpha, beta, gamma, delta fr.Element
	ic                        []fr.Element
}

func newTrapdoor(inputs int) trapdoor {
	k := trapdoor{ic: make([]fr.Element, inputs+1)}
	for i, to := range []*fr.Element{&k.alpha, &k.beta, &k.gamma, &k.delta} {
		to.SetUint64(uint64(1009 + i))
	}
	for i := range k.ic {
		k.ic[i].SetUint64(uint64(2003 + i))
	}
	return k
}

func g1(x fr.Element) []byte {
	var p bn254.G1Affine
	p.ScalarMultiplicationBase(x.BigInt(new(big.Int)))
	b := p.RawBytes()
	return b[:]
}

func g2(x fr.Element) []byte {
	var p bn254.G2Affine
	p.ScalarMultiplicationBase(x.BigInt(new(big.Int)))
	b := p.RawBytes()
	return b[:]
}

// key returns the verifying key in the encoding of groth16.ParseKey.
func (k trapdoor) key() []byte {
	out := slices.Concat(g1(k.alpha), g2(k.beta), g2(k.gamma), g2(k.delta))
	for _, x := range k.ic {
		out = append(out, g1(x)...)
	}
	return out
}

// forge makes a proof for public inputs.
func (k trapdoor) forge(inputs ...[32]byte) []byte {
	var a, b, c, x, term fr.Element
	a.SetUint64(31)
	b.SetUint64(37)
	x.Set(&k.ic[0])
	for i, in := range inputs {
		term.SetBytes(in[:])
		x.Add(&x, term.Mul(&term, &k.ic[i+1]))
	}
	c.Mul(&a, &b)
	c.Sub(&c, term.Mul(&k.alpha, &k.beta))
	c.Sub(&c, term.Mul(&k.gamma, &x))
	c.Div(&c, &k.delta)
	return slices.Concat(g1(a), g2(b), g1(c))
}

// maker makes proofs under a verifier.
type maker struct {
	verifier verifierstypes.Verifier
	prove    func(program [32]byte, journal []byte) []byte
}

// sp1Maker makes proofs in the format of SP1 up to version 5. The inputs are the program's key, and SHA-256 of the public values without
// its first three bits.
func sp1Maker(t *testing.T) maker {
	k, selector := newTrapdoor(2), []byte{1, 2, 3, 4}
	v := verifierstypes.Verifier{Name: "sp1-made", System: verifierstypes.SYSTEM_SP1, Key: k.key(), Selector: selector}
	require.NoError(t, v.Validate())
	return maker{v, func(program [32]byte, journal []byte) []byte {
		values := sha256.Sum256(journal)
		values[0] &= 0x1f
		return append(slices.Clone(selector), k.forge(program, values)...)
	}}
}

// risc0Maker makes proofs of RISC Zero. The inputs are the control root and the claim, each in two halves, and the control id. The test
// computes the claim from RISC Zero's description, independently of the tested code.
func risc0Maker(t *testing.T) maker {
	k, root, id := newTrapdoor(5), [32]byte{5}, [32]byte{31: 7}
	v := verifierstypes.Verifier{Name: "risc0-made", System: verifierstypes.SYSTEM_RISC0, Key: k.key(), Root: root[:], ControlId: id[:]}
	v.Selector = selectorOf(v)
	require.NoError(t, v.Validate())
	return maker{v, func(program [32]byte, journal []byte) []byte {
		var zero [32]byte
		written := sha256.Sum256(journal)
		output := tagged("risc0.Output", 2, written[:], zero[:])
		state := tagged("risc0.SystemState", 1, zero[:], make([]byte, 4))
		claim := tagged("risc0.ReceiptClaim", 4, zero[:], program[:], state[:], output[:], make([]byte, 8))
		rootLow, rootHigh := halves(root)
		low, high := halves(claim)
		return append(slices.Clone(v.Selector), k.forge(rootLow, rootHigh, low, high, id)...)
	}}
}

// tagged computes RISC Zero's hash of a structure, over the hash of its name, its parts, and the number of parts that are digests.
func tagged(name string, digests uint16, parts ...[]byte) [32]byte {
	tag := sha256.Sum256([]byte(name))
	return sha256.Sum256(binary.LittleEndian.AppendUint16(append(tag[:], slices.Concat(parts...)...), digests))
}

// halves returns the halves of a digest as numbers. Each half is little endian.
func halves(d [32]byte) (low, high [32]byte) {
	for i := range 16 {
		low[31-i], high[31-i] = d[i], d[16+i]
	}
	return low, high
}

// selectorOf returns the selector of a verifier of RISC Zero: the first bytes of the hash of its control root, control id and key.
func selectorOf(v verifierstypes.Verifier) []byte {
	part := func(from, size int) []byte { h := sha256.Sum256(v.Key[from : from+size]); return h[:] }
	var list [32]byte
	for at := len(v.Key) - 64; at >= 64+3*128; at -= 64 {
		list = tagged("risc0_groth16.VerifyingKey.IC", 2, part(at, 64), list[:])
	}
	key := tagged("risc0_groth16.VerifyingKey", 5, part(0, 64), part(64, 128), part(192, 128), part(320, 128), list[:])
	id := slices.Clone(v.ControlId)
	slices.Reverse(id)
	all := tagged("risc0.Groth16ReceiptVerifierParameters", 3, v.Root, id, key[:])
	return all[:4]
}
