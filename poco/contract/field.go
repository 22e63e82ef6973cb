package contract

import (
	"fmt"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/credence-chain/credence/internal/wire"
)

// field is a field of an Execution.
type field struct {
	number  protowire.Number // in credence.deals.v1.Execution
	value   value
	covered coverage
	// label and text show the field to people. A field without a label is not shown, and one without a text is shown as it is.
	label string
	text  func() string
}

// coverage says how the statement of evidence covers a field (docs/protocol.md, section 2).
type coverage uint8

const (
	// coveredByNumber is the default for every new field. If the field is set, its encoding comes after everything else in the
	// statement. So a new field does not change the statement about a job that does not set it.
	coveredByNumber coverage = iota
	// coveredInPlace: poco.Inputs and poco.Run name the field, because it is older than credence/run/v1. No new field can be
	// covered so: it has no place in them and would be left out.
	coveredInPlace
	// neverCovered: no answer depends on the field, neither its content nor whether there is an answer.
	neverCovered
)

// appendTo appends the field's encoding, which is empty if the field is not set.
func (f field) appendTo(b []byte) []byte { return f.value.appendTo(b, f.number) }

// isSet says whether the field is set.
func (f field) isSet() bool { return len(f.appendTo(nil)) > 0 }

// Empty says that no field is set.
func (e Execution) Empty() bool { return len(e.Encode()) == 0 }

// Encode returns the canonical encoding, which is that of credence.deals.v1.Execution.
func (e Execution) Encode() (b []byte) {
	for _, f := range e.fields() {
		b = f.appendTo(b)
	}
	return b
}

// DecodeExecution reads an encoded execution. It skips fields that it does not know, and checks no rule.
func DecodeExecution(b []byte) (e Execution, err error) {
	readers := wire.Readers{}
	for _, f := range e.fields() {
		readers[f.number] = f.value.reader()
	}
	err = wire.ReadMessage(b, readers)
	return e, err
}

// HasUnknownField says whether an encoded execution has a field that this program does not know. Such a field comes from a later
// version of the chain, and how evidence covers it cannot be computed here.
func HasUnknownField(b []byte) (bool, error) {
	var known Execution
	numbers := map[protowire.Number]bool{}
	for _, f := range known.fields() {
		numbers[f.number] = true
	}
	for len(b) > 0 {
		number, _, n := protowire.ConsumeField(b)
		if n < 0 {
			return false, protowire.ParseError(n)
		}
		if !numbers[number] {
			return true, nil
		}
		b = b[n:]
	}
	return false, nil
}

// Description is a field in words.
type Description struct{ Label, Text string }

// Describe says in words what the set fields ask for, and leaves out all others. A requester chose the texts, so a caller that
// shows them must make them printable.
func (e Execution) Describe() (fields []Description) {
	for _, f := range e.fields() {
		switch {
		case f.label == "" || !f.isSet():
		case f.text != nil:
			fields = append(fields, Description{f.label, f.text()})
		default:
			fields = append(fields, Description{f.label, f.value.show()})
		}
	}
	return fields
}

// CoveredByNumber returns what evidence covers of an execution besides the fields that poco.Inputs and poco.Run name: the encodings
// of the set fields, in the order of their numbers.
func (e Execution) CoveredByNumber() [][]byte { return encodeCovered(e.fields()) }

func encodeCovered(fields []field) (encodings [][]byte) {
	for _, f := range fields {
		if f.covered == coveredByNumber && f.isSet() {
			encodings = append(encodings, f.appendTo(nil))
		}
	}
	return encodings
}

// value is what a field holds. Each of the types below is one that a field of a message can have.
type value interface {
	appendTo(b []byte, number protowire.Number) []byte
	reader() wire.FieldReader
	show() string
}

type (
	text     string
	texts    []string
	statuses []uint32
	seconds  uint32
	moment   int64
	truth    bool
)

func (v *text) appendTo(b []byte, number protowire.Number) []byte {
	if *v == "" {
		return b
	}
	return appendText(b, number, string(*v))
}
func (v *text) reader() wire.FieldReader { return wire.ReadText((*string)(v)) }
func (v *text) show() string             { return string(*v) }

func (v *texts) appendTo(b []byte, number protowire.Number) []byte {
	for _, one := range *v {
		b = appendText(b, number, one)
	}
	return b
}
func (v *texts) reader() wire.FieldReader { return wire.ReadTexts((*[]string)(v)) }
func (v *texts) show() string             { return strings.Join(*v, " ") }

func (v *statuses) appendTo(b []byte, number protowire.Number) []byte {
	if len(*v) == 0 {
		return b
	}
	var packed []byte
	for _, one := range *v {
		packed = protowire.AppendVarint(packed, uint64(one))
	}
	return appendText(b, number, string(packed))
}
func (v *statuses) reader() wire.FieldReader { return wire.ReadNumbers((*[]uint32)(v)) }
func (v *statuses) show() string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint([]uint32(*v)), " ", ", "), "[]")
}

func (v *seconds) appendTo(b []byte, number protowire.Number) []byte {
	return appendNumber(b, number, uint64(*v))
}
func (v *seconds) reader() wire.FieldReader { return wire.ReadNumber((*uint32)(v)) }
func (v *seconds) show() string             { return fmt.Sprintf("%d s", *v) }

func (v *moment) appendTo(b []byte, number protowire.Number) []byte {
	return appendNumber(b, number, uint64(*v))
}
func (v *moment) reader() wire.FieldReader { return wire.ReadNumber((*int64)(v)) }
func (v *moment) show() string             { return time.Unix(int64(*v), 0).UTC().Format(time.RFC3339) }

func (v *truth) appendTo(b []byte, number protowire.Number) []byte {
	return appendNumber(b, number, protowire.EncodeBool(bool(*v)))
}
func (v *truth) reader() wire.FieldReader { return wire.ReadBool((*bool)(v)) }
func (v *truth) show() string             { return "yes" }

func appendText(b []byte, number protowire.Number, text string) []byte {
	return protowire.AppendString(protowire.AppendTag(b, number, protowire.BytesType), text)
}

// appendNumber appends a number. It appends nothing for 0, which a message without the field means.
func appendNumber(b []byte, number protowire.Number, n uint64) []byte {
	if n == 0 {
		return b
	}
	return protowire.AppendVarint(protowire.AppendTag(b, number, protowire.VarintType), n)
}
