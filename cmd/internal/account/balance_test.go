package account

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/cmd/internal/nodetest"
	"github.com/credence-chain/credence/internal/cli"
)

const someAccount = "cred1s0n477cgj5sdjnhpqfskfrmg2kn0zu46q42wxy"

func TestBalance(t *testing.T) {
	n := nodetest.NewNode(t)
	out, err := n.RunCommand(t, NewBalanceCommand(), someAccount)
	require.NoError(t, err)
	require.Equal(t, someAccount+"\t"+cli.FormatCRED(5_000_000)+"\n", out)
	require.Contains(t, n.Asked(), "/cosmos.bank.v1beta1.Query/Balance")

	_, err = n.RunCommand(t, NewBalanceCommand(), "nobody", "--keyring-backend", "test", "--keyring-dir", t.TempDir())
	require.ErrorContains(t, err, `ADDRESS "nobody": neither an address (cred1...) nor a name`)
	_, err = n.RunCommand(t, NewBalanceCommand())
	require.ErrorContains(t, err, "owner: missing")
}
