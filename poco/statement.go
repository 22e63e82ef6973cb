package poco

import "github.com/credence-chain/credence/poco/contract"

// A statement is what evidence shows about an answer (protocol section 2). The chain computes the statement from its own state and
// the reveal, and takes no part of it from the evidence. The proven program or the enclave computes the digests of the app, the
// inputs and the result itself, from the bytes that it read and wrote. It cannot see the chain's state. If it relied on the task's
// id alone, the operator could hand it another app or other inputs. It copies the chain, the task, the attempt and the worker
// unchecked.

// Domains of the hashes here.
const (
	domainStatement = "credence/evidence/v1"
	domainInputs    = "credence/inputs/v2"
	domainRun       = "credence/run/v1"
)

// EvidenceKind says what kind of evidence a statement is for. The kind is part of the statement, so evidence of one kind is never
// taken for another.
type EvidenceKind uint8

// The kinds.
const (
	EvidenceNone        EvidenceKind = 0 // an answer is believed because its worker, or several workers, gave it
	EvidenceProof       EvidenceKind = 1 // a proof that the program ran so
	EvidenceAttestation EvidenceKind = 2 // an enclave ran it and signed the statement
)

// String names the kind in errors.
func (k EvidenceKind) String() string {
	return [...]string{"no evidence", "a proof", "an attestation"}[k]
}

// Statement says that the worker Who gives Outcome as its answer to this attempt at this task, and that the app makes this Outcome
// of these inputs.
type Statement struct {
	ChainID string
	Task    [32]byte
	Attempt uint32
	Who     string // the worker: without it, a proof could be taken from the mempool
	Kind    EvidenceKind
	App     [32]byte // SHA-256 of the app's module
	Inputs  [32]byte // Inputs.Digest
	Outcome Outcome
}

// Digest is the statement's hash, which the evidence holds.
func (s Statement) Digest() [32]byte {
	return Hash([]byte(domainStatement), []byte(s.ChainID), s.Task[:], encodeU64(uint64(s.Attempt)), []byte(s.Who), []byte{byte(s.Kind)},
		s.App[:], s.Inputs[:], []byte{byte(s.Outcome.Kind)}, s.Outcome.Digest[:], encodeU64(s.Outcome.Fuel))
}

// Inputs are everything that a task hands to its program, and how the program is run.
type Inputs struct {
	Index     uint64 // of the task within the request's bag
	Arguments []string
	Files     []InputFile
	Datasets  [][32]byte // SHA-256 of each that this task reads, in order
	Run       Run
}

// InputFile is a file below /in, or a packed folder.
type InputFile struct {
	Name   string
	Digest [32]byte // SHA-256 of its content
	Tree   bool     // a folder
}

// Run says how a program is run. With another clock, seed or limit the same program may end differently on the same inputs. So the
// statement covers them: the operator of an enclave must not choose them.
type Run struct {
	Execution                           contract.Execution // completed: its clock is what the program sees
	Seed                                [32]byte           // RunSeed
	FuelLimit, MemoryLimit, OutputLimit uint64
}

// digest returns the hash of a run. The variables and the standard input are among the inputs. If a field of the execution that is
// not named here is set, its encoding comes after the named ones.
func (r Run) digest() [32]byte {
	e := r.Execution
	statuses := make([][]byte, len(e.OkExit))
	for i, status := range e.OkExit {
		statuses[i] = encodeU64(uint64(status))
	}
	okExit := Hash(statuses...)
	fields := [][]byte{
		[]byte(domainRun), encodeU64(uint64(e.Clock)), r.Seed[:], okExit[:], []byte(e.Stdout), []byte(e.Workdir), []byte(e.OutputPath),
		[]byte(e.Rows), encodeBool(e.Writable), encodeU64(r.FuelLimit), encodeU64(r.MemoryLimit), encodeU64(r.OutputLimit),
	}
	return Hash(append(fields, e.CoveredByNumber()...)...)
}

// encodeBool is one byte.
func encodeBool(b bool) []byte {
	if b {
		return []byte{1}
	}
	return []byte{0}
}

// Digest returns the inputs' hash. Each list is first hashed by itself, so that no item can be taken for one of another list.
func (in Inputs) Digest() [32]byte {
	var files, datasets [][]byte
	for _, f := range in.Files {
		files = append(files, []byte(f.Name), f.Digest[:], encodeBool(f.Tree))
	}
	for _, d := range in.Datasets {
		datasets = append(datasets, d[:])
	}
	arguments, environment := hashTexts(in.Arguments), hashTexts(in.Run.Execution.Env)
	fileList, datasetList, run := Hash(files...), Hash(datasets...), in.Run.digest()
	return Hash([]byte(domainInputs), encodeU64(in.Index), arguments[:], environment[:], []byte(in.Run.Execution.Stdin), fileList[:], datasetList[:], run[:])
}

// hashTexts hashes a list of texts.
func hashTexts(list []string) [32]byte {
	fields := make([][]byte, len(list))
	for i, s := range list {
		fields[i] = []byte(s)
	}
	return Hash(fields...)
}
