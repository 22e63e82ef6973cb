package wasm

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"strings"
	"time"
)

// SandboxProgram is the name of the program that a child runs, where it lies in the folder of the program that starts it. It contains
// nothing but this package, so that it starts in a tenth of the time and of the memory that a worker's own program takes.
const SandboxProgram = "credence-sandbox"

// build names the build of this program: what scripts/build-name.sh printed for the linker. It is empty if the linker was given none, and
// unknown if whoever built it named no commit.
var build string

const unknownBuild = "unknown"

// askTimeout bounds how long a program takes to name its build.
const askTimeout = 10 * time.Second

// starter knows which program a child runs.
type starter struct {
	path string
	file *os.File // the open program, or nil if the program is this one
}

// programFD is the child's descriptor of its own program, if that is not this one.
const programFD = roomFD + 1

// PrintBuild prints the build of this program, which a worker compares with its own.
func PrintBuild() { fmt.Println(build) }

// ownStarter starts this program. On Linux it is the very file that runs, even if another file has taken its place.
func ownStarter() (starter, error) {
	if goruntime.GOOS == "linux" {
		return starter{path: "/proc/self/exe"}, nil
	}
	path, err := os.Executable()
	return starter{path: path}, err
}

// findOwnStarter finds the starter for this program's folder and build.
func findOwnStarter(logger *slog.Logger) (starter, error) {
	path, err := os.Executable()
	if err != nil {
		return starter{}, fmt.Errorf("the path of this program: %w", err)
	}
	return findStarter(filepath.Dir(path), build, logger)
}

// findStarter returns the starter of the sandbox program in a folder, if it is of the build that is named, and otherwise that of this
// program. A child of another build could compute another answer. Builds without a name can't be compared.
func findStarter(folder, build string, logger *slog.Logger) (starter, error) {
	own, err := ownStarter()
	if err != nil || build == "" || build == unknownBuild || goruntime.GOOS != "linux" {
		return own, err
	}
	path := filepath.Join(folder, SandboxProgram)
	f, err := os.Open(path)
	if os.IsNotExist(err) {
		return own, nil
	}
	found := starter{fmt.Sprintf("/proc/self/fd/%d", programFD), f}
	var said string
	if err == nil {
		said, err = found.askBuild()
	}
	if err == nil && said != build {
		err = fmt.Errorf("it is of build %.60q, expected %q", said, build)
	}
	if err != nil {
		logger.Warn("the sandbox program is not used: this program starts itself for each execution, which takes ten times the time and "+
			"memory. Install both from the same release", "file", path, "error", err)
		f.Close()
		return own, nil
	}
	return found, nil
}

// command returns the command of a child that finds files at its descriptors from spoolFD on: the task's, and the room of its app.
func (s starter) command(ctx context.Context, task, room *os.File) *exec.Cmd {
	cmd := exec.CommandContext(ctx, s.path)
	cmd.ExtraFiles = []*os.File{task, room}
	if s.file != nil {
		// It is started by its descriptor, so that it is the file that was asked for its build, even if another has taken its place.
		cmd.ExtraFiles = append(cmd.ExtraFiles, s.file)
	}
	return cmd
}

// executable returns a path by which this process reaches the child's program.
func (s starter) executable() string {
	if s.file == nil {
		return s.path
	}
	return fmt.Sprintf("/proc/self/fd/%d", s.file.Fd())
}

func (s starter) askBuild() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), askTimeout)
	defer cancel()
	cmd := s.command(ctx, nil, nil)
	cmd.Args, cmd.Env, cmd.Dir = []string{SandboxProgram, "build"}, []string{}, "/"
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), err
}
