package acceptance

// The apps of these tests are assembled here by hand. Each has a few dozen bytes, so that a task costs a worker next to nothing, and its
// right answer is known without running it.

// wasiTypes are the types of the imported functions, as WebAssembly writes them: parameters, then results.
var wasiTypes = map[string]string{
	"environ_sizes_get": "\x60\x02\x7f\x7f\x01\x7f",
	"environ_get":       "\x60\x02\x7f\x7f\x01\x7f",
	"path_open":         "\x60\x09\x7f\x7f\x7f\x7f\x7f\x7e\x7e\x7f\x7f\x01\x7f",
	"fd_read":           "\x60\x04\x7f\x7f\x7f\x7f\x01\x7f",
	"fd_write":          "\x60\x04\x7f\x7f\x7f\x7f\x01\x7f",
	"proc_exit":         "\x60\x01\x7f\x00",
}

// assemble makes a module with some pages of memory, data at address 1024, and a _start of this code. The code calls an import by its place
// in the list.
func assemble(pages uint64, data string, imports []string, code ...[]byte) []byte {
	types, names := uleb(uint64(len(imports)+1)), uleb(uint64(len(imports)))
	for i, name := range imports {
		types = append(types, wasiTypes[name]...)
		names = cat(names, text("wasi_snapshot_preview1"), text(name), []byte{0x00}, uleb(uint64(i)))
	}
	types = append(types, 0x60, 0x00, 0x00) // _start takes and returns nothing
	start := uleb(uint64(len(imports)))
	body := cat(append([][]byte{{0x00}}, append(code, []byte{0x0b})...)...)
	m := cat([]byte("\x00asm\x01\x00\x00\x00"),
		section(1, types), section(2, names),
		section(3, cat(uleb(1), start)),
		section(5, cat(uleb(1), []byte{0x00}, uleb(pages))),
		section(7, cat(uleb(2), text("memory"), []byte{0x02, 0x00}, text("_start"), []byte{0x00}, start)),
		section(10, cat(uleb(1), uleb(uint64(len(body))), body)))
	if data != "" {
		m = append(m, section(11, cat(uleb(1), []byte{0x00}, i32(1024), []byte{0x0b}, text(data)))...)
	}
	return m
}

// echo assembles an app that writes its environment into /out/result, with a zero byte after each variable. The environment holds the
// task's id, so that every task has its own right answer.
func echo() []byte { return echoAfter(0) }

// echoAfter assembles the app echo, which first counts down from n, for a task that takes some time of a processor.
func echoAfter(n int64) []byte {
	const sizes, get, open, write = 0, 1, 2, 3
	trap := []byte{0x04, 0x40, 0x00, 0x0b} // unreachable, if the call failed
	return assemble(1, "out/result", []string{"environ_sizes_get", "environ_get", "path_open", "fd_write"},
		countDown(n),
		i32(0), i32(4), call(sizes), trap,
		i32(16384), i32(4096), call(get), trap,
		// path_open(3, 0, "out/result", create and truncate, the right to write) gives descriptor 4.
		i32(3), i32(0), i32(1024), i32(10), i32(1|8), i64(1<<6), i64(0), i32(0), i32(16), call(open), trap,
		// There is one buffer. It begins at 4096, and its length is what environ_sizes_get stored at 4.
		i32(32), i32(4096), store(0), i32(32), i32(4), load(0), store(4),
		i32(4), i32(32), i32(1), i32(20), call(write), trap)
}

// countDown counts in the memory at 64; nothing for 0.
func countDown(n int64) []byte {
	if n == 0 {
		return nil
	}
	const counter, subtract = 64, 0x6b
	again := []byte{0x0d, 0x00} // br_if 0
	return cat(i32(counter), i32(n), store(0),
		[]byte{0x03, 0x40}, // loop
		i32(counter), i32(counter), load(0), i32(1), []byte{subtract}, store(0),
		i32(counter), load(0), again,
		[]byte{0x0b})
}

// failing assembles an app that exits with a status.
func failing(status int32) []byte {
	return assemble(1, "", []string{"proc_exit"}, i32(int64(status)), call(0))
}

// loop assembles an app that never ends: loop br 0 end.
func loop() []byte { return assemble(1, "", nil, []byte{0x03, 0x40, 0x0c, 0x00, 0x0b}) }

// huge assembles an app that wants more memory than a task may have: 20,000 pages of 64 KiB.
func huge() []byte { return assemble(20_000, "", nil) }

func section(id byte, content []byte) []byte {
	return cat([]byte{id}, uleb(uint64(len(content))), content)
}
func text(s string) []byte       { return cat(uleb(uint64(len(s))), []byte(s)) }
func i32(n int64) []byte         { return cat([]byte{0x41}, sleb(n)) }
func i64(n int64) []byte         { return cat([]byte{0x42}, sleb(n)) }
func call(f uint64) []byte       { return cat([]byte{0x10}, uleb(f)) }
func load(offset uint64) []byte  { return cat([]byte{0x28, 0x02}, uleb(offset)) }
func store(offset uint64) []byte { return cat([]byte{0x36, 0x02}, uleb(offset)) }

func cat(parts ...[]byte) []byte {
	var out []byte
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

func uleb(n uint64) []byte {
	var out []byte
	for n >= 0x80 {
		out = append(out, byte(n)|0x80)
		n >>= 7
	}
	return append(out, byte(n))
}

func sleb(n int64) []byte {
	var out []byte
	for {
		b := byte(n & 0x7f)
		n >>= 7
		if n == 0 && b&0x40 == 0 || n == -1 && b&0x40 != 0 {
			return append(out, b)
		}
		out = append(out, b|0x80)
	}
}
