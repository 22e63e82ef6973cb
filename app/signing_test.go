package app_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"hash/crc32"
	"math"
	"math/rand"
	"reflect"
	"strings"
	"testing"

	gogoproto "github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"cosmossdk.io/api/amino"
	msgv1 "cosmossdk.io/api/cosmos/msg/v1"
	signingv1beta1 "cosmossdk.io/api/cosmos/tx/signing/v1beta1"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"

	"github.com/credence-chain/credence/app/encoding"
)

// messages returns every message of our Msg services.
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

// fill says how the fields of a generated message are filled.
type fill int

const (
	absent fill = iota // no field is in the bytes
	hollow             // every field is there and is empty or zero
	full               // every field is there and has a value
	random             // each field is one of these, at random
)

// generator makes messages of any kind.
type generator struct {
	rand    *rand.Rand
	address string
	key     *codectypes.Any
}

// fill fills the fields of a message. The bytes of a transaction may lack any of them.
func (g *generator) fill(m protoreflect.Message, how fill) {
	fields := m.Descriptor().Fields()
	if m.Descriptor().FullName() == "google.protobuf.Any" {
		m.Set(fields.ByName("type_url"), protoreflect.ValueOfString(g.key.TypeUrl))
		m.Set(fields.ByName("value"), protoreflect.ValueOfBytes(g.key.Value))
		return
	}
	for i := 0; i < fields.Len(); i++ {
		field, how := fields.Get(i), how
		if how == random {
			how = fill(g.rand.Intn(int(random) + 1))
		}
		switch {
		case how == absent:
		case field.ContainingOneof() != nil && field.Name() == "multi":
			// A multi-signature can contain further multi-signatures. The generator leaves it out. The single signature stands for both
			// kinds.
		case field.IsMap():
			panic("amino JSON has no maps, and this is one: " + field.FullName())
		case field.IsList():
			list := m.Mutable(field).List()
			for range 2 {
				if field.Message() != nil {
					g.fill(list.AppendMutable().Message(), how)
				} else {
					list.Append(g.scalar(field, how))
				}
			}
		case field.Message() != nil:
			g.fill(m.Mutable(field).Message(), how)
		default:
			m.Set(field, g.scalar(field, how))
		}
	}
}

// scalar returns a value for a field that is no message. For a hollow message it is the zero of the field's kind.
func (g *generator) scalar(field protoreflect.FieldDescriptor, how fill) protoreflect.Value {
	pick := 0
	if how != hollow {
		pick = 1 + g.rand.Intn(2)
	}
	switch field.Kind() {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(pick != 0)
	case protoreflect.StringKind:
		return protoreflect.ValueOfString([]string{"", g.address, "<a> & \"b\" \u2028 \u00e9"}[pick])
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes([][]byte{{}, {0, 255}, {1}}[pick])
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(protoreflect.EnumNumber(pick))
	case protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32([]int32{0, math.MinInt32, math.MaxInt32}[pick])
	case protoreflect.Uint32Kind:
		return protoreflect.ValueOfUint32([]uint32{0, 1, math.MaxUint32}[pick])
	case protoreflect.Int64Kind:
		return protoreflect.ValueOfInt64([]int64{0, math.MinInt64, math.MaxInt64}[pick])
	case protoreflect.Uint64Kind:
		return protoreflect.ValueOfUint64([]uint64{0, 1, math.MaxUint64}[pick])
	}
	panic(fmt.Sprintf("%s is a %s, which is not generated yet", field.FullName(), field.Kind()))
}

// Clients in any language build transactions from the definitions. They write an empty submessage in amino JSON when its field says so. Go
// writes every submessage that is no pointer, so the definitions must say this of the same fields.
func TestSubmessagesSayThatAminoWritesThem(t *testing.T) {
	seen := map[protoreflect.FullName]bool{}
	var walk func(d protoreflect.MessageDescriptor)
	walk = func(d protoreflect.MessageDescriptor) {
		if seen[d.FullName()] || !strings.HasPrefix(string(d.FullName()), "credence.") {
			return
		}
		seen[d.FullName()] = true
		for i := 0; i < d.Fields().Len(); i++ {
			field := d.Fields().Get(i)
			if field.Message() == nil {
				continue
			}
			if !field.IsList() {
				written := proto.GetExtension(field.Options(), amino.E_DontOmitempty).(bool)
				require.Equal(t, !isPointer(t, field), written, "%s: expected (amino.dont_omitempty) = true where (gogoproto.nullable) = false, and only there", field.FullName())
			}
			walk(field.Message())
		}
	}
	for _, d := range messages(t, encoding.New()) {
		walk(d)
	}
	require.True(t, seen["credence.market.v1.Job"])
}

// isPointer says whether the submessage of a field is a pointer in Go.
func isPointer(t *testing.T, field protoreflect.FieldDescriptor) bool {
	message := gogoproto.MessageType(string(field.ContainingMessage().FullName())).Elem()
	for i := range message.NumField() {
		if strings.Contains(message.Field(i).Tag.Get("protobuf")+",", ",name="+string(field.Name())+",") {
			return message.Field(i).Type.Kind() == reflect.Pointer
		}
	}
	t.Fatalf("%s: no field of %s", field.FullName(), message)
	return false
}

// signingSeed is the seed of the values of messages.
var signingSeed = flag.Int64("signing.seed", 1, "seed of the values that are signed")

// Every message of ours can be signed in every mode: the signer, and the chain that has only the bytes, compute the same bytes to sign. In
// amino JSON they are also the bytes of Go's old codec, which wallets imitate. They do not depend on whether the transaction contains an
// empty submessage.
func TestEveryMessageSigns(t *testing.T) {
	cfg := encoding.New()
	key := secp256k1.GenPrivKeyFromSecret([]byte("signer"))
	pub, err := codectypes.NewAnyWithValue(key.PubKey())
	require.NoError(t, err)
	g := &generator{address: sdk.AccAddress(key.PubKey().Address()).String(), key: pub}
	modes := cfg.TxConfig.SignModeHandler().SupportedModes()
	require.Len(t, modes, 3) // direct, direct aux, amino JSON

	for _, d := range messages(t, cfg) {
		t.Run(string(d.FullName()), func(t *testing.T) {
			g.rand = rand.New(rand.NewSource(*signingSeed + int64(crc32.ChecksumIEEE([]byte(d.FullName()))))) // independent of their order
			for i := range 24 {
				raw := dynamicpb.NewMessage(d)
				g.fill(raw, min(fill(i), random))
				for _, signer := range proto.GetExtension(d.Options(), msgv1.E_Signer).([]string) {
					raw.Set(d.Fields().ByName(protoreflect.Name(signer)), protoreflect.ValueOfString(g.address))
				}
				wire, err := proto.Marshal(raw)
				require.NoError(t, err)
				msg, err := cfg.InterfaceRegistry.Resolve("/" + string(d.FullName()))
				require.NoError(t, err)
				require.NoError(t, cfg.Codec.Unmarshal(wire, msg))

				for _, mode := range modes {
					ours := signBytes(t, cfg, key, mode, transaction(t, cfg, key, msg))
					encoded, err := cfg.TxConfig.TxEncoder()(transaction(t, cfg, key, msg))
					require.NoError(t, err)
					decoded, err := cfg.TxConfig.TxDecoder()(encoded)
					require.NoError(t, err)
					require.Equal(t, string(ours), string(signBytes(t, cfg, key, mode, decoded)), "%s", mode)
					if mode != signingv1beta1.SignMode_SIGN_MODE_LEGACY_AMINO_JSON {
						continue
					}
					sparse := transaction(t, cfg, key, raw)
					require.Equal(t, string(ours), string(signBytes(t, cfg, key, mode, sparse)), "without the submessages that are empty")

					var doc struct{ Msgs []json.RawMessage }
					require.NoError(t, json.Unmarshal(ours, &doc))
					old, err := cfg.Amino.MarshalJSON(msg)
					// The old codec knows no signature within a message. It fails, or it writes a signature without its content.
					signed := strings.Contains(string(doc.Msgs[0]), `"signature":"`)
					if signed {
						continue
					}
					require.NoError(t, err)
					old, err = sdk.SortJSON(old)
					require.NoError(t, err)
					require.Equal(t, string(old), string(doc.Msgs[0]))
				}
			}
		})
	}
}

func transaction(t *testing.T, cfg encoding.Config, key *secp256k1.PrivKey, msg sdk.Msg) sdk.Tx {
	builder := cfg.TxConfig.NewTxBuilder()
	require.NoError(t, builder.SetMsgs(msg))
	builder.SetGasLimit(1)
	require.NoError(t, builder.SetSignatures(signing.SignatureV2{
		PubKey: key.PubKey(), Data: &signing.SingleSignatureData{SignMode: signing.SignMode_SIGN_MODE_DIRECT}, Sequence: 3,
	}))
	return builder.GetTx()
}

func signBytes(t *testing.T, cfg encoding.Config, key *secp256k1.PrivKey, mode signingv1beta1.SignMode, tx sdk.Tx) []byte {
	bz, err := authsigning.GetSignBytesAdapter(context.Background(), cfg.TxConfig.SignModeHandler(), signing.SignMode(mode), authsigning.SignerData{
		Address: "cred1somebody", ChainID: "test", AccountNumber: 2, Sequence: 3, PubKey: key.PubKey(),
	}, tx)
	require.NoError(t, err, "%s", mode)
	return bz
}
