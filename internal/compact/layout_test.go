package compact

import (
	"testing"

	cosmos_proto "github.com/cosmos/cosmos-proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
	"pgregory.net/rapid"
)

// inner returns two messages. Inner has a field of each form and two fields without a form. Outer has an id, one Inner and a list of
// Inner.
func inner(t require.TestingT) (message, outer protoreflect.MessageDescriptor) {
	field := func(number int32, name, scalar string, kind descriptorpb.FieldDescriptorProto_Type, repeated bool) *descriptorpb.FieldDescriptorProto {
		label := descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL
		if repeated {
			label = descriptorpb.FieldDescriptorProto_LABEL_REPEATED
		}
		f := &descriptorpb.FieldDescriptorProto{Name: &name, Number: &number, Type: &kind, Label: &label, Options: &descriptorpb.FieldOptions{}}
		if scalar != "" {
			proto.SetExtension(f.Options, cosmos_proto.E_Scalar, scalar)
		}
		if kind == descriptorpb.FieldDescriptorProto_TYPE_MESSAGE {
			f.TypeName = proto.String(".test.Inner")
		}
		return f
	}
	const text, number, message0 = descriptorpb.FieldDescriptorProto_TYPE_STRING, descriptorpb.FieldDescriptorProto_TYPE_UINT64, descriptorpb.FieldDescriptorProto_TYPE_MESSAGE
	file, err := protodesc.NewFile(&descriptorpb.FileDescriptorProto{
		Name: proto.String("test.proto"), Package: proto.String("test"), Syntax: proto.String("proto3"),
		MessageType: []*descriptorpb.DescriptorProto{
			{Name: proto.String("Inner"), Field: []*descriptorpb.FieldDescriptorProto{
				field(1, "plain", "", text, false), field(2, "id", "credence.ID", text, false), field(3, "who", "cosmos.AddressString", text, true),
				field(4, "digest", "credence.Digest", text, false), field(5, "number", "", number, false),
			}},
			{Name: proto.String("Outer"), Field: []*descriptorpb.FieldDescriptorProto{
				field(1, "id", "credence.ID", text, false), field(2, "one", "", message0, false), field(3, "many", "", message0, true),
			}},
		},
	}, nil)
	require.NoError(t, err)
	return file.Messages().ByName("Inner"), file.Messages().ByName("Outer")
}

// TestRewrite: a packed message is as long as its raw parts. Unpacking it gives the original message, whichever fields are set.
func TestRewrite(t *testing.T) {
	in, out := inner(t)
	l := readLayout(out, listForms(addresses))
	rapid.Check(t, func(t *rapid.T) {
		saved := 0
		fill := func(m *dynamicpb.Message) {
			texts := textsOf(t)
			set := func(name protoreflect.Name, text string, saves int) {
				if rapid.Bool().Draw(t, "set") {
					m.Set(in.Fields().ByName(name), protoreflect.ValueOfString(text))
					saved += saves
				}
			}
			set("plain", texts["credence.ID"], 0)
			set("id", texts["credence.ID"], 32)
			set("digest", texts["credence.Digest"], 39)
			who := m.Mutable(in.Fields().ByName("who")).List()
			for range rapid.IntRange(0, 3).Draw(t, "n") {
				who.Append(protoreflect.ValueOfString(addressText(t)))
				saved += 43 - 20
			}
			m.Set(in.Fields().ByName("number"), protoreflect.ValueOfUint64(rapid.Uint64().Draw(t, "number")))
		}
		m := dynamicpb.NewMessage(out)
		fill(m.Mutable(out.Fields().ByName("one")).Message().(*dynamicpb.Message))
		many := m.Mutable(out.Fields().ByName("many")).List()
		for range rapid.IntRange(0, 3).Draw(t, "many") {
			fill(many.AppendMutable().Message().(*dynamicpb.Message))
		}
		text, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
		require.NoError(t, err)
		raw, err := l.rewriteMessage(text, packText)
		require.NoError(t, err)
		require.LessOrEqual(t, len(raw)+saved, len(text)) // or shorter: some lengths then take one byte less
		require.GreaterOrEqual(t, len(raw)+saved, len(text)-4)
		back, err := l.rewriteMessage(raw, unpackRaw)
		require.NoError(t, err)
		require.Equal(t, text, back)
	})
}

// TestRewriteLeavesTheRest: unknown fields stay unchanged. So does a message without marked fields.
func TestRewriteLeavesTheRest(t *testing.T) {
	_, out := inner(t)
	unknown := []byte{0x98, 0x06, 0x07} // field 99 is 7
	got, err := readLayout(out, listForms(addresses)).rewriteMessage(unknown, packText)
	require.NoError(t, err)
	require.Equal(t, unknown, got)
	plain := readLayout(out, nil)
	require.False(t, plain.marked)
	got, err = plain.rewriteMessage([]byte("whatever"), packText)
	require.NoError(t, err)
	require.Equal(t, []byte("whatever"), got)
}
