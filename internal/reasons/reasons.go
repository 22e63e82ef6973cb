// Package reasons names the errors of the chain for programs. Each error that a module registers has a stable reason, such as NO_ORDER.
// The package also finds the parts of an error's text, such as the field, and puts reason and parts into the status of a gRPC call.
package reasons

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"

	"google.golang.org/grpc/codes"
)

// Key of an error: the module that registered it, and its number there.
type Key struct {
	Codespace string
	Code      uint32
}

// Entry has the stable facts of an error.
type Entry struct {
	Key
	// Reason is its name, in upper-case letters, digits and '_'.
	Reason string
	// Words are the text that the module registered, which every such error has.
	Words string
}

// table is written by TestTheTableIsCurrent from x/*/types/errors.go and the SDK's errors.
//
//go:embed reasons.txt
var table string

var entries, known = readTable(table)

// readTable parses the table. It panics if the table is not as the test writes it.
func readTable(text string) (list []Entry, byKey map[Key]Entry) {
	byKey = map[Key]Entry{}
	for line := range strings.Lines(text) {
		parts := strings.SplitN(strings.TrimSuffix(line, "\n"), " ", 4)
		if len(parts) != 4 {
			panic(fmt.Sprintf("reasons.txt: %q: expected a module, a number, a reason and words", line))
		}
		number, err := strconv.ParseUint(parts[1], 10, 32)
		if err != nil {
			panic(fmt.Sprintf("reasons.txt: %q: %s", line, err))
		}
		e := Entry{Key: Key{parts[0], uint32(number)}, Reason: parts[2], Words: parts[3]}
		byKey[e.Key] = e
		list = append(list, e)
	}
	return list, byKey
}

// All lists the errors that have a reason, by module and number.
func All() []Entry { return append([]Entry(nil), entries...) }

// FindReason returns the reason of an error. For an error that is not in the table, of a module of the SDK, it returns the number, such
// as CODE_7.
func FindReason(key Key) string {
	if e, found := known[key]; found {
		return e.Reason
	}
	return fmt.Sprintf("CODE_%d", key.Code)
}

// families has the gRPC status for errors that were registered without one, by a word in their reason. The first match counts.
var families = []struct {
	word string
	code codes.Code
}{
	{"UNKNOWN_REQUEST", codes.InvalidArgument}, {"UNKNOWN_EXTENSION", codes.InvalidArgument}, {"TX_DECODE", codes.InvalidArgument},
	{"INVALID", codes.InvalidArgument}, {"NOT_FOUND", codes.NotFound}, {"UNKNOWN", codes.NotFound},
	{"EXISTS", codes.AlreadyExists}, {"TAKEN", codes.AlreadyExists},
	{"NOT_OWNER", codes.PermissionDenied}, {"NOT_OPERATOR", codes.PermissionDenied}, {"NOT_MEMBER", codes.PermissionDenied},
	{"NOT_INVITED", codes.PermissionDenied}, {"ROLE", codes.PermissionDenied}, {"UNAUTHORIZED", codes.PermissionDenied},
}

// StatusOf returns the gRPC status for an error; codes.Unknown for an error that is not in the table.
func StatusOf(key Key) codes.Code {
	if e, found := known[key]; found {
		return StatusOfReason(e.Reason)
	}
	return codes.Unknown
}

// StatusOfReason returns the gRPC status for a reason of the table.
func StatusOfReason(reason string) codes.Code {
	for _, f := range families {
		if strings.Contains(reason, f.word) {
			return f.code
		}
	}
	return codes.FailedPrecondition
}
