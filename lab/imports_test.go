package lab_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/credence-chain/credence/"

// dependencies lists the packages from which the given ones are linked, and the given ones themselves.
func dependencies(t *testing.T, packages ...string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"list", "-deps"}, packages...)...)
	cmd.Dir = ".."
	var diag strings.Builder
	cmd.Stderr = &diag
	out, err := cmd.Output()
	require.NoError(t, err, diag.String())
	deps := strings.Fields(string(out))
	require.NotEmpty(t, deps)
	return deps
}

// The programs that people run for money link no package of the laboratory.
func TestNobodyLinksTheLaboratory(t *testing.T) {
	programs := dependencies(t, "./cmd/credenced", "./cmd/credence-worker", "./poco/...", "./x/...", "./client/...")
	require.Contains(t, programs, module+"poco")
	for _, p := range programs {
		require.False(t, p == module+"lab" || strings.HasPrefix(p, module+"lab/"), "%s is linked into the node, the worker, the protocol or the client", p)
	}
}

// The laboratory needs no chain. Of this project it uses only the protocol, and it uses no framework for chains. The protocol reads
// recipients in bech32 and executions in protobuf's wire format, with libraries that need nothing else.
func TestTheLaboratoryNeedsNoChain(t *testing.T) {
	deps := dependencies(t, "./cmd/credence-lab", "./lab/...")
	require.Contains(t, deps, module+"poco")
	for _, p := range deps {
		if p == "github.com/cosmos/btcutil/bech32" {
			continue
		}
		require.NotContains(t, p, "cosmos")
		require.NotContains(t, p, "cometbft")
		if own, ours := strings.CutPrefix(p, module); ours {
			require.Regexp(t, `^(poco|lab|cmd/credence-lab|internal/(wire|words))(/|$)`, own)
		}
	}
}
