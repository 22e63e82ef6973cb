package web

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEveryPageHasItsPicture: docs/pages has exactly the pictures that the check of the pages takes. docs/pages.md shows each of them.
func TestEveryPageHasItsPicture(t *testing.T) {
	script, err := os.ReadFile("check/pages.mjs")
	require.NoError(t, err)
	text, err := os.ReadFile("../docs/pages.md")
	require.NoError(t, err)
	taken := map[string]bool{}
	for _, m := range regexp.MustCompile(`shot: (?:receipt \? "" : )?"([a-z-]+)"`).FindAllStringSubmatch(string(script), -1) {
		taken["../docs/pages/"+m[1]+".png"] = true
		require.Contains(t, string(text), "](pages/"+m[1]+".png)")
	}
	require.Greater(t, len(taken), 20)
	pictures, err := filepath.Glob("../docs/pages/*.png")
	require.NoError(t, err)
	for _, picture := range pictures {
		require.Contains(t, taken, picture, "nothing takes it anew")
	}
	require.Len(t, pictures, len(taken))
}
