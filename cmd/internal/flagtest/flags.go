// Package flagtest sets all flags of a job, and finds the fields of the job that no flag sets. Only tests import it.
package flagtest

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
)

// someText returns a valid value for a flag of a job.
func someText(t *testing.T, f *pflag.Flag) string {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, []byte("x"), 0o600))
	special := map[string]string{
		"input": file, "answer": "counts=" + someRequest, "after": someRequest, "when": someRequest + "=0,10", "trust": "99%", "fuel": "2G", "memory": "2GiB", "disk": "1MiB", "cpu": "0.5", "rest": "10m", "clock": "2026-01-01T00:00:00Z", "recipient": "age1cy0su9fwf3gf9mw868g5yut09p6nytfmmnktexz2ya5uqg9vl9sss4euqm", "workdir": "in", "only-pool-of": "lab",
		"ok-exit": "0", "time": "10m", "env": "A=1", "stdin": "stdin=" + file, "stdout": "log.txt", "beneficiary": someAccount, "sponsor": someAccount, "voucher": "abcd", "arg": "x", "args": "y", "category": "xs", "policy": "court",
		"max-price": "5CRED", "max-app-price": "1CRED", "max-dataset-price": "1CRED", "max-pool-price": "1CRED", "value": "9CRED", "out": "o",
	}
	if text, ok := special[f.Name]; ok {
		return text
	}
	switch f.Value.Type() {
	case "bool":
		return "true"
	case "uint32", "uint64", "int64":
		return "1"
	}
	return "some/thing:1"
}

const someAccount = "cred1s0n477cgj5sdjnhpqfskfrmg2kn0zu46q42wxy"

const someRequest = "abababababababababababababababababababababababababababababababab"

// SetAll gives every flag a value.
func SetAll(t *testing.T, f *pflag.FlagSet) {
	f.VisitAll(func(flag *pflag.Flag) {
		if flag.Name != "map" { // --map changes the meaning of the other flags
			require.NoError(t, f.Set(flag.Name, someText(t, flag)), flag.Name)
		}
	})
}

// UnsetFields returns the fields of a struct that are zero, except those excused.
func UnsetFields(v any, excused ...string) (out []string) {
	value := reflect.ValueOf(v)
	for i := range value.NumField() {
		name := value.Type().Field(i).Name
		excuse := false
		for _, e := range excused {
			excuse = excuse || e == name
		}
		if value.Field(i).IsZero() && !excuse {
			out = append(out, name)
		}
	}
	return out
}
