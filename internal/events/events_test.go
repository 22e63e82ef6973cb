package events_test

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/events"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
	supplytypes "github.com/credence-chain/credence/x/supply/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// some has one event of each module, so that the module's file is linked.
var _ = []proto.Message{
	&appstypes.EventPublished{}, &dealstypes.EventPaid{}, &markettypes.EventFloor{}, &orgstypes.EventAdmitted{}, &poatypes.EventJailed{},
	&supplytypes.EventMinted{}, &taskstypes.EventEnded{}, &voucherstypes.EventVoucher{}, &workerstypes.EventSlashed{},
}

// allEvents returns the types of all messages of our modules whose names begin with Event.
func allEvents(t *testing.T) (out []reflect.Type) {
	t.Helper()
	files, err := proto.MergedRegistry()
	require.NoError(t, err)
	files.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		for i := range file.Messages().Len() {
			m := file.Messages().Get(i)
			if strings.HasPrefix(string(file.Package()), "credence.") && strings.HasPrefix(string(m.Name()), "Event") {
				out = append(out, proto.MessageType(string(m.FullName())).Elem())
			}
		}
		return true
	})
	require.GreaterOrEqual(t, len(out), 61)
	return out
}

// An event of any module, with any content, is encoded as the SDK encodes it.
func TestSameAsSDK(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, typ := range allEvents(t) {
		t.Run(typ.Name(), func(t *testing.T) {
			for i := range 200 {
				ev := reflect.New(typ)
				if i > 0 {
					fill(random, ev.Elem())
				}
				msg := ev.Interface().(proto.Message)
				want, err := sdk.TypedEventToEvent(msg)
				require.NoError(t, err)
				got, err := events.Encode(msg)
				require.NoError(t, err)
				require.Equal(t, want, got, "%v", msg)
			}
		})
	}
}

// No event falls back to the SDK's encoder, which gives the same result but is slow.
func TestNoneIsSlow(t *testing.T) {
	for _, typ := range allEvents(t) {
		msg := reflect.New(typ).Interface().(proto.Message)
		slow := testing.AllocsPerRun(10, func() { _, _ = sdk.TypedEventToEvent(msg) })
		fast := testing.AllocsPerRun(10, func() { _, _ = events.Encode(msg) })
		require.Less(t, fast, slow/2, typ.Name())
	}
}

func TestRefusesNil(t *testing.T) {
	_, err := events.Encode((*taskstypes.EventEnded)(nil))
	require.ErrorContains(t, err, "EventEnded")
}

var texts = []string{"", "plain", "a \"quoted\" \\ one", "<b>&amp;", "line\nbreak\x00", "Größe 😀", "broken \xff utf-8", "del \x7f", "\u2028"}

// fill sets every field of a message that protobuf knows.
func fill(r *rand.Rand, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(texts[r.IntN(len(texts))])
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.Int32:
		v.SetInt(int64(r.IntN(12)) - 2) // numbers of enums, with a name and without
	case reflect.Int64:
		v.SetInt(int64(r.Uint64()))
	case reflect.Uint32:
		v.SetUint(uint64(r.Uint32()))
	case reflect.Uint64:
		v.SetUint(r.Uint64() >> r.IntN(64))
	case reflect.Slice:
		if n := r.IntN(4) - 1; n >= 0 {
			v.Set(reflect.MakeSlice(v.Type(), n, n))
			for i := range n {
				fill(r, v.Index(i))
			}
		}
	case reflect.Uint8:
		v.SetUint(uint64(r.Uint32() % 256))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(r, v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			field := v.Type().Field(i)
			if field.Tag.Get("protobuf") != "" && (field.Type.Kind() != reflect.Pointer || r.IntN(3) > 0) {
				fill(r, v.Field(i))
			}
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	ev := &taskstypes.EventDrawn{
		Task: strings.Repeat("ab", 32), Deal: strings.Repeat("cd", 32), Who: "cred1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq", Organisation: "lab-1",
		Wave: 2, Attempt: 1,
	}
	for name, encode := range map[string]func(proto.Message) (sdk.Event, error){"ours": events.Encode, "sdk": sdk.TypedEventToEvent} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				if _, err := encode(ev); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
