package client

import (
	"fmt"
	"strings"
)

// ReachError says that a node could not be reached for a reason that the caller can mend.
type ReachError struct {
	Node string // the endpoint as it was given
	Next string // what to do
	Err  error
}

func (e *ReachError) Error() string { return e.Node + ": " + e.Err.Error() }

// Unwrap returns the error of the connection.
func (e *ReachError) Unwrap() error { return e.Err }

// explainReach names the node of an error. Where TLS is the reason it says what to do; gRPC tells such reasons by words alone.
func (e *endpoint) explainReach(err error) error {
	text := err.Error()
	next := ""
	switch {
	case e.secure && strings.Contains(text, "does not look like a TLS handshake"):
		next = "that port speaks no TLS: write http://" + e.target
	case e.secure && strings.Contains(text, "signed by unknown authority"):
		next = "this machine does not know the authority that signed the node's certificate: name a file with the authority's certificate in the variable SSL_CERT_FILE"
	case e.secure && strings.Contains(text, "failed to verify certificate"):
		next = "the node's certificate is not for this name, or its time is over: ask who runs the node"
	case !e.secure && strings.Contains(text, "error reading server preface"):
		next = "that port may speak TLS: write https://" + e.target
	default:
		return fmt.Errorf("%s: %w", e.name, err)
	}
	return &ReachError{Node: e.name, Next: next, Err: err}
}
