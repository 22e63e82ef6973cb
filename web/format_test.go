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

// TestTrustIsShownAsCommandsTakeIt: what the page shows of every trust that the chain has, a command reads as the same trust.
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
