// Package freeport finds free ports on this machine.
package freeport

import (
	"fmt"
	"math/rand/v2"
	"net"
)

// Ports are drawn from [First, End). The range lies below the ports from which the system draws one for a connection or for a listener
// that asks for port 0, and beside the standard ports of a node. A port of the system's range that was free a moment ago can soon be
// the near end of somebody's connection. Then a program that was to listen there, or is started there again, fails.
const First, End = 10_000, 26_000

// tries is how many ports are looked at.
const tries = 1000

// Listen listens on a free port of 127.0.0.1.
func Listen() (net.Listener, error) {
	var last error
	for range tries {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", First+rand.IntN(End-First)))
		if err == nil {
			return l, nil
		}
		last = err
	}
	return nil, fmt.Errorf("no free port from %d to %d after %d tries: %w", First, End-1, tries, last)
}
