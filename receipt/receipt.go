package receipt

import (
	"bytes"
	"encoding/json"

	"github.com/credence-chain/credence/internal/ids"
)

// Format names the version of the file format. A change to the meaning of a field changes it.
const Format = "credence/receipt/v1"

// MaxBytes is the size of the largest receipt that is read. Most receipts have a few kilobytes; a manifest of ten thousand files
// makes one large.
const MaxBytes = 16 << 20

// Receipt is the content of the file. Bytes are base64 in JSON.
type Receipt struct {
	// Format is Format.
	Format string `json:"format"`
	// Chain is the chain's id.
	Chain string `json:"chain"`
	// Task is the task's id, 64 hexadecimal digits.
	Task string `json:"task"`
	// Height is the height of the proven state. The next header, which is the last of the path, holds the app hash.
	Height int64 `json:"height,string"`
	// TaskRecord, DealRecord and RequestRecord are the records of the task, of its deal and of the deal's request. Their keys are
	// not in the file: each follows from the id of the task or from the record before.
	TaskRecord    Record `json:"task_record"`
	DealRecord    Record `json:"deal_record"`
	RequestRecord Record `json:"request_record"`
	// Manifest is the manifest of the result, with which files can be checked. Its SHA-256 is the accepted digest. It is empty if
	// the maker of the receipt had none.
	Manifest []byte `json:"manifest,omitempty"`
	// Shown is the evidence that came with the answer, so that it can be checked again. It is nil under policies that do not ask
	// for evidence, and if the maker of the receipt had none.
	Shown *Shown `json:"shown,omitempty"`
	// Path is the path of headers, the oldest first. Each but the last is the last block of its set of validators and names the
	// next set.
	Path []Link `json:"path"`
}

// Shown is the evidence of an answer: a proof, or a signature of an enclave.
type Shown struct {
	// Evidence is the evidence that came with the worker's reveal. Its bytes are not in the state and need no proof, because they
	// either show the answer or not.
	Evidence []byte `json:"evidence"`
	// Basis is the record against which the evidence is checked: the verifier that the deal names, or the worker's session.
	Basis Record `json:"basis"`
}

// Record is a record of the state with its proof.
type Record struct {
	// Value is the value as it is stored; see docs/receipts.md.
	Value []byte `json:"value"`
	// Proof proves the value under its key in its module's store, an ics23.CommitmentProof.
	Proof []byte `json:"proof"`
	// StoreProof proves the store under its name in the app hash, an ics23.CommitmentProof.
	StoreProof []byte `json:"store_proof"`
}

// Link is a header with its signatures and the validators that made them.
type Link struct {
	// Header is an encoded tendermint.types.Header.
	Header []byte `json:"header"`
	// Commit is the encoded tendermint.types.Commit for the header.
	Commit []byte `json:"commit"`
	// Validators are the set at the header's height, in its order; each is a tendermint.types.SimpleValidator, a leaf of the
	// tree whose root is the set's hash.
	Validators [][]byte `json:"validators"`
}

// Encode returns the receipt as a file: JSON, indented by two spaces, ended by a line feed.
func (r *Receipt) Encode() ([]byte, error) {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(text, '\n'), nil
}

// Decode reads a file. It accepts exactly the files that Encode writes, so that a receipt has one encoding. It does not check what
// the receipt says: Verify does. Errors are a *Refusal.
func Decode(file []byte) (*Receipt, error) {
	if len(file) > MaxBytes {
		return nil, newRefusal(ReasonFormat, "the file has %d bytes, expected at most %d", len(file), MaxBytes)
	}
	var r Receipt
	d := json.NewDecoder(bytes.NewReader(file))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return nil, newRefusal(ReasonFormat, "the file is no receipt, or a part of one: %v", err)
	}
	if r.Format != Format {
		return nil, newRefusal(ReasonFormat, "format: got %.80q, expected %q; a newer program may be able to read it", r.Format, Format)
	}
	if _, err := ids.Parse(r.Task); err != nil {
		return nil, newRefusal(ReasonFormat, "task: %v", err)
	}
	again, err := r.Encode()
	if err != nil {
		return nil, newRefusal(ReasonFormat, "the receipt cannot be written again: %v", err)
	}
	if !bytes.Equal(again, file) {
		return nil, newRefusal(ReasonFormat, "the file is not in the one encoding that receipts have; it was changed after it was made")
	}
	return &r, nil
}
