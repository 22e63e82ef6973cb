package poco

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCrowdSize(t *testing.T) {
	for _, c := range []struct {
		name  string
		crowd Crowd
		size  uint64
	}{
		{"before the first draw", Crowd{Eligible: 9, Barred: 2}, 7},
		{"the first worker counts", Crowd{Eligible: 9, Barred: 3, Seated: 1}, 7},
		{"nobody", Crowd{}, 0},
	} {
		require.Equal(t, c.size, c.crowd.Size(), c.name)
	}
}
