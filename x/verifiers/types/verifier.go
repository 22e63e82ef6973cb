package types

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/credence-chain/credence/evidence/groth16"
	"github.com/credence-chain/credence/evidence/risc0"
	"github.com/credence-chain/credence/poco/contract"
)

// MaxReason bounds a reason, in bytes.
const MaxReason = 200

// hashSize is the size of roots, ids and programs, in bytes.
const hashSize = 32

// ValidateName checks the name of a verifier; ErrInvalid.
func ValidateName(name string) error {
	if len(name) < 2 || len(name) > 32 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-.") != "" {
		return ErrInvalid.Wrapf("name: got %.40q, expected 2 to 32 of a-z, 0-9, '-' and '.'", name)
	}
	return nil
}

// ValidateReason checks the reason for stopping a verifier; ErrInvalid.
func ValidateReason(reason string) error {
	if strings.TrimSpace(reason) == "" || len(reason) > MaxReason || !utf8.ValidString(reason) {
		return ErrInvalid.Wrapf("reason: %d bytes, expected 1 to %d of text that says why: everybody whose proof is refused reads it", len(reason), MaxReason)
	}
	return nil
}

// IsDevelopmentChain says whether a chain with this id accepts verifiers whose setup everybody knows. Its id is "devnet" or ends
// in "-devnet".
func IsDevelopmentChain(chainID string) bool {
	return chainID == "devnet" || strings.HasSuffix(chainID, "-devnet")
}

// CheckChain returns ErrDevelopment for a verifier whose setup everybody knows, unless the chain is a development chain.
func (v Verifier) CheckChain(chainID string) error {
	if v.System == SYSTEM_CIRCUIT && !IsDevelopmentChain(chainID) {
		return ErrDevelopment.Wrapf("%s: the setup of a %s is not secret, so that everybody can prove anything; expected a chain whose id ends in \"-devnet\", this is %q",
			v.Name, v.System, chainID)
	}
	return nil
}

// Validate checks a verifier by itself, including every point of its key; ErrInvalid.
func (v Verifier) Validate() error {
	if err := ValidateName(v.Name); err != nil {
		return err
	}
	if v.ActiveFrom < 0 {
		return ErrInvalid.Wrapf("active_from of %s: got %d, expected a height", v.Name, v.ActiveFrom)
	}
	for _, f := range []struct {
		name string
		got  []byte
		want [2]int // the allowed sizes: absent, or this many bytes
	}{{"root", v.Root, [2]int{0, hashSize}}, {"control_id", v.ControlId, [2]int{0, hashSize}}, {"selector", v.Selector, [2]int{0, risc0.SelectorSize}}} {
		if len(f.got) != f.want[0] && len(f.got) != f.want[1] {
			return ErrInvalid.Wrapf("%s of %s: got %d bytes, expected %d or none", f.name, v.Name, len(f.got), f.want[1])
		}
	}
	if len(v.Key) > groth16.MaxKeySize {
		return ErrInvalid.Wrapf("key of %s: got %d bytes, expected at most %d", v.Name, len(v.Key), groth16.MaxKeySize)
	}
	if err := v.checkFields(); err != nil {
		return err
	}
	if _, err := v.open(); err != nil {
		return ErrInvalid.Wrapf("%s: %s", v.Name, err)
	}
	return v.validateStop()
}

// checkFields refuses fields that the verifier's system does not use, and requires those that it needs.
func (v Verifier) checkFields() error {
	needs := map[System]struct{ root, id, selector, inputs bool }{
		SYSTEM_RISC0: {root: true, id: true, selector: true}, SYSTEM_SP1: {root: len(v.Root) > 0, selector: true}, SYSTEM_CIRCUIT: {root: true, inputs: true},
	}
	need, known := needs[v.System]
	if !known {
		return ErrInvalid.Wrapf("system of %s: got %s, expected %s, %s or %s", v.Name, v.System, SYSTEM_RISC0, SYSTEM_SP1, SYSTEM_CIRCUIT)
	}
	for _, f := range []struct {
		name      string
		has, need bool
	}{
		{"root", len(v.Root) > 0, need.root}, {"control_id", len(v.ControlId) > 0, need.id},
		{"selector", len(v.Selector) > 0, need.selector}, {"inputs", v.Inputs > 0, need.inputs},
	} {
		if f.has != f.need {
			return ErrInvalid.Wrapf("%s of %s: is given: %t, expected with %s: %t", f.name, v.Name, f.has, v.System, f.need)
		}
	}
	return nil
}

func (v Verifier) validateStop() error {
	s := v.Stopped
	if s == nil {
		return nil
	}
	if s.Height < 0 {
		return ErrInvalid.Wrapf("stopped.height of %s: got %d, expected a height", v.Name, s.Height)
	}
	for i, org := range s.Seats {
		if i > 0 && s.Seats[i-1] >= org {
			return ErrInvalid.Wrapf("stopped.seats of %s: expected each once, sorted, got %q after %q", v.Name, org, s.Seats[i-1])
		}
	}
	return ValidateReason(s.Reason)
}

// CheckUsable returns why a verifier does not count at a height: ErrStopped or ErrTooEarly.
func (v Verifier) CheckUsable(height int64) error {
	if s := v.Stopped; s != nil {
		return ErrStopped.Wrapf("%s, since height %d: %s", v.Name, s.Height, s.Reason)
	}
	if height < v.ActiveFrom {
		return ErrTooEarly.Wrapf("%s: it counts from height %d on, this is %d", v.Name, v.ActiveFrom, height)
	}
	return nil
}

// App is what a version of an app says about the proofs of its answers.
type App struct {
	// Runtime that runs the program, by its name in poco/contract.
	Runtime string
	// Program is the id by which the verifier knows the program, Digest the SHA-256 of the file that is run.
	Program, Digest [32]byte
}

// CheckApp returns ErrUnfit when no proof under the verifier can show an answer of the app.
func (v Verifier) CheckApp(a App) error {
	runtime, err := contract.FindRuntime(a.Runtime)
	if err != nil {
		return ErrUnfit.Wrap(err.Error())
	}
	if err := runtime.CheckProgramID(a.Program, a.Digest); err != nil {
		return ErrUnfit.Wrap(err.Error())
	}
	switch circuit := v.System == SYSTEM_CIRCUIT; {
	case circuit != (runtime.Proofs == contract.ProofsOfProgram):
		return ErrUnfit.Wrapf("verifier %s: it is a %s, which does not prove programs of the runtime %q", v.Name, v.System, runtime.Name)
	case circuit && !bytes.Equal(v.Root, a.Program[:]):
		return ErrUnfit.Wrapf("verifier %s: it is for the program %x, and the app's is %x: each circuit has a verifier of its own", v.Name, v.Root, a.Program)
	}
	return nil
}

// Counts says whether the vote counts at a height.
func (s StopVote) Counts(height, voteBlocks int64) bool { return height < s.Height+voteBlocks }
