// Package port finds ports for programs that a test starts, and addresses where nobody may listen.
package port

import (
	"fmt"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/freeport"
)

// Free returns a port of 127.0.0.1 at which nobody listens. The system does not hand it out to others.
func Free(t testing.TB) int {
	t.Helper()
	l, err := freeport.Listen()
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return l.Addr().(*net.TCPAddr).Port
}

// FreeAddress returns the address, HOST:PORT, of a port that Free found.
func FreeAddress(t testing.TB) string {
	t.Helper()
	return fmt.Sprintf("127.0.0.1:%d", Free(t))
}
