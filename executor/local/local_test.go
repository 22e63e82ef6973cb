package local

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/registry"
	"github.com/credence-chain/credence/poco/contract"
)

func TestMain(m *testing.M) {
	registry.RunChild()
	os.Exit(m.Run())
}

// solver prints "hi" to stdout and "a word" to stderr, and ends with status 10.
const solver = "\x00asm\x01\x00\x00\x00\x01\x1d\x04`\x01\x7f\x00`\t\x7f\x7f\x7f\x7f\x7f~~\x7f\x7f\x01\x7f`\x04\x7f\x7f\x7f\x7f\x01\x7f`\x00\x00" +
	"\x02i\x03\x16wasi_snapshot_preview1\tproc_exit\x00\x00\x16wasi_snapshot_preview1\tpath_open\x00\x01\x16wasi_snapshot_preview1\bfd_write\x00\x02" +
	"\x03\x02\x01\x03\x05\x03\x01\x00\x01\a\x13\x02\x06memory\x02\x00\x06_start\x00\x03\f\x01\x02\nd\x01b\x01\x01\x7f" +
	"A\x01!\x00\x03@A A\x80 6\x00\x00A A\x036\x00\x04A\x01A A\x01A\x00\x10\x02\x04@\x00\v \x00A\x01k\"\x00\r\x00\v" +
	"A\x01!\x00\x03@A A\x83 6\x00\x00A A\a6\x00\x04A\x02A A\x01A\x00\x10\x02\x04@\x00\v \x00A\x01k\"\x00\r\x00\vA\n\x10\x00\v" +
	"\v\x17\x02\x00A\x80 \v\x03hi\n\x00A\x83 \v\aa word\n"

func TestRun(t *testing.T) {
	all, err := registry.Open(context.Background(), runtime.Config{CacheDir: t.TempDir(), SandboxOptional: true})
	require.NoError(t, err)
	wasm := all[contract.RuntimeWasm]
	job := Job{Name: "solver", Program: runtime.ProgramOf([]byte(solver)), Inputs: []Input{{Name: "x.cnf", Content: artifact.Bytes("p cnf 1 1\n")}}, Fuel: 1_000_000}

	out := filepath.Join(t.TempDir(), "out")
	r, err := Run(context.Background(), wasm, job, out)
	require.NoError(t, err)
	require.Equal(t, "APP_FAILED", r.Kind)
	require.Equal(t, "exit", r.Reason)
	require.EqualValues(t, 10, r.ExitCode)
	require.Equal(t, "a word\n", r.Stderr)
	require.Empty(t, r.Log)
	require.NoDirExists(t, out, "a failure leaves no files")

	job.Execution.OkExit = []uint32{10, 20}
	r, err = Run(context.Background(), wasm, job, out)
	require.NoError(t, err)
	require.Equal(t, "RESULT", r.Kind)
	require.EqualValues(t, 10, r.ExitCode)
	require.Equal(t, []string{contract.DefaultStdout}, r.Files)
	require.EqualValues(t, 65_536, r.MemoryBytes)
	require.Greater(t, r.Fuel, uint64(14_000))
	require.EqualValues(t, 1_000_000, r.SuggestedFuel)
	require.Zero(t, r.SuggestedMemory, "the default does")
	printed, err := os.ReadFile(filepath.Join(out, contract.DefaultStdout))
	require.NoError(t, err)
	require.Equal(t, "hi\n", string(printed))

	again, err := Run(context.Background(), wasm, job, "")
	require.NoError(t, err)
	require.Equal(t, r.Digest, again.Digest)
	require.Equal(t, r.Fuel, again.Fuel)

	job.Fuel = 14_000
	r, err = Run(context.Background(), wasm, job, "")
	require.NoError(t, err)
	require.Equal(t, "out-of-fuel", r.Reason)
	require.Zero(t, r.SuggestedFuel, "nothing is known of what it needs")

	job.Fuel, job.Inputs = 1_000_000, []Input{{Name: "x", Content: artifact.Bytes("no archive"), Tree: true}}
	r, err = Run(context.Background(), wasm, job, "")
	require.NoError(t, err)
	require.Equal(t, "invalid-input", r.Reason)
	require.Contains(t, r.Log, `folder "x"`)
}

// A program that waits for memory burns little fuel in much time, so the fuel limit leaves too little time for it. A container has a minute.
func TestSuggestTime(t *testing.T) {
	for _, tc := range []struct {
		runtime string
		fuel    uint64
		seconds float64
		want    uint64
	}{
		{contract.RuntimeWasm, 480_000_000, 13, 0}, // 30 s, and 12 s for the fuel
		{contract.RuntimeWasm, 480_000_000, 60, 180},
		{contract.RuntimeWasm, 20_000_000_000, 60, 0},
		{contract.RuntimeOCI, 0, 19, 0},
		{contract.RuntimeOCI, 0, 40, 120},
		{contract.RuntimeOCI, 0, 1e6, contract.MaxSeconds},
	} {
		rules, err := contract.FindRuntime(tc.runtime)
		require.NoError(t, err)
		r := Report{RunSeconds: tc.seconds, SuggestedFuel: tc.fuel}
		r.suggestTime(rules)
		require.Equal(t, tc.want, r.SuggestedSeconds, "%+v", tc)
	}
}

func TestRoundUp(t *testing.T) {
	for n, want := range map[uint64]uint64{0: 0, 7: 7, 99: 99, 101: 110, 1_742_655: 1_800_000, 2_000_000: 2_000_000, 18_446_744_073_709_551: 19_000_000_000_000_000} {
		require.Equal(t, want, roundUp(n), "%d", n)
	}
}
