package journal

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"
)

// TestForget: a record leaves the journal only after its task was seen to be final, and then by age or number, the oldest first.
func TestForget(t *testing.T) {
	j, path := open(t)
	at := time.Unix(1_700_000_000, 0)
	var keys []Key
	for i := range uint32(5) {
		k := Key{Attempt: i}
		keys = append(keys, k)
		_, err := j.Update(k, 1, to(Settled))
		require.NoError(t, err)
		if i > 0 {
			require.NoError(t, j.NoteFinal([]Key{k}, at.Add(time.Duration(i)*time.Hour)))
		}
	}
	live := Key{Attempt: 9}
	_, err := j.Update(live, 1, to(Running))
	require.NoError(t, err)
	require.NoError(t, j.NoteFinal([]Key{live, {Attempt: 77}}, at), "one that still runs and one that is not there are left out")

	attempts := func(list []Record) (out []uint32) {
		for _, r := range list {
			out = append(out, r.Key.Attempt)
		}
		return out
	}
	held, err := j.Held()
	require.NoError(t, err)
	require.Equal(t, []uint32{0, 9}, attempts(held))
	for _, tc := range []struct {
		before time.Time
		keep   int
		gone   int
		left   int
	}{
		{at, 100, 0, 6},
		{at.Add(90 * time.Minute), 100, 1, 5}, // of age
		{at, 2, 1, 4},                         // too many
		{at.Add(100 * time.Hour), 100, 2, 2},  // all but the held ones
		{at.Add(100 * time.Hour), 0, 0, 2},
	} {
		gone, err := j.Forget(tc.before, tc.keep)
		require.NoError(t, err)
		require.Equal(t, tc.gone, gone)
		n := 0
		require.NoError(t, j.Each(func(Record) error { n++; return nil }))
		require.Equal(t, tc.left, n)
	}
	_, found, err := j.Get(keys[4])
	require.NoError(t, err)
	require.False(t, found)

	// A journal of an older worker has no such notes: all of its records are held.
	require.NoError(t, j.db.Update(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{bucketHeld, bucketFinal} {
			require.NoError(t, tx.DeleteBucket(name))
		}
		return nil
	}))
	require.NoError(t, j.Close())
	j, err = Open(path)
	require.NoError(t, err)
	defer j.Close()
	held, err = j.Held()
	require.NoError(t, err)
	require.Equal(t, []uint32{0, 9}, attempts(held))
}
