// Package image makes the measured image of a worker in an enclave, and computes what a platform will measure of it.
//
// The image is a file system in memory with one program: the static worker, which starts itself from it (package guest). It is written
// as an initramfs for a virtual machine, and as a container image. The bytes of both depend on nothing but the program, the platform and
// the kernel modules.
package image

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/credence-chain/credence/executor/attester"
	"github.com/credence-chain/credence/internal/worker/guest"
)

// CommandLine is the kernel's command line for the image. The platforms measure it. After a panic, which the end of the worker
// is, the machine starts again.
const CommandLine = "console=ttyS0 panic=10"

// maxModules bounds the number of kernel modules.
const maxModules = 64

// Spec says what an image is made of.
type Spec struct {
	// Program is the static worker.
	Program []byte
	// Platform is the name of the platform that the worker asks for quotes, as in attester.Names.
	Platform string
	// Modules are kernel modules that are loaded at the start, in this order. A kernel that has its drivers built in needs none.
	Modules [][]byte
}

// entry is a file or folder of the image.
type entry struct {
	name string
	// mode has the kind and the permissions, as in Unix.
	mode uint32
	data []byte
	// major and minor are the numbers of a device.
	major, minor uint32
}

// The kinds of an entry, as in Unix.
const (
	kindFolder = 0o040000
	kindFile   = 0o100000
	kindDevice = 0o020000
)

// entries lists what is in an image, sorted by name. It returns an error if the platform is not known, or if the program cannot be
// started without libraries.
func (s Spec) entries() ([]entry, error) {
	switch {
	case !slices.Contains(attester.Names(), s.Platform):
		return nil, fmt.Errorf("platform: got %.40q, expected one of %v", s.Platform, attester.Names())
	case !bytes.HasPrefix(s.Program, []byte("\x7fELF")):
		return nil, errors.New("program: it is no program for Linux")
	case len(s.Modules) > maxModules:
		return nil, fmt.Errorf("modules: got %d, expected at most %d", len(s.Modules), maxModules)
	}
	out := []entry{
		{name: guest.InitPath[1:], mode: kindFile | 0o555, data: s.Program},
		{name: guest.PlatformPath[1:], mode: kindFile | 0o444, data: []byte(s.Platform + "\n")},
		{name: "dev/console", mode: kindDevice | 0o600, major: 5, minor: 1},
	}
	for _, folder := range append(guest.MountPoints(), "/etc", "/lib", guest.ModulesPath) {
		out = append(out, entry{name: folder[1:], mode: kindFolder | 0o755})
	}
	for i, module := range s.Modules {
		out = append(out, entry{name: fmt.Sprintf("%s/%02d.ko", guest.ModulesPath[1:], i), mode: kindFile | 0o444, data: module})
	}
	slices.SortFunc(out, func(a, b entry) int { return bytes.Compare([]byte(a.name), []byte(b.name)) })
	return out, nil
}
