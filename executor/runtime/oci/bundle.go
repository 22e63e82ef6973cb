//go:build linux

package oci

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/internal/cgroup"
)

// A bundler runs bundles with a program of the OCI runtime specification (runc, crun, gVisor's runsc). It keeps these files:
//
//	trees/<hex>/            an image's files, shared by its runs, which cannot write there
//	bundles/<room>/         config.json of one run
//	state/                  the program's own notes
type bundler struct {
	kind, path string
	args       []string
	folder     string
	keep       bool // the program can keep an ended container until it is deleted
}

func newBundler(c runtime.OCI, folder string) (engine, error) {
	b := &bundler{kind: c.Engine, path: c.Path, folder: folder}
	if b.path == "" {
		b.path = c.Engine
	}
	if c.Engine == "runsc" {
		b.args = []string{"--network=none"}
	}
	b.args = append(append(b.args, "--root", filepath.Join(folder, "state")), c.Args...)
	for _, sub := range []string{"trees", "bundles", "state"} {
		if err := os.MkdirAll(filepath.Join(folder, sub), 0o711); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (b *bundler) treePath(img image) string {
	return filepath.Join(b.folder, "trees", img.Digest.Hex())
}
func (b *bundler) bundlePath(r string) string { return filepath.Join(b.folder, "bundles", r) }

func (b *bundler) newCommand(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, b.path, append(slices.Clone(b.args), args...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for us
	return cmd
}

// callProgram runs a command of the program whose output is short.
func (b *bundler) callProgram(ctx context.Context, args ...string) ([]byte, error) {
	var stdout, stderr bytes.Buffer
	cmd := b.newCommand(ctx, args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s %s: %w: %s", b.kind, strings.Join(args, " "), err, lastLine(stderr.String()))
	}
	return stdout.Bytes(), nil
}

func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndex(text, "\n")+1:]
}

func (b *bundler) checkEngine(ctx context.Context) error {
	path, err := exec.LookPath(b.path)
	if err != nil {
		return fmt.Errorf("engine %s: %w; install it, or say where it is (path)", b.kind, err)
	}
	if os.Geteuid() != 0 {
		return fmt.Errorf("engine %s: this worker runs as user %d, and the engine needs root", b.kind, os.Geteuid())
	}
	b.path = path
	help, err := b.callProgram(ctx, "run", "--help")
	b.keep = bytes.Contains(help, []byte("--keep"))
	return err
}

// holdImage unpacks an image's layers into one tree.
func (b *bundler) holdImage(_ context.Context, img image, layers []string) error {
	tree := b.treePath(img)
	building := tree + ".tmp"
	if err := os.RemoveAll(building); err != nil {
		return err
	}
	if err := os.MkdirAll(building, 0o755); err != nil {
		return err
	}
	for _, layer := range layers {
		if err := applyLayer(building, layer); err != nil {
			return errors.Join(err, os.RemoveAll(building))
		}
	}
	if err := addMountPoints(building); err != nil {
		return errors.Join(err, os.RemoveAll(building))
	}
	if err := os.RemoveAll(tree); err != nil {
		return err
	}
	return os.Rename(building, tree)
}

func (b *bundler) holdsImage(_ context.Context, img image) (bool, error) {
	_, err := os.Stat(b.treePath(img))
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

func (b *bundler) dropImage(_ context.Context, img image) error { return os.RemoveAll(b.treePath(img)) }

func (b *bundler) runContainer(ctx context.Context, c container) (end ending, err error) {
	bundle := b.bundlePath(c.room)
	if err := os.MkdirAll(bundle, 0o711); err != nil {
		return end, err
	}
	defer func() {
		clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanWithin)
		defer cancel()
		err = errors.Join(err, b.reapContainer(clean, c.room))
	}()
	if len(c.devices) > 0 {
		if err := coverTree(b.treePath(c.image), b.folder, c.room); err != nil {
			return end, err
		}
	}
	spec, err := b.makeSpec(c)
	if err != nil {
		return end, err
	}
	data, err := json.Marshal(spec)
	if err == nil {
		err = os.WriteFile(filepath.Join(bundle, "config.json"), data, 0o600)
	}
	if err != nil {
		return end, err
	}
	return b.awaitContainer(ctx, c, bundle)
}

// awaitContainer starts the container and waits for its end. When the container exists, the program writes the process's id into a
// file. Without this file, no code of the app has run.
func (b *bundler) awaitContainer(ctx context.Context, c container, bundle string) (end ending, err error) {
	args := []string{"run", "--bundle", bundle, "--pid-file", filepath.Join(bundle, "pid")}
	if b.keep {
		args = append(args, "--keep") // so that its control group still says how it ended
	}
	logFile := filepath.Join(bundle, "log")
	cmd := exec.CommandContext(ctx, b.path, slices.Concat(b.args, []string{"--log", logFile}, args, []string{c.room})...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = c.stdin, c.stdout, c.stderr
	cmd.Cancel = func() error { return b.killContainer(ctx, c.room, cmd.Process) }
	cmd.WaitDelay = cleanWithin
	err = cmd.Run()
	if cause := context.Cause(ctx); cause != nil {
		return end, cause
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return end, fmt.Errorf("engine %s: %w", b.kind, err)
	}
	if _, err := os.Stat(filepath.Join(bundle, "pid")); err != nil {
		return end, notStarted("engine "+b.kind, b.lastComplaint(logFile))
	}
	end.exit = cmd.ProcessState.ExitCode()
	end.outOfMemory, end.memory = b.readMemory(c.room)
	return end, nil
}

// killContainer ends a container. A container that is still being made cannot be killed by its name. Then killContainer waits a
// while and kills the program that makes it, and reapContainer removes the rest.
func (b *bundler) killContainer(ctx context.Context, room string, program *os.Process) error {
	clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), killWithin)
	defer cancel()
	for clean.Err() == nil {
		if _, err := b.callProgram(clean, "kill", room, "KILL"); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return program.Kill()
}

// lastComplaint returns the last error in the program's log.
func (b *bundler) lastComplaint(path string) string {
	data, err := os.ReadFile(path)
	last := "it says no more"
	if err != nil {
		return last
	}
	for line := range strings.SplitSeq(string(data), "\n") {
		if strings.Contains(line, "level=error") || strings.Contains(line, "level=fatal") || b.kind == "crun" && line != "" {
			last = line
		}
	}
	return last
}

// readMemory returns whether the kernel killed a process in the container's control group, and the peak of memory.
func (b *bundler) readMemory(room string) (killed bool, peak uint64) {
	group := groupPath(room)
	v1, v2 := "/sys/fs/cgroup/memory"+group, "/sys/fs/cgroup"+group
	killed = cgroup.Counter(filepath.Join(v1, "memory.oom_control"), "oom_kill") > 0 || cgroup.Counter(filepath.Join(v2, "memory.events"), "oom_kill") > 0
	return killed, max(cgroup.Counter(filepath.Join(v1, "memory.max_usage_in_bytes"), ""), cgroup.Counter(filepath.Join(v2, "memory.peak"), ""))
}

func groupPath(room string) string { return "/credence/" + room }

func (b *bundler) listRunning(context.Context) ([]string, error) {
	var names []string
	for _, folder := range []string{"state", "bundles"} {
		entries, err := os.ReadDir(filepath.Join(b.folder, folder))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		for _, e := range entries {
			if e.IsDir() && !slices.Contains(names, e.Name()) && isRoom(e.Name()) {
				names = append(names, e.Name())
			}
		}
	}
	return names, nil
}

// reapContainer stops and deletes a container. It is no error if the container does not exist.
func (b *bundler) reapContainer(ctx context.Context, room string) error {
	// A control group is removed once its last process is, which takes a moment.
	var err error
	for range 50 {
		if _, err = b.callProgram(ctx, "delete", "--force", room); err == nil || b.isGone(ctx, room) {
			return os.RemoveAll(b.bundlePath(room))
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(50 * time.Millisecond):
		}
	}
	return err
}

// isGone says whether the program knows no container of a room.
func (b *bundler) isGone(ctx context.Context, room string) bool {
	_, err := b.callProgram(ctx, "state", room)
	_, state := os.Stat(filepath.Join(b.folder, "state", room))
	return err != nil && errors.Is(state, os.ErrNotExist)
}
