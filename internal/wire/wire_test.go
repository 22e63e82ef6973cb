package wire

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protowire"
	"pgregory.net/rapid"
)

// record is a message with a field of each kind.
type record struct {
	number  uint32
	is      bool
	numbers []uint32
	text    string
	texts   []string
	raw     []byte
	hash    [32]byte
	within  uint64
	each    []uint64
	hashes  [][32]byte
}

func readWithin(b []byte) (n uint64, err error) {
	return n, ReadMessage(b, Readers{1: ReadNumber(&n)})
}

func readRecord(b []byte) (r record, err error) {
	return r, ReadMessage(b, Readers{
		1: ReadNumber(&r.number), 2: ReadBool(&r.is), 3: ReadNumbers(&r.numbers), 4: ReadText(&r.text), 5: ReadTexts(&r.texts),
		6: ReadRaw(&r.raw, 2), 7: ReadHash(&r.hash), 8: ReadWithin(&r.within, readWithin), 9: ReadEach(&r.each, readWithin),
		10: ReadHashes(&r.hashes),
	})
}

// number and blob append a field to b.
func number(b []byte, field protowire.Number, n uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), n)
}

func blob(b []byte, field protowire.Number, content string) []byte {
	return protowire.AppendString(protowire.AppendTag(b, field, protowire.BytesType), content)
}

func TestReadMessage(t *testing.T) {
	hash := [32]byte{31: 9}
	b := number(nil, 1, 7)
	b = number(b, 2, 1)
	b = number(blob(b, 3, "\x01\xac\x02"), 3, 5) // a packed list, then a single value
	b = blob(blob(blob(b, 4, "é"), 5, "a"), 5, "")
	b = blob(blob(b, 6, "\xff\x00"), 7, string(hash[:]))
	b = blob(blob(blob(b, 8, "\x08\x03"), 9, "\x08\x04"), 9, "")
	b = blob(blob(b, 10, string(hash[:])), 10, string(make([]byte, 32)))
	b = blob(number(b, 100, 1), 101, "of a later chain")
	b = protowire.AppendFixed64(protowire.AppendTag(b, 102, protowire.Fixed64Type), 1)
	r, err := readRecord(b)
	require.NoError(t, err)
	require.Equal(t, record{7, true, []uint32{1, 300, 5}, "é", []string{"a", ""}, []byte("\xff\x00"), hash, 3, []uint64{4, 0}, [][32]byte{hash, {}}}, r)
	one := blob(nil, 4, "abc")
	for n := 1; n < len(one); n++ {
		_, err := readRecord(one[:n])
		require.Error(t, err, "%d bytes of %d", n, len(one))
	}
}

func TestReadMessageRefuses(t *testing.T) {
	for name, b := range map[string][]byte{
		"field 1: expected a number":          blob(nil, 1, "a"),
		"field 2: expected a truth value":     blob(nil, 2, "\x01"),
		"field 3: expected numbers":           protowire.AppendFixed32(protowire.AppendTag(nil, 3, protowire.Fixed32Type), 1),
		"field 3: unexpected EOF":             blob(nil, 3, "\x80"),
		"field 4: expected a text":            blob(nil, 4, "\xff"),
		"field 5: expected a text":            number(nil, 5, 1),
		"field 6: expected 2 bytes, got 3":    blob(nil, 6, "abc"),
		"field 7: expected 32 bytes, got 31":  blob(nil, 7, string(make([]byte, 31))),
		"field 8: expected a message":         number(nil, 8, 1),
		"field 9: field 1: expected a number": blob(nil, 9, "\x0a\x00"),
		"field 10: expected 32 bytes, got 1":  blob(nil, 10, "a"),
		"unexpected EOF":                      {0x80},
		"invalid field number":                {0},
		"mismatching end group marker":        {1<<3 | 4},
	} {
		_, err := readRecord(b)
		require.ErrorContains(t, err, name)
	}
}

// Reading any bytes ends. If a field comes several times, the last one counts, as in every reader of protobuf.
func TestReadMessageOfAnyBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "bytes")
		_, err := readRecord(b)
		if err == nil {
			n := rapid.Uint32().Draw(t, "n")
			r, err := readRecord(number(b, 1, uint64(n)))
			require.NoError(t, err)
			require.Equal(t, n, r.number)
		}
	})
}
