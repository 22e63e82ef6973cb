package run

import (
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/cmd/internal/flagtest"
)

// Every field of a job is set by a flag of "run". The test fails if a new field has no flag.
func TestRunSetsEveryField(t *testing.T) {
	j := &jobFlags{}
	cmd := runCmdWith(j)
	own := pflag.NewFlagSet("job", pflag.ContinueOnError)
	j.marketFlags.addFlags(own)
	own.VisitAll(func(f *pflag.Flag) { require.NotNil(t, cmd.Flags().Lookup(f.Name), f.Name) })
	flagtest.SetAll(t, own)
	j.out, j.bagGiven = "o", true
	job, err := j.readJob([]string{"app.wasm"})
	require.NoError(t, err)
	// --map sets Rows and excludes other flags. --once sets Nonce, and only "run" has it. --rest sets Rest in blocks or RestFor in
	// time.
	require.Empty(t, flagtest.UnsetFields(job, "Rest", "Rows", "Nonce"))
}
