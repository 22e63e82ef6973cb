// Package cgroup makes control groups of Linux: each holds one process, and bounds what memory this process takes. When it takes more,
// the kernel ends it, and nothing else on the machine. The package knows version 2, and the memory controller of version 1. It is a few
// files that are written and read; the libraries for groups bring systemd's bus and programs for devices with them.
package cgroup

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// leaf is the group into which this process moves, below the group that it was started in. In version 2 a group that has groups with
// limits must have no processes itself.
const leaf = "credence-worker"

// prefix begins the names of the groups that are made here: prefix, the process that made it, a dash, a number.
const prefix = "credence-sandbox-"

// Parent is a group below which this process can make others. It is safe for concurrent use.
type Parent struct {
	folder string
	first  bool // version 1
	pids   bool // it can bound threads
}

// Limits are what one group may take.
type Limits struct {
	// Memory in bytes. Swap is not allowed in addition.
	Memory uint64
	// Threads of all processes together. It holds in version 2, where the parent has the controller "pids".
	Threads uint64
}

var (
	swept sync.Map     // the folders from which leftovers were removed, since this process started
	count atomic.Int64 // of groups that this process made
)

// OpenOwn returns the group in which this process was started, if it is of version 2 and was handed over to this process, as systemd
// does with Delegate=yes. This process moves into a group below it. It does not if there are other processes, which it would have to
// move as well.
func OpenOwn() (*Parent, error) {
	folder, err := findOwn("/proc/self/mountinfo", "/proc/self/cgroup")
	if err != nil {
		return nil, err
	}
	p := &Parent{folder: folder}
	err = p.allowMemory()
	if errors.Is(err, unix.EBUSY) {
		if err = p.moveToLeaf(); err == nil {
			err = p.allowMemory()
		}
	}
	if err != nil {
		return nil, err
	}
	return p, p.try()
}

// OpenFolder returns the group with this folder, which somebody made for this process: of version 2, or of the memory controller of
// version 1. No process may be in it.
func OpenFolder(folder string) (*Parent, error) {
	p := &Parent{folder: folder}
	if _, err := os.Stat(filepath.Join(folder, "memory.limit_in_bytes")); err == nil {
		p.first = true
	} else if err := p.allowMemory(); err != nil {
		return nil, err
	}
	return p, p.try()
}

// String returns the group's folder.
func (p *Parent) String() string { return p.folder }

// findOwn returns the folder of this process's group of version 2, from the tables of mounts and groups.
func findOwn(mounts, groups string) (string, error) {
	table, err := os.ReadFile(groups)
	if err != nil {
		return "", err
	}
	path, found := "", false
	for line := range strings.Lines(string(table)) {
		if path, found = strings.CutPrefix(strings.TrimSpace(line), "0::"); found {
			break
		}
	}
	if table, err = os.ReadFile(mounts); err != nil {
		return "", err
	}
	for line := range strings.Lines(string(table)) {
		// number, parent, device, root, mount point, options ... "-", type, source, options
		before, after, _ := strings.Cut(line, " - ")
		at := strings.Fields(before)
		if !found || len(at) < 5 || !strings.HasPrefix(after, "cgroup2 ") {
			continue
		}
		if below, err := filepath.Rel(at[3], path); err == nil && below != ".." && !strings.HasPrefix(below, "../") {
			folder := filepath.Join(at[4], below)
			if filepath.Base(folder) == leaf { // an earlier call moved this process
				folder = filepath.Dir(folder)
			}
			return folder, nil
		}
	}
	return "", errors.New("this process is in no control group of version 2 that it can see")
}

// allowMemory lets the groups below this one have limits of memory, and of threads if it can.
func (p *Parent) allowMemory() error {
	given, err := readWords(filepath.Join(p.folder, "cgroup.controllers"))
	if err != nil {
		return err
	}
	if !slices.Contains(given, "memory") {
		return fmt.Errorf("the control group %s has no controller of memory, only %q", p.folder, given)
	}
	control := filepath.Join(p.folder, "cgroup.subtree_control")
	passed, err := readWords(control)
	if err != nil {
		return err
	}
	if !slices.Contains(passed, "memory") {
		if err := write(control, "+memory"); err != nil {
			return err
		}
	}
	p.pids = slices.Contains(passed, "pids") || slices.Contains(given, "pids") && write(control, "+pids") == nil
	return nil
}

// moveToLeaf moves this process into a group of its own below the parent, so that the parent has no process any more.
func (p *Parent) moveToLeaf() error {
	processes, err := readWords(filepath.Join(p.folder, "cgroup.procs"))
	if err != nil {
		return err
	}
	self := strconv.Itoa(os.Getpid())
	if len(processes) != 1 || processes[0] != self {
		return fmt.Errorf("other processes are in the control group %s, expected this one (%s) alone", p.folder, self)
	}
	folder := filepath.Join(p.folder, leaf)
	if err := os.Mkdir(folder, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return write(filepath.Join(folder, "cgroup.procs"), self)
}

// try makes a group and removes it, after the leftovers of others.
func (p *Parent) try() error {
	if _, done := swept.LoadOrStore(p.folder, true); !done {
		p.removeLeftovers()
	}
	g, err := p.New(Limits{Memory: 64 << 20, Threads: 64})
	if err != nil {
		return err
	}
	return g.Remove()
}

// removeLeftovers removes the groups of processes that have ended, and those of an earlier process with this one's number.
func (p *Parent) removeLeftovers() {
	entries, _ := os.ReadDir(p.folder)
	for _, e := range entries {
		name, found := strings.CutPrefix(e.Name(), prefix)
		maker, _, _ := strings.Cut(name, "-")
		pid, err := strconv.Atoi(maker)
		if !found || err != nil || pid != os.Getpid() && !errors.Is(unix.Kill(pid, 0), unix.ESRCH) {
			continue
		}
		_ = (&Group{folder: filepath.Join(p.folder, e.Name())}).Remove()
	}
}

// New makes a group without processes.
func (p *Parent) New(l Limits) (*Group, error) {
	g := &Group{folder: filepath.Join(p.folder, fmt.Sprintf("%s%d-%d", prefix, os.Getpid(), count.Add(1))), first: p.first}
	if err := os.Mkdir(g.folder, 0o755); err != nil {
		return nil, err
	}
	if err := g.limit(l, p.pids); err != nil {
		return nil, errors.Join(err, g.Remove())
	}
	return g, nil
}

// Group is a control group.
type Group struct {
	folder string
	first  bool
}

func (g *Group) limit(l Limits, threads bool) error {
	memory, swap, swapMax := "memory.max", "memory.swap.max", "0"
	if g.first {
		memory, swap, swapMax = "memory.limit_in_bytes", "memory.memsw.limit_in_bytes", strconv.FormatUint(l.Memory, 10)
	}
	if err := g.set(memory, strconv.FormatUint(l.Memory, 10)); err != nil {
		return err
	}
	if err := g.set(swap, swapMax); err != nil && !errors.Is(err, os.ErrNotExist) { // a kernel that does not count swap has no such file
		return err
	}
	if threads {
		return g.set("pids.max", strconv.FormatUint(l.Threads, 10))
	}
	return nil
}

func (g *Group) set(file, value string) error { return write(filepath.Join(g.folder, file), value) }

// Add moves a process into the group, with all its threads. What it took before does not count.
func (g *Group) Add(pid int) error { return g.set("cgroup.procs", strconv.Itoa(pid)) }

// Killed says whether the kernel has ended a process of the group because of the group's limit of memory.
func (g *Group) Killed() bool {
	file := "memory.events"
	if g.first {
		file = "memory.oom_control"
	}
	return Counter(filepath.Join(g.folder, file), "oom_kill") > 0
}

// removeWithin is how long a group may take to lose processes that were killed.
const removeWithin = 2 * time.Second

// Remove removes the group, and kills what is in it.
func (g *Group) Remove() error {
	for end := time.Now().Add(removeWithin); ; time.Sleep(5 * time.Millisecond) {
		err := unix.Rmdir(g.folder)
		if err == nil || errors.Is(err, unix.ENOENT) {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("remove the control group %s: %w", g.folder, err)
		}
		processes, _ := readWords(filepath.Join(g.folder, "cgroup.procs"))
		for _, p := range processes {
			if pid, err := strconv.Atoi(p); err == nil && pid > 1 && pid != os.Getpid() {
				_ = unix.Kill(pid, unix.SIGKILL)
			}
		}
	}
}

// Counter reads a number in a file of a control group: the one after a name, or the only one. It is 0 if there is none.
func Counter(path, name string) uint64 {
	data, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	for line := range strings.SplitSeq(string(data), "\n") {
		if name != "" {
			value, found := strings.CutPrefix(line, name+" ")
			if !found {
				continue
			}
			line = value
		}
		n, _ := strconv.ParseUint(strings.TrimSpace(line), 10, 64)
		return n
	}
	return 0
}

func readWords(path string) ([]string, error) {
	data, err := os.ReadFile(path)
	return strings.Fields(string(data)), err
}

// write writes into a file of the kernel, which is never made.
func write(path, value string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(value)
	return errors.Join(err, f.Close())
}
