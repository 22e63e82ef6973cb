package requester

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
)

// someText is a value that each flag of a job takes.
func someText(t *testing.T, f *pflag.Flag) string {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, []byte("x"), 0o600))
	special := map[string]string{
		"input": file, "trust": "99%", "fuel": "2G", "memory": "2GiB", "disk": "1MiB", "cpu": "0.5", "rest": "10m", "only-pool-of": "lab",
		"ok-exit": "0", "time": "10m", "env": "A=1", "stdin": file, "stdout": "log.txt", "beneficiary": someAccount, "sponsor": someAccount, "voucher": "abcd", "arg": "x", "args": "y", "category": "xs", "policy": "court",
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

// setAll gives every flag a value.
func setAll(t *testing.T, f *pflag.FlagSet) {
	f.VisitAll(func(flag *pflag.Flag) { require.NoError(t, f.Set(flag.Name, someText(t, flag)), flag.Name) })
}

// unset are the fields of a struct that are zero, but for those that are excused.
func unset(v any, excused ...string) (out []string) {
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

// Every field of a job is set by a flag of run. One that is added to the job without a flag makes this fail.
func TestRunSetsEveryField(t *testing.T) {
	j := &jobFlags{}
	cmd := runCmdWith(j)
	own := pflag.NewFlagSet("job", pflag.ContinueOnError)
	j.marketFlags.add(own)
	own.VisitAll(func(f *pflag.Flag) { require.NotNil(t, cmd.Flags().Lookup(f.Name), f.Name) })
	setAll(t, own)
	j.out, j.bagGiven = "o", true
	job, err := j.job([]string{"app.wasm"})
	require.NoError(t, err)
	// Rest says in blocks what RestFor says in time: --rest sets either. No hook of the chain can be named yet.
	require.Empty(t, unset(job, "Rest", "Callback"))
}

// Every field of a job on the chain is set by a flag of order create request, or filled in by what it names.
func TestOrderRequestSetsEveryField(t *testing.T) {
	var r requestFlags
	f := pflag.NewFlagSet("job", pflag.ContinueOnError)
	r.add(f)
	setAll(t, f)
	c := &createFlags{cmd: &cobra.Command{}}
	c.cmd.Flags().AddFlagSet(f)
	job, err := r.job(context.Background(), c, nil, "studio/app:1.0", nil)
	require.NoError(t, err)
	require.Empty(t, unset(job, "Inputs", "Callback"), "the inputs are put into the store later")
}

// What run and order create request have in common is one definition: the same name is the same flag with the same words.
func TestCommonFlagsAreTheSame(t *testing.T) {
	common := pflag.NewFlagSet("job", pflag.ContinueOnError)
	(&commonFlags{}).add(common)
	request := orderCreateRequestCmd().Flags()
	run := runCmd().Flags()
	n := 0
	common.VisitAll(func(f *pflag.Flag) {
		n++
		for _, of := range []*pflag.FlagSet{run, request} {
			other := of.Lookup(f.Name)
			require.NotNil(t, other, f.Name)
			require.Equal(t, f.Usage, other.Usage)
			require.Equal(t, f.DefValue, other.DefValue)
		}
	})
	require.Greater(t, n, 20)
}
