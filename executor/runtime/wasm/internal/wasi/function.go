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
	function("args_get", "ii", (*call).argsGet),
	function("args_sizes_get", "ii", (*call).argsSizesGet),
	function("clock_res_get", "ii", (*call).clockResGet),
	function("clock_time_get", "iIi", (*call).clockTimeGet),
	function("environ_get", "ii", (*call).environGet),
	function("environ_sizes_get", "ii", (*call).environSizesGet),
	function("fd_advise", "iIIi", (*call).onDescriptor),
	function("fd_allocate", "iII", (*call).fdAllocate),
	function("fd_close", "i", (*call).fdClose),
	function("fd_datasync", "i", (*call).onDescriptor),
	function("fd_fdstat_get", "ii", (*call).fdStatGet),
	function("fd_fdstat_set_flags", "ii", (*call).fdStatSetFlags),
	function("fd_fdstat_set_rights", "iII", (*call).fdStatSetRights),
	function("fd_filestat_get", "ii", (*call).fdFileStatGet),
	function("fd_filestat_set_size", "iI", (*call).fdFileStatSetSize),
	function("fd_filestat_set_times", "iIIi", (*call).fdFileStatSetTimes),
	function("fd_pread", "iiiIi", (*call).fdPread),
	function("fd_prestat_dir_name", "iii", (*call).fdPrestatDirName),
	function("fd_prestat_get", "ii", (*call).fdPrestatGet),
	function("fd_pwrite", "iiiIi", (*call).fdPwrite),
	function("fd_read", "iiii", (*call).fdRead),
	function("fd_readdir", "iiiIi", (*call).fdReaddir),
	function("fd_renumber", "ii", (*call).fdRenumber),
	function("fd_seek", "iIii", (*call).fdSeek),
	function("fd_sync", "i", (*call).onDescriptor),
	function("fd_tell", "ii", (*call).fdTell),
	function("fd_write", "iiii", (*call).fdWrite),
	function("path_create_directory", "iii", (*call).pathCreateDirectory),
	function("path_filestat_get", "iiiii", (*call).pathFileStatGet),
	function("path_filestat_set_times", "iiiiIIi", (*call).pathFileStatSetTimes),
	function("path_link", "iiiiiii", (*call).unsupported),
	function("path_open", "iiiiiIIii", (*call).pathOpen),
	function("path_readlink", "iiiiii", (*call).pathReadlink),
	function("path_remove_directory", "iii", (*call).pathRemoveDirectory),
	function("path_rename", "iiiiii", (*call).pathRename),
	function("path_symlink", "iiiii", (*call).unsupported),
	function("path_unlink_file", "iii", (*call).pathUnlinkFile),
	function("poll_oneoff", "iiii", (*call).pollOneoff),
	exit("proc_exit", "i", (*call).procExit),
	function("proc_raise", "i", (*call).missing),
	function("random_get", "ii", (*call).randomGet),
	function("sched_yield", "", (*call).schedYield),
	function("sock_accept", "iii", (*call).socket),
	function("sock_recv", "iiiiii", (*call).socket),
	function("sock_send", "iiiii", (*call).socket),
	function("sock_shutdown", "ii", (*call).socket),
}

func function(name, signature string, run func(*call) Errno) Function {
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

func exit(name, signature string, run func(*call) Errno) Function {
	f := function(name, signature, run)
	f.Type.Results, f.noResult = nil, true
	return f
}

// unsupported: there are no links.
func (c *call) unsupported() Errno { return memfs.NotSupp }

// missing: there are no signals.
func (c *call) missing() Errno { return memfs.NoSystem }

// socket: there is no network.
func (c *call) socket() Errno {
	if _, errno := c.descriptor(c.u32(0)); errno != memfs.Success {
		return errno
	}
	return memfs.NotSocket
}

func (c *call) schedYield() Errno { return memfs.Success }
