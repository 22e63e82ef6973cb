package order

import (
	"context"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/cmd/internal/flagtest"
)

// For every field of a job on the chain there is a flag of "order create request", or a thing named there that fills it in.
func TestOrderRequestSetsEveryField(t *testing.T) {
	var r requestFlags
	f := pflag.NewFlagSet("job", pflag.ContinueOnError)
	r.addFlags(f)
	flagtest.SetAll(t, f)
	c := &createFlags{cmd: &cobra.Command{}}
	c.cmd.Flags().AddFlagSet(f)
	job, err := r.readJob(context.Background(), c, nil, "studio/app:1.0", nil)
	require.NoError(t, err)
	require.Empty(t, flagtest.UnsetFields(job, "Inputs", "After", "When"), "the inputs are put into the store later, and no signed request waits for others")
}
