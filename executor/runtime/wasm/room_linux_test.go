package wasm

import (
	"bytes"
	"fmt"
	goruntime "runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/conformance"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/memfs"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmtest/testapps"
)

// openRoom returns a room with this many regions, and its file.
func openRoom(t require.TestingT, folder string, output, temp uint64, regions int64) (*diskRoom, func() int64) {
	f, err := runtime.NewSpool(folder, false)
	require.NoError(t, err)
	require.NoError(t, f.Truncate(regions*int64(regionSize(output, temp))))
	onDisk := func() int64 {
		var stat unix.Stat_t
		require.NoError(t, unix.Fstat(int(f.Fd()), &stat))
		return stat.Blocks * 512
	}
	return newRoom(f, output, temp).(*diskRoom), onDisk
}

// TestLargeFilesLieOnDisk: what an app writes takes disk and none of the child's own memory, however it is written. The disk is free again when
// the file is gone.
func TestLargeFilesLieOnDisk(t *testing.T) {
	const size, piece = 128 << 20, 1 << 20
	room, onDisk := openRoom(t, t.TempDir(), size, 0, 4)
	fs, err := memfs.New(nil, memfs.Limits{Out: size, Room: room})
	require.NoError(t, err)
	file, errno := fs.Open(fs.Root(), "out/large", memfs.OpenFlags{Create: true, Write: true})
	require.Zero(t, errno)
	data := bytes.Repeat([]byte("piece\n"), piece/6+1)[:piece]
	var before, after goruntime.MemStats
	goruntime.ReadMemStats(&before)
	for at := uint64(0); at < size; at += piece {
		require.Zero(t, file.WriteAt(data, at))
	}
	goruntime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(size/4), "bytes of memory for a file of %d", size)
	require.GreaterOrEqual(t, onDisk(), int64(size))
	for at := 0; at < size; at += piece {
		require.True(t, bytes.Equal(data, file.Data[at:at+piece]), "the piece at %d", at)
	}
	require.Zero(t, fs.Remove(fs.Root(), "out/large", false))
	fs.Close(file)
	require.Less(t, onDisk(), int64(size/4), "bytes of disk that are left")
}

// TestRoomIsLikeMemory: files in a room have the bytes that they would have in memory, whatever was in the room before, and when the room is
// full too.
func TestRoomIsLikeMemory(t *testing.T) {
	folder := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		const limit = 3 * largeFile
		room, _ := openRoom(t, folder, limit, 0, 2)
		trees := [2]*memfs.FS{}
		for i, r := range []memfs.Room{room, memfs.Memory{}} {
			var err error
			trees[i], err = memfs.New(nil, memfs.Limits{Out: 4 * limit, Room: r})
			require.NoError(t, err)
		}
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			path := rapid.SampledFrom([]string{"out/a", "out/b", "out/c"}).Draw(t, "path")
			kind := rapid.IntRange(0, 4).Draw(t, "kind")
			size := rapid.Uint64Range(0, limit).Draw(t, "size")
			for _, fs := range trees {
				if kind == 0 {
					fs.Remove(fs.Root(), path, false)
					continue
				}
				file, errno := fs.Open(fs.Root(), path, memfs.OpenFlags{Create: true, Write: true})
				require.Zero(t, errno)
				if kind == 1 {
					require.Zero(t, file.Resize(size))
				} else {
					require.Zero(t, file.WriteAt(bytes.Repeat([]byte{byte(kind)}, 1+int(size)/kind/3), size))
				}
				fs.Close(file)
			}
		}
		mine, want := trees[0].Output(), trees[1].Output()
		require.Len(t, mine, len(want))
		for i := range want {
			require.Equal(t, want[i].Path, mine[i].Path)
			require.True(t, bytes.Equal(want[i].Content.(artifact.Bytes), mine[i].Content.(artifact.Bytes)), "%s", want[i].Path)
		}
		for _, path := range []string{"out/a", "out/b", "out/c"} {
			trees[0].Remove(trees[0].Root(), path, false)
		}
		require.Empty(t, room.used, "regions of files that are gone")
		require.Len(t, room.free, 2)
	})
}

// TestFullDisk: on a full disk an execution ends with an error, which is a failure of the machine, and never with an answer. It does so
// when what the app writes does not fit, and when the worker's own copy of it does not. Nothing of it stays on the disk, and with room
// the same runtime gives the answer.
func TestFullDisk(t *testing.T) {
	const small, large = largeFile / 2, 6 * largeFile // the child keeps the small file in its memory
	disk := t.TempDir()
	resize := func(flags uintptr, bytes uint64) error {
		return unix.Mount("none", disk, "tmpfs", flags, fmt.Sprintf("size=%d,mode=700", bytes))
	}
	if err := resize(0, 4*large); err != nil {
		t.Skip("no small disk can be mounted here: ", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(disk, unix.MNT_DETACH) })
	used := func() uint64 {
		var stat unix.Statfs_t
		require.NoError(t, unix.Statfs(disk, &stat))
		return (stat.Blocks - stat.Bfree) * uint64(stat.Bsize)
	}
	r, err := New(Config{CacheDir: disk})
	require.NoError(t, err)
	specOf := func(size uint64) runtime.Spec {
		spec := conformance.Spec(testapps.Large(int64(size)))
		spec.FuelLimit, spec.MemoryLimit, spec.OutputLimit = 10_000_000_000, 1<<30, size
		require.NoError(t, r.Prepare(t.Context(), spec.Program))
		return spec
	}
	specs := map[uint64]runtime.Spec{small: specOf(small), large: specOf(large)}
	before := used()
	for _, tc := range []struct {
		name       string
		size, free uint64
		expErr     string // a pattern; empty for a result
	}{
		{"for what the app writes", large, large / 2, "SIGBUS|" + unix.ENOSPC.Error()},
		{"for the copy of it", small, small / 2, unix.ENOSPC.Error()},
		{"for neither", large, 3 * large, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			require.NoError(t, resize(unix.MS_REMOUNT, before+tc.free))
			o, err := r.Run(t.Context(), specs[tc.size])
			if tc.expErr != "" {
				require.Error(t, err)
				require.Regexp(t, tc.expErr, err.Error())
				require.Zero(t, o)
			} else {
				require.NoError(t, err)
				require.Equal(t, runtime.Result, o.Kind, "%s", o.Reason)
				require.EqualValues(t, tc.size, o.Files[0].Content.Size())
				require.NoError(t, o.Close())
			}
			require.Less(t, used(), before+small/4, "bytes that stay")
		})
	}
}
