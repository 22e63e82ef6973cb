package program

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Bytes that are already published stay as they are. If the flags ask for another name, owner or price, the user is told.
func TestPublishedOtherwise(t *testing.T) {
	is := published{owner: "cred1p", price: 20_000}
	for _, tc := range []struct {
		name  string
		p     publishFlags
		is    published
		price uint64
		why   string
	}{
		{"as it is", publishFlags{}, is, 0, ""},
		{"as it is, in full", publishFlags{name: "count", version: "1.0", price: "0.02CRED"}, is, 20_000, ""},
		{"by order, as it is", publishFlags{byOrder: true}, published{owner: "cred1p", byOrder: true}, 0, ""},
		{"another name", publishFlags{name: "other"}, is, 0, "already, as studio/count:1.0: nothing was changed"},
		{"another version", publishFlags{version: "2"}, is, 0, "already, as studio/count:1.0: nothing was changed"},
		{"another's", publishFlags{}, published{owner: "cred1q"}, 0, "as studio/count:1.0 of another provider: nothing"},
		{"another price", publishFlags{price: "0.03CRED"}, is, 30_000, "at 0.02 CRED: nothing was changed\n  Next: change that: credenced publish price studio/count:1.0 --price 0.03CRED"},
		{"a price where there is none", publishFlags{price: "0"}, published{owner: "cred1p", byOrder: true}, 0, "sold by order alone: nothing was changed"},
		{"no price where there is one", publishFlags{byOrder: true}, is, 0, "at 0.02 CRED: nothing was changed"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := tc.p.printDifference("studio/count:1.0", tc.is, "cred1p", tc.price)
			if tc.why == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tc.why)
		})
	}
	_, err := (&publishFlags{price: "1CRED", byOrder: true}).readAmount()
	require.ErrorContains(t, err, "--price and --by-order")
}
