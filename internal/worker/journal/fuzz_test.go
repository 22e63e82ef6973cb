package journal

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzRecord: no bytes make the reader of records panic. A record that is read is written so that it is read as the same again. So
// notes of a newer worker are not lost.
func FuzzRecord(f *testing.F) {
	text, err := json.Marshal(Record{Key: key, State: CommitSent, Deal: "deal", Outcome: &Outcome{Kind: "RESULT", Digest: "sha256:00", Fuel: 9}})
	require.NoError(f, err)
	f.Add(text)
	f.Add([]byte(`{"v":1,"key":"workers/00/1","state":"assigned","later":{"a":[1]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := decodeRecord(text)
		if err != nil {
			return
		}
		first, err := json.Marshal(r)
		require.NoError(t, err)
		again, err := decodeRecord(first)
		require.NoError(t, err)
		second, err := json.Marshal(again)
		require.NoError(t, err)
		require.Equal(t, string(first), string(second))
	})
}
