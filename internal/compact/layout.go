package compact

import (
	"fmt"

	cosmos_proto "github.com/cosmos/cosmos-proto"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"cosmossdk.io/core/address"

	gogoproto "github.com/cosmos/gogoproto/proto"
)

// layout says which fields of a message, and of the messages inside it, are marked. Messages of the state do not contain messages of
// their own type.
type layout struct {
	fields map[protowire.Number]field
	marked bool // a field of it is marked, or one of a message within it
}

// field is a marked field, or one whose messages have marked fields.
type field struct {
	name   protoreflect.Name
	form   form
	within *layout
}

// layoutOf returns the layout of a registered message.
func layoutOf(message string, addresses address.Codec) (*layout, error) {
	found, err := gogoproto.HybridResolver.FindDescriptorByName(protoreflect.FullName(message))
	if err != nil {
		return nil, fmt.Errorf("layout of %q: %w", message, err)
	}
	return readLayout(found.(protoreflect.MessageDescriptor), listForms(addresses)), nil
}

func readLayout(message protoreflect.MessageDescriptor, forms map[string]form) *layout {
	l := &layout{fields: map[protowire.Number]field{}}
	for i := range message.Fields().Len() {
		descriptor := message.Fields().Get(i)
		f := field{name: descriptor.Name()}
		switch descriptor.Kind() {
		case protoreflect.StringKind:
			f.form = forms[proto.GetExtension(descriptor.Options(), cosmos_proto.E_Scalar).(string)]
		case protoreflect.MessageKind:
			f.within = readLayout(descriptor.Message(), forms)
		}
		if f.form != nil || f.within != nil && f.within.marked {
			l.fields[descriptor.Number()], l.marked = f, true
		}
	}
	return l
}

// A replacement returns the new content of a marked field.
type replacement func(form, []byte) ([]byte, error)

func packText(f form, text []byte) ([]byte, error) { return f.packText(string(text)) }

func unpackRaw(f form, raw []byte) ([]byte, error) {
	text, err := f.unpackText(raw)
	return []byte(text), err
}

// rewriteMessage returns an encoded message in which the contents of all marked fields are replaced; empty ones stay empty.
func (l *layout) rewriteMessage(message []byte, replace replacement) ([]byte, error) {
	if !l.marked {
		return message, nil
	}
	out := make([]byte, 0, len(message))
	for len(message) > 0 {
		number, kind, tag := protowire.ConsumeTag(message)
		if tag < 0 {
			return nil, protowire.ParseError(tag)
		}
		size := protowire.ConsumeFieldValue(number, kind, message[tag:])
		if size < 0 {
			return nil, protowire.ParseError(size)
		}
		f, found := l.fields[number]
		if !found || kind != protowire.BytesType {
			out, message = append(out, message[:tag+size]...), message[tag+size:]
			continue
		}
		content, _ := protowire.ConsumeBytes(message[tag:])
		content, err := f.rewriteContent(content, replace)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		out = protowire.AppendBytes(append(out, message[:tag]...), content)
		message = message[tag+size:]
	}
	return out, nil
}

func (f field) rewriteContent(content []byte, replace replacement) ([]byte, error) {
	switch {
	case len(content) == 0:
		return nil, nil
	case f.within != nil:
		return f.within.rewriteMessage(content, replace)
	}
	return replace(f.form, content)
}
