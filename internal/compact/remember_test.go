package compact

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	collcodec "cosmossdk.io/collections/codec"

	"github.com/credence-chain/credence/internal/recent"
)

// counted is a codec of byte slices. It counts how often it decodes, and refuses empty bytes.
type counted struct {
	collcodec.ValueCodec[[]byte]
	n *int
}

func (c counted) Decode(raw []byte) ([]byte, error) {
	*c.n++
	if len(raw) == 0 {
		return nil, errors.New("empty")
	}
	return append([]byte(nil), raw...), nil
}

func rememberingOf(n *int) value[[]byte] {
	return value[[]byte]{ValueCodec: counted{n: n}, layout: &layout{}, decoded: recent.New[string, []byte](2)}
}

func TestRemember(t *testing.T) {
	CheckRemembered.Store(false)
	n := 0
	c := rememberingOf(&n)
	for range 3 {
		got, err := c.Decode([]byte("a"))
		require.NoError(t, err)
		require.Equal(t, []byte("a"), got)
	}
	require.Equal(t, 1, n)
	got, err := c.Decode([]byte("b"))
	require.NoError(t, err)
	require.Equal(t, []byte("b"), got)
	for range 2 { // an error is not remembered
		_, err := c.Decode(nil)
		require.Error(t, err)
	}
	require.Equal(t, 4, n)
}

// TestLargeRecordsAreNotRemembered: a record above the size limit is decoded each time, so that the remembered bytes are bounded.
func TestLargeRecordsAreNotRemembered(t *testing.T) {
	CheckRemembered.Store(false)
	for _, tc := range []struct{ size, decoded int }{{maxRememberedBytes, 1}, {maxRememberedBytes + 1, 3}} {
		n := 0
		c := rememberingOf(&n)
		for range 3 {
			got, err := c.Decode(make([]byte, tc.size))
			require.NoError(t, err)
			require.Len(t, got, tc.size)
		}
		require.Equal(t, tc.decoded, n, "decoded of %d bytes", tc.size)
	}
}

// TestCheckRemembered: with the check on, decoding panics if a remembered record was changed in place.
func TestCheckRemembered(t *testing.T) {
	CheckRemembered.Store(true)
	defer CheckRemembered.Store(false)
	n := 0
	c := rememberingOf(&n)
	for range 2 {
		_, err := c.Decode([]byte("a"))
		require.NoError(t, err)
	}
	got, err := c.Decode([]byte("a"))
	require.NoError(t, err)
	got[0] = 'x'
	require.Panics(t, func() { _, _ = c.Decode([]byte("a")) })
}

// TestUnchanged: a cached record that was changed in place is found, also if nobody reads it again, and so is an element that was appended
// in the room behind the end of one of its lists.
func TestUnchanged(t *testing.T) {
	CheckRemembered.Store(true)
	defer CheckRemembered.Store(false)
	n := 0
	c := rememberingOf(&n)
	require.Error(t, Unchanged(value[[]byte]{}), "it remembers nothing")
	got, err := c.Decode([]byte("a"))
	require.NoError(t, err)
	require.NoError(t, Unchanged[[]byte](c))
	_ = append(slices.Clip(got), 'x')
	require.NoError(t, Unchanged[[]byte](c))
	require.Greater(t, cap(got), len(got))
	_ = append(got, 'x')
	require.ErrorContains(t, Unchanged[[]byte](c), "appended to in place: []uint8")
	got[0] = 'x'
	require.ErrorContains(t, Unchanged[[]byte](c), "changed in place")
}

// TestAppended: lists are looked into through structs, pointers and other lists.
func TestAppended(t *testing.T) {
	type inner struct{ List []uint64 }
	type outer struct {
		Name  string
		Some  *inner
		None  *inner
		Inner []inner
	}
	room := func() []uint64 { return make([]uint64, 1, 4) }
	o := outer{Name: "a", Some: &inner{room()}, Inner: []inner{{}, {room()}}}
	require.Empty(t, appended(reflect.ValueOf(o)))
	_ = append(o.Some.List, 7)
	require.Equal(t, "[]uint64", appended(reflect.ValueOf(o)))
	o.Some.List = room()
	_ = append(o.Inner[1].List, 7)
	require.Equal(t, "[]uint64", appended(reflect.ValueOf(o)))
}
