package run

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestJobFlags(t *testing.T) {
	good := func() *jobFlags {
		j := &jobFlags{out: "o"}
		j.Trust, j.Fuel, j.Bag = "99.99%", "10G", 1
		return j
	}
	for _, tc := range []struct {
		name     string
		malleate func(*jobFlags)
		expErr   string
	}{
		{"good", func(*jobFlags) {}, ""},
		{"a price", func(j *jobFlags) { j.MaxPrice = "5CRED" }, ""},
		{"certainty", func(j *jobFlags) { j.Trust = "100%" }, "certainty"},
		{"no trust", func(j *jobFlags) { j.Trust = "lots" }, "--trust"},
		{"a coin of another country", func(j *jobFlags) { j.MaxPrice = "5EUR" }, "--max-price"},
		{"free work", func(j *jobFlags) { j.MaxPrice = "0CRED" }, "--max-price 0"},
		{"fuel in words", func(j *jobFlags) { j.Fuel = "much" }, "--fuel"},
		{"an empty bag", func(j *jobFlags) { j.Bag = 0 }, "--bag 0"},
		{"no value", func(j *jobFlags) { j.Value = "x" }, "--value"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			j := good()
			tc.malleate(j)
			job, err := j.readJob([]string{"app.wasm", "-width", "640"})
			if tc.expErr != "" {
				require.ErrorContains(t, err, tc.expErr)
				return
			}
			require.NoError(t, err)
			require.EqualValues(t, 10_000, job.Trust)
			require.EqualValues(t, 10_000_000_000, job.Fuel)
			require.Equal(t, []string{"-width", "640"}, job.Args)
		})
	}
}

func TestDefaultOut(t *testing.T) {
	t.Chdir(t.TempDir())
	require.Equal(t, "raytrace-result", defaultOut("x/raytrace.wasm"))
	require.Equal(t, "raytrace-result", defaultOut("studio/raytrace:1.0"))
	require.NoError(t, os.Mkdir("raytrace-result", 0o755))
	require.Equal(t, "raytrace-result-2", defaultOut("raytrace.wasm"))
}
