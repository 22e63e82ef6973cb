//go:build linux

package oci

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/runtime-spec/specs-go"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/conformance"
)

// cards are the devices of the tests. Each is one that no container has otherwise.
var cards = []string{"credence.test/card=0", "credence.test/card=1"}

// describeCards writes a vendor's file about the cards: device nodes, a variable, and a driver that the container finds in a folder which
// its image lacks.
func describeCards(t *testing.T) {
	t.Helper()
	folder := t.TempDir()
	driver := filepath.Join(folder, "driver")
	require.NoError(t, os.WriteFile(driver, []byte("driver of a card"), 0o644))
	var nodes []string
	for i, number := range [][2]int{{10, 237}, {10, 229}} { // loop-control and fuse, which are in every kernel
		nodes = append(nodes, fmt.Sprintf(`{"name": "%d", "containerEdits": {"deviceNodes": [{"path": "/dev/card%d", "type": "c", "major": %d, "minor": %d, "fileMode": 438, "permissions": "rw"}]}}`,
			i, i, number[0], number[1]))
	}
	text := fmt.Sprintf(`{"cdiVersion": "0.6.0", "kind": "credence.test/card", "devices": [%s],
		"containerEdits": {"env": ["CARD_DRIVER=/usr/lib/card/driver"], "mounts": [{"hostPath": %q, "containerPath": "/usr/lib/card/driver", "options": ["ro", "nosuid", "nodev", "bind"]}]}}`,
		strings.Join(nodes, ","), driver)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "card.json"), []byte(text), 0o644))
	before := deviceFolders
	deviceFolders = []string{folder}
	t.Cleanup(func() { deviceFolders = before })
}

// withCards returns a runtime of an engine whose containers may get both cards.
func withCards(t *testing.T, engine string) *Runtime {
	t.Helper()
	describeCards(t)
	newRuntime(t, engine) // or skips
	c := configOf(t, engine)
	c.OCI.GPUs = cards
	r, err := New(c)
	require.NoError(t, err)
	require.NoError(t, r.Check(context.Background()))
	return r
}

// bundlers are the engines whose bundles we write. What a Docker Engine does with the names of devices is its own business.
var bundlers = []string{"runc", "crun"}

// TestDevices: a container gets as many devices as its task needs, with what their vendor says, and no others. Nothing of that is in a later
// container of the same image.
func TestDevices(t *testing.T) {
	image := probeImage(t)
	for _, name := range bundlers {
		t.Run(name, func(t *testing.T) {
			r := withCards(t, name)
			run := func(gpus int, args ...string) (file string) {
				spec := conformance.App{Program: image, Args: args}.Spec()
				spec.GPUs = gpus
				o, err := r.Run(context.Background(), spec)
				require.NoError(t, err)
				require.Equal(t, runtime.Result, o.Kind, "%s %s", o.Reason, o.Stderr)
				require.Len(t, o.Files, 1)
				return fmt.Sprintf("%s", conformance.LoadFiles(t, o).Files[0].Content)
			}
			ordinary := "full null ptmx random tty urandom zero"
			devices := func(gpus int) string { return run(gpus, "devices") }
			bare := devices(0)
			require.NotContains(t, bare, "card")
			for _, d := range strings.Fields(bare) {
				require.Contains(t, ordinary, d)
			}
			require.Equal(t, "card0 "+bare, devices(1))
			require.Equal(t, "card0 card1 "+bare, devices(2))
			require.Contains(t, run(1, "env"), "CARD_DRIVER=/usr/lib/card/driver")
			require.NotContains(t, run(0, "env"), "CARD")
			require.Equal(t, bare, devices(0))

			img, release, err := r.images.prepareAndHold(context.Background(), image)
			require.NoError(t, err)
			defer release()
			require.NoDirExists(t, filepath.Join(r.engine.(*bundler).treePath(img), "usr"), "the shared files of the image")

			spec := conformance.App{Program: image, Args: []string{"devices"}}.Spec()
			spec.GPUs = 3
			_, err = r.Run(context.Background(), spec)
			require.ErrorContains(t, err, "the task needs GPUs: 3, and oci-gpus names 2")
			nothingLeft(t, r)
		})
	}
}

// TestDeviceServesOneAtATime: two containers never have the same device, and one that waits gives up when its context ends.
func TestDeviceServesOneAtATime(t *testing.T) {
	d, err := newDevices([]string{"a.com/card=1", "a.com/card=2", "a.com/card=3"})
	require.NoError(t, err)
	ctx := context.Background()
	first, release, err := d.take(ctx, 2)
	require.NoError(t, err)
	require.Equal(t, []string{"a.com/card=1", "a.com/card=2"}, first)
	second, releaseSecond, err := d.take(ctx, 1)
	require.NoError(t, err)
	require.Equal(t, []string{"a.com/card=3"}, second)

	gone, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	_, _, err = d.take(gone, 1)
	require.ErrorIs(t, err, context.DeadlineExceeded)

	waited := make(chan []string)
	go func() {
		names, _, _ := d.take(ctx, 3)
		waited <- names
	}()
	release()
	select {
	case names := <-waited:
		t.Fatalf("got %v while another has one of them", names)
	case <-time.After(20 * time.Millisecond):
	}
	releaseSecond()
	require.Equal(t, d.all, <-waited)

	none, release, err := d.take(ctx, 0) // a task without devices waits for nobody
	require.NoError(t, err)
	require.Empty(t, none)
	release()
}

// TestNamesOfDevices: names that are none of the interface, and those that no file describes, are refused before a task is taken.
func TestNamesOfDevices(t *testing.T) {
	for name, want := range map[string]string{
		"0":                   "oci-gpus: \"0\"",
		"all":                 "such as nvidia.com/gpu=0",
		"credence.test/card":  "oci-gpus",
		"nvidia.com/gpu=0 x":  "oci-gpus",
		"a/b=0":               "oci-gpus",
		"a.com/card=1,nvidia": "oci-gpus",
	} {
		_, err := New(runtime.Config{CacheDir: t.TempDir(), OCI: runtime.OCI{Engine: "runc", GPUs: []string{name}}})
		require.ErrorContains(t, err, want, name)
	}
	_, err := New(runtime.Config{CacheDir: t.TempDir(), OCI: runtime.OCI{Engine: "runc", GPUs: []string{"a.com/card=1", "a.com/card=1"}}})
	require.ErrorContains(t, err, "named twice")

	describeCards(t)
	for _, name := range bundlers {
		t.Run(name, func(t *testing.T) {
			newRuntime(t, name) // or skips
			c := configOf(t, name)
			c.OCI.GPUs = []string{"credence.test/card=7"}
			r, err := New(c)
			require.NoError(t, err)
			err = r.Check(context.Background())
			require.ErrorContains(t, err, "credence.test/card=7")
			require.ErrorContains(t, err, deviceFolders[0])
			nothingLeft(t, r)
		})
	}
}

// TestAVendorsBadFile: a file that nobody can read, even one on which the library panics, is this machine's failure, and the worker goes on.
func TestAVendorsBadFile(t *testing.T) {
	for name, text := range map[string]string{
		"no JSON":        "{",
		"a short kind":   `{"cdiVersion": "0.6.0", "kind": "a/b", "devices": [{"name": "0", "containerEdits": {"env": ["A=1"]}}]}`,
		"another device": `{"cdiVersion": "0.6.0", "kind": "credence.test/card", "devices": [{"name": "7", "containerEdits": {"env": ["A=1"]}}]}`,
	} {
		describeCards(t)
		require.NoError(t, os.WriteFile(filepath.Join(deviceFolders[0], "card.json"), []byte(text), 0o644))
		err := injectDevices(&specs.Spec{}, cards)
		require.ErrorContains(t, err, "devices of containers", name)
		require.ErrorContains(t, err, deviceFolders[0], name)
	}
}

// TestDockerIsToldTheDevices: a Docker Engine reads the vendors' files itself, and is given the names.
func TestDockerIsToldTheDevices(t *testing.T) {
	d := &docker{}
	require.Empty(t, d.createOptions(container{}).HostConfig.DeviceRequests)
	requests := d.createOptions(container{devices: cards}).HostConfig.DeviceRequests
	require.Len(t, requests, 1)
	require.Equal(t, "cdi", requests[0].Driver)
	require.Equal(t, cards, requests[0].DeviceIDs)
}
