package poco

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// checkUntil checks a property again, with other draws, until met says that the draws have met every case that the test is about. A rare
// case is missed by one round now and then; that it is missed by fifty rounds means that it cannot happen any more.
func checkUntil(t *testing.T, property func(*rapid.T), met func() bool) {
	t.Helper()
	for range 50 {
		rapid.Check(t, property)
		if t.Failed() || met() {
			return
		}
	}
	require.Fail(t, "a case that this test is about was never drawn")
}
