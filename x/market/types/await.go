package types

import (
	"slices"
	"strings"

	dealstypes "github.com/credence-chain/credence/x/deals/types"
)

// MaxAwaited bounds the requests for which one request may wait.
const MaxAwaited = 16

// Word returns the status in words, as clients print it.
func (s RequestStatus) Word() string {
	return strings.ToLower(strings.TrimPrefix(s.String(), "REQUEST_STATUS_"))
}

// Awaits returns the ids of the requests for which the job waits, in ascending order, each once: those of "after", and those whose answers
// are its inputs.
func (j Job) Awaits() []string {
	out := slices.Clone(j.After)
	for _, in := range j.Inputs {
		if in != nil && in.Of != "" {
			out = append(out, in.Of)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Reads says whether the answer of a request is an input of the job.
func (j Job) Reads(request string) bool {
	return slices.ContainsFunc(j.Inputs, func(in *dealstypes.Input) bool { return in.Of == request })
}

// WithAnswer returns the job with the digest of a request's answer in the inputs that are this answer. It changes nothing of the given job.
func (j Job) WithAnswer(request, digest string) Job {
	j.Inputs = slices.Clone(j.Inputs)
	for i, in := range j.Inputs {
		if in.Of == request {
			filled := *in
			filled.Digest = digest
			j.Inputs[i] = &filled
		}
	}
	return j
}

// validateAwaits checks the ids of the requests for which the job waits, and that there are not too many.
func (j Job) validateAwaits() error {
	for i, id := range j.After {
		if _, err := ParseID(id); err != nil {
			return ErrID.Wrapf("after[%d]: %s", i, err)
		}
		if slices.Contains(j.After[:i], id) {
			return ErrAwaited.Wrapf("after: request %s is there twice", id)
		}
	}
	if n := len(j.Awaits()); n > MaxAwaited {
		return ErrAwaited.Wrapf("after: with those of the inputs there are %d requests, expected at most %d", n, MaxAwaited)
	}
	return nil
}

// validateContent checks what an input names as its content: a digest, or the answer of a request, whose digest is missing until the chain
// knows it.
func validateContent(i int, in *dealstypes.Input) error {
	if in.Of == "" {
		return ValidateDigest(in.Digest)
	}
	if _, err := ParseID(in.Of); err != nil {
		return ErrID.Wrapf("inputs[%d].of: %s", i, err)
	}
	if !in.Tree {
		return ErrInputs.Wrapf("inputs[%d].tree: got false, expected true: the answer of request %s is a folder", i, in.Of)
	}
	if in.Digest == "" {
		return nil
	}
	return ValidateDigest(in.Digest)
}
