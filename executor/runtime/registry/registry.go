// Package registry is the list of the runtimes in this program. A new runtime needs a package of its own, a line here, and its
// rules in poco/contract; CONTRIBUTING.md has the recipe.
package registry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/circuit"
	"github.com/credence-chain/credence/executor/runtime/oci"
	"github.com/credence-chain/credence/executor/runtime/wasm"
)

// drivers holds every runtime of package contract once.
var drivers = []runtime.Driver{
	wasm.Driver,
	oci.Driver,
	circuit.Driver,
}

// RunChild runs the part of a child process and does not return, if a runtime started this process for that. Call it
// first thing in main and in TestMain.
func RunChild() {
	for _, d := range drivers {
		if d.RunChild != nil {
			d.RunChild()
		}
	}
}

// Open sets up every runtime that works on this machine, by name. It leaves out the others and logs the reason, unless the operator
// did not ask for the runtime. It returns an error if none works.
func Open(ctx context.Context, c runtime.Config) (map[string]runtime.Runtime, error) {
	return openDrivers(ctx, drivers, c)
}

// OpenOne sets up the runtime with a name, and checks that it works here. An error says what does not work.
func OpenOne(ctx context.Context, name string, c runtime.Config) (runtime.Runtime, error) {
	for _, d := range drivers {
		if d.Name != name {
			continue
		}
		r, err := d.Open(c)
		if err != nil {
			return nil, err
		}
		return r, r.Check(ctx)
	}
	return nil, fmt.Errorf("runtime: got %.40q, and there is no such runtime", name)
}

func openDrivers(ctx context.Context, drivers []runtime.Driver, c runtime.Config) (map[string]runtime.Runtime, error) {
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	working := map[string]runtime.Runtime{}
	var failures []error
	for _, d := range drivers {
		r, err := d.Open(c)
		if errors.Is(err, runtime.ErrOff) {
			continue
		}
		if err == nil {
			err = r.Check(ctx)
		}
		if err != nil {
			failures = append(failures, fmt.Errorf("runtime %s: %w", d.Name, err))
			continue
		}
		working[d.Name] = r
	}
	if len(working) == 0 {
		return nil, errors.Join(failures...)
	}
	for _, err := range failures {
		c.Logger.Warn("a runtime does not work here; tasks that need it are given back", "error", err)
	}
	return working, nil
}
