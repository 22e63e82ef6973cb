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

// TestRates: amounts and times for a quick look are rounded, and what is small is not rounded away.
func TestRates(t *testing.T) {
	program := `import {roughly, hourly, lasted, ratio} from "./static/format.js"; console.log(JSON.stringify([
  roughly("7"), roughly("1653025"), roughly("1834999123456"), hourly("157", 495), hourly("5", 0), lasted(59), lasted(246), lasted(3595), lasted(7200), ratio(19, 7), ratio(1, 0),
]));`
	out, err := exec.CommandContext(t.Context(), tool.Find(t, "node"), "--input-type=module", "--eval", program).CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.JSONEq(t, `["0.000007 CRED", "1.65 CRED", "1,830,000 CRED", "0.00114 CRED", "18 CRED", "59 s", "4.1 minutes", "59.9 minutes", "2 hours", "2.7", "0"]`, string(out))
}
