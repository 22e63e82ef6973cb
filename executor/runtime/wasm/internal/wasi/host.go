// Package wasi is the WASI preview 1 host of this runtime. Everything that an app can see through it is fixed by the task:
// arguments, environment, a clock that starts at the task's time, randomness from the task's seed, and the file system of package
// memfs. It does not depend on an engine: it uses memory and fuel through two small interfaces.
package wasi

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/fuel"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/memfs"
	"github.com/credence-chain/credence/result"
)

// Errno is a WASI error number.
type Errno = memfs.Errno

// Memory is the app's memory.
type Memory interface {
	// Read returns a view of size bytes at offset, or false if the memory does not have all of them. Writing to the view writes to
	// the memory.
	Read(offset, size uint32) ([]byte, bool)
}

// Meter is the app's fuel.
type Meter interface {
	// Fuel returns the fuel that is left; negative if the app has run out.
	Fuel() int64
	SetFuel(left int64)
}

// Stop is the error with which a host function ends the run.
type Stop struct {
	Reason   runtime.Reason
	ExitCode uint32
}

// Error describes the end.
func (s *Stop) Error() string {
	return fmt.Sprintf("the app was stopped: reason %q, exit status %d", s.Reason, s.ExitCode)
}

// MaxLog is how much of stdout and of stderr is kept as a log, in bytes.
const MaxLog = 64 << 10

// Config configures a host; its fields are those of runtime.Spec.
type Config struct {
	Args, Env   []string
	Inputs      []result.File
	Stdin       string // an input; empty for none
	Stdout      string // a file below /out; empty: what is printed is kept up to OutputLimit
	OutputLimit uint64
	TempLimit   uint64     // bytes in /tmp
	Room        memfs.Room // of the files' bytes and of stdout; nil for this process's memory
	Writable    bool       // below /in, within TempLimit
	Workdir     string     // that relative paths begin in, from the root; empty for the root
	Clock       int64
	Seed        [32]byte
}

// Host serves one run of one app. It is not safe for concurrent use.
type Host struct {
	// Stopped says why a host function ended the run, if one did.
	Stopped *Stop

	meter          Meter
	fs             *memfs.FS
	outputLimit    uint64
	args, env      []string
	clock          clock
	random         random
	fds            []*descriptor
	stdout, stderr stream
}

// New makes a host. It fails if the inputs do not make a tree, or if a stream cannot be a file of that name.
func New(c Config, meter Meter) (*Host, error) {
	fs, err := memfs.New(c.Inputs, memfs.Limits{Out: c.OutputLimit, Temp: c.TempLimit, Writable: c.Writable, Room: c.Room})
	if err != nil {
		return nil, err
	}
	h := &Host{meter: meter, fs: fs, outputLimit: c.OutputLimit, args: c.Args, env: c.Env, clock: clock{start: c.Clock}, random: random{seed: c.Seed}}
	h.stdout.keep, h.stderr.keep = max(MaxLog, c.OutputLimit), MaxLog
	h.stdout.room, h.stderr.room = c.Room, memfs.Memory{}
	if c.Room == nil {
		h.stdout.room = memfs.Memory{}
	}
	h.fds = []*descriptor{
		{fileType: typeUnknown, readable: true},
		{fileType: typeUnknown, writable: true, stream: &h.stdout},
		{fileType: typeUnknown, writable: true, stream: &h.stderr},
		{fileType: typeDirectory, readable: true, node: fs.Root(), preopen: "/"},
	}
	if c.Workdir != "" {
		if err := h.startIn(c.Workdir); err != nil {
			return nil, fmt.Errorf("workdir %q: %w", c.Workdir, err)
		}
	}
	if c.Stdin != "" {
		if err := h.redirectStream(0, "in/"+c.Stdin, descriptor{readable: true}, memfs.OpenFlags{}); err != nil {
			return nil, fmt.Errorf("stdin %q: %w", c.Stdin, err)
		}
	}
	if c.Stdout != "" {
		if err := h.redirectStream(1, "out/"+c.Stdout, descriptor{writable: true}, memfs.OpenFlags{Create: true, Write: true}); err != nil {
			return nil, fmt.Errorf("stdout %q: %w", c.Stdout, err)
		}
	}
	return h, nil
}

// startIn lets relative paths begin in a folder, which is made if the app may write there. C libraries look for a path below the
// folders that they were given, and take the folder with the longest match. "." is where a relative path begins; the others are
// named so that an absolute path is not taken for a relative one. Go and other languages read PWD.
func (h *Host) startIn(workdir string) error {
	if errno := h.makeFolders(workdir + "/"); errno != memfs.Success {
		return errno
	}
	for _, open := range []struct{ name, path string }{{".", workdir}, {"/in", "in"}, {"/out", "out"}, {"/tmp", "tmp"}} {
		node, errno := h.fs.Lookup(h.fs.Root(), open.path)
		if errno != memfs.Success {
			return errno
		}
		if !node.IsDir() {
			return memfs.NotDir
		}
		h.fds = append(h.fds, &descriptor{fileType: typeDirectory, readable: true, node: node, preopen: open.name})
	}
	if !slices.ContainsFunc(h.env, func(v string) bool { return strings.HasPrefix(v, "PWD=") }) {
		h.env = append(slices.Clip(h.env), "PWD=/"+workdir)
	}
	return nil
}

// makeFolders makes the missing folders in a path, up to its last slash.
func (h *Host) makeFolders(path string) Errno {
	for i, c := range path {
		if c != '/' {
			continue
		}
		errno := h.fs.MakeDir(h.fs.Root(), path[:i])
		if errno != memfs.Success && errno != memfs.Exists {
			return errno
		}
	}
	return memfs.Success
}

// redirectStream turns a stream into a file, as a shell does before it starts a program. It makes the folders of the file too.
func (h *Host) redirectStream(fd int, path string, d descriptor, flags memfs.OpenFlags) error {
	if flags.Create {
		if errno := h.makeFolders(path); errno != memfs.Success {
			return errno
		}
	}
	node, errno := h.fs.Open(h.fs.Root(), path, flags)
	if errno != memfs.Success {
		return errno
	}
	if node.IsDir() {
		return memfs.IsDirectory
	}
	d.fileType, d.node = typeRegular, node
	h.fds[fd] = &d
	return nil
}

// Output returns the files that the app left in /out.
func (h *Host) Output() []result.File { return h.fs.Output() }

// Logs returns the beginnings of what the app printed.
func (h *Host) Logs() (stdout, stderr []byte) {
	return h.stdout.firstBytes(MaxLog), h.stderr.firstBytes(MaxLog)
}

// Printed returns what the app wrote to stdout, and false if it was more than OutputLimit.
func (h *Host) Printed() ([]byte, bool) {
	return h.stdout.head, h.stdout.total <= h.outputLimit
}

// StderrEnd returns the end of what the app wrote to stderr.
func (h *Host) StderrEnd() []byte { return h.stderr.lastBytes() }

// call is one call of a host function.
type call struct {
	*Host
	memory Memory
	stack  []uint64
}

// Call runs a host function. stack holds its parameters and takes its result. It panics with a *Stop when the run has to end.
func (h *Host) Call(f Function, memory Memory, stack []uint64) {
	c := &call{Host: h, memory: memory, stack: stack}
	c.chargeFuel(fuel.HostCall)
	errno := f.run(c)
	if errno == memfs.OutputFull {
		c.stopRun(Stop{Reason: runtime.OutputTooLarge})
	}
	if !f.noResult {
		stack[0] = uint64(errno)
	}
}

// chargeFuel takes fuel, and ends the run if there is not enough.
func (c *call) chargeFuel(amount uint64) {
	left := c.meter.Fuel() - int64(min(amount, 1<<61))
	c.meter.SetFuel(left)
	if left < 0 {
		c.stopRun(Stop{Reason: runtime.OutOfFuel})
	}
}

func (c *call) chargeBytes(n uint64) { c.chargeFuel(n / fuel.BytesPerFuel) }

func (c *call) stopRun(s Stop) {
	c.Stopped = &s
	panic(&s)
}

func (c *call) u32(i int) uint32 { return uint32(c.stack[i]) }
func (c *call) u64(i int) uint64 { return c.stack[i] }

// viewBytes returns a view of the app's memory.
func (c *call) viewBytes(offset, size uint32) ([]byte, Errno) {
	if c.memory == nil {
		return nil, memfs.Fault
	}
	b, ok := c.memory.Read(offset, size)
	if !ok {
		return nil, memfs.Fault
	}
	return b, memfs.Success
}

func (c *call) putU32(offset, v uint32) Errno {
	b, errno := c.viewBytes(offset, 4)
	if errno == memfs.Success {
		binary.LittleEndian.PutUint32(b, v)
	}
	return errno
}

func (c *call) putU64(offset uint32, v uint64) Errno {
	b, errno := c.viewBytes(offset, 8)
	if errno == memfs.Success {
		binary.LittleEndian.PutUint64(b, v)
	}
	return errno
}

// readPath reads a path and charges for following it.
func (c *call) readPath(offset, size uint32) (string, Errno) {
	c.chargeFuel(fuel.HostPath + uint64(size))
	b, errno := c.viewBytes(offset, size)
	return string(b), errno
}
