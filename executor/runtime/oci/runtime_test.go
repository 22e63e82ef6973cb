//go:build linux

package oci

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/conformance"
)

// TestOff: a worker without a configured engine runs no containers. That is no failure.
func TestOff(t *testing.T) {
	_, err := New(runtime.Config{CacheDir: t.TempDir()})
	require.ErrorIs(t, err, runtime.ErrOff)
	_, err = New(runtime.Config{CacheDir: t.TempDir(), OCI: runtime.OCI{Engine: "podman"}})
	require.ErrorContains(t, err, `got "podman", expected one of docker, runc`)
	require.ElementsMatch(t, runtime.Engines, slices.Collect(maps.Keys(engines)), "the names that operators are told")
	_, err = New(runtime.Config{OCI: runtime.OCI{Engine: "runc"}})
	require.ErrorContains(t, err, "CacheDir")
}

// TestEngineThatIsNotThere: a worker whose engine is missing does not offer containers, and its error says what to do.
func TestEngineThatIsNotThere(t *testing.T) {
	for name, want := range map[string]string{"docker": "start it, or say where its socket is", "runc": "install it, or say where it is"} {
		r, err := New(runtime.Config{CacheDir: t.TempDir(), OCI: runtime.OCI{Engine: name, Path: filepath.Join(t.TempDir(), "none")}})
		require.NoError(t, err)
		require.ErrorContains(t, r.Check(context.Background()), want)
	}
	// A program that does nothing is not taken for an engine.
	r, err := New(runtime.Config{CacheDir: t.TempDir(), OCI: runtime.OCI{Engine: "runc", Path: "true"}})
	require.NoError(t, err)
	require.Error(t, r.Check(context.Background()))
}

// TestImagesSayHow: the entry point, the arguments, the folder and the variables of an image have the same meaning as for other engines.
func TestImagesSayHow(t *testing.T) {
	img := func(entry, cmd []string) image {
		return image{Config: artifact.ImageConfig{Entrypoint: entry, Cmd: cmd, WorkingDir: "app"}}
	}
	for name, tc := range map[string]struct {
		c    container
		want []string
	}{
		"an entry point":                  {container{image: img([]string{"/a", "b"}, nil)}, []string{"/a", "b"}},
		"its arguments":                   {container{image: img([]string{"/a"}, []string{"x"})}, []string{"/a", "x"}},
		"the task's in their place":       {container{image: img([]string{"/a"}, []string{"x"}), args: []string{"y", "z"}}, []string{"/a", "y", "z"}},
		"a command":                       {container{image: img(nil, []string{"/a", "x"})}, []string{"/a", "x"}},
		"the task's in a command's place": {container{image: img(nil, []string{"/a", "x"}), args: []string{"/b"}}, []string{"/b"}},
	} {
		require.Equal(t, tc.want, tc.c.startCommand(), name)
	}
	require.Equal(t, "/", container{image: img(nil, nil)}.workingFolder(), "a relative folder is none")
	c := container{image: image{Config: artifact.ImageConfig{Env: []string{"PATH=/mine", "A=1", "HOME=/root", "bad"}}}, env: []string{"A=2", "CREDENCE_IN=/in"}, clock: 7}
	require.Equal(t, []string{"PATH=/mine", "A=2", "HOME=/tmp", "TMPDIR=/tmp", "TZ=UTC", "SOURCE_DATE_EPOCH=7", "HOSTNAME=credence", "CREDENCE_IN=/in"}, c.environment())
}

// TestNotStarted: an image without a program that runs fails on every machine. Any other failure to start is one machine's trouble.
func TestNotStarted(t *testing.T) {
	for text, status := range map[string]int{
		`runc create failed: unable to start container process: exec: "/x": stat /x: no such file or directory: unknown`: 127,
		"executable file `/x` not found: No such file or directory":                                                      127,
		`exec: "/x": permission denied: unknown`:                                                                         126,
		"cgroups in hybrid mode not supported":                                                                           0,
		"no space left on device":                                                                                        0,
	} {
		var none *noProgram
		err := notStarted("engine", text)
		if status == 0 {
			require.False(t, errors.As(err, &none), text)
			continue
		}
		require.True(t, errors.As(err, &none), text)
		require.Equal(t, status, none.status)
	}
}

// TestNoProgram: an image names a program that it does not have, or a file that is no program. Each is an answer.
func TestNoProgram(t *testing.T) {
	missing := imageOf(t, map[string]any{"Entrypoint": []string{"/none"}}, map[string][]byte{"x": []byte("x")})
	text := imageOf(t, map[string]any{"Entrypoint": []string{"/x"}}, map[string][]byte{"x": []byte("no program")})
	eachEngine(t, func(t *testing.T, r *Runtime) {
		spec := conformance.App{Program: missing}.Spec()
		o, err := r.Run(context.Background(), spec)
		require.NoError(t, err)
		require.Equal(t, runtime.Exit, o.Reason)
		require.EqualValues(t, 127, o.ExitCode)
		spec.Program = text
		o, err = r.Run(context.Background(), spec)
		require.NoError(t, err)
		require.Equal(t, runtime.Exit, o.Reason)
	})
}

// TestOrphans: a worker that was killed leaves containers, mounts and folders. The next start in its folder clears them, and leaves the
// containers of a living worker alone.
func TestOrphans(t *testing.T) {
	image := probeImage(t)
	eachEngine(t, func(t *testing.T, r *Runtime) {
		dead, err := newRoom(r.folder, 1<<20)
		require.NoError(t, err)
		alive, err := newRoom(r.folder, 1<<20)
		require.NoError(t, err)
		img, release, err := r.images.prepareAndHold(context.Background(), image)
		require.NoError(t, err)
		defer release()
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 2)
		for _, place := range []*room{dead, alive} {
			go func() {
				_, err := r.engine.runContainer(ctx, container{
					room: place.name, image: img, args: []string{"sleep"}, in: place.in, out: place.out, memory: 64 << 20, cpus: 1,
					fileBytes: 1 << 20, cpuSeconds: 10, stdout: &stream{}, stderr: &stream{},
				})
				ended <- err
			}()
		}
		require.Eventually(t, func() bool { return sleepers(t) == 2 }, time.Minute, 50*time.Millisecond)
		require.NoError(t, dead.lock.Close(), "the kernel does this when a worker dies")
		require.NoError(t, r.Check(context.Background()))
		require.Equal(t, 1, sleepers(t), "the orphan is gone, the other is not")
		require.NoDirExists(t, dead.path)
		require.DirExists(t, alive.path)
		cancel()
		for range 2 {
			<-ended
		}
		require.NoError(t, alive.removeRoom())
	})
}

// TestStoppedWhileStarting: a caller may go away at any moment while a container starts. Nothing is left behind.
func TestStoppedWhileStarting(t *testing.T) {
	image := probeImage(t)
	eachEngine(t, func(t *testing.T, r *Runtime) {
		require.NoError(t, r.Prepare(context.Background(), image))
		for delay := time.Millisecond; delay < 300*time.Millisecond; delay = delay * 3 / 2 {
			ctx, cancel := context.WithTimeout(context.Background(), delay)
			spec := conformance.App{Program: image, Args: []string{"sleep"}}.Spec()
			_, err := r.Run(ctx, spec)
			require.Error(t, err, delay)
			cancel()
			nothingLeft(t, r)
		}
	})
}

// sleepers counts the probes that sleep on this machine.
func sleepers(t *testing.T) (n int) {
	t.Helper()
	commands, err := filepath.Glob("/proc/[0-9]*/cmdline")
	require.NoError(t, err)
	for _, path := range commands {
		if data, err := os.ReadFile(path); err == nil && string(data) == "/probe\x00sleep\x00" {
			n++
		}
	}
	return n
}

// BenchmarkTask measures a task whose program does nothing, in turns with "runc run" of the same image under the same limits. The metric
// over-ms/op is the difference: the time that a worker adds.
func BenchmarkTask(b *testing.B) {
	if _, err := exec.LookPath("runc"); err != nil {
		b.Skip("no runc here")
	}
	r, err := New(runtime.Config{CacheDir: b.TempDir(), OCI: runtime.OCI{Engine: "runc"}})
	if err == nil {
		err = r.Check(context.Background())
	}
	if err != nil {
		b.Skip(err)
	}
	program, err := canaryImage()
	require.NoError(b, err)
	bare := bareRun(b, r, program)
	var tasks, runs time.Duration
	for b.Loop() {
		start := time.Now()
		_, err := r.Run(context.Background(), runtime.Spec{Program: program, MemoryLimit: 32 << 20, OutputLimit: 1 << 16})
		require.NoError(b, err)
		tasks += time.Since(start)
		start = time.Now()
		bare()
		runs += time.Since(start)
	}
	each := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 / float64(b.N) }
	b.ReportMetric(each(tasks), "task-ms/op")
	b.ReportMetric(each(runs), "runc-run-ms/op")
	b.ReportMetric(each(tasks-runs), "over-ms/op")
}

// bareRun returns a function that runs an image with "runc run", in the bundle that a task has.
func bareRun(b *testing.B, r *Runtime, program runtime.Program) func() {
	b.Helper()
	img, release, err := r.images.prepareAndHold(context.Background(), program)
	require.NoError(b, err)
	b.Cleanup(release)
	place, err := newRoom(r.folder, 1<<16)
	require.NoError(b, err)
	b.Cleanup(func() { _ = place.removeRoom() })
	spec, err := r.engine.(*bundler).makeSpec(container{
		room: place.name, image: img, in: place.in, out: place.out, memory: 32 << 20, cpus: 1, fileBytes: 1 << 20, cpuSeconds: 10,
	})
	require.NoError(b, err)
	data, err := json.Marshal(spec)
	require.NoError(b, err)
	bundle, state := b.TempDir(), b.TempDir()
	require.NoError(b, os.WriteFile(filepath.Join(bundle, "config.json"), data, 0o600))
	return func() {
		out, err := exec.Command("runc", "--root", state, "run", "--bundle", bundle, place.name).CombinedOutput()
		require.NoError(b, err, string(out))
		require.Equal(b, canaryWord, string(out))
	}
}
