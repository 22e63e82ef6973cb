//go:build linux

package oci

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sync/semaphore"
	"tags.cncf.io/container-device-interface/pkg/cdi"
	"tags.cncf.io/container-device-interface/pkg/parser"
)

// This file gives devices to containers: graphics processors, as a rule. The operator names them as the Container Device Interface
// does (vendor/class=name). A file of the device's vendor says what a container with the device needs: device nodes, libraries,
// variables, hooks. So nothing here knows a vendor.

// devices hands out the devices of a worker: each belongs to one container at a time. It is safe for concurrent use. Waiting tasks
// are served in their order, so that one that needs many devices is not overtaken for ever by those that need few.
type devices struct {
	all    []string
	tokens *semaphore.Weighted
	mu     sync.Mutex
	free   []string // in the order of all
}

func newDevices(names []string) (*devices, error) {
	for i, name := range names {
		if vendor, class, _ := parser.ParseDevice(name); len(vendor) < 2 || len(class) < 2 { // the parser panics on one letter
			return nil, fmt.Errorf("oci-gpus: %q, expected a name of the Container Device Interface, such as nvidia.com/gpu=0", name)
		}
		if _, _, _, err := parser.ParseQualifiedName(name); err != nil {
			return nil, fmt.Errorf("oci-gpus: %q: %w; expected a name of the Container Device Interface, such as nvidia.com/gpu=0", name, err)
		}
		if slices.Contains(names[:i], name) {
			return nil, fmt.Errorf("oci-gpus: %q is named twice, expected each device once", name)
		}
	}
	return &devices{all: names, tokens: semaphore.NewWeighted(int64(len(names))), free: slices.Clone(names)}, nil
}

// check returns an error if there are not so many devices, however long one waits.
func (d *devices) check(n int) error {
	if n > len(d.all) {
		return fmt.Errorf("the task needs GPUs: %d, and oci-gpus names %d for containers here; name more, or take no such tasks", n, len(d.all))
	}
	return nil
}

// take waits for n devices, until the context ends. They are given back by release.
func (d *devices) take(ctx context.Context, n int) (names []string, release func(), err error) {
	if err := d.check(n); err != nil {
		return nil, nil, err
	}
	if d.tokens.Acquire(ctx, int64(n)) != nil {
		return nil, nil, context.Cause(ctx)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	names, d.free = slices.Clone(d.free[:n]), slices.Clone(d.free[n:])
	return names, func() { d.giveBack(names) }, nil
}

func (d *devices) giveBack(names []string) {
	d.mu.Lock()
	free := slices.Concat(d.free, names)
	d.free = slices.DeleteFunc(slices.Clone(d.all), func(name string) bool { return !slices.Contains(free, name) })
	d.mu.Unlock()
	d.tokens.Release(int64(len(names)))
}

// deviceFolders are the folders with the vendors' files. Tests replace them.
var deviceFolders = cdi.DefaultSpecDirs

// injectDevices adds devices to the configuration of a bundle. The files are read anew for each container, since the tools of vendors
// write them again when a driver changes.
func injectDevices(s *specs.Spec, names []string) (err error) {
	defer func() { // the library panics on some files, such as one with a kind of a letter; no file may end the worker
		if trouble := recover(); trouble != nil {
			err = fmt.Errorf("devices of containers: a file in %q cannot be read: %v", deviceFolders, trouble)
		}
	}()
	cache, err := cdi.NewCache(cdi.WithSpecDirs(deviceFolders...), cdi.WithAutoRefresh(false))
	if err != nil {
		return fmt.Errorf("devices of containers: %w", err)
	}
	if _, err := cache.InjectDevices(s, names...); err != nil {
		for path, wrong := range cache.GetErrors() {
			err = fmt.Errorf("%w; %s: %w", err, path, wrong[0])
		}
		return fmt.Errorf("devices of containers, described in %q: %w", deviceFolders, err)
	}
	return nil
}
