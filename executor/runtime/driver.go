package runtime

import (
	"errors"
	"log/slog"
)

// ErrOff is returned by a Driver's Open when the operator has not asked for the runtime. It is no failure.
var ErrOff = errors.New("not configured")

// Driver describes a runtime to package registry. It is everything that a runtime's package has to export.
type Driver struct {
	// Name is the runtime's name in package contract.
	Name string
	// Open sets up the runtime. An error says what an operator can do about it.
	Open func(Config) (Runtime, error)
	// RunChild runs the part of a child process and does not return, if this process was started for that. It is nil if the runtime
	// starts no child processes.
	RunChild func()
}

// Config is a worker's configuration for all runtimes.
type Config struct {
	// CacheDir is a folder for data that is made from programs, named by their digests. It also holds inputs and outputs during a
	// run. If it is empty, nothing is kept, and the system's folder for temporary files is used.
	CacheDir string
	// SandboxOptional runs apps even if this system lacks a part of the sandbox (a limit, or the filter of system calls), and warns
	// of it. Otherwise such a run is an error, and the app's code is not even parsed.
	SandboxOptional bool
	// ControlGroup says below which control group of Linux each execution of WebAssembly gets one of its own, which bounds what memory the
	// process takes: ControlGroupAuto, a folder, or "" for none. A folder that can't be used is an error.
	ControlGroup string
	// OCI sets up containers.
	OCI OCI
	// Logger receives messages for the operator; nil means the default logger.
	Logger *slog.Logger
}

// ControlGroupAuto is the group in which this process was started, if that was handed over to it, and otherwise none.
const ControlGroupAuto = "auto"

// EngineDocker is the engine that is called through the Docker Engine API. The other engines are programs.
const EngineDocker = "docker"

// Engines are the engines that can run containers, by the names that operators use.
var Engines = []string{EngineDocker, "runc", "crun", "runsc"}

// OCI says how containers are run.
type OCI struct {
	// Engine is "docker", for the Docker Engine API, or the kind of a program that runs bundles: "runc", "crun" or "runsc".
	// Empty: this worker runs no containers.
	Engine string
	// Path is the engine's socket for docker (default /var/run/docker.sock), or the engine's program (default: looked up by name).
	Path string
	// Args are passed to the engine's program before the command, such as --systemd-cgroup.
	Args []string
	// CacheBytes bounds the unpacked size of the kept images; the least recently used are removed first. 0: DefaultImageCache.
	CacheBytes int64
	// CPUs is how many processors a container may keep busy; 0 means 1.
	CPUs float64
	// GPUs are the devices that containers may get, by their names in the Container Device Interface, such as nvidia.com/gpu=0. A
	// device belongs to one container at a time.
	GPUs []string
}

// DefaultImageCache is the default bound of the cache of images, in bytes.
const DefaultImageCache = 20 << 30
