package types

// Limits of what one execution can ask for.
const (
	// MaxCPUMillis is a thousand cores.
	MaxCPUMillis = 1_000_000
	// MaxMemoryBytes is 1 TiB.
	MaxMemoryBytes = 1 << 40
	// MaxDiskBytes is 16 TiB.
	MaxDiskBytes = 16 << 40
	MaxGPUs      = 64
)

// Validate checks the bounds; ErrInvalidResources names the field, its value and what was expected.
func (r Resources) Validate() error {
	for _, f := range [...]struct {
		name       string
		value, max uint64
	}{
		{"cpu_millis", r.CpuMillis, MaxCPUMillis},
		{"memory_bytes", r.MemoryBytes, MaxMemoryBytes},
		{"disk_bytes", r.DiskBytes, MaxDiskBytes},
		{"gpus", uint64(r.Gpus), MaxGPUs},
	} {
		if f.value > f.max {
			return ErrInvalidResources.Wrapf("%s: %d, expected at most %d", f.name, f.value, f.max)
		}
	}
	return nil
}

// Empty says that nothing is asked for.
func (r Resources) Empty() bool { return r == Resources{} }

// Needs returns the version's requirements, or zero ones when it has none.
func (v Version) Needs() Resources {
	if v.Requirements == nil {
		return Resources{}
	}
	return *v.Requirements
}
