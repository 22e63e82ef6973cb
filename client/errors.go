package client

import (
	"errors"
)

// Errors of the connection. They are wrapped with context.
var (
	// ErrNoEndpoint says that no node could be reached.
	ErrNoEndpoint = errors.New("no node can be reached")
	// ErrWrongChain says that a node belongs to another chain than expected.
	ErrWrongChain = errors.New("the node belongs to another chain")
)
