package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestLoadRefuses: an impossible load is refused by the name of its flag, before any network is asked.
func TestLoadRefuses(t *testing.T) {
	for _, tc := range []struct {
		args []string
		want string
	}{
		{[]string{"sends", "--accounts", "1"}, "--accounts"},
		{[]string{"sends", "--rate", "0"}, "--rate"},
		{[]string{"sends", "--fund", "much"}, "--fund"},
		{[]string{"sends", "--output", "xml"}, "--output"},
		{[]string{"tasks", "--app", "a/b:1", "--max-price", "much"}, "--max-price"},
		{[]string{"tasks"}, "app"},
		{[]string{"tasks", "--app", "a/b:1", "--batch", "100", "--most", "10"}, "--most"},
	} {
		cmd := loadCommand()
		cmd.SetArgs(tc.args)
		require.ErrorContains(t, cmd.Execute(), tc.want, tc.args)
	}
}
