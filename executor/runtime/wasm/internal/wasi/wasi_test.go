package wasi

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/fuel"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/memfs"
	"github.com/credence-chain/credence/result"
)

// bench is a host with a memory, as an app has them.
type bench struct {
	t      testing.TB
	host   *Host
	memory ram
	fuel   int64
}

type ram []byte

func (m ram) Read(offset, size uint32) ([]byte, bool) {
	if uint64(offset)+uint64(size) > uint64(len(m)) {
		return nil, false
	}
	return m[offset : offset+size], true
}

func (b *bench) Fuel() int64        { return b.fuel }
func (b *bench) SetFuel(left int64) { b.fuel = left }

func newBench(t testing.TB) *bench {
	t.Helper()
	b := &bench{t: t, memory: make(ram, 65536), fuel: 1 << 40}
	var err error
	b.host, err = New(Config{
		Args: []string{"app", "x"}, Env: []string{"A=b"},
		Inputs:      []result.File{{Path: "x", Content: artifact.Bytes("0123456789")}, {Path: "d", Dir: true}},
		OutputLimit: 100, TempLimit: 50, Clock: 1000, Seed: [32]byte{9},
	}, b)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// call calls a function by name and returns its errno.
func (b *bench) call(name string, params ...uint64) Errno {
	b.t.Helper()
	for _, f := range Functions() {
		if f.Name != name {
			continue
		}
		if len(params) != len(f.Type.Params) {
			b.t.Fatalf("%s takes %d parameters, got %d", name, len(f.Type.Params), len(params))
		}
		stack := append(params, 0)
		b.host.Call(f, b.memory, stack)
		return Errno(stack[0])
	}
	b.t.Fatalf("no function %s", name)
	return 0
}

func (b *bench) must(name string, params ...uint64) {
	b.t.Helper()
	if errno := b.call(name, params...); errno != memfs.Success {
		b.t.Fatalf("%s: %v", name, errno)
	}
}

func (b *bench) u32(at int) uint32 { return binary.LittleEndian.Uint32(b.memory[at:]) }
func (b *bench) u64(at int) uint64 { return binary.LittleEndian.Uint64(b.memory[at:]) }

// Places in the memory of these tests.
const (
	results  = 0
	vectors  = 64
	pathAt   = 1024
	bufferAt = 8192
)

func (b *bench) open(path string, flags, rights uint64) (uint64, Errno) {
	b.t.Helper()
	copy(b.memory[pathAt:], path)
	errno := b.call("path_open", 3, 0, pathAt, uint64(len(path)), flags, rights, 0, 0, results)
	return uint64(b.u32(results)), errno
}

// vector sets up a list of buffers from bufferAt on, one behind the other.
func (b *bench) vector(sizes ...uint32) {
	at := uint32(bufferAt)
	for i, size := range sizes {
		binary.LittleEndian.PutUint32(b.memory[vectors+8*i:], at)
		binary.LittleEndian.PutUint32(b.memory[vectors+8*i+4:], size)
		at += size
	}
}

func TestReadAndSeek(t *testing.T) {
	b := newBench(t)
	fd, errno := b.open("in/x", 0, rightRead)
	if errno != memfs.Success || fd != 4 {
		t.Fatalf("fd %d, %v", fd, errno)
	}
	b.vector(3, 0, 4)
	b.must("fd_read", fd, vectors, 3, results)
	if got := string(b.memory[bufferAt : bufferAt+7]); got != "0123456" || b.u32(results) != 7 {
		t.Errorf("read %q, %d bytes", got, b.u32(results))
	}
	b.must("fd_tell", fd, results)
	if b.u64(results) != 7 {
		t.Errorf("at %d, want 7", b.u64(results))
	}
	b.must("fd_read", fd, vectors, 3, results)
	if got := string(b.memory[bufferAt : bufferAt+3]); got != "789" || b.u32(results) != 3 {
		t.Errorf("read %q, %d bytes", got, b.u32(results))
	}
	b.must("fd_read", fd, vectors, 3, results)
	if b.u32(results) != 0 {
		t.Error("reads beyond the end")
	}
	for _, tc := range []struct {
		delta  int64
		whence uint64
		want   uint64
		exp    Errno
	}{
		{2, seekStart, 2, memfs.Success}, {3, seekCurrent, 5, memfs.Success}, {-1, seekEnd, 9, memfs.Success},
		{-1, seekStart, 0, memfs.Invalid}, {-20, seekEnd, 0, memfs.Invalid}, {0, 3, 0, memfs.Invalid}, {1 << 62, seekCurrent, 0, memfs.Invalid},
		{5, seekEnd, 15, memfs.Success},
	} {
		errno := b.call("fd_seek", fd, uint64(tc.delta), tc.whence, results)
		if errno != tc.exp || errno == memfs.Success && b.u64(results) != tc.want {
			t.Errorf("seek %d from %d: %v at %d", tc.delta, tc.whence, errno, b.u64(results))
		}
	}
	b.must("fd_pread", fd, vectors, 1, 8, results)
	if got := string(b.memory[bufferAt : bufferAt+2]); got != "89" || b.u32(results) != 2 {
		t.Errorf("pread %q, %d bytes", got, b.u32(results))
	}
	if errno := b.call("fd_write", fd, vectors, 1, results); errno != memfs.BadFile {
		t.Errorf("a write to what is open for reading: %v", errno)
	}
}

func TestWrite(t *testing.T) {
	b := newBench(t)
	fd, errno := b.open("out/y", openCreate, rightWrite)
	if errno != memfs.Success {
		t.Fatal(errno)
	}
	copy(b.memory[bufferAt:], "hello, world")
	b.vector(5, 7)
	b.must("fd_write", fd, vectors, 2, results)
	b.must("fd_pwrite", fd, vectors, 1, 20, results)
	b.must("fd_fdstat_set_flags", fd, flagAppend)
	b.must("fd_write", fd, vectors, 1, results)
	b.must("fd_filestat_set_size", fd, 28)
	b.must("fd_allocate", fd, 0, 30)
	want := "hello, world\x00\x00\x00\x00\x00\x00\x00\x00hellohel\x00\x00"
	if out := b.host.Output(); len(out) != 1 || string(out[0].Content.(artifact.Bytes)) != want {
		t.Errorf("got %+v, want %q", out, want)
	}
	if errno := b.call("fd_read", fd, vectors, 1, results); errno != memfs.BadFile {
		t.Errorf("a read of what is open for writing: %v", errno)
	}
	if errno := b.call("fd_allocate", fd, 0, 0); errno != memfs.Invalid {
		t.Errorf("allocating nothing: %v", errno)
	}
	b.must("fd_close", fd)
	if errno := b.call("fd_write", fd, vectors, 1, results); errno != memfs.BadFile {
		t.Errorf("a write to what is closed: %v", errno)
	}
}

// stopped runs f and returns the Stop with which the host ended the run, or nil.
func (b *bench) stopped(f func()) (stop *Stop) {
	defer func() {
		if r := recover(); r != nil {
			stop = r.(*Stop)
		}
	}()
	f()
	return nil
}

func TestStops(t *testing.T) {
	for name, tc := range map[string]struct {
		do  func(b *bench)
		exp Stop
	}{
		"exit":     {func(b *bench) { b.call("proc_exit", 7) }, Stop{runtime.Exit, 7}},
		"exit 0":   {func(b *bench) { b.call("proc_exit", 0) }, Stop{runtime.None, 0}},
		"no fuel":  {func(b *bench) { b.fuel = int64(fuel.HostCall) - 1; b.call("sched_yield") }, Stop{runtime.OutOfFuel, 0}},
		"too much": {func(b *bench) { b.fuel = 1 << 20; b.call("random_get", 0, 1<<32-1) }, Stop{runtime.OutOfFuel, 0}},
		"output": {func(b *bench) {
			fd, _ := b.open("out/y", openCreate, rightWrite)
			b.call("fd_filestat_set_size", fd, 101)
		}, Stop{runtime.OutputTooLarge, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			stop := b.stopped(func() { tc.do(b) })
			if stop == nil || *stop != tc.exp || b.host.Stopped != stop {
				t.Errorf("got %v, want %v", stop, tc.exp)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	const far = 65534 // too near the end of the memory
	for _, tc := range []struct {
		name   string
		params []uint64
		exp    Errno
	}{
		{"fd_close", []uint64{99}, memfs.BadFile},
		{"fd_read", []uint64{1, vectors, 0, results}, memfs.BadFile},
		{"fd_read", []uint64{3, vectors, 0, results}, memfs.IsDirectory},
		{"fd_read", []uint64{0, vectors, 0, far}, memfs.Fault},
		{"fd_write", []uint64{0, vectors, 0, results}, memfs.BadFile},
		{"fd_write", []uint64{1, far, 1, results}, memfs.Fault},
		{"fd_write", []uint64{1, vectors, maxBuffers + 1, results}, memfs.Invalid},
		{"fd_seek", []uint64{1, 0, 0, results}, memfs.NotSeekable},
		{"fd_seek", []uint64{3, 0, 0, results}, memfs.IsDirectory},
		{"fd_readdir", []uint64{0, bufferAt, 10, 0, results}, memfs.NotDir},
		{"fd_readdir", []uint64{3, bufferAt, 10, 77, results}, memfs.Invalid},
		{"fd_readdir", []uint64{3, far, 10, 0, results}, memfs.Fault},
		{"fd_prestat_get", []uint64{0, results}, memfs.BadFile},
		{"fd_prestat_dir_name", []uint64{3, results, 0}, memfs.NameTooLong},
		{"fd_renumber", []uint64{3, 9}, memfs.BadFile},
		{"clock_time_get", []uint64{4, 0, results}, memfs.Invalid},
		{"clock_res_get", []uint64{4, results}, memfs.Invalid},
		{"clock_time_get", []uint64{0, 0, far}, memfs.Fault},
		{"random_get", []uint64{far, 10}, memfs.Fault},
		{"args_get", []uint64{far, far}, memfs.Fault},
		{"path_open", []uint64{0, 0, 0, 1, 0, 0, 0, 0, results}, memfs.NotDir},
		{"path_open", []uint64{3, 0, far, 10, 0, 0, 0, 0, results}, memfs.Fault},
		{"path_link", []uint64{3, 0, 0, 0, 3, 0, 0}, memfs.NotSupp},
		{"path_symlink", []uint64{0, 0, 3, 0, 0}, memfs.NotSupp},
		{"path_readlink", []uint64{3, pathAt, 4, 0, 0, results}, memfs.Invalid},
		{"path_unlink_file", []uint64{3, pathAt, 4}, memfs.ReadOnly},
		{"poll_oneoff", []uint64{vectors, bufferAt, 0, results}, memfs.Invalid},
		{"poll_oneoff", []uint64{vectors, far, 1, results}, memfs.Fault},
		{"proc_raise", []uint64{9}, memfs.NoSystem},
		{"sock_accept", []uint64{3, 0, results}, memfs.NotSocket},
		{"fd_filestat_set_times", []uint64{3, 0, 0, 5}, memfs.Success},
		{"fd_filestat_set_times", []uint64{3, 0, 0, 3}, memfs.Invalid},
		{"fd_filestat_set_times", []uint64{3, 0, 0, 12}, memfs.Invalid},
		{"fd_filestat_set_times", []uint64{77, 0, 0, 0}, memfs.BadFile},
		{"sock_shutdown", []uint64{77, 0}, memfs.BadFile},
		{"fd_sync", []uint64{1}, memfs.Success},
		{"fd_advise", []uint64{77, 0, 0, 0}, memfs.BadFile},
		{"sched_yield", nil, memfs.Success},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBench(t)
			copy(b.memory[pathAt:], "in/x")
			if got := b.call(tc.name, tc.params...); got != tc.exp {
				t.Errorf("%v: got %v, want %v", tc.params, got, tc.exp)
			}
		})
	}
}

func TestNoMemoryIsAFault(t *testing.T) {
	b := newBench(t)
	for _, f := range Functions() {
		if f.Name != "random_get" {
			continue
		}
		stack := []uint64{0, 4}
		b.host.Call(f, nil, stack)
		if Errno(stack[0]) != memfs.Fault {
			t.Errorf("got %v", Errno(stack[0]))
		}
	}
}

func TestRandom(t *testing.T) {
	b := newBench(t)
	b.must("random_get", bufferAt, 5)
	b.must("random_get", bufferAt+5, 65)
	var want []byte
	for i := range uint64(3) {
		seed := [32]byte{9}
		sum := sha256.Sum256(binary.LittleEndian.AppendUint64(append([]byte("credence/wasi-random/v1"), seed[:]...), i))
		want = append(want, sum[:]...)
	}
	if got := b.memory[bufferAt : bufferAt+70]; !bytes.Equal(got, want[:70]) {
		t.Errorf("got %x, want %x", got, want[:70])
	}
}

func TestClock(t *testing.T) {
	b := newBench(t)
	read := func(id uint64) uint64 { b.must("clock_time_get", id, 0, results); return b.u64(results) }
	if got := read(0); got != 1000e9 {
		t.Errorf("the first reading is %d, want the task's time", got)
	}
	if got := read(1); got != 1e9+1000 {
		t.Errorf("the monotonic clock reads %d, want 1 s and one step", got)
	}
	// The subscriptions are to two clocks first, and later to a descriptor.
	subscribe := func(place int, kind byte, id uint32, timeout uint64, absolute bool) {
		s := b.memory[bufferAt+48*place:]
		clear(s[:48])
		s[0], s[8] = byte(place+1), kind
		binary.LittleEndian.PutUint32(s[16:], id)
		binary.LittleEndian.PutUint64(s[24:], timeout)
		if absolute {
			s[40] = 1
		}
	}
	subscribe(0, eventClock, clockMonotonic, 5e9, false)
	subscribe(1, eventClock, clockRealtime, 1002e9, true)
	b.must("poll_oneoff", bufferAt, pathAt, 2, results)
	if b.u32(results) != 1 || b.memory[pathAt] != 2 {
		t.Errorf("%d events, the first of %d; want 1, of 2", b.u32(results), b.memory[pathAt])
	}
	if got := read(0); got != 1002e9 {
		t.Errorf("after sleeping it is %d, want the time waited for", got)
	}
	subscribe(1, eventWrite, 1, 0, false)
	b.must("poll_oneoff", bufferAt, pathAt, 2, results)
	if b.u32(results) != 1 || b.memory[pathAt+10] != eventWrite {
		t.Errorf("with a descriptor that is ready: %d events", b.u32(results))
	}
	if got := read(0); got != 1002e9+1000 {
		t.Errorf("with a descriptor that is ready time moved to %d", got)
	}
	subscribe(0, eventClock, clockMonotonic, 1<<64-1, false)
	b.must("poll_oneoff", bufferAt, pathAt, 1, results)
	if b.u32(results) != 1 {
		t.Error("who waits for ever does not wake")
	}
}

func TestReaddirInPieces(t *testing.T) {
	b := newBench(t)
	copy(b.memory[pathAt:], "/in")
	b.must("path_open", 3, 0, pathAt, 3, openDirectory, rightRead, 0, 0, results)
	var names []string
	for place := uint64(0); ; {
		b.must("fd_readdir", 4, bufferAt, 30, place, results)
		if b.u32(results) < 24 {
			break
		}
		entry := b.memory[bufferAt:]
		size := binary.LittleEndian.Uint32(entry[16:])
		names = append(names, fmt.Sprintf("%s:%d", entry[24:24+size], entry[20]))
		place = binary.LittleEndian.Uint64(entry)
	}
	if got := strings.Join(names, " "); got != ".:3 ..:3 d:3 x:4" {
		t.Errorf("got %q", got)
	}
}

func TestDescriptors(t *testing.T) {
	b := newBench(t)
	first, _ := b.open("in/x", 0, rightRead)
	second, _ := b.open("in/x", 0, rightRead)
	b.must("fd_close", first)
	if again, _ := b.open("in/x", 0, rightRead); again != first {
		t.Errorf("got descriptor %d, want the lowest free one, %d", again, first)
	}
	b.must("fd_renumber", second, first)
	if errno := b.call("fd_tell", second, results); errno != memfs.BadFile {
		t.Errorf("the old number still works: %v", errno)
	}
	for i := 0; ; i++ {
		if _, errno := b.open("in/x", 0, rightRead); errno == memfs.TooManyOpen {
			break
		} else if errno != memfs.Success || i > maxDescriptors {
			t.Fatalf("descriptor %d: %v", i, errno)
		}
	}
	if len(b.host.fds) != maxDescriptors {
		t.Errorf("%d descriptors, want %d", len(b.host.fds), maxDescriptors)
	}
}

func TestLogsAreBounded(t *testing.T) {
	b := newBench(t)
	for i := range b.memory[bufferAt : bufferAt+50000] {
		b.memory[bufferAt+i] = 'x'
	}
	b.vector(50000)
	for range 3 {
		b.must("fd_write", 2, vectors, 1, results)
		if b.u32(results) != 50000 {
			t.Fatalf("%d bytes taken", b.u32(results))
		}
	}
	if stdout, stderr := b.host.Logs(); len(stdout) != 0 || len(stderr) != MaxLog {
		t.Errorf("logs of %d and %d bytes, want 0 and %d", len(stdout), len(stderr), MaxLog)
	}
}

// TestCharges compares the fuel of some calls with docs/fuel.md, "Calls of the host".
func TestCharges(t *testing.T) {
	b := newBench(t)
	fd, _ := b.open("out/y", openCreate, rightWrite)
	copy(b.memory[pathAt:], "tmp/d")
	b.must("path_create_directory", 3, pathAt, 5)
	copy(b.memory[pathAt+5:], "tmp/e")
	b.vector(16, 9)
	for _, tc := range []struct {
		name   string
		params []uint64
		want   uint64
	}{
		{"sched_yield", nil, 64},
		{"fd_write", []uint64{fd, vectors, 2, results}, 64 + 2*4 + (25+25)/8},
		{"fd_pwrite", []uint64{fd, vectors, 2, 0, results}, 64 + 2*4 + 25/8},
		{"fd_filestat_set_size", []uint64{fd, 65}, 64 + 40/8},
		{"fd_write", []uint64{1, vectors, 1, results}, 64 + 4 + 2},
		{"random_get", []uint64{bufferAt, 100}, 64 + 100},
		{"args_get", []uint64{results, bufferAt}, 64 + 2*4 + 6/8},
		{"path_filestat_get", []uint64{3, 0, pathAt, 5, bufferAt}, 64 + 256 + 5},
		{"fd_readdir", []uint64{3, bufferAt, 50, 0, results}, 64 + 5*32 + 50/8},
		{"fd_readdir", []uint64{3, bufferAt, 50, 1, results}, 64 + 50/8},
		{"path_rename", []uint64{3, pathAt, 5, 3, pathAt + 5, 5}, 64 + 2*(256+5) + 8*32},
	} {
		before := b.fuel
		b.must(tc.name, tc.params...)
		if got := uint64(before - b.fuel); got != tc.want {
			t.Errorf("%s: charged %d, want %d", tc.name, got, tc.want)
		}
	}
}

// TestRights: a right that was given up does not come back. A directory has none of a file's rights.
func TestRights(t *testing.T) {
	b := newBench(t)
	rights := func(fd uint64) uint64 {
		b.must("fd_fdstat_get", fd, results)
		return b.u64(results + 8)
	}
	if got := rights(3); got&(fileRights|rightWrite) != 0 {
		t.Errorf("a directory has the rights %#x", got&(fileRights|rightWrite))
	}
	fd, errno := b.open("out/x", openCreate, rightRead|rightWrite)
	if errno != memfs.Success {
		t.Fatal(errno)
	}
	b.must("fd_fdstat_set_rights", fd, allRights&^rightWrite, 0)
	if got := rights(fd); got&(rightRead|rightWrite) != rightRead {
		t.Errorf("got the rights %#x, want to read", got)
	}
	b.vector(1)
	if errno := b.call("fd_write", fd, vectors, 1, results); errno != memfs.BadFile {
		t.Errorf("writes without the right: %v", errno)
	}
	b.must("fd_read", fd, vectors, 1, results)
	if errno := b.call("fd_fdstat_set_rights", fd, allRights, 0); errno != memfs.NotCapable {
		t.Errorf("takes back a right: %v", errno)
	}
	if _, errno := b.open("in", openDirectory, rightRead|rightWrite); errno != memfs.IsDirectory {
		t.Errorf("a directory is opened to be written: %v", errno)
	}
}

// TestWorkdir: a relative path begins in the working folder and an absolute path at the root. A C library finds both among the preopened
// folders, and the working folder in PWD.
func TestWorkdir(t *testing.T) {
	b := newBench(t)
	host, err := New(Config{
		Inputs: []result.File{{Path: "d/x", Content: artifact.Bytes("x")}}, OutputLimit: 100, TempLimit: 50, Workdir: "in/d", Env: []string{"A=b"},
	}, b)
	if err != nil {
		t.Fatal(err)
	}
	b.host = host
	var names []string
	for fd := uint64(3); b.call("fd_prestat_get", fd, results) == memfs.Success; fd++ {
		size := b.u32(results + 4)
		b.must("fd_prestat_dir_name", fd, bufferAt, uint64(size))
		names = append(names, string(b.memory[bufferAt:bufferAt+size]))
	}
	if got := strings.Join(names, " "); got != "/ . /in /out /tmp" {
		t.Errorf("the folders are called %q", got)
	}
	copy(b.memory[pathAt:], "x")
	b.must("path_open", 4, 0, pathAt, 1, 0, rightRead, 0, 0, results)
	if got := strings.Join(host.env, " "); got != "A=b PWD=/in/d" {
		t.Errorf("the environment is %q", got)
	}
	for workdir, want := range map[string]Errno{"in/none": memfs.ReadOnly, "in/d/x": memfs.NotDir} {
		if _, err := New(Config{Inputs: []result.File{{Path: "d/x"}}, Workdir: workdir}, b); !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", workdir, err, want)
		}
	}
	own, err := New(Config{Workdir: "tmp/a/b", Env: []string{"PWD=/mine"}}, b)
	if err != nil || strings.Join(own.env, " ") != "PWD=/mine" {
		t.Errorf("got %v, %v, want the requester's own", own.env, err)
	}
}
