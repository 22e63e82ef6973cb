package receipt

import (
	"time"

	"github.com/credence-chain/credence/poco/contract"
)

// Statement is what a receipt proves. Every field comes from what the validators signed.
type Statement struct {
	// Chain is the chain's id, Task the task's id.
	Chain string `json:"chain"`
	Task  string `json:"task"`
	// Answer is the answer that the chain accepted. It is final: no court looks at it again.
	Answer Answer `json:"answer"`
	// Evidence is the reason why the chain accepted the answer.
	Evidence Evidence `json:"evidence"`
	// Work is the work that the task asked for.
	Work Work `json:"work"`
	// Signed is the header that the validators signed.
	Signed Signed `json:"signed"`
}

// Answer is the outcome of a task.
type Answer struct {
	// Kind is "RESULT", or "APP_FAILED" for a program that fails in the same way on every machine.
	Kind string `json:"kind"`
	// Digest is the digest of the result's manifest, "sha256:" and hexadecimal digits.
	Digest string `json:"digest"`
	// Fuel is the fuel that the run used; 0 if the runtime counts none.
	Fuel uint64 `json:"fuel"`
	// Ended is the height at which it was accepted.
	Ended int64 `json:"ended,string"`
	// HasManifest says that the receipt holds the manifest, so that files can be checked.
	HasManifest bool `json:"has_manifest"`
	// ExitStatus is the exit status, Reason the reason of a failure, and Stderr the end of stderr; all are from the manifest.
	ExitStatus uint32 `json:"exit_status"`
	Reason     string `json:"reason,omitempty"`
	Stderr     string `json:"stderr,omitempty"`
	// Files are the files of the result, from the manifest.
	Files []File `json:"files,omitempty"`
}

// File is a file of a result.
type File struct {
	Path   string `json:"path"`
	Size   uint64 `json:"size"`
	Digest string `json:"digest"`
}

// Evidence holds the reasons why the chain accepted the answer.
type Evidence struct {
	// Policy is the policy that decided. Bounded says whether the protocol bounds the share of wrong results under it.
	Policy  string `json:"policy"`
	Bounded bool   `json:"bounded"`
	// Trust is the demanded trust T: at most one wrong result in T tasks is to be expected, over all tasks of this trust.
	Trust uint64 `json:"trust"`
	// Value is the declared value at risk, in ucred.
	Value uint64 `json:"value"`
	// ByCourt says that more than two thirds of the court's power gave the answer.
	ByCourt bool `json:"by_court"`
	// GaveIt are the organisations whose workers gave the answer, in the order in which they were drawn.
	GaveIt []string `json:"gave_it"`
	// Court lists the organisations whose seats gave the answer in court.
	Court []string `json:"court,omitempty"`
	// Replicas is the planned number of replicas, the first worker's included, and Lottery the chance of one more, in sixteenths.
	Replicas uint32 `json:"replicas"`
	Lottery  uint32 `json:"lottery"`
	// X is the chance that every blind replica colluded, if the coalition is no larger than the protocol assumes; six decimals.
	X string `json:"x"`
	// Faction is how many of the Eligible organisations may collude under that assumption.
	Faction  uint64 `json:"faction"`
	Eligible uint64 `json:"eligible"`
	// Audit is what happened to the answer after it was accepted: "none" if there was no audit, or "unopposed", "upheld",
	// "overturned", "no answer", "undecided" or "unserved".
	Audit string `json:"audit"`
	// Overturned is the digest of the answer that workers gave and that the court overturned.
	Overturned string `json:"overturned,omitempty"`
	// Shown is what the evidence in the receipt shows, under the policies "proven" and "attested"; nil if the receipt has no
	// evidence.
	Shown *ShownAnswer `json:"shown,omitempty"`
}

// ShownAnswer is evidence that the verifier has checked again itself. It relies on the chain only for the record against which the
// evidence is checked.
type ShownAnswer struct {
	// Statement is the statement that the evidence shows, as 64 hexadecimal digits: a hash of chain, task, attempt, worker, app,
	// inputs and answer.
	Statement string `json:"statement"`
	// Worker is the worker that answered.
	Worker string `json:"worker"`
	// For a proof: Verifier is the name of its verifier, System the kind of proof, and Program the id by which the verifier knows
	// the program.
	Verifier string `json:"verifier,omitempty"`
	System   string `json:"system,omitempty"`
	Program  string `json:"program,omitempty"`
	// For an enclave's signature: Key is the key of the session, Platform the platform that attested it, and Machine and
	// Measurement are the ids of its machine and of the content that it was started from.
	Key         string `json:"key,omitempty"`
	Platform    string `json:"platform,omitempty"`
	Machine     string `json:"machine,omitempty"`
	Measurement string `json:"measurement,omitempty"`
	// Stopped says that seats or the council have stopped the verifier since then.
	Stopped bool `json:"stopped,omitempty"`
}

// Work is the work that was asked for.
type Work struct {
	Deal    string `json:"deal"`
	Request string `json:"request"`
	// Requester is the account that asked, and Organisation its organisation, if it has one.
	Requester    string `json:"requester"`
	Organisation string `json:"organisation,omitempty"`
	Pool         string `json:"pool"`
	// App is the app's name and version, Digest the digest of its module, and Runtime the runtime that runs it.
	App     string `json:"app"`
	Version string `json:"version"`
	Digest  string `json:"digest"`
	Runtime string `json:"runtime"`
	// Index is the index of the task in the request's bag, and Bag the number of the bag's tasks.
	Index uint64 `json:"index"`
	Bag   uint64 `json:"bag"`
	// Args are the arguments of the program; Inputs and Datasets are named by digest.
	Args     []string `json:"args"`
	Inputs   []Named  `json:"inputs"`
	Datasets []Named  `json:"datasets"`
	// DatasetsPerTask splits the datasets among the tasks: the task reads this many datasets, beginning at position index times
	// this number. 0: the task reads all.
	DatasetsPerTask uint32 `json:"datasets_per_task"`
	// FuelLimit is the fuel limit of one execution.
	FuelLimit uint64 `json:"fuel_limit"`
	// Time is the time of the deal in Unix seconds. It is the program's clock, unless the execution sets one.
	Time int64 `json:"time"`
	// Execution holds the other settings with which the program was to be run.
	Execution contract.Execution `json:"execution"`
}

// Named is a file, a folder or a dataset that the program reads.
type Named struct {
	Name   string `json:"name"`
	Digest string `json:"digest"`
	// Tree says that the digest is that of a packed folder.
	Tree bool `json:"tree,omitempty"`
}

// Signed describes the header whose app hash covers the records.
type Signed struct {
	// Height is the height of the state. Block is the next block, which holds the state's hash, and Time the time on which its
	// validators agreed.
	Height int64     `json:"height,string"`
	Block  string    `json:"block"`
	Time   time.Time `json:"time"`
	// Signers is how many of the Validators signed, and Power their part of the TotalPower.
	Signers    int   `json:"signers"`
	Validators int   `json:"validators"`
	Power      int64 `json:"power,string"`
	TotalPower int64 `json:"total_power,string"`
	// Set is the hash of the set of validators.
	Set string `json:"set"`
	// Trusted is the trust that the verifier brought, and Changes how often the set changed from there to the block.
	Trusted string `json:"trusted"`
	Changes int    `json:"changes"`
}
