package wasi

import (
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/memfs"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmbin"
)

// ModuleName is the module that apps import the functions from.
const ModuleName = "wasi_snapshot_preview1"

// Function is a host function.
type Function struct {
	Name string
	// Type is its type as the app imports it.
	Type wasmbin.FuncType

	run      func(*call) Errno
	noResult bool
}

// Functions lists every function of WASI preview 1, sorted by name.
func Functions() []Function {
	return functions
}

// A signature has a letter for each parameter: i for i32, I for i64.
var functions = []Function{
	newFunction("args_get", "ii", (*call).argsGet),
	newFunction("args_sizes_get", "ii", (*call).argsSizesGet),
	newFunction("clock_res_get", "ii", (*call).clockResGet),
	newFunction("clock_time_get", "iIi", (*call).clockTimeGet),
	newFunction("environ_get", "ii", (*call).environGet),
	newFunction("environ_sizes_get", "ii", (*call).environSizesGet),
	newFunction("fd_advise", "iIIi", (*call).onDescriptor),
	newFunction("fd_allocate", "iII", (*call).fdAllocate),
	newFunction("fd_close", "i", (*call).fdClose),
	newFunction("fd_datasync", "i", (*call).onDescriptor),
	newFunction("fd_fdstat_get", "ii", (*call).fdStatGet),
	newFunction("fd_fdstat_set_flags", "ii", (*call).fdStatSetFlags),
	newFunction("fd_fdstat_set_rights", "iII", (*call).fdStatSetRights),
	newFunction("fd_filestat_get", "ii", (*call).fdFileStatGet),
	newFunction("fd_filestat_set_size", "iI", (*call).fdFileStatSetSize),
	newFunction("fd_filestat_set_times", "iIIi", (*call).fdFileStatSetTimes),
	newFunction("fd_pread", "iiiIi", (*call).fdPread),
	newFunction("fd_prestat_dir_name", "iii", (*call).fdPrestatDirName),
	newFunction("fd_prestat_get", "ii", (*call).fdPrestatGet),
	newFunction("fd_pwrite", "iiiIi", (*call).fdPwrite),
	newFunction("fd_read", "iiii", (*call).fdRead),
	newFunction("fd_readdir", "iiiIi", (*call).fdReaddir),
	newFunction("fd_renumber", "ii", (*call).fdRenumber),
	newFunction("fd_seek", "iIii", (*call).fdSeek),
	newFunction("fd_sync", "i", (*call).onDescriptor),
	newFunction("fd_tell", "ii", (*call).fdTell),
	newFunction("fd_write", "iiii", (*call).fdWrite),
	newFunction("path_create_directory", "iii", (*call).pathCreateDirectory),
	newFunction("path_filestat_get", "iiiii", (*call).pathFileStatGet),
	newFunction("path_filestat_set_times", "iiiiIIi", (*call).pathFileStatSetTimes),
	newFunction("path_link", "iiiiiii", (*call).linkUnsupported),
	newFunction("path_open", "iiiiiIIii", (*call).pathOpen),
	newFunction("path_readlink", "iiiiii", (*call).pathReadlink),
	newFunction("path_remove_directory", "iii", (*call).pathRemoveDirectory),
	newFunction("path_rename", "iiiiii", (*call).pathRename),
	newFunction("path_symlink", "iiiii", (*call).linkUnsupported),
	newFunction("path_unlink_file", "iii", (*call).pathUnlinkFile),
	newFunction("poll_oneoff", "iiii", (*call).pollOneoff),
	newExitFunction("proc_exit", "i", (*call).procExit),
	newFunction("proc_raise", "i", (*call).signalUnsupported),
	newFunction("random_get", "ii", (*call).randomGet),
	newFunction("sched_yield", "", (*call).schedYield),
	newFunction("sock_accept", "iii", (*call).socketUnsupported),
	newFunction("sock_recv", "iiiiii", (*call).socketUnsupported),
	newFunction("sock_send", "iiiii", (*call).socketUnsupported),
	newFunction("sock_shutdown", "ii", (*call).socketUnsupported),
}

func newFunction(name, signature string, run func(*call) Errno) Function {
	f := Function{Name: name, run: run, Type: wasmbin.FuncType{Results: []byte{wasmbin.I32}}}
	for _, letter := range signature {
		typ := wasmbin.I32
		if letter == 'I' {
			typ = wasmbin.I64
		}
		f.Type.Params = append(f.Type.Params, typ)
	}
	return f
}

func newExitFunction(name, signature string, run func(*call) Errno) Function {
	f := newFunction(name, signature, run)
	f.Type.Results, f.noResult = nil, true
	return f
}

// linkUnsupported: there are no links.
func (c *call) linkUnsupported() Errno { return memfs.NotSupp }

// signalUnsupported: there are no signals.
func (c *call) signalUnsupported() Errno { return memfs.NoSystem }

// socketUnsupported: there is no network.
func (c *call) socketUnsupported() Errno {
	if _, errno := c.descriptorAt(c.u32(0)); errno != memfs.Success {
		return errno
	}
	return memfs.NotSocket
}

func (c *call) schedYield() Errno { return memfs.Success }
