package run

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
)

func TestReadAnswers(t *testing.T) {
	got, err := readAnswers([]string{"counts=AB", "all/of=cd,2MiB"})
	require.NoError(t, err)
	require.Equal(t, []client.Answer{{Name: "counts", Request: "ab"}, {Name: "all/of", Request: "cd", Most: 2 << 20}}, got)
	for _, bad := range []string{"counts", "=ab", "counts=", "counts=ab,many"} {
		_, err := readAnswers([]string{bad})
		require.ErrorContains(t, err, "--answer "+bad)
	}
}

func TestReadConditions(t *testing.T) {
	got, err := readConditions([]string{"AB=0,10", "cd=3"})
	require.NoError(t, err)
	require.Equal(t, []client.ExitCondition{{Request: "ab", Exit: []uint32{0, 10}}, {Request: "cd", Exit: []uint32{3}}}, got)
	for _, bad := range []string{"ab", "=3", "ab=", "ab=x", "ab=-1", "ab=4294967296"} {
		_, err := readConditions([]string{bad})
		require.ErrorContains(t, err, "--when "+bad)
	}
}
