package compact

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// textsOf draws a text of each form.
func textsOf(t *rapid.T) map[string]string {
	digits := rapid.StringMatching(`[0-9a-f]{64}`)
	return map[string]string{
		"credence.ID":          digits.Draw(t, "id"),
		"credence.Digest":      "sha256:" + digits.Draw(t, "digest"),
		"cosmos.AddressString": addressText(t),
	}
}

func TestUnpackIsTheInverseOfPack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := textsOf(t)
		sizes := map[string]int{"credence.ID": 32, "credence.Digest": 32, "cosmos.AddressString": 20}
		for scalar, f := range listForms(addresses) {
			raw, err := f.packText(texts[scalar])
			require.NoError(t, err)
			require.Len(t, raw, sizes[scalar])
			back, err := f.unpackText(raw)
			require.NoError(t, err)
			require.Equal(t, texts[scalar], back)
		}
	})
}

func TestFormsRefuse(t *testing.T) {
	for scalar, texts := range map[string][]string{
		"credence.ID":          {"", "x", strings.Repeat("A", 64), strings.Repeat("0", 62)},
		"credence.Digest":      {"", strings.Repeat("0", 64), "sha256:" + strings.Repeat("A", 64), "sha256:00"},
		"cosmos.AddressString": {"", "x", "cosmos1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqnrql8a"},
	} {
		f := listForms(addresses)[scalar]
		for _, text := range texts {
			_, err := f.packText(text)
			require.Error(t, err, "%s %q", scalar, text)
		}
		_, err := f.unpackText(nil)
		require.ErrorContains(t, err, "expected the", scalar)
	}
}
