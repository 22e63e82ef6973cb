package runtime

import "log/slog"

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
	// Logger takes what an operator should know; nil: the default one.
	Logger *slog.Logger
}
