package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/market/types"
)

func TestRematchWithOrder(t *testing.T) {
	for _, tc := range []struct {
		name  string
		w     types.Rematch
		price uint64
		want  types.Rematch
	}{
		{"a cheaper order, before anybody is matched", types.Rematch{Price: 9}, 7, types.Rematch{Price: 7}},
		{"a dearer one", types.Rematch{Price: 9}, 11, types.Rematch{Price: 9}},
		{"a cheaper one afterwards waits", types.Rematch{Price: 9, After: "x"}, 7, types.Rematch{Price: 9, After: "x", Again: true, AgainPrice: 7}},
		{"so does a dearer one", types.Rematch{Price: 9, After: "x"}, 11, types.Rematch{Price: 9, After: "x", Again: true, AgainPrice: 11}},
		{"the cheapest that waits counts", types.Rematch{After: "x", Again: true, AgainPrice: 7}, 5, types.Rematch{After: "x", Again: true, AgainPrice: 5}},
		{"a dearer one changes nothing", types.Rematch{After: "x", Again: true, AgainPrice: 7}, 8, types.Rematch{After: "x", Again: true, AgainPrice: 7}},
	} {
		t.Run(tc.name, func(t *testing.T) { require.Equal(t, tc.want, tc.w.WithOrder(tc.price)) })
	}
}

func TestRematchFollowing(t *testing.T) {
	_, follows := types.Rematch{Topic: "app/a:1", Price: 5, After: "x"}.Following()
	require.False(t, follows)
	next, follows := types.Rematch{Topic: "app/a:1", Price: 5, After: "x", AfterLimit: 9, AfterHeight: 3, Again: true, AgainPrice: 7}.Following()
	require.True(t, follows)
	require.Equal(t, types.Rematch{Topic: "app/a:1", Price: 7}, next)
}
