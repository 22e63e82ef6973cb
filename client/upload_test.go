package client

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
)

// TestFindFile: a file of exactly the limit is taken. A refusal names the field and the path.
func TestFindFile(t *testing.T) {
	path := write(t, "four", "1234")
	file, err := findFile("Datasets", path, 4)
	require.NoError(t, err)
	data, err := artifact.ReadContent(file)
	require.NoError(t, err)
	require.Equal(t, "1234", string(data))
	for _, tc := range []struct {
		path string
		most int64
		code Code
	}{{path + ".absent", 4, CodeNotFound}, {t.TempDir(), 1 << 20, CodeInvalid}, {path, 3, CodeTooLarge}} {
		_, err := findFile("Datasets", tc.path, tc.most)
		var problem *Error
		require.ErrorAs(t, err, &problem)
		require.Equal(t, tc.code, problem.Code)
		require.Equal(t, "Datasets", problem.Field)
		require.Equal(t, tc.path, problem.Value)
	}
}
