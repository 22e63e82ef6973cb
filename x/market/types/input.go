package types

import (
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/poco/contract"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
)

// validateArgs bounds the bytes of all arguments. It counts a zero byte at the end of each, so that empty arguments count too.
func (j Job) validateArgs(p Params) error {
	size := len(j.Args)
	for i, a := range j.Args {
		size += len(a)
		if !utf8.ValidString(a) || strings.ContainsRune(a, 0) {
			return ErrArgs.Wrapf("args[%d]: expected UTF-8 without a zero byte", i)
		}
	}
	if size > int(p.MaxArgBytes) {
		return ErrArgs.Wrapf("args: got %d bytes, a zero byte after each counted, expected at most %d", size, p.MaxArgBytes)
	}
	return nil
}

// validateInputs checks each input, the sum of their sizes, and that their names make one tree. It also checks the execution, which
// names some of them.
func (j Job) validateInputs(p Params) error {
	if len(j.Inputs) > int(p.MaxInputs) {
		return ErrInputs.Wrapf("inputs: got %d, expected at most %d", len(j.Inputs), p.MaxInputs)
	}
	var total uint64
	for i, in := range j.Inputs {
		if err := validateInput(i, in); err != nil {
			return err
		}
		var carry uint64
		if total, carry = bits.Add64(total, in.Size_, 0); carry != 0 || total > p.MaxInputBytes {
			return ErrInputs.Wrapf("inputs[%d].size: %d bytes make the inputs larger than %d bytes together", i, in.Size_, p.MaxInputBytes)
		}
	}
	if err := contract.CheckInputs(j.inputRules()); err != nil {
		return ErrInputName.Wrap(err.Error())
	}
	return j.validateExecution()
}

func validateInput(i int, in *dealstypes.Input) error {
	if in == nil {
		return ErrInputName.Wrapf("inputs[%d]: missing", i)
	}
	if err := validateContent(i, in); err != nil {
		return err
	}
	if err := validateLocators(in.Locators); err != nil {
		return ErrLocator.Wrapf("inputs[%d].%s", i, err)
	}
	return nil
}

// inputRules returns the inputs in the type that package contract checks.
func (j Job) inputRules() []contract.Input {
	rules := make([]contract.Input, 0, len(j.Inputs))
	for _, in := range j.Inputs {
		rules = append(rules, in.Rule())
	}
	return rules
}

// validateExecution checks how the program is run. A job with a category may not ask for seconds, because the category has its own time.
func (j Job) validateExecution() error {
	execution := j.Execution.Contract()
	if err := execution.Check(j.inputRules()); err != nil {
		return ErrExecution.Wrap(err.Error())
	}
	if j.Category != "" && execution.Seconds != 0 {
		return ErrExecution.Wrapf("seconds: got %d, expected 0 in category %s, which has its own time", execution.Seconds, j.Category)
	}
	return nil
}

type text string

func (t text) Error() string { return string(t) }

// ValidateDigest checks the text of a digest; ErrDigest otherwise.
func ValidateDigest(digest string) error {
	if _, err := artifact.ParseDigest(digest); err != nil {
		return ErrDigest.Wrapf("digest: got %.80q, expected %s", digest, artifact.DigestForm)
	}
	return nil
}

func validateLocators(locators []string) error {
	if len(locators) > MaxLocators {
		return text("locators: more than 8")
	}
	if slices.ContainsFunc(locators, isNoLocator) {
		return text("locators: expected http or https URLs of printable ASCII, at most 256 bytes each")
	}
	return nil
}

func isNoLocator(l string) bool {
	web := strings.HasPrefix(l, "http://") || strings.HasPrefix(l, "https://")
	return !web || len(l) > MaxLocatorLen || strings.ContainsFunc(l, isUnprintable)
}

func isUnprintable(r rune) bool { return r <= ' ' || r >= 0x7f }
