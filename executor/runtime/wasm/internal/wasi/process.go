package wasi

import (
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/fuel"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/memfs"
)

func (c *call) argsGet() Errno         { return c.putStrings(c.args) }
func (c *call) argsSizesGet() Errno    { return c.putSizes(c.args) }
func (c *call) environGet() Errno      { return c.putStrings(c.env) }
func (c *call) environSizesGet() Errno { return c.putSizes(c.env) }

// putStrings writes a list of pointers (parameter 0) to strings that end in a zero
// byte (parameter 1).
func (c *call) putStrings(list []string) Errno {
	pointers, at := c.u32(0), c.u32(1)
	c.chargeFuel(uint64(len(list)) * fuel.HostVector)
	c.chargeBytes(uint64(sizeOfStrings(list)))
	for _, s := range list {
		if errno := c.putU32(pointers, at); errno != memfs.Success {
			return errno
		}
		b, errno := c.viewBytes(at, uint32(len(s)+1))
		if errno != memfs.Success {
			return errno
		}
		copy(b, s)
		b[len(s)] = 0
		pointers, at = pointers+4, at+uint32(len(s)+1)
	}
	return memfs.Success
}

func (c *call) putSizes(list []string) Errno {
	if errno := c.putU32(c.u32(0), uint32(len(list))); errno != memfs.Success {
		return errno
	}
	return c.putU32(c.u32(1), sizeOfStrings(list))
}

// sizeOfStrings is how many bytes the strings take with their zero bytes.
func sizeOfStrings(list []string) (n uint32) {
	for _, s := range list {
		n += uint32(len(s) + 1)
	}
	return n
}

func (c *call) procExit() Errno {
	code := c.u32(0)
	reason := runtime.None
	if code != 0 {
		reason = runtime.Exit
	}
	c.stopRun(Stop{Reason: reason, ExitCode: code})
	return memfs.Success
}
