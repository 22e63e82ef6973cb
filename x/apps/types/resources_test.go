package types

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestResourcesValidate(t *testing.T) {
	for _, tc := range []struct {
		name string
		r    Resources
		says string
	}{
		{"none", Resources{}, ""},
		{"most", Resources{CpuMillis: 1_000_000, MemoryBytes: 1 << 40, DiskBytes: 16 << 40, Gpus: 64}, ""},
		{"cpu", Resources{CpuMillis: 1_000_001}, "cpu_millis: 1000001, expected at most 1000000"},
		{"memory", Resources{MemoryBytes: 1<<40 + 1}, "memory_bytes"},
		{"disk", Resources{DiskBytes: 16<<40 + 1}, "disk_bytes"},
		{"gpus", Resources{Gpus: 65}, "gpus"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := tc.r.Validate()
			if tc.says == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, ErrInvalidResources)
			require.ErrorContains(t, err, tc.says)
		})
	}
}

func TestNeeds(t *testing.T) {
	require.True(t, Version{}.Needs().Empty())
	require.Equal(t, Resources{Gpus: 1}, Version{Requirements: &Resources{Gpus: 1}}.Needs())
	require.False(t, Resources{DiskBytes: 1}.Empty())
}
