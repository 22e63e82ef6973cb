package devnet

import (
	"net"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestReservedPortsAreFree: the reserved ports differ, and all can be listened on at once.
func TestReservedPortsAreFree(t *testing.T) {
	ports, err := reservePorts(0, 20)
	require.NoError(t, err)
	slices.Sort(ports)
	require.Len(t, slices.Compact(ports), 20)
	require.Zero(t, firstTaken(ports))
}

// TestTakenPorts: a port that another program uses is refused by its number. This holds for a new port and for one of an earlier run.
func TestTakenPorts(t *testing.T) {
	l, err := net.Listen("tcp", loopbackAddress(0))
	require.NoError(t, err)
	defer l.Close()
	taken := l.Addr().(*net.TCPAddr).Port
	_, err = reservePorts(taken, 1)
	require.ErrorContains(t, err, "is taken by another program")
	require.Equal(t, taken, firstTaken([]int{taken}))
	require.Equal(t, taken, portOf(httpURL(taken)), "a URL says its port")
}

// TestPortsOfALayout: a devnet that continues checks all the ports of its layout, each once.
func TestPortsOfALayout(t *testing.T) {
	o := testOptions(t)
	info, err := layOut(o)
	require.NoError(t, err)
	ports := portsOf(info)
	require.Len(t, ports, 5*o.Validators+o.Workers+2)
	slices.Sort(ports)
	require.Len(t, slices.Compact(ports), 5*o.Validators+o.Workers+2)
	require.NotContains(t, ports, 0)
}

// TestAdoptOptions: a devnet that continues keeps its members, and takes the new number of liars.
func TestAdoptOptions(t *testing.T) {
	o := testOptions(t)
	info, err := layOut(o)
	require.NoError(t, err)
	o.Saboteurs = 2
	require.NoError(t, adoptOptions(o, info))
	require.Equal(t, []string{info.Workers[o.Workers-2].Organisation, info.Workers[o.Workers-1].Organisation}, info.Saboteurs, "from the end")
	o.Saboteurs = 0
	require.NoError(t, adoptOptions(o, info))
	require.Empty(t, info.Saboteurs)

	fewer := o
	fewer.Workers--
	require.ErrorContains(t, adoptOptions(fewer, info), "start it with --reset to begin anew")
	l, err := net.Listen("tcp", loopbackAddress(info.Validators[0].RPC))
	require.NoError(t, err)
	defer l.Close()
	require.ErrorContains(t, adoptOptions(o, info), "is taken by another program now")
}

func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for i := range 20 {
		for _, name := range []string{workerName(i), validatorName(i)} {
			require.False(t, seen[name], "%s twice", name)
			seen[name] = true
		}
	}
	require.Equal(t, "worker-8", workerName(7))
}
