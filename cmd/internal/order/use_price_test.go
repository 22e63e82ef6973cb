package order

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestInspectOrderByUse: inspect shows the price by use as docs/pool-operator.md writes it. The largest price is that of the largest
// fuel limit.
func TestInspectOrderByUse(t *testing.T) {
	d := newDesk(t)
	d.key("alice")
	d.must("create", "pool", "fast", "--base-price", "0.04CRED", "--price-per-gfuel", "0.0005CRED", "--commission", "5%", "--max-fuel", "100G",
		"--stake", "20CRED", "--offline", "--from", "alice", "--out", d.path("used.json"))
	require.Regexp(t, `(?m)^.*0\.04 CRED and 0\.0005 CRED for each Gfuel that is used, at most 0\.09 CRED a right replica.*$`,
		d.must("inspect", d.path("used.json"), "--offline", "--chain-id", "credence-1"))
}
