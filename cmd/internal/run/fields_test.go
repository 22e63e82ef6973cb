package run

import (
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/cmd/internal/flagtest"
)

// Every field of a job is set by a flag of run. One that is added to the job without a flag makes this fail.
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
	// Rows are --map's, which takes other flags apart. Nonce is --once's, which run alone has.
	// Rest says in blocks what RestFor says in time: --rest sets either.
	require.Empty(t, flagtest.UnsetFields(job, "Rest", "Rows", "Nonce"))
}
