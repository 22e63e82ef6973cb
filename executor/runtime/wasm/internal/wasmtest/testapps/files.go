package testapps

import (
	"strings"

	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmtest/asm"
)

// FileOp is one thing that an app does to its files: every kind that changes a tree, or leaves a descriptor open. What the
// host answers is ignored, and the app goes on.
type FileOp struct {
	// Do is "create", "mkdir", "rmdir", "unlink", "rename", "write", "resize" or "close".
	Do string
	// Path, and To of a rename, are from the root; any bytes.
	Path, To string
	// FD and Size are of "write", "resize" and "close".
	FD, Size uint32
}

// Files is an app that does these things in their order and exits with status 0.
func Files(ops []FileOp) []byte {
	a := newApp(4, "path_open", "path_create_directory", "path_remove_directory", "path_unlink_file", "path_rename",
		"fd_write", "fd_filestat_set_size", "fd_close")
	at := int64(heap)
	place := func(s string) (int64, int64) {
		p, n := a.putPath(at, s)
		at += n
		return p, n
	}
	var code [][]byte
	do := func(name string, params ...int64) { code = append(code, a.callWASI(name, params...), asm.Op(0x1a)) }
	for _, op := range ops {
		p, n := place(op.Path)
		switch op.Do {
		case "create":
			do("path_open", 3, 0, p, n, 1, 1<<6, 0, 0, scratch)
		case "mkdir":
			do("path_create_directory", 3, p, n)
		case "rmdir":
			do("path_remove_directory", 3, p, n)
		case "unlink":
			do("path_unlink_file", 3, p, n)
		case "rename":
			to, m := place(op.To)
			do("path_rename", 3, p, n, 3, to, m)
		case "write":
			code = append(code,
				asm.ConstI32(buffer), asm.ConstI32(heap), asm.Mem(0x36, 0),
				asm.ConstI32(buffer), asm.ConstI32(int32(op.Size)), asm.Mem(0x36, 4))
			do("fd_write", int64(op.FD), buffer, 1, scratch)
		case "resize":
			do("fd_filestat_set_size", int64(op.FD), int64(op.Size))
		case "close":
			do("fd_close", int64(op.FD))
		}
	}
	return a.Start(nil, code...).Bytes()
}

// ManyLong makes nested folders with a name of this length each, and then so many empty files in the innermost, as
// manylong.c of the cases does.
func ManyLong(depth, length, files int) []byte {
	a := newApp(4, "path_create_directory", "path_open", "fd_close")
	p, n := a.putPath(heap, strings.Repeat("d", length))
	out, m := a.putPath(heap+1000, "out")
	const number = heap + 2000 // eight digits, counted up in base 128
	a.Data(number, []byte("00000000"))
	// Descriptor 4 is the folder that is made into; 5 the one that is made, which then takes its place.
	code := [][]byte{a.mustCall("path_open", 3, 0, out, m, 2, 0, 0, 0, scratch)}
	for i := range depth {
		code = append(code, a.mustCall("path_create_directory", int64(4+i), p, n), a.mustCall("path_open", int64(4+i), 0, p, n, 2, 0, 0, 0, scratch))
	}
	last, file := int64(4+depth), int64(5+depth)
	code = append(code, asm.ConstI32(int32(files)), asm.Set(0), asm.While(0,
		asm.ConstI32(0), asm.Get(0), asm.ConstI32(64), asm.Op(0x70), asm.ConstI32('0'), asm.Op(0x6a), asm.Mem(0x3a, number),
		asm.ConstI32(0), asm.Get(0), asm.ConstI32(6), asm.Op(0x76), asm.ConstI32(64), asm.Op(0x70), asm.ConstI32('0'), asm.Op(0x6a), asm.Mem(0x3a, number+1),
		asm.ConstI32(0), asm.Get(0), asm.ConstI32(12), asm.Op(0x76), asm.ConstI32(64), asm.Op(0x70), asm.ConstI32('0'), asm.Op(0x6a), asm.Mem(0x3a, number+2),
		a.mustCall("path_open", last, 0, number, 8, 1, 1<<6, 0, 0, scratch), a.mustCall("fd_close", file)))
	return a.Start(asm.Types{asm.I32}, code...).Bytes()
}

// LongImport imports a function whose name is this long.
func LongImport(length int) []byte {
	var m asm.Module
	m.Import("env", strings.Repeat("n", length), nil, nil)
	return m.Start(nil).Bytes()
}

// LongExportTwice exports two functions by one name that is this long, which is not valid.
func LongExportTwice(length int) []byte {
	var m asm.Module
	name := strings.Repeat("n", length)
	return m.Start(nil).Export(name, 0, 0).Export(name, 0, 0).Bytes()
}

// FullLogAndTrap prints more than is kept to stdout and to stderr, and traps.
func FullLogAndTrap() []byte {
	a := newApp(2, "fd_write")
	return a.Start(nil, a.writeMemory(1, 0, 65536), a.writeMemory(1, 0, 65536), a.writeMemory(2, 0, 65536), a.writeMemory(2, 0, 65536), asm.Op(0x00)).Bytes()
}

// AllMemory begins with these pages, grows to the most there can be, uses the last word, and traps unless all of it works and
// a page more is refused.
func AllMemory(pages uint32) []byte {
	var m asm.Module
	m.Memory(pages, 65_536)
	last := int32(-65536 - 4) // of 65,535 pages
	trapUnless := func(code ...[]byte) []byte { return asm.Code(asm.Code(code...), asm.Op(0x45), asm.If(asm.Op(0x00))) }
	return m.Start(nil,
		trapUnless(asm.ConstI32(int32(65_535-min(pages, 65_535))), asm.Op(0x40, 0), asm.ConstI32(int32(pages)), asm.Op(0x46)),
		trapUnless(asm.Op(0x3f, 0), asm.ConstI32(65_535), asm.Op(0x46)),
		asm.ConstI32(last), asm.ConstI32(42), asm.Mem(0x36, 0),
		trapUnless(asm.ConstI32(last), asm.Mem(0x28, 0), asm.ConstI32(42), asm.Op(0x46)),
		trapUnless(asm.ConstI32(1), asm.Op(0x40, 0), asm.ConstI32(-1), asm.Op(0x46)),
	).Bytes()
}
