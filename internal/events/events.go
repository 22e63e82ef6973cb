// Package events emits the typed events of modules. It emits the same bytes as the SDK's EmitTypedEvent: one attribute for each field, in
// the order of their names, whose value is the field in protobuf's JSON. For every event, the SDK encodes the whole message as JSON,
// decodes it again and sorts it. This package computes the layout of each type of message once, and writes the fields one by one.
package events

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/jsonpb"
	"github.com/cosmos/gogoproto/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Emit adds a typed event to the events of the block or the transaction.
func Emit(ctx context.Context, ev proto.Message) error {
	event, err := Encode(ev)
	if err != nil {
		return err
	}
	sdk.UnwrapSDKContext(ctx).EventManager().EmitEvent(event)
	return nil
}

// Encode returns a typed event as sdk.TypedEventToEvent does. The message must be a pointer that is not nil.
func Encode(ev proto.Message) (sdk.Event, error) {
	v := reflect.ValueOf(ev)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return sdk.Event{}, fmt.Errorf("event %T: expected a pointer to a message", ev)
	}
	l := layoutOf(v.Type().Elem(), ev)
	if l.message == nil {
		return sdk.TypedEventToEvent(ev)
	}
	v = v.Elem()
	attributes := make([]abci.EventAttribute, 0, len(l.sorted))
	var buf []byte
	for _, f := range l.sorted {
		buf = f.write(buf[:0], v.Field(f.index))
		attributes = append(attributes, abci.EventAttribute{Key: f.name, Value: string(buf)})
	}
	return sdk.Event{Type: l.name, Attributes: attributes}, nil
}

// layout says how an event is written.
type layout struct {
	name    string
	message *message // nil if it has a field that only the SDK can write
	sorted  []field  // its fields in the order of their names
}

// message says how a message is written inside another: its fields in the order of their numbers.
type message struct{ fields []field }

type field struct {
	index int
	name  string
	write writer
}

// writer appends a value in protobuf's JSON.
type writer func(to []byte, v reflect.Value) []byte

var layouts sync.Map // reflect.Type -> layout

func layoutOf(t reflect.Type, ev proto.Message) layout {
	if l, found := layouts.Load(t); found {
		return l.(layout)
	}
	l := layout{name: proto.MessageName(ev)}
	if m, can := messageOf(t, nil); can {
		l.message = m
		l.sorted = slices.Clone(m.fields)
		slices.SortFunc(l.sorted, func(a, b field) int { return strings.Compare(a.name, b.name) })
	}
	layouts.Store(t, l)
	return l
}

// messageOf computes how a message is written. It returns false if this package cannot write it. above are the types of the messages around
// it.
func messageOf(t reflect.Type, above []reflect.Type) (*message, bool) {
	pointer := reflect.PointerTo(t)
	if !pointer.Implements(reflect.TypeFor[proto.Message]()) || ownJSON(t) || ownJSON(pointer) || slices.Contains(above, t) {
		return nil, false
	}
	m := &message{}
	properties := proto.GetProperties(t)
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Tag.Get("protobuf_oneof") != "" {
			return nil, false
		}
		if f.Tag.Get("protobuf") == "" {
			continue
		}
		prop := properties.Prop[i]
		write, can := writerOf(f.Type, prop, append(above, t))
		if !can {
			return nil, false
		}
		m.fields = append(m.fields, field{index: i, name: prop.OrigName, write: write})
	}
	return m, true
}

// ownJSON says whether a type writes its JSON itself, as protobuf's well-known types and custom types do.
func ownJSON(t reflect.Type) bool {
	return t.Implements(reflect.TypeFor[json.Marshaler]()) || t.Implements(reflect.TypeFor[jsonpb.JSONPBMarshaler]()) ||
		t.Implements(reflect.TypeFor[interface{ XXX_WellKnownType() string }]())
}

func writerOf(t reflect.Type, prop *proto.Properties, above []reflect.Type) (writer, bool) {
	if prop.CustomType != "" || ownJSON(t) {
		return nil, false
	}
	switch t.Kind() {
	case reflect.Pointer:
		if t.Elem().Kind() != reflect.Struct {
			return nil, false
		}
		inner, can := writerOf(t.Elem(), prop, above)
		return func(to []byte, v reflect.Value) []byte {
			if v.IsNil() {
				return append(to, "null"...)
			}
			return inner(to, v.Elem())
		}, can
	case reflect.Struct:
		m, can := messageOf(t, above)
		return func(to []byte, v reflect.Value) []byte { return m.appendJSON(to, v) }, can
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return writeBytes, true
		}
		each, can := writerOf(t.Elem(), prop, above)
		return func(to []byte, v reflect.Value) []byte { return writeList(to, v, each) }, can && t.Elem().Kind() != reflect.Slice
	}
	if prop.Enum != "" {
		return enumWriter(proto.EnumValueMap(prop.Enum))
	}
	write, can := scalars[t.Kind()]
	return write, can
}

func (m *message) appendJSON(to []byte, v reflect.Value) []byte {
	to = append(to, '{')
	for i, f := range m.fields {
		if i > 0 {
			to = append(to, ',')
		}
		to = append(to, '"')
		to = append(to, f.name...)
		to = append(to, `":`...)
		to = f.write(to, v.Field(f.index))
	}
	return append(to, '}')
}

func writeList(to []byte, v reflect.Value, each writer) []byte {
	to = append(to, '[')
	for i := range v.Len() {
		if i > 0 {
			to = append(to, ',')
		}
		to = each(to, v.Index(i))
	}
	return append(to, ']')
}

func writeBytes(to []byte, v reflect.Value) []byte {
	if v.IsNil() {
		return append(to, "null"...)
	}
	to = append(to, '"')
	to = base64.StdEncoding.AppendEncode(to, v.Bytes())
	return append(to, '"')
}

// scalars are the writers for kinds other than lists and messages. Integers of 64 bits are quoted.
var scalars = map[reflect.Kind]writer{
	reflect.String: func(to []byte, v reflect.Value) []byte { return writeString(to, v.String()) },
	reflect.Bool:   func(to []byte, v reflect.Value) []byte { return strconv.AppendBool(to, v.Bool()) },
	reflect.Int32:  func(to []byte, v reflect.Value) []byte { return strconv.AppendInt(to, v.Int(), 10) },
	reflect.Uint32: func(to []byte, v reflect.Value) []byte { return strconv.AppendUint(to, v.Uint(), 10) },
	reflect.Int64: func(to []byte, v reflect.Value) []byte {
		return append(strconv.AppendInt(append(to, '"'), v.Int(), 10), '"')
	},
	reflect.Uint64: func(to []byte, v reflect.Value) []byte {
		return append(strconv.AppendUint(append(to, '"'), v.Uint(), 10), '"')
	},
}

func writeString(to []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			quoted, err := json.Marshal(s)
			if err != nil { // never happens for a string
				return append(to, `""`...)
			}
			return append(to, quoted...)
		}
	}
	to = append(to, '"')
	to = append(to, s...)
	return append(to, '"')
}

// enumWriter returns the writer of an enum. It writes the name of a value, or the number of a value without a name.
func enumWriter(values map[string]int32) (writer, bool) {
	names := make(map[int64]string, len(values))
	for name, value := range values {
		if _, twice := names[int64(value)]; twice {
			return nil, false // the SDK decides which of two names is written
		}
		names[int64(value)] = name
	}
	return func(to []byte, v reflect.Value) []byte {
		name, known := names[v.Int()]
		if !known {
			return strconv.AppendInt(to, v.Int(), 10)
		}
		to = append(to, '"')
		to = append(to, name...)
		return append(to, '"')
	}, len(values) > 0
}
