package receipt

import "fmt"

// Reason is why a receipt is refused, as one word for programs.
type Reason string

// The reasons.
const (
	// ReasonFormat: the file is not a receipt, is cut off, or is not in the canonical encoding.
	ReasonFormat Reason = "format"
	// ReasonChain: the receipt is of another chain than it says, or than the expected one.
	ReasonChain Reason = "chain"
	// ReasonHeader: a header is broken, or is not the one that was signed.
	ReasonHeader Reason = "header"
	// ReasonHeight: the heights do not fit together.
	ReasonHeight Reason = "height"
	// ReasonSet: a set of validators is not the one that the header names.
	ReasonSet Reason = "set"
	// ReasonUntrusted: no path leads from the trusted set or block to the header.
	ReasonUntrusted Reason = "untrusted"
	// ReasonSignature: a signature is wrong, at a wrong place, or there twice.
	ReasonSignature Reason = "signature"
	// ReasonPower: the signatures carry two thirds of the power or less.
	ReasonPower Reason = "power"
	// ReasonProof: a proof does not lead from the record to the header's app hash.
	ReasonProof Reason = "proof"
	// ReasonRecord: a record cannot be read, or is the record of something else.
	ReasonRecord Reason = "record"
	// ReasonRunning: the task had no accepted answer at the receipt's height.
	ReasonRunning Reason = "running"
	// ReasonProvisional: the answer was accepted, but it could still be challenged or was before the court.
	ReasonProvisional Reason = "provisional"
	// ReasonRefunded: the task ended without an answer.
	ReasonRefunded Reason = "refunded"
	// ReasonOverturned: the expected answer is the one that the court overturned.
	ReasonOverturned Reason = "overturned"
	// ReasonManifest: the manifest in the receipt is not that of the accepted answer.
	ReasonManifest Reason = "manifest"
	// ReasonFiles: the files are not those of the accepted answer.
	ReasonFiles Reason = "files"
	// ReasonEvidence: the evidence in the receipt does not show the accepted answer.
	ReasonEvidence Reason = "evidence"
	// ReasonDigest: the accepted answer is not the expected one.
	ReasonDigest Reason = "digest"
)

// Refusal says why a receipt proves nothing.
type Refusal struct {
	Reason Reason
	// What says what is wrong, as a sentence for people.
	What string
}

// Error implements error.
func (r *Refusal) Error() string { return r.What }

func newRefusal(reason Reason, format string, args ...any) error {
	return &Refusal{Reason: reason, What: fmt.Sprintf(format, args...)}
}
