package web

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/testutil/tool"
)

// TestTrustIsShownAsCommandsTakeIt: for every trust of the chain, a command reads the text on the page as the same trust.
func TestTrustIsShownAsCommandsTakeIt(t *testing.T) {
	var trusts []uint64
	for demanded := uint64(poco.MinTrust); demanded <= poco.MaxTrust; {
		trust, err := poco.QuantiseTrust(demanded)
		require.NoError(t, err)
		trusts = append(trusts, trust)
		demanded = trust + 1
	}
	require.Len(t, trusts, 27)
	list, err := json.Marshal(trusts)
	require.NoError(t, err)
	program := fmt.Sprintf(`import {percent} from "./static/format.js"; console.log(JSON.stringify(%s.map(percent)));`, list)
	out, err := exec.CommandContext(t.Context(), tool.Find(t, "node"), "--input-type=module", "--eval", program).CombinedOutput()
	require.NoError(t, err, "%s", out)
	var shown []string
	require.NoError(t, json.Unmarshal(out, &shown), "%s", out)
	require.Len(t, shown, len(trusts))
	for i, text := range shown {
		trust, err := poco.ParseTrust(text)
		require.NoError(t, err)
		require.Equal(t, trusts[i], trust, text)
	}
}

// TestReplicaPrice: the page shows how a price by use is made. Without a price by use it shows the price alone.
func TestReplicaPrice(t *testing.T) {
	program := `import {replicaPrice} from "./static/format.js"; console.log(JSON.stringify([
  {price: "50000"}, {price: "50000", use_price: {base: "0", per_gfuel: "500", per_second: "0"}}, {price: "50000", use_price: {base: "10000", per_gfuel: "0", per_second: "5"}},
].map(replicaPrice)));`
	out, err := exec.CommandContext(t.Context(), tool.Find(t, "node"), "--input-type=module", "--eval", program).CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.JSONEq(t, `["0.05 CRED", "0.0005 CRED a Gfuel used, at most 0.05 CRED", "0.01 CRED and 0.000005 CRED a second declared, at most 0.05 CRED"]`, string(out))
}
