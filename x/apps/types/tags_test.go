package types

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func many(n int) (out []string) {
	for i := range n {
		out = append(out, fmt.Sprintf("t%02d", i))
	}
	return out
}

func TestNormalTags(t *testing.T) {
	for _, tc := range []struct {
		name     string
		in, want []string
		says     string
	}{
		{"none", nil, nil, ""},
		{"empty", []string{}, nil, ""},
		{"sorted, each once", []string{"gpu", "avx2", "gpu", "tee.sgx", "a-b"}, []string{"a-b", "avx2", "gpu", "tee.sgx"}, ""},
		{"longest", []string{strings.Repeat("a", 32)}, []string{strings.Repeat("a", 32)}, ""},
		{"most", many(16), many(16), ""},
		{"repeated beyond the most", append(many(16), many(16)...), many(16), ""},
		{"too many", many(17), nil, "17, expected at most 16"},
		{"too long", []string{"a", strings.Repeat("a", 33)}, nil, "tags[1]"},
		{"empty tag", []string{""}, nil, "tags[0]"},
		{"capitals", []string{"GPU"}, nil, `"GPU"`},
		{"underscore", []string{"a_b"}, nil, "tags[0]"},
		{"space", []string{"a b"}, nil, "tags[0]"},
		{"not UTF-8", []string{"a\xff"}, nil, "tags[0]"},
		{"letters of elsewhere", []string{"é"}, nil, "tags[0]"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			before := slices.Clone(tc.in)
			got, err := NormalTags(tc.in)
			require.Equal(t, before, tc.in, "the argument is the caller's")
			if tc.says != "" {
				require.ErrorIs(t, err, ErrInvalidTags)
				require.ErrorContains(t, err, tc.says)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.want, got)
		})
	}
}

// TestTagsHaveOneForm: a normal set is valid, normal again, and whatever is valid is normal.
func TestTagsHaveOneForm(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		tags := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "b.c", "c-d", "0", "ab"}), 0, 8).Draw(r, "tags")
		normal, err := NormalTags(tags)
		require.NoError(r, err)
		require.NoError(r, ValidateTags(normal))
		again, err := NormalTags(normal)
		require.NoError(r, err)
		require.Equal(r, normal, again)
		for _, tag := range tags {
			require.Contains(r, normal, tag)
		}
		if ValidateTags(tags) == nil {
			require.True(r, slices.Equal(tags, normal))
		} else {
			require.False(r, slices.Equal(tags, normal))
		}
	})
}
