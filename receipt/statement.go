package receipt

import (
	"time"

	"github.com/credence-chain/credence/poco/contract"
)

// Statement is what a receipt proves. Every field comes from what the validators signed.
type Statement struct {
	// Chain by its id, and the Task by its id.
	Chain string `json:"chain"`
	Task  string `json:"task"`
	// Answer that the chain accepted. It is final: no court looks at it again.
	Answer Answer `json:"answer"`
	// Evidence for it.
	Evidence Evidence `json:"evidence"`
	// Work is what was to be run.
	Work Work `json:"work"`
	// Signed is who vouches for it.
	Signed Signed `json:"signed"`
}

// Answer is the outcome of a task.
type Answer struct {
	// Kind is "RESULT", or "APP_FAILED" for a program that fails in the same way wherever it runs.
	Kind string `json:"kind"`
	// Digest of the manifest of the result, "sha256:" and hexadecimal digits.
	Digest string `json:"digest"`
	// Fuel that it used; 0 where the runtime counts none.
	Fuel uint64 `json:"fuel"`
	// Ended is the height at which it was accepted.
	Ended int64 `json:"ended,string"`
	// HasManifest: the receipt holds the manifest, so that files can be checked.
	HasManifest bool `json:"has_manifest"`
	// ExitStatus, Reason of a failure, and the end of Stderr, from the manifest.
	ExitStatus uint32 `json:"exit_status"`
	Reason     string `json:"reason,omitempty"`
	Stderr     string `json:"stderr,omitempty"`
	// Files of the result, from the manifest.
	Files []File `json:"files,omitempty"`
}

// File of a result.
type File struct {
	Path   string `json:"path"`
	Size   uint64 `json:"size"`
	Digest string `json:"digest"`
}

// Evidence is why the chain accepted the answer.
type Evidence struct {
	// Policy that decided, and whether the protocol bounds the share of wrong results under it.
	Policy  string `json:"policy"`
	Bounded bool   `json:"bounded"`
	// Trust demanded: at most one wrong result is to be expected in so many, over all tasks of this trust.
	Trust uint64 `json:"trust"`
	// Value at risk that was declared, in ucred.
	Value uint64 `json:"value"`
	// ByCourt: more than two thirds of the power of all validators' executors gave the answer.
	ByCourt bool `json:"by_court"`
	// GaveIt are the organisations whose workers gave the answer, in the order in which they were drawn.
	GaveIt []string `json:"gave_it"`
	// Court lists the organisations whose validators' executors gave it in court.
	Court []string `json:"court,omitempty"`
	// Replicas planned, the first worker among them, and Lottery, the chance of one more in sixteenths.
	Replicas uint32 `json:"replicas"`
	Lottery  uint32 `json:"lottery"`
	// X is the chance that every blind replica colluded, if the coalition is no larger than the protocol assumes; six decimals.
	X string `json:"x"`
	// Faction is how many organisations may collude by that assumption, of the Eligible ones.
	Faction  uint64 `json:"faction"`
	Eligible uint64 `json:"eligible"`
	// Audit is what became of the answer after it was accepted: "none" where there is no audit, or "unopposed", "upheld",
	// "overturned", "no answer", "undecided" or "unserved".
	Audit string `json:"audit"`
	// Overturned is the digest of the answer that workers gave and that the court overturned.
	Overturned string `json:"overturned,omitempty"`
	// Shown is what the evidence in the receipt shows again, under the policies "proven" and "attested"; nil where the receipt has none.
	Shown *ShownAnswer `json:"shown,omitempty"`
}

// ShownAnswer is evidence that was checked again, without the chain's word for it: the chain vouches for what it is checked against.
type ShownAnswer struct {
	// Statement that it shows, as 64 hexadecimal digits: a hash of chain, task, attempt, worker, app, inputs and answer.
	Statement string `json:"statement"`
	// Worker that answered.
	Worker string `json:"worker"`
	// Verifier by its name, the System of its proofs, and the Program that it knows; of a proof.
	Verifier string `json:"verifier,omitempty"`
	System   string `json:"system,omitempty"`
	Program  string `json:"program,omitempty"`
	// Key of the session, the Platform that attested it, and the ids of the Machine and of the Measurement that it was started from; of an
	// enclave's word.
	Key         string `json:"key,omitempty"`
	Platform    string `json:"platform,omitempty"`
	Machine     string `json:"machine,omitempty"`
	Measurement string `json:"measurement,omitempty"`
	// Stopped says that seats or the council have stopped the verifier since.
	Stopped bool `json:"stopped,omitempty"`
}

// Work is what was asked for.
type Work struct {
	Deal    string `json:"deal"`
	Request string `json:"request"`
	// Requester is the account, and its Organisation, if it has one.
	Requester    string `json:"requester"`
	Organisation string `json:"organisation,omitempty"`
	Pool         string `json:"pool"`
	// App by name and version, the Digest of its module, and the Runtime that executes it.
	App     string `json:"app"`
	Version string `json:"version"`
	Digest  string `json:"digest"`
	Runtime string `json:"runtime"`
	// Index of the task in the request's bag, and the size of the Bag.
	Index uint64 `json:"index"`
	Bag   uint64 `json:"bag"`
	// Args of the program, and its Inputs and Datasets by digest.
	Args     []string `json:"args"`
	Inputs   []Named  `json:"inputs"`
	Datasets []Named  `json:"datasets"`
	// DatasetsPerTask splits the datasets: the task reads that many from position index times as many on; 0 for all.
	DatasetsPerTask uint32 `json:"datasets_per_task"`
	// FuelLimit of one execution.
	FuelLimit uint64 `json:"fuel_limit"`
	// Time of the deal in Unix seconds: the program's clock, unless the execution has one.
	Time int64 `json:"time"`
	// Execution is what else was asked for: how the program was to be run.
	Execution contract.Execution `json:"execution"`
}

// Named is a file, a folder or a dataset that the program reads.
type Named struct {
	Name   string `json:"name"`
	Digest string `json:"digest"`
	// Tree says that the digest is that of a packed folder.
	Tree bool `json:"tree,omitempty"`
}

// Signed is the header under which the records stand.
type Signed struct {
	// Height of the state, and the Block after it that holds its hash, at a Time that its validators agreed on.
	Height int64     `json:"height,string"`
	Block  string    `json:"block"`
	Time   time.Time `json:"time"`
	// Signers of all Validators, their Power of the TotalPower.
	Signers    int   `json:"signers"`
	Validators int   `json:"validators"`
	Power      int64 `json:"power,string"`
	TotalPower int64 `json:"total_power,string"`
	// Set is the hash of the validators.
	Set string `json:"set"`
	// Trusted is what the verifier brought, and Changes how often the set changed from there to the block.
	Trusted string `json:"trusted"`
	Changes int    `json:"changes"`
}
