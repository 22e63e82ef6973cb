package types

import (
	"slices"
	"strconv"
	"strings"

	errorsmod "cosmossdk.io/errors"

	dealstypes "github.com/credence-chain/credence/x/deals/types"
)

const (
	// MaxAwaited bounds the requests for which one request may wait.
	MaxAwaited = 16
	// MaxExits bounds the exit statuses of a condition.
	MaxExits = 16
)

// Word returns the status in words, as clients print it.
func (s RequestStatus) Word() string {
	return strings.ToLower(strings.TrimPrefix(s.String(), "REQUEST_STATUS_"))
}

// Awaits returns the ids of the requests for which the job waits, in ascending order, each once: those of "after", and those whose answers
// are its inputs or whose exit statuses are its conditions.
func (j Job) Awaits() []string {
	out := slices.Clone(j.After)
	for _, in := range j.Inputs {
		if in != nil && in.Of != "" {
			out = append(out, in.Of)
		}
	}
	for _, c := range j.When {
		if c != nil {
			out = append(out, c.Request)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Reads says whether the answer of a request is an input of the job.
func (j Job) Reads(request string) bool {
	return slices.ContainsFunc(j.Inputs, func(in *dealstypes.Input) bool { return in.Of == request })
}

// ConditionOn returns the condition on the exit status of a request; nil if there is none.
func (j Job) ConditionOn(request string) *ExitCondition {
	i := slices.IndexFunc(j.When, func(c *ExitCondition) bool { return c.Request == request })
	if i < 0 {
		return nil
	}
	return j.When[i]
}

// Holds says whether an exit status, as the chain keeps it, is one of the condition's.
func (c ExitCondition) Holds(exit string) bool { return slices.Contains(c.texts(), exit) }

// Words returns the exit statuses in words.
func (c ExitCondition) Words() string { return strings.Join(c.texts(), " or ") }

func (c ExitCondition) texts() (out []string) {
	for _, exit := range c.Exit {
		out = append(out, strconv.FormatUint(uint64(exit), 10))
	}
	return out
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
	for i, c := range j.When {
		if err := c.validate(); err != nil {
			return errorsmod.Wrapf(err, "when[%d]", i)
		}
		if j.ConditionOn(c.Request) != c {
			return ErrAwaited.Wrapf("when: request %s is there twice", c.Request)
		}
	}
	if n := len(j.Awaits()); n > MaxAwaited {
		return ErrAwaited.Wrapf("after: with those of the inputs there are %d requests, expected at most %d", n, MaxAwaited)
	}
	return nil
}

// validate checks a condition by itself.
func (c *ExitCondition) validate() error {
	if c == nil {
		return ErrAwaited.Wrap("got nothing, expected a condition")
	}
	if _, err := ParseID(c.Request); err != nil {
		return ErrID.Wrapf("request: %s", err)
	}
	if len(c.Exit) < 1 || len(c.Exit) > MaxExits {
		return ErrAwaited.Wrapf("exit: got %d statuses, expected 1 to %d", len(c.Exit), MaxExits)
	}
	for i := 1; i < len(c.Exit); i++ {
		if c.Exit[i-1] >= c.Exit[i] {
			return ErrAwaited.Wrapf("exit: got %d after %d, expected ascending order, each once", c.Exit[i], c.Exit[i-1])
		}
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
