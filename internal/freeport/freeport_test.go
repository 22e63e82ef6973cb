package freeport

import (
	"fmt"
	"net"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// The system hands out none of the ports that are found.
func TestListen(t *testing.T) {
	text, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range")
	require.NoError(t, err)
	var low, high int
	_, err = fmt.Sscan(string(text), &low, &high)
	require.NoError(t, err)
	for range 100 {
		l, err := Listen()
		require.NoError(t, err)
		p := l.Addr().(*net.TCPAddr).Port
		require.False(t, low <= p && p <= high, "port %d is one of %d to %d, from which the system draws", p, low, high)
		_, err = net.Listen("tcp", l.Addr().String())
		require.Error(t, err, "the port is held")
		require.NoError(t, l.Close())
	}
}
