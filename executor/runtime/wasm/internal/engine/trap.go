package engine

import (
	"errors"
	"fmt"
)

// traps are the texts of wazero's errors that stand for a trap of WebAssembly. wazero's "stack overflow" is not among them: the
// depth of its stack depends on the machine, and the limit of the fuel schedule is reached long before.
var traps = map[string]bool{
	"invalid conversion to integer": true,
	"integer overflow":              true,
	"integer divide by zero":        true,
	"unreachable":                   true,
	"out of bounds memory access":   true,
	"invalid table access":          true,
	"indirect call type mismatch":   true,
	"null reference":                true,
}

// trapType is the type of wazero's trap errors, which it does not export.
const trapType = "*wasmruntime.Error"

func isTrap(err error) bool {
	inner := innermostError(err)
	return fmt.Sprintf("%T", inner) == trapType && traps[inner.Error()]
}

func innermostError(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}
