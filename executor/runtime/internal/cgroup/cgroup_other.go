//go:build !linux

package cgroup

import "errors"

var errNone = errors.New("control groups are Linux's")

// Parent, Limits and Group are as on Linux. There are none here.
type (
	Parent struct{}
	Limits struct{ Memory, Threads uint64 }
	Group  struct{}
)

// OpenOwn returns an error.
func OpenOwn() (*Parent, error) { return nil, errNone }

// OpenFolder returns an error.
func OpenFolder(string) (*Parent, error) { return nil, errNone }

// String implements fmt.Stringer.
func (*Parent) String() string { return "" }

// New returns an error.
func (*Parent) New(Limits) (*Group, error) { return nil, errNone }

// Add returns an error.
func (*Group) Add(int) error { return errNone }

// Killed says that nothing was.
func (*Group) Killed() bool { return false }

// Remove does nothing.
func (*Group) Remove() error { return nil }
