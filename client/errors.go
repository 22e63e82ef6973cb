package client

import (
	"errors"
)

// Errors of a connection. Functions wrap them with more context.
var (
	// ErrNoEndpoint says that no node could be reached.
	ErrNoEndpoint = errors.New("no node can be reached")
	// ErrWrongChain says that a node belongs to another chain than expected.
	ErrWrongChain = errors.New("the node belongs to another chain")
)
