//go:build linux

package oci

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/credence-chain/credence/executor/runtime"
)

// engine starts containers. Every implementation guarantees this list, whatever the image or the task says:
//
//   - There is no network but a loopback of its own.
//   - The root file system is read-only. So is /in, unless the task may change it. /tmp and /dev/shm are in memory, of a bounded
//     size, and no programs or devices work in them. /out is the folder of the room.
//   - User and group are nobody. There are no capabilities, no new privileges, and the engine's default filter of system calls.
//   - Memory with swap, processors, processes, open files and the size of one file are bounded. There are no core files.
//   - There is no device but null, zero, full, random, urandom and tty, and the container's devices. Kernel files that describe the
//     machine are masked.
//   - Nothing is left of the container when runContainer returns, or after reapContainer.
type engine interface {
	// checkEngine returns an error that says what this machine lacks.
	checkEngine(ctx context.Context) error
	// holdImage gives the engine an image. The files hold its unpacked layers, as tar archives.
	holdImage(ctx context.Context, img image, layers []string) error
	// holdsImage says whether the engine has the image.
	holdsImage(ctx context.Context, img image) (bool, error)
	// dropImage removes an image from the engine.
	dropImage(ctx context.Context, img image) error
	// runContainer runs a container until it ends or the context ends. In the latter case it returns the context's cause.
	runContainer(ctx context.Context, c container) (ending, error)
	// listRunning lists the rooms of the containers that exist.
	listRunning(ctx context.Context) ([]string, error)
	// reapContainer stops a container and removes what is left of it.
	reapContainer(ctx context.Context, room string) error
}

// container is what an engine runs.
type container struct {
	room       string // names it: a room of this runtime
	image      image
	args, env  []string
	workdir    string // where it starts; empty leaves it to the image
	writable   bool   // it may write below /in
	in, out    string // folders of this machine
	memory     uint64 // bytes, all that it has in memory
	cpus       float64
	fileBytes  uint64 // the largest file that it may write
	cpuSeconds uint64 // CPU time that one process may use: it ends even if no agent is left to stop it
	stdin      io.Reader
	stdout     io.Writer
	stderr     io.Writer
	clock      int64    // Unix time for SOURCE_DATE_EPOCH
	devices    []string // names of the Container Device Interface
}

// ending is how a container ended.
type ending struct {
	exit        int  // its status; 128 plus the number of the signal if a signal ended it
	outOfMemory bool // the kernel killed a process of it for want of memory
	memory      uint64
}

// Limits of every container.
const (
	nobody       = 65534
	pidsMax      = 256
	filesMax     = 1024
	tmpBytes     = 64 << 20 // of /tmp and of /dev/shm each; what lies there counts as memory
	hostname     = "credence"
	killedStatus = 128 + 9
)

// inFolders and outFolders are the folders in which a container finds its inputs and leaves its results: the project's names, and
// iExec's.
var (
	inFolders  = []string{"/in", "/iexec_in"}
	outFolders = []string{"/out", "/iexec_out"}
)

// engines makes each of runtime.Engines by its name.
var engines = map[string]func(c runtime.OCI, folder string) (engine, error){
	runtime.EngineDocker: newDocker,
	"runc":               newBundler,
	"crun":               newBundler,
	"runsc":              newBundler,
}

func openEngine(c runtime.OCI, folder string) (engine, error) {
	open, found := engines[c.Engine]
	if !found {
		return nil, fmt.Errorf("engine: got %q, expected one of %s", c.Engine, strings.Join(runtime.Engines, ", "))
	}
	return open(c, folder)
}

// startCommand returns the container's command: the image's entry point with the task's arguments or, if the task has none, with
// the image's own.
func (c container) startCommand() []string {
	args := c.args
	if len(args) == 0 {
		args = c.image.Config.Cmd
	}
	return append(append([]string{}, c.image.Config.Entrypoint...), args...)
}

// temporaryFolders returns the folders in memory besides /dev/shm.
func (c container) temporaryFolders() []string {
	if strings.HasPrefix(c.workdir, "/tmp/") {
		return []string{"/tmp", c.workdir}
	}
	return []string{"/tmp"}
}

// workingFolder returns the folder in which the container starts.
func (c container) workingFolder() string {
	if c.workdir != "" {
		return c.workdir
	}
	if strings.HasPrefix(c.image.Config.WorkingDir, "/") {
		return c.image.Config.WorkingDir
	}
	return "/"
}

// environment merges the image's variables, those that every container has, and the task's. Later ones win.
func (c container) environment() []string {
	var order, start []string
	if c.workdir != "" {
		start = []string{"PWD=" + c.workdir}
	}
	value := map[string]string{}
	for _, list := range [][]string{
		{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
		c.image.Config.Env,
		{"HOME=/tmp", "TMPDIR=/tmp", "TZ=UTC", fmt.Sprintf("SOURCE_DATE_EPOCH=%d", c.clock), "HOSTNAME=" + hostname},
		start,
		c.env,
	} {
		for _, entry := range list {
			name, _, found := strings.Cut(entry, "=")
			if !found || name == "" {
				continue
			}
			if _, known := value[name]; !known {
				order = append(order, name)
			}
			value[name] = entry
		}
	}
	out := make([]string, len(order))
	for i, name := range order {
		out[i] = value[name]
	}
	return out
}

// noProgram says that an image has no program at the path that it gives, or one that cannot be executed. This is the app's failure,
// with the status that a shell gives it.
type noProgram struct {
	status int
	text   string
}

func (e *noProgram) Error() string { return e.text }

// Exit statuses of shells.
const (
	statusNotExecutable = 126
	statusNotFound      = 127
)

// notStarted turns the error text of an engine into an error, when a container did not start. Engines have no codes for this, so it
// reads their words, as Docker's own command does. Unknown words are this machine's failure, and not an answer.
func notStarted(engine, text string) error {
	said := strings.ToLower(text)
	about := func(parts ...string) bool {
		for _, p := range parts {
			if !strings.Contains(said, p) {
				return false
			}
		}
		return true
	}
	switch {
	case about("exec", "no such file or directory"), about("executable file", "not found"), about("exec", "not a directory"):
		return &noProgram{statusNotFound, text}
	case about("exec", "permission denied"), about("exec", "is a directory"):
		return &noProgram{statusNotExecutable, text}
	}
	return fmt.Errorf("%s could not start the container: %s", engine, text)
}
