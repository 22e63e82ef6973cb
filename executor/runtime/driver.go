package runtime

import (
	"errors"
	"log/slog"
)

// ErrOff is returned by a Driver's Open when the operator has not asked for the runtime. It is no failure.
var ErrOff = errors.New("not configured")

// Driver is how the registry (package registry) knows a runtime: it is all that a runtime's package has to offer.
type Driver struct {
	// Name is that of its rules in package contract.
	Name string
	// Open sets it up. An error says what an operator can do about it.
	Open func(Config) (Runtime, error)
	// RunChild runs the part of a child process and does not return, if this process was started for that. nil: the
	// runtime starts none.
	RunChild func()
}

// Config is what a worker has to say to every runtime.
type Config struct {
	// CacheDir keeps what is derived from programs, by their digests, and takes inputs and outputs of a run while it
	// lasts. Empty: nothing is kept, and the system's folder for temporary files is used.
	CacheDir string
	// SandboxOptional runs apps also where this system lacks a part of the sandbox (a limit, the filter of system calls),
	// and warns of it. Otherwise such a run is an error, and no app's code is so much as looked at.
	SandboxOptional bool
	// OCI sets up containers.
	OCI OCI
	// Logger takes what an operator should know; nil: the default one.
	Logger *slog.Logger
}

// EngineDocker is the engine that is asked by the Docker Engine API; the others are programs.
const EngineDocker = "docker"

// Engines are what can run containers, by the names that operators give.
var Engines = []string{EngineDocker, "runc", "crun", "runsc"}

// OCI says how containers are run.
type OCI struct {
	// Engine is "docker", for the Docker Engine API, or the kind of a program that runs bundles: "runc", "crun" or "runsc".
	// Empty: this worker runs no containers.
	Engine string
	// Path is the engine's socket (docker; default /var/run/docker.sock) or program (others; default: looked up by its name).
	Path string
	// Args are given to the engine's program before the command, such as --systemd-cgroup.
	Args []string
	// CacheBytes bounds what images take unpacked; images that were not used for longest go first. 0: DefaultImageCache.
	CacheBytes int64
	// CPUs is how many processors a container may keep busy; 0 means 1.
	CPUs float64
}

// DefaultImageCache is the bound of the images' cache where an operator says nothing, in bytes.
const DefaultImageCache = 20 << 30
