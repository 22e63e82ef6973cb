package types

import appstypes "github.com/credence-chain/credence/x/apps/types"

// dimension is one resource in two amounts, with the name of its field.
type dimension struct {
	name string
	a, b uint64
}

// pairDimensions pairs two resources field by field, in the order of the fields.
func pairDimensions(a, b appstypes.Resources) [4]dimension {
	return [4]dimension{
		{"cpu_millis", a.CpuMillis, b.CpuMillis},
		{"memory_bytes", a.MemoryBytes, b.MemoryBytes},
		{"disk_bytes", a.DiskBytes, b.DiskBytes},
		{"gpus", uint64(a.Gpus), uint64(b.Gpus)},
	}
}

// ValidateResources checks the same bounds as those of an app's requirements. ErrResources names the field.
func ValidateResources(r appstypes.Resources) error {
	if err := r.Validate(); err != nil {
		return ErrResources.Wrapf("resources.%s", err)
	}
	return nil
}

// ResourcesOf returns the resources that one execution may use: those that the job asks for, and the app's requirements where it asks for
// nothing. ErrResources when the job asks for less than the app requires.
func ResourcesOf(job, requirements appstypes.Resources) (appstypes.Resources, error) {
	for _, d := range pairDimensions(job, requirements) {
		if d.a > 0 && d.a < d.b {
			return MaxResources(job, requirements), ErrResources.Wrapf("resources.%s: got %d, expected at least the app's requirement %d, or 0 for it", d.name, d.a, d.b)
		}
	}
	return MaxResources(job, requirements), nil
}

// MaxResources returns the larger of two amounts for each resource.
func MaxResources(a, b appstypes.Resources) appstypes.Resources {
	return appstypes.Resources{
		CpuMillis:   max(a.CpuMillis, b.CpuMillis),
		MemoryBytes: max(a.MemoryBytes, b.MemoryBytes),
		DiskBytes:   max(a.DiskBytes, b.DiskBytes),
		Gpus:        max(a.Gpus, b.Gpus),
	}
}

// CoverResources checks that a promise has at least the needed amount of each resource; 0 promises nothing. ErrResources names the first
// field that has less.
func CoverResources(promise, need appstypes.Resources) error {
	for _, d := range pairDimensions(need, promise) {
		if d.a > d.b {
			return ErrResources.Wrapf("resources.%s: %d needed, the pool order promises %d", d.name, d.a, d.b)
		}
	}
	return nil
}
