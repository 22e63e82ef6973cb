package openapi_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/docs/openapi"
	"github.com/credence-chain/credence/testutil/tool"
)

// TestReferencesLead: every reference in the document leads to something in it.
func TestReferencesLead(t *testing.T) {
	var doc map[string]any
	require.NoError(t, json.Unmarshal(openapi.Document, &doc))
	components, _ := doc["components"].(map[string]any)
	count := 0
	var walk func(any)
	walk = func(value any) {
		switch v := value.(type) {
		case map[string]any:
			if ref, is := v["$ref"].(string); is {
				count++
				var kind, name string
				for i := len("#/components/"); i < len(ref); i++ {
					if ref[i] == '/' {
						kind, name = ref[len("#/components/"):i], ref[i+1:]
						break
					}
				}
				of, _ := components[kind].(map[string]any)
				require.Contains(t, of, name, ref)
			}
			for _, inner := range v {
				walk(inner)
			}
		case []any:
			for _, inner := range v {
				walk(inner)
			}
		}
	}
	walk(doc)
	require.Greater(t, count, 100)
}

// TestPage runs the page's script on the document.
func TestPage(t *testing.T) {
	node := tool.Find(t, "node")
	out, err := exec.CommandContext(t.Context(), node, "page_check.mjs").CombinedOutput()
	require.NoError(t, err, "%s", out)
	t.Logf("%s", out)
}

// TestHandler: the handler serves its own paths only.
func TestHandler(t *testing.T) {
	for path, want := range map[string]int{
		"/openapi.json": http.StatusOK, "/openapi/": http.StatusOK, "/openapi/page.js": http.StatusOK, "/openapi/style.css": http.StatusOK,
		"/openapi/credence.json": http.StatusNotFound, "/openapi/openapi.go": http.StatusNotFound, "/openapi/../openapi.go": http.StatusTemporaryRedirect,
	} {
		w := httptest.NewRecorder()
		openapi.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		require.Equal(t, want, w.Code, path)
	}
}
