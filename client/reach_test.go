package client

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A node that is reached with TLS where there is none, or the other way round, or whose authority is not known, is an error that says what
// to do.
func TestReachError(t *testing.T) {
	nothing := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	secure := httptest.NewUnstartedServer(nothing)
	secure.EnableHTTP2 = true
	secure.StartTLS()
	defer secure.Close()
	plain := httptest.NewServer(nothing)
	defer plain.Close()
	secureAt, plainAt := strings.TrimPrefix(secure.URL, "https://"), strings.TrimPrefix(plain.URL, "http://")
	for _, tc := range []struct{ name, node, next string }{
		{"an authority of nobody", "https://" + secureAt, "SSL_CERT_FILE"},
		{"TLS where there is none", "https://" + plainAt, "write http://" + plainAt},
		{"no TLS where there is", secureAt, "write https://" + secureAt},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Dial(t.Context(), []string{tc.node}, "")
			require.ErrorIs(t, err, ErrNoEndpoint)
			var unreached *ReachError
			require.ErrorAs(t, err, &unreached)
			require.Equal(t, tc.node, unreached.Node)
			require.Contains(t, unreached.Next, tc.next)
		})
	}
	plain.Close()
	_, err := Dial(t.Context(), []string{plainAt}, "")
	require.ErrorIs(t, err, ErrNoEndpoint)
	var unreached *ReachError
	require.NotErrorAs(t, err, &unreached, "nobody is there at all")
}
