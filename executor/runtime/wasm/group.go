package wasm

import (
	"errors"
	"fmt"

	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/internal/cgroup"
)

// This file puts each child into a control group of its own where the machine has one for that. A child's limits are set by the child
// itself, and hold for one process and its address space. The group holds whatever the child has become: the kernel ends what is in
// it before the memory of the worker or of the machine is used up. That is a failure of this machine, as any killed child is, and never an
// answer (docs/adr/0098).

// maxThreads is how many threads a child may have. The Go runtime starts a few for each processor.
const maxThreads = 2048

// ErrGroupLimit is returned for a run whose process took more memory than its control group has. It is not an answer, because no app can
// make an honest sandbox take that much.
var ErrGroupLimit = errors.New("the app's process took more memory than the limit of its control group")

// groupMemory returns the limit of a child's group in bytes. Tests replace it.
var groupMemory = memoryMax

// openGroups finds the group below which children get theirs. It returns an error only if the operator named a folder.
func (r *Runtime) openGroups() (err error) {
	switch r.config.ControlGroup {
	case "":
		return nil
	case runtime.ControlGroupAuto:
		r.groups, r.whyNoGroups = cgroup.OpenOwn()
	default:
		if r.groups, err = cgroup.OpenFolder(r.config.ControlGroup); err != nil {
			return fmt.Errorf("control group %s: %w", r.config.ControlGroup, err)
		}
	}
	if r.whyNoGroups != nil {
		r.groups = nil
		r.config.Logger.Info("executions have no control groups of their own", "reason", r.whyNoGroups)
		return nil
	}
	r.config.Logger.Info("each execution has a control group of its own", "below", r.groups)
	return nil
}

// ControlGroups returns the folder of the group below which each execution has one of its own. The error says why there is none.
func (r *Runtime) ControlGroups() (string, error) {
	switch {
	case r.groups != nil:
		return r.groups.String(), nil
	case r.whyNoGroups != nil:
		return "", r.whyNoGroups
	}
	return "", errors.New("none was asked for")
}

// enclose puts a child into a group of its own. The group is nil if there is none.
func (r *Runtime) enclose(pid int, spec runtime.Spec) (*cgroup.Group, error) {
	if r.groups == nil {
		return nil, nil
	}
	g, err := r.groups.New(cgroup.Limits{Memory: groupMemory(spec), Threads: maxThreads})
	if err != nil {
		return nil, err
	}
	if err := g.Add(pid); err != nil {
		return nil, errors.Join(err, g.Remove())
	}
	return g, nil
}

// removeGroup removes a group whose child has ended. It may be nil.
func (r *Runtime) removeGroup(g *cgroup.Group) {
	if g == nil {
		return
	}
	if err := g.Remove(); err != nil {
		r.config.Logger.Warn("a control group is left", "error", err)
	}
}
