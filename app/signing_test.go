package app_test

import (
	"context"
	"fmt"
	"math"
	"math/rand"
	"testing"

	gogoproto "github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"
	"github.com/cosmos/cosmos-sdk/x/tx/signing/aminojson"

	"github.com/credence-chain/credence/app/encoding"
)

// messages returns every message of a Msg service of ours.
func messages(t *testing.T, cfg encoding.Config) (out []protoreflect.MessageDescriptor) {
	cfg.InterfaceRegistry.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		for i := 0; i < file.Services().Len(); i++ {
			service := file.Services().Get(i)
			if service.Name() != "Msg" || service.ParentFile().Package().Parent().Parent() != "credence" {
				continue
			}
			for j := 0; j < service.Methods().Len(); j++ {
				out = append(out, service.Methods().Get(j).Input())
			}
		}
		return true
	})
	require.Greater(t, len(out), 40)
	return out
}

// fill is how the fields of a generated message are filled.
type fill int

const (
	absent fill = iota // nothing is there
	hollow             // submessages and list items are there, and empty
	full               // everything is there, and has a value
	random             // each field as one of these, by chance
	fills
)

func (f fill) String() string { return [...]string{"absent", "hollow", "full", "random"}[f] }

type generator struct {
	rand    *rand.Rand
	address string
	key     *codectypes.Any
}

func (g *generator) message(m protoreflect.Message, how fill) {
	if m.Descriptor().FullName() == "google.protobuf.Any" {
		fields := m.Descriptor().Fields()
		m.Set(fields.ByName("type_url"), protoreflect.ValueOfString(g.key.TypeUrl))
		m.Set(fields.ByName("value"), protoreflect.ValueOfBytes(g.key.Value))
		return
	}
	fields := m.Descriptor().Fields()
	for i := 0; i < fields.Len(); i++ {
		field, how := fields.Get(i), how
		if how == random {
			how = fill(g.rand.Intn(int(fills)))
		}
		if how == absent {
			continue
		}
		switch {
		case field.IsMap():
			panic("a map in a message to sign: " + field.FullName())
		case field.IsList():
			list := m.Mutable(field).List()
			for n := 0; n < 2; n++ {
				if field.Message() != nil {
					g.message(list.AppendMutable().Message(), how)
				} else {
					list.Append(g.scalar(field, how))
				}
			}
		case field.Message() != nil:
			g.message(m.Mutable(field).Message(), how)
		default:
			m.Set(field, g.scalar(field, how))
		}
	}
}

func (g *generator) scalar(field protoreflect.FieldDescriptor, how fill) protoreflect.Value {
	if how == hollow {
		return zero(field)
	}
	switch field.Kind() {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(true)
	case protoreflect.StringKind:
		return protoreflect.ValueOfString([]string{g.address, "<a> & \"b\" \u2028 \u00e9", "x"}[g.rand.Intn(3)])
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes([]byte{0, 255, byte(g.rand.Intn(256))})
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(protoreflect.EnumNumber(1 + g.rand.Intn(3)))
	case protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32(-7)
	case protoreflect.Uint32Kind:
		return protoreflect.ValueOfUint32(math.MaxUint32)
	case protoreflect.Int64Kind:
		return protoreflect.ValueOfInt64(-1 << 60)
	case protoreflect.Uint64Kind:
		return protoreflect.ValueOfUint64(math.MaxUint64)
	}
	panic(fmt.Sprintf("%s is a %s, which is not generated yet", field.FullName(), field.Kind()))
}

func zero(field protoreflect.FieldDescriptor) protoreflect.Value {
	switch field.Kind() {
	case protoreflect.StringKind:
		return protoreflect.ValueOfString("")
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes(nil)
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(0)
	}
	if field.IsList() {
		panic("list of " + field.Kind().String())
	}
	return field.Default()
}

func TestEveryMessageSigns(t *testing.T) {
	cfg := encoding.New()
	key := secp256k1.GenPrivKeyFromSecret([]byte("signer"))
	pub, err := codectypes.NewAnyWithValue(key.PubKey())
	require.NoError(t, err)
	g := &generator{rand: rand.New(rand.NewSource(1)), address: sdk.AccAddress(key.PubKey().Address()).String(), key: pub}
	encoder := aminojson.NewEncoder(aminojson.EncoderOptions{FileResolver: cfg.InterfaceRegistry})
	for _, d := range messages(t, cfg) {
		t.Run(string(d.FullName()), func(t *testing.T) {
			for i := 0; i < 50; i++ {
				how := min(fill(i), random)
				if !check(t, cfg, encoder, g, d, how, key) {
					return
				}
			}
		})
	}
}

func check(t *testing.T, cfg encoding.Config, encoder aminojson.Encoder, g *generator, d protoreflect.MessageDescriptor, how fill, key *secp256k1.PrivKey) bool {
	raw := dynamicpb.NewMessage(d)
	g.message(raw, how)
	wire, err := proto.Marshal(raw)
	require.NoError(t, err)
	msg, err := cfg.InterfaceRegistry.Resolve("/" + string(d.FullName()))
	require.NoError(t, err)
	require.NoError(t, cfg.Codec.Unmarshal(wire, msg))
	legacy, err := cfg.Amino.MarshalJSON(msg)
	if err != nil {
		t.Errorf("%s legacy: %v", how, err)
		return false
	}
	wire2, err := cfg.Codec.Marshal(msg)
	require.NoError(t, err)
	again := dynamicpb.NewMessage(d)
	require.NoError(t, proto.Unmarshal(wire2, again))
	x, err := encoder.Marshal(again)
	if err != nil {
		t.Errorf("%s x/tx: %v", how, err)
		return false
	}
	sorted, err := sdk.SortJSON(legacy)
	require.NoError(t, err)
	if string(sorted) != string(x) {
		t.Errorf("%s\n legacy %s\n   x/tx %s", how, sorted, x)
		return false
	}
	x1, err := encoder.Marshal(raw)
	if err != nil || string(x1) != string(x) {
		t.Logf("%s absent wire: %v %s\n %s", how, err, x1, x)
	}
	return true
}

var _ = context.Background
var _ gogoproto.Message
var _ authsigning.SignerData
var _ signing.SignMode
