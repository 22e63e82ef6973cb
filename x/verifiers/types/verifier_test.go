package types_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/verifiers/types"
)

func TestValidateName(t *testing.T) {
	for _, name := range []string{"ab", "sp1-v5.0", strings.Repeat("a", 32)} {
		require.NoError(t, types.ValidateName(name), name)
	}
	for _, name := range []string{"", "a", strings.Repeat("a", 33), "Ab", "a b", "a/b", "é.", "ab\x00"} {
		require.ErrorIs(t, types.ValidateName(name), types.ErrInvalid, "%q", name)
	}
}

func TestValidateReason(t *testing.T) {
	for _, reason := range []string{"x", strings.Repeat("é", types.MaxReason/2)} {
		require.NoError(t, types.ValidateReason(reason))
	}
	for _, reason := range []string{"", " \n", strings.Repeat("x", types.MaxReason+1), "\xff"} {
		require.ErrorIs(t, types.ValidateReason(reason), types.ErrInvalid, "%q", reason)
	}
}

// A verifier counts from its height on, until it is stopped; being stopped is said first, for it is for good.
func TestCheckUsable(t *testing.T) {
	v := types.Verifier{Name: "v", ActiveFrom: 10}
	require.ErrorIs(t, v.CheckUsable(9), types.ErrTooEarly)
	require.NoError(t, v.CheckUsable(10))
	v.Stopped = &types.Stop{Height: 12, Reason: "a flaw"}
	for _, height := range []int64{9, 10, 12, 1 << 60} {
		require.ErrorIs(t, v.CheckUsable(height), types.ErrStopped)
	}
}

func TestStopVoteCounts(t *testing.T) {
	vote := types.StopVote{Height: 100}
	require.True(t, vote.Counts(100, 1))
	require.False(t, vote.Counts(101, 1))
	require.True(t, vote.Counts(109, 10))
	require.False(t, vote.Counts(110, 10))
}

// The sizes of what a verifier of a zkVM has: a field that is missing, too short or of another system is named.
func TestValidateSizes(t *testing.T) {
	hash, selector := make([]byte, 32), []byte{1, 2, 3, 4}
	for name, tc := range map[string]struct {
		v    types.Verifier
		says string
	}{
		"risc0 without a root":      {types.Verifier{System: types.SYSTEM_RISC0, ControlId: hash, Selector: selector}, "root of v"},
		"risc0 without its id":      {types.Verifier{System: types.SYSTEM_RISC0, Root: hash, Selector: selector}, "control_id of v"},
		"risc0 without a selector":  {types.Verifier{System: types.SYSTEM_RISC0, Root: hash, ControlId: hash}, "selector of v"},
		"risc0 with inputs":         {types.Verifier{System: types.SYSTEM_RISC0, Root: hash, ControlId: hash, Selector: selector, Inputs: 1}, "inputs of v"},
		"sp1 with a control id":     {types.Verifier{System: types.SYSTEM_SP1, ControlId: hash, Selector: selector}, "control_id of v"},
		"sp1 without a selector":    {types.Verifier{System: types.SYSTEM_SP1}, "selector of v"},
		"a root that is too long":   {types.Verifier{System: types.SYSTEM_SP1, Root: make([]byte, 33), Selector: selector}, "got 33 bytes"},
		"a selector that is short":  {types.Verifier{System: types.SYSTEM_SP1, Selector: selector[:3]}, "got 3 bytes"},
		"a key that is too long":    {types.Verifier{System: types.SYSTEM_SP1, Selector: selector, Key: make([]byte, 1<<20)}, "key of v"},
		"no key":                    {types.Verifier{System: types.SYSTEM_SP1, Selector: selector}, "invalid"},
		"a system of a later chain": {types.Verifier{System: 99}, "system of v"},
	} {
		v := tc.v
		v.Name = "v1"
		require.ErrorIs(t, v.Validate(), types.ErrInvalid, name)
		require.ErrorContains(t, v.Validate(), strings.TrimSuffix(tc.says, " of v"), name)
	}
}
