package types

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestValidateOutputPath(t *testing.T) {
	for _, tc := range []struct {
		name, path, says string
	}{
		{"everything", "", ""},
		{"folder", "data", ""},
		{"deeper", "data/rows.d/2026", ""},
		{"dots in a name", "..data/a..b/...", ""},
		{"space", "my data", ""},
		{"UTF-8", "données", ""},
		{"longest name", strings.Repeat("a", 255), ""},
		{"longest", strings.Repeat("a", 128) + "/" + strings.Repeat("b", 127), ""},
		{"too long", strings.Repeat("a", 128) + "/" + strings.Repeat("b", 128), "at most 256"},
		{"name too long", strings.Repeat("a", 256), "at most 255"},
		{"absolute", "/out/data", "relative"},
		{"root", "/", "relative"},
		{"dot", ".", "shortest"},
		{"dot in front", "./data", "shortest"},
		{"slash behind", "data/", "shortest"},
		{"slash twice", "a//b", "shortest"},
		{"dot within", "a/./b", "shortest"},
		{"up and down", "a/../b", "shortest"},
		{"up", "..", "below /out"},
		{"up to another", "../b", "below /out"},
		{"backslash", `a\b`, "UTF-8"},
		{"zero byte", "a\x00b", "UTF-8"},
		{"newline", "a\nb", "UTF-8"},
		{"delete", "a\x7fb", "UTF-8"},
		{"not UTF-8", "a\xff", "UTF-8"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := ValidateOutputPath(tc.path)
			if tc.says == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, ErrInvalidOutputPath)
			require.ErrorContains(t, err, tc.says)
		})
	}
}
