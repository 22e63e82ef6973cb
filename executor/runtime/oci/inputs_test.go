//go:build linux

package oci

import (
	"bytes"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/result"
)

// Private inputs lie in memory, in a file system that holds them and little more. If the answer alone is private, the inputs lie on the
// disk.
func TestPrivateInputs(t *testing.T) {
	files, bytesOf := []result.File{{Path: "big", Content: artifact.Bytes(bytes.Repeat([]byte{1}, 3<<20+1))}}, uint64(3<<20+1)
	for i := range 50 { // each takes a page
		files = append(files, result.File{Path: fmt.Sprintf("a/%d/b/small", i), Content: artifact.Bytes("x")})
		bytesOf += uint64(os.Getpagesize())
	}
	for name, spec := range map[string]runtime.Spec{
		"inputs":                    {Private: true, PrivateInputs: true},
		"inputs that it may change": {Private: true, PrivateInputs: true, Execution: contract.Execution{Writable: true}},
		"the answer alone":          {Private: true},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := newRoom(t.TempDir(), 1<<20)
			if err != nil {
				t.Skip("NOT TESTED: this process may not mount: ", err)
			}
			defer func() { require.NoError(t, r.removeRoom()) }()
			in := r.in
			spec.Inputs = files
			require.NoError(t, r.putInputs(spec))
			if spec.Execution.Writable {
				require.NoError(t, r.openWritable(1<<20))
			}
			var room, inputs unix.Stat_t
			require.NoError(t, unix.Stat(r.path, &room))
			require.NoError(t, unix.Stat(in, &inputs))
			require.Equal(t, spec.PrivateInputs, room.Dev != inputs.Dev, "a file system of its own")
			if !spec.PrivateInputs {
				return
			}
			var fs unix.Statfs_t
			require.NoError(t, unix.Statfs(in, &fs))
			require.EqualValues(t, unix.TMPFS_MAGIC, fs.Type)
			require.LessOrEqual(t, fs.Blocks*uint64(fs.Bsize), bytesOf+inSlack+uint64(os.Getpagesize()), "it is bounded")
			data, err := os.ReadFile(in + "/a/49/b/small")
			require.NoError(t, err)
			require.Equal(t, "x", string(data))
		})
	}
}
