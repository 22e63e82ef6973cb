package run

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/cli"
)

// TestCompleteAdvice: the command that goes on brings the results into the same folder, and opens them with the same identity.
func TestCompleteAdvice(t *testing.T) {
	for next, want := range map[string]string{
		"credenced task watch abab":                                      "credenced task watch abab --out 'my $1 dir' --identity 'a key'",
		"credenced task fetch abab --out DIR tries again; holders are x": "credenced task fetch abab --out 'my $1 dir' --identity 'a key' tries again; holders are x",
		"credenced task fetch abab":                                      "credenced task fetch abab --out 'my $1 dir' --identity 'a key'",
		"credenced task logs abab":                                       "credenced task logs abab",
		"":                                                               "",
	} {
		err := CompleteAdvice(&cli.Problem{What: "it failed", Next: next}, "my $1 dir", " --identity 'a key'")
		var p *cli.Problem
		require.ErrorAs(t, err, &p)
		require.Equal(t, want, p.Next)
		require.Equal(t, next, CompleteAdvice(&cli.Problem{What: "it failed", Next: next}, "", " --identity x").(*cli.Problem).Next, "without a folder nothing is brought")
	}
	require.Equal(t, "credenced task watch abab --out dir", CompleteAdvice(&cli.Problem{Next: "credenced task watch abab"}, "dir", "").(*cli.Problem).Next)
	require.NoError(t, CompleteAdvice(nil, "dir", ""))
	plain := errors.New("plain")
	require.Equal(t, plain, CompleteAdvice(plain, "dir", ""))
}
