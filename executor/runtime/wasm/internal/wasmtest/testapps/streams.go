package testapps

import "github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmtest/asm"

// Said is something that an app writes to one of its descriptors, so many times (0 means once).
type Said struct {
	FD    int64
	Text  string
	Times int32
}

// Says writes what is given, creates the file /out/<file> unless that is empty, and ends with an exit status; a negative
// one is for an app that just returns.
func Says(exit int64, file string, said ...Said) []byte {
	a := newApp(1, "proc_exit", "path_open", "fd_write")
	var code [][]byte
	at := int64(heap)
	for _, s := range said {
		from, size := a.putPath(at, s.Text)
		at += size
		if s.Times == 0 {
			s.Times = 1
		}
		code = append(code, asm.ConstI32(s.Times), asm.Set(0), asm.While(0, a.writeMemory(s.FD, from, size)))
	}
	if file != "" {
		code = append(code, a.openOut(1024, file))
	}
	if exit >= 0 {
		code = append(code, a.callWASI("proc_exit", exit))
	}
	return a.Start(asm.Types{asm.I32}, code...).Bytes()
}

// Cat writes to stdout what it reads from stdin, up to 60,000 bytes.
func Cat() []byte {
	a := newApp(1, "fd_read", "fd_write")
	return a.Start(nil,
		asm.ConstI32(buffer), asm.ConstI32(heap), asm.Mem(0x36, 0),
		asm.ConstI32(buffer), asm.ConstI32(60000), asm.Mem(0x36, 4),
		a.mustCall("fd_read", 0, buffer, 1, scratch+8),
		asm.ConstI32(buffer), asm.ConstI32(scratch+8), asm.Mem(0x28, 0), asm.Mem(0x36, 4),
		a.mustCall("fd_write", 1, buffer, 1, scratch)).Bytes()
}

// Environment writes its environment to stdout, a zero byte behind each variable.
func Environment() []byte {
	a := newApp(1, "environ_sizes_get", "environ_get", "fd_write")
	return a.Start(nil,
		a.mustCall("environ_sizes_get", scratch, scratch+4),
		a.mustCall("environ_get", 1024, heap),
		asm.ConstI32(buffer), asm.ConstI32(heap), asm.Mem(0x36, 0),
		asm.ConstI32(buffer), asm.ConstI32(scratch+4), asm.Mem(0x28, 0), asm.Mem(0x36, 4),
		a.mustCall("fd_write", 1, buffer, 1, scratch)).Bytes()
}
