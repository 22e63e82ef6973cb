package cmd

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	servercmd "github.com/cosmos/cosmos-sdk/server/cmd"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/cmd/credenced/setup"
)

// By default a transaction pays the price that the node asks. A flag or the environment may set another price.
func TestTransactionsPay(t *testing.T) {
	account := sdk.AccAddress(bytes.Repeat([]byte{1}, 20)).String()
	generate := func(args ...string) string {
		var out bytes.Buffer
		root := NewRoot()
		root.SetOut(&out)
		root.SetErr(&out)
		root.SetArgs(append([]string{"tx", "bank", "send", account, account, "1ucred", "--generate-only",
			"--chain-id", "c", "--gas", "300000"}, args...))
		require.NoError(t, servercmd.Execute(root, EnvPrefix, t.TempDir()), out.String())
		return out.String()
	}
	fee := func(amount string) string {
		return `"amount":[{"denom":"ucred","amount":"` + amount + `"}],"gas_limit":"300000"`
	}
	require.Contains(t, generate(), fee("300"))
	require.Contains(t, generate("--fees", "7ucred"), fee("7"))
	require.Contains(t, generate("--gas-prices", "0.002ucred"), fee("600"))
	require.Contains(t, generate("--gas-prices", "0ucred"), `"amount":[],"gas_limit"`)
	t.Setenv("CREDENCED_GAS_PRICES", "0.003ucred")
	require.Contains(t, generate(), fee("900"))
	require.Equal(t, encoding.LeastGasPrice, setup.DefaultAppConfig().MinGasPrices)
}
