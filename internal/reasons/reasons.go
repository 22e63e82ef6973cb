// Package reasons names the errors of the chain for programs: each error that a module registers has a reason, such as NO_ORDER, that
// stays. It takes the parts of an error's sentence apart, and it puts both into the status with which gRPC ends.
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

// Entry says of an error what stays.
type Entry struct {
	Key
	// Reason is its name: upper-case letters, digits and '_'.
	Reason string
	// Words of every error of this kind.
	Words string
}

// table is written by TestTheTableIsCurrent, out of x/*/types/errors.go and the SDK's errors.
//
//go:embed reasons.txt
var table string

var entries, known = readTable(table)

// readTable panics at what the test would not have written.
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

// FindReason is the reason of an error. One that the table does not have, of a module of the SDK, has its number in place of a name.
func FindReason(key Key) string {
	if e, found := known[key]; found {
		return e.Reason
	}
	return fmt.Sprintf("CODE_%d", key.Code)
}

// families say which status of gRPC errors have that were registered without one, by a word of their reason. The first counts.
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

// StatusOf is the status of gRPC for an error: what it is about, in the few kinds that every client of gRPC knows. An error that the
// table does not have has none of these: codes.Unknown.
func StatusOf(key Key) codes.Code {
	if e, found := known[key]; found {
		return StatusOfReason(e.Reason)
	}
	return codes.Unknown
}

// StatusOfReason is the status of gRPC of a reason of the table.
func StatusOfReason(reason string) codes.Code {
	for _, f := range families {
		if strings.Contains(reason, f.word) {
			return f.code
		}
	}
	return codes.FailedPrecondition
}
