package ceremony

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// seedPlan returns a good plan, with the founders that hold has.
func seedPlan() Plan {
	p := DefaultPlan("amber-1", time.Date(2027, 1, 11, 9, 0, 0, 0, time.UTC))
	p.Founders = []string{"cedar", "amber", "birch"}
	return p
}

// FuzzPlan: no file makes the parser of plans panic. A plan that is accepted has the same hash after it is written again.
func FuzzPlan(f *testing.F) {
	text, err := json.Marshal(seedPlan())
	require.NoError(f, err)
	f.Add(text)
	f.Add([]byte(`{"chain_id":"x","founders":["a","a"],"voting_period":"-1s"}`))
	folder := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(folder, "plan.json")
		require.NoError(t, os.WriteFile(path, text, 0o600))
		p, err := LoadPlan(path)
		if err != nil {
			return
		}
		require.NoError(t, p.Save(path))
		again, err := LoadPlan(path)
		require.NoError(t, err)
		require.Equal(t, p.Hash(), again.Hash())
	})
}

// FuzzApplication: no file of a founder makes its check panic. No application is accepted after a change to a field that its keys have
// signed.
func FuzzApplication(f *testing.F) {
	p := seedPlan()
	a, _ := apply(f, p, "amber", 0)
	text, err := json.Marshal(a)
	require.NoError(f, err)
	f.Add(text)
	f.Add([]byte(`{"seat":{"consensus_public_key":"AA=="},"node":{"public_key":"AA=="},"proofs":{"node":"AA=="}}`))
	folder := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(folder, "application.json")
		require.NoError(t, os.WriteFile(path, text, 0o600))
		got, err := LoadApplication(path)
		if err != nil {
			return
		}
		if got.Validate(p) == nil && !bytes.Equal(got.SignBytes(), a.SignBytes()) {
			t.Fatalf("it was changed, and its proofs hold: %s", text)
		}
	})
}
