package health

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCommand(t *testing.T) {
	well := true
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if !well {
			http.Error(w, "catching up", http.StatusServiceUnavailable)
		}
	}))
	defer server.Close()
	ask := func() error {
		cmd := Command()
		cmd.SilenceErrors, cmd.SilenceUsage = true, true
		cmd.SetArgs([]string{server.URL})
		return cmd.ExecuteContext(t.Context())
	}
	require.NoError(t, ask())
	well = false
	require.ErrorContains(t, ask(), "catching up")
	server.Close()
	require.Error(t, ask())
}
