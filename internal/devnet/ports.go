package devnet

import (
	"fmt"
	"net"
	"strconv"

	"github.com/credence-chain/credence/internal/freeport"
)

// reservePorts finds n free ports: base, base+1, ... or, if base is 0, any.
func reservePorts(base, n int) ([]int, error) {
	ports := make([]int, 0, n)
	held := make([]net.Listener, 0, n)
	// All ports are held until all are found, so that no two are the same.
	defer func() {
		for _, l := range held {
			l.Close()
		}
	}()
	for i := range n {
		l, err := listen(base, i)
		if err != nil {
			return nil, err
		}
		held = append(held, l)
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}

// listen listens on the port base+i or, if base is 0, on a free one.
func listen(base, i int) (net.Listener, error) {
	if base == 0 {
		return freeport.Listen()
	}
	l, err := net.Listen("tcp", loopbackAddress(base+i))
	if err != nil {
		return nil, fmt.Errorf("port %d is taken by another program: choose another --base-port, or none for free ones", base+i)
	}
	return l, nil
}

// firstTaken returns the first of the ports on which a program listens; 0 if all are free.
func firstTaken(ports []int) int {
	for _, p := range ports {
		l, err := net.Listen("tcp", loopbackAddress(p))
		if err != nil {
			return p
		}
		l.Close()
	}
	return 0
}

func loopbackAddress(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

func httpURL(port int) string { return "http://" + loopbackAddress(port) }
