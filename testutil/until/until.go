// Package until keeps luck out of properties that must have met certain cases.
package until

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// rounds is how often Check checks a property at most.
const rounds = 50

// Check checks a property again, with other draws, until met says that the draws have met every case that the test is about. A rare case is
// missed by one round now and then. That it is missed by fifty rounds means that it cannot happen any more.
func Check(t *testing.T, property func(*rapid.T), met func() bool) {
	t.Helper()
	for range rounds {
		rapid.Check(t, property)
		if t.Failed() || met() {
			return
		}
	}
	require.Fail(t, "a case that this test is about was never drawn", "%d rounds were played", rounds)
}
