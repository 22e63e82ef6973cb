package printer

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	markettypes "github.com/credence-chain/credence/x/market/types"
)

func TestPrintJSON(t *testing.T) {
	var out strings.Builder
	require.NoError(t, PrintJSON(&out, map[string]int{"a": 1}))
	require.Equal(t, "{\n  \"a\": 1\n}\n", out.String())
	out.Reset()
	require.NoError(t, PrintJSON(&out, &markettypes.Category{Id: "xs", Seconds: 60}))
	require.Contains(t, out.String(), "\"id\": \"xs\"", "a message has the names of its fields in the protocol")
	require.Contains(t, out.String(), "\"seconds\": \"60\"", "and numbers of 64 bits in quotes")
	require.ErrorContains(t, PrintJSON(&out, func() {}), "unsupported type")
	require.ErrorIs(t, PrintJSON(brokenPipe{}, 1), errPipe)
}

func TestPrintList(t *testing.T) {
	var out strings.Builder
	require.NoError(t, PrintList(&out, "categories", []markettypes.Category{{Id: "xs"}, {Id: "s"}}, true))
	require.Less(t, strings.Index(out.String(), `"xs"`), strings.Index(out.String(), `"s"`))
	require.Contains(t, out.String(), `"more": true`)
	out.Reset()
	require.NoError(t, PrintList(&out, "categories", []markettypes.Category{}, false))
	require.JSONEq(t, `{"categories": [], "more": false}`, out.String())
}
