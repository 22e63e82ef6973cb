package poco

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco/contract"
)

func someInputs() Inputs {
	return Inputs{
		Index: 3, Arguments: []string{"a", "bc"},
		Files: []InputFile{{Name: "in.txt", Digest: [32]byte{1}}, {Name: "more/of.it", Digest: [32]byte{2}, Tree: true}}, Datasets: [][32]byte{{3}, {4}},
		Run: Run{
			Execution: contract.Execution{
				OkExit: []uint32{0, 10}, Stdout: "out.txt", Stdin: "in.txt", Env: []string{"X=1"}, Clock: 7, Workdir: "in", OutputPath: "result", Rows: "rows",
			},
			Seed: [32]byte{8}, FuelLimit: 9, MemoryLimit: 10, OutputLimit: 11,
		},
	}
}

func someStatement() Statement {
	return Statement{
		ChainID: "credence-1", Task: [32]byte{5}, Attempt: 2, Who: "cred1bob", Kind: EvidenceProof, App: [32]byte{6},
		Inputs: someInputs().Digest(), Outcome: truth,
	}
}

// TestGoldenStatement pins the statement, because guests and enclaves compute it too.
func TestGoldenStatement(t *testing.T) {
	text := func(h [32]byte) string { return hex.EncodeToString(h[:]) }
	attested := someStatement()
	attested.Kind = EvidenceAttestation
	got := map[string]string{
		"no inputs": text(Inputs{}.Digest()), "inputs": text(someInputs().Digest()),
		"statement of a proof": text(someStatement().Digest()), "statement of an enclave": text(attested.Digest()),
	}
	const file = "testdata/statement.json"
	if *rewrite {
		bz, err := json.MarshalIndent(got, "", "  ")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(file, append(bz, '\n'), 0o644))
	}
	bz, err := os.ReadFile(file)
	require.NoError(t, err)
	want := map[string]string{}
	require.NoError(t, json.Unmarshal(bz, &want))
	require.Equal(t, want, got)
}

func TestStatementBindsEveryField(t *testing.T) {
	seen := map[[32]byte]string{someStatement().Digest(): "nothing"}
	for name, change := range map[string]func(*Statement){
		"chain":        func(s *Statement) { s.ChainID = "credence-2" },
		"task":         func(s *Statement) { s.Task[31] = 1 },
		"attempt":      func(s *Statement) { s.Attempt++ },
		"who":          func(s *Statement) { s.Who = "cred1eve" },
		"kind":         func(s *Statement) { s.Kind = EvidenceAttestation },
		"app":          func(s *Statement) { s.App[0] = 7 },
		"inputs":       func(s *Statement) { s.Inputs[0]++ },
		"outcome kind": func(s *Statement) { s.Outcome.Kind = KindAppFailed },
		"result":       func(s *Statement) { s.Outcome.Digest[0]++ },
		"fuel":         func(s *Statement) { s.Outcome.Fuel++ },
	} {
		s := someStatement()
		change(&s)
		require.Empty(t, seen[s.Digest()], name)
		seen[s.Digest()] = name
	}
}

func TestInputsBindEveryField(t *testing.T) {
	seen := map[[32]byte]string{someInputs().Digest(): "nothing"}
	for name, change := range map[string]func(*Inputs){
		"index":           func(in *Inputs) { in.Index++ },
		"argument":        func(in *Inputs) { in.Arguments[1] = "bd" },
		"boundary":        func(in *Inputs) { in.Arguments = []string{"ab", "c"} },
		"no arguments":    func(in *Inputs) { in.Arguments = nil },
		"moved":           func(in *Inputs) { in.Arguments, in.Run.Execution.Env = in.Run.Execution.Env, in.Arguments },
		"environment":     func(in *Inputs) { in.Run.Execution.Env[0] = "X=2" },
		"stdin":           func(in *Inputs) { in.Run.Execution.Stdin = "" },
		"file's name":     func(in *Inputs) { in.Files[0].Name = "in.text" },
		"file's content":  func(in *Inputs) { in.Files[0].Digest[1] = 1 },
		"one file less":   func(in *Inputs) { in.Files = in.Files[:1] },
		"order of files":  func(in *Inputs) { in.Files[0], in.Files[1] = in.Files[1], in.Files[0] },
		"a folder":        func(in *Inputs) { in.Files[0].Tree = true },
		"clock":           func(in *Inputs) { in.Run.Execution.Clock++ },
		"seed":            func(in *Inputs) { in.Run.Seed[31]++ },
		"status":          func(in *Inputs) { in.Run.Execution.OkExit[1] = 11 },
		"one status less": func(in *Inputs) { in.Run.Execution.OkExit = in.Run.Execution.OkExit[:1] },
		"stdout":          func(in *Inputs) { in.Run.Execution.Stdout = "" },
		"workdir":         func(in *Inputs) { in.Run.Execution.Workdir = "out" },
		"output path":     func(in *Inputs) { in.Run.Execution.OutputPath = "" },
		"rows":            func(in *Inputs) { in.Run.Execution.Rows = "" },
		"texts moved": func(in *Inputs) {
			in.Run.Execution.Workdir, in.Run.Execution.OutputPath = in.Run.Execution.OutputPath, in.Run.Execution.Workdir
		},
		"writable":          func(in *Inputs) { in.Run.Execution.Writable = true },
		"fuel limit":        func(in *Inputs) { in.Run.FuelLimit++ },
		"memory":            func(in *Inputs) { in.Run.MemoryLimit++ },
		"output":            func(in *Inputs) { in.Run.OutputLimit++ },
		"dataset":           func(in *Inputs) { in.Datasets[0][1] = 1 },
		"one dataset less":  func(in *Inputs) { in.Datasets = in.Datasets[:1] },
		"order of datasets": func(in *Inputs) { in.Datasets[0], in.Datasets[1] = in.Datasets[1], in.Datasets[0] },
	} {
		in := someInputs()
		change(&in)
		require.Empty(t, seen[in.Digest()], name)
		seen[in.Digest()] = name
	}
}
