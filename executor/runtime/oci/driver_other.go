//go:build !linux

package oci

import (
	"errors"

	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/poco/contract"
)

// Driver describes the runtime to the registry: containers need Linux.
var Driver = runtime.Driver{
	Name: contract.RuntimeOCI,
	Open: func(c runtime.Config) (runtime.Runtime, error) {
		if c.OCI.Engine == "" {
			return nil, runtime.ErrOff
		}
		return nil, errors.New("containers run on Linux only")
	},
}
