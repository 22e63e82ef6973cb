package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	appstypes "github.com/credence-chain/credence/x/apps/types"
	"github.com/credence-chain/credence/x/market/types"
)

// What the job may use is at least both, no field more than the larger, and a promise of exactly it covers it and
// nothing beyond.
func TestResourcesLaws(t *testing.T) {
	draw := func(t *rapid.T, name string) appstypes.Resources {
		n := rapid.Uint64Range(0, 3)
		return appstypes.Resources{
			CpuMillis: n.Draw(t, name+" cpu"), MemoryBytes: n.Draw(t, name+" memory"), DiskBytes: n.Draw(t, name+" disk"),
			Gpus: uint32(n.Draw(t, name+" gpus")),
		}
	}
	within := func(a, b appstypes.Resources) bool {
		return a.CpuMillis <= b.CpuMillis && a.MemoryBytes <= b.MemoryBytes && a.DiskBytes <= b.DiskBytes && a.Gpus <= b.Gpus
	}
	short := func(job, app uint64) bool { return job != 0 && job < app }
	rapid.Check(t, func(t *rapid.T) {
		job, app, promise := draw(t, "job"), draw(t, "app"), draw(t, "promise")
		use := types.MaxResources(job, app)
		if !within(job, use) || !within(app, use) || types.MaxResources(use, job) != use {
			t.Fatalf("%v and %v make %v", job, app, use)
		}
		if covered := types.CoverResources(promise, use) == nil; covered != within(use, promise) {
			t.Fatalf("%v covers %v: %t", promise, use, covered)
		}
		bad := short(job.CpuMillis, app.CpuMillis) || short(job.MemoryBytes, app.MemoryBytes) ||
			short(job.DiskBytes, app.DiskBytes) || short(uint64(job.Gpus), uint64(app.Gpus))
		if got, err := types.ResourcesOf(job, app); (err != nil) != bad || got != use {
			t.Fatalf("%v of %v: %v, %v", job, app, got, err)
		}
	})
	require.ErrorIs(t, types.ValidateResources(appstypes.Resources{CpuMillis: appstypes.MaxCPUMillis + 1}), types.ErrResources)
	require.NoError(t, types.ValidateResources(appstypes.Resources{CpuMillis: appstypes.MaxCPUMillis}))
}
