//go:build linux

package oci

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/conformance"
)

// engineVar is the variable that names the engines that must work here, with commas between them. A test of another engine is skipped
// where that engine does not work. No script sets the variable, so scripts/test.sh tests the engines that are there.
const engineVar = "CREDENCE_TEST_OCI"

// socketVar is the variable with the path of a Docker Engine's socket.
const socketVar = "CREDENCE_TEST_DOCKER_SOCKET"

// probeImage returns an image FROM scratch with the probe.
func probeImage(t *testing.T) runtime.Program {
	t.Helper()
	return imageOf(t, map[string]any{"Entrypoint": []string{"/probe"}}, map[string][]byte{"probe": conformance.BuildProbe(t, "linux", goruntime.GOARCH)})
}

// imageOf returns an image of one layer with these files.
func imageOf(t testing.TB, config map[string]any, files map[string][]byte) runtime.Program {
	t.Helper()
	var layer bytes.Buffer
	w := tar.NewWriter(&layer)
	for name, data := range files {
		require.NoError(t, w.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(data))}))
		_, err := w.Write(data)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return imageOfLayers(t, config, layer.Bytes())
}

func imageOfLayers(t testing.TB, config map[string]any, layers ...[]byte) runtime.Program {
	t.Helper()
	var diffs []artifact.Digest
	for _, l := range layers {
		diffs = append(diffs, artifact.Sum(l))
	}
	data, err := json.Marshal(map[string]any{
		"os": "linux", "architecture": goruntime.GOARCH, "config": config, "rootfs": map[string]any{"type": "layers", "diff_ids": diffs},
	})
	require.NoError(t, err)
	program, err := ImageInMemory(data, layers...)
	require.NoError(t, err)
	return program
}

// configOf returns the configuration of an engine for a test.
func configOf(t *testing.T, name string) runtime.Config {
	t.Helper()
	c := runtime.Config{CacheDir: t.TempDir(), OCI: runtime.OCI{Engine: name}}
	if name == "docker" {
		c.OCI.Path = os.Getenv(socketVar)
	}
	if name == "runsc" {
		c.OCI.Args = []string{"--ignore-cgroups", "--platform=ptrace"}
	}
	return c
}

func newRuntime(t *testing.T, name string) *Runtime {
	t.Helper()
	c := configOf(t, name)
	r, err := New(c)
	require.NoError(t, err)
	if err := r.Check(context.Background()); err != nil {
		for want := range strings.SplitSeq(os.Getenv(engineVar), ",") {
			if want == name {
				t.Fatalf("%s says that %s works here: %v", engineVar, name, err)
			}
		}
		t.Skipf("NOT TESTED: the engine %s does not work here: %v", name, err)
	}
	return r
}

// eachEngine runs a test with every engine that works here.
func eachEngine(t *testing.T, test func(t *testing.T, r *Runtime)) {
	for _, name := range []string{"runc", "crun", "docker"} {
		t.Run(name, func(t *testing.T) {
			r := newRuntime(t, name)
			test(t, r)
			nothingLeft(t, r)
		})
	}
}

// nothingLeft requires that no container, process, mount or folder of a run is left when its test has ended.
func nothingLeft(t *testing.T, r *Runtime) {
	t.Helper()
	rooms, err := r.engine.listRunning(context.Background())
	require.NoError(t, err)
	require.Empty(t, rooms, "containers")
	left, err := filepath.Glob(filepath.Join(r.folder, "rooms", "*"))
	require.NoError(t, err)
	require.Empty(t, left, "rooms")
	left, err = filepath.Glob(filepath.Join(r.folder, "bundles", "*"))
	require.NoError(t, err)
	require.Empty(t, left, "bundles")
	mounts, err := os.ReadFile("/proc/self/mounts")
	require.NoError(t, err)
	require.NotContains(t, string(mounts), r.folder)
	out, _ := exec.Command("sh", "-c", "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '").Output()
	require.NotContains(t, string(out), "/probe sleep")
}

func TestConformance(t *testing.T) {
	image := probeImage(t)
	app := func(args ...string) conformance.App { return conformance.App{Program: image, Args: args} }
	eachEngine(t, func(t *testing.T, r *Runtime) {
		conformance.Run(t, r, conformance.Apps{
			Copy: app("copy"), CopyDataset: app("dataset"), Exit3: app("exit3"), Flood: app("flood"), Spin: app("spin"),
		})
		conformance.Attempts(t, r, image)
		conformance.Inputs(t, r, image)
	})
}
