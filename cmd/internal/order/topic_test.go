package order

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/cli"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// The text of an empty part of the book names that part. For offers without a category it says how to see the others.
func TestNothingText(t *testing.T) {
	for _, tc := range []struct {
		topic topicFlags
		want  string
	}{
		{topicFlags{app: "studio/ray:1"}, "no orders of app studio/ray:1 rest on the book"},
		{topicFlags{dataset: "base/rates:7"}, "no orders of dataset base/rates:7 rest on the book"},
		{topicFlags{category: "all"}, "no offers rest on the book"},
		{topicFlags{category: "xs"}, "no offers of category xs rest on the book"},
		{topicFlags{category: "all", pool: "north"}, "no offers of pool north rest on the book"},
		{topicFlags{}, "no offers without a category rest on the book; --category all shows every one's"},
	} {
		require.Equal(t, tc.want, tc.topic.describeNothing("offers", "orders"))
	}
}

// Bad flags for a part of the book are refused. A typing error must not look like an empty book.
func TestTopicsAreLookedUp(t *testing.T) {
	n := bookNode(t)
	for _, tc := range []struct {
		args []string
		says string
	}{
		{[]string{"--app", "studio/ray:1", "--pool", "north"}, "name other parts of the book"},
		{[]string{"--app", "studio/ray:1", "--dataset", "base/rates:7"}, "name other parts of the book"},
		{[]string{"--runtime", "java"}, `--runtime "java": there is no such runtime`},
		{[]string{"--limit", "0"}, "--limit"},
	} {
		for _, command := range []string{"book", "requests"} {
			_, err := n.RunCommand(t, NewCommand(), append([]string{command}, tc.args...)...)
			require.ErrorContains(t, err, tc.says, "%s %v", command, tc.args)
		}
	}
}

// "all" lists every category: first the orders without one, then the categories by their time. The limit cuts the list.
func TestBookOfEveryCategory(t *testing.T) {
	n := bookNode(t, offer("aa", 1, func(*markettypes.OrderRecord) {}))
	out, err := n.RunCommand(t, NewCommand(), "book", "--category", "all", "--limit", "1")
	require.NoError(t, err)
	require.Contains(t, out, "aa")
	require.Equal(t, 2, countMethod(n.Asked(), marketOf+"Book"), "the orders without a category, and those of xs")
}

func countMethod(asked []string, method string) (times int) {
	for _, m := range asked {
		if m == method {
			times++
		}
	}
	return times
}

func TestParseKindNonce(t *testing.T) {
	kind, nonce, err := parseKindNonce([]string{"dataset", "18446744073709551615"})
	require.NoError(t, err)
	require.Equal(t, markettypes.ORDER_KIND_DATASET, kind)
	require.EqualValues(t, uint64(1<<64-1), nonce)
	for _, args := range [][]string{{"thing", "1"}, {"pool", "-1"}, {"pool", "1.5"}, {"pool", ""}, {"pool", "18446744073709551616"}} {
		_, _, err := parseKindNonce(args)
		require.Error(t, err, args)
	}
}

// Cancelling by kind needs a nonce. Without one the error shows how to complete the command.
func TestCancelRefuses(t *testing.T) {
	n := bookNode(t)
	knowOrder(n, nil)
	_, err := n.RunCommand(t, NewCommand(), "cancel", "pool")
	require.ErrorContains(t, err, "NONCE: missing; expected credenced order cancel pool NONCE")
	_, err = n.RunCommand(t, NewCommand(), "cancel", "pool", "x")
	require.ErrorContains(t, err, `nonce "x"`)
	_, err = n.RunCommand(t, NewCommand(), "cancel-below", "pool")
	require.Equal(t, cli.ExitUsage, cli.ExitStatus(err))
	_, err = n.RunCommand(t, NewCommand(), "cancel", someOrderID)
	require.ErrorContains(t, err, "the chain knows no order or request")
}
