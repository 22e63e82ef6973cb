//go:build linux

package oci

import (
	"fmt"

	"github.com/moby/profiles/seccomp"
	"github.com/opencontainers/runtime-spec/specs-go"
)

// makeSpec returns the configuration of a bundle.
func (b *bundler) makeSpec(c container) (*specs.Spec, error) {
	memory, swap := int64(c.memory), int64(c.memory)
	period, pids := uint64(100_000), int64(pidsMax)
	quota := int64(c.cpus * float64(period))
	oom := 500
	s := &specs.Spec{
		Version:  "1.0.2",
		Hostname: hostname,
		Root:     &specs.Root{Path: b.treePath(c.image), Readonly: true},
		Process: &specs.Process{
			User: specs.User{UID: nobody, GID: nobody}, Args: c.startCommand(), Env: c.environment(), Cwd: c.workingFolder(),
			Capabilities: &specs.LinuxCapabilities{}, NoNewPrivileges: true, OOMScoreAdj: &oom,
			Rlimits: []specs.POSIXRlimit{
				{Type: "RLIMIT_NOFILE", Hard: filesMax, Soft: filesMax},
				{Type: "RLIMIT_CORE"},
				{Type: "RLIMIT_FSIZE", Hard: c.fileBytes, Soft: c.fileBytes},
				{Type: "RLIMIT_CPU", Hard: c.cpuSeconds, Soft: c.cpuSeconds},
			},
		},
		Mounts: mountsOf(c),
		Linux: &specs.Linux{
			CgroupsPath: groupPath(c.room),
			Namespaces: []specs.LinuxNamespace{
				{Type: specs.PIDNamespace}, {Type: specs.NetworkNamespace}, {Type: specs.IPCNamespace}, {Type: specs.UTSNamespace},
				{Type: specs.MountNamespace},
			},
			Resources: &specs.LinuxResources{
				Devices: []specs.LinuxDeviceCgroup{{Allow: false, Access: "rwm"}},
				Memory:  &specs.LinuxMemory{Limit: &memory, Swap: &swap},
				CPU:     &specs.LinuxCPU{Period: &period, Quota: &quota},
				Pids:    &specs.LinuxPids{Limit: &pids},
			},
			MaskedPaths: []string{
				"/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug",
				"/proc/scsi", "/proc/timer_list", "/proc/timer_stats",
			},
			ReadonlyPaths: []string{"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"},
		},
	}
	if len(c.devices) > 0 {
		s.Root.Path = rootPath(b.folder, c.room)
		if err := injectDevices(s, c.devices); err != nil {
			return nil, err
		}
	}
	if b.kind == "runsc" { // gVisor has a kernel of its own, and no filter is asked of it
		return s, nil
	}
	filter, err := seccomp.GetDefaultProfile(s)
	if err != nil {
		return nil, fmt.Errorf("filter of system calls: %w", err)
	}
	s.Linux.Seccomp = filter
	return s, nil
}

// mountsOf returns what a container sees besides its image.
func mountsOf(c container) []specs.Mount {
	memory := func(path string, size int) specs.Mount {
		return specs.Mount{Destination: path, Type: "tmpfs", Source: "tmpfs", Options: []string{"nosuid", "nodev", "noexec", "mode=1777", fmt.Sprintf("size=%d", size)}}
	}
	out := []specs.Mount{
		{Destination: "/proc", Type: "proc", Source: "proc", Options: []string{"nosuid", "nodev", "noexec"}},
		{Destination: "/dev", Type: "tmpfs", Source: "tmpfs", Options: []string{"nosuid", "noexec", "mode=755", "size=65536k"}},
		memory("/dev/shm", tmpBytes),
	}
	for _, path := range c.temporaryFolders() {
		out = append(out, memory(path, tmpBytes))
	}
	access := "ro"
	if c.writable {
		access = "rw"
	}
	for _, path := range inFolders {
		out = append(out, specs.Mount{Destination: path, Type: "bind", Source: c.in, Options: []string{"bind", access, "nosuid", "nodev", "noexec"}})
	}
	for _, path := range outFolders {
		out = append(out, specs.Mount{Destination: path, Type: "bind", Source: c.out, Options: []string{"bind", "rw", "nosuid", "nodev", "noexec"}})
	}
	return out
}
