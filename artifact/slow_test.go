package artifact

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A server that hangs costs one wait in all, and not one for each blob.
func TestAServerThatHangsIsAskedLast(t *testing.T) {
	ctx := context.Background()
	hung, asked := hostile(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	store := NewMemory()
	honest := serve(t, Handler(store))
	c := hasty(hung, honest)
	for i := range 5 {
		data := []byte{byte(i)}
		digest, err := PutBytes(ctx, store, data)
		require.NoError(t, err)
		got, err := c.Bytes(ctx, digest, 10)
		require.NoError(t, err)
		require.Equal(t, data, got)
	}
	require.EqualValues(t, 1, asked.Load())

	// The server that hangs is asked after the others. Once it has answered, it has its old place again.
	require.Equal(t, []string{honest, hung}, slow.orderServers([]string{hung, honest}))
	slow.noteServer(hung, false)
	require.Equal(t, []string{hung, honest}, slow.orderServers([]string{hung, honest}))
}

func TestSlowServersAreForgiven(t *testing.T) {
	var s slowServers
	require.Equal(t, []string{"a", "b", "c"}, s.orderServers([]string{"a", "b", "c"}))
	s.noteServer("a", true)
	s.noteServer("b", true)
	require.Equal(t, []string{"c", "a", "b"}, s.orderServers([]string{"a", "b", "c"}))
	s.until["a"] = time.Now().Add(-time.Second)
	require.Equal(t, []string{"a", "c", "b"}, s.orderServers([]string{"a", "b", "c"}))
}
