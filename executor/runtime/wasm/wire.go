package wasm

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasi"
	"github.com/credence-chain/credence/result"
)

// Parent and child speak through the child's standard input and output: one request, one response. Each is a JSON header after its
// length (4 bytes, little-endian). The bytes that a response announces come after its header; the bytes that a request announces
// are in a file, see spool.go. The parent accepts no size beyond what the task allows. Texts that a requester or an app chose are
// sent as bytes. A JSON string would replace bytes that are not UTF-8.
//
// The listing of a response is the manifest of its files, in its own canonical
// encoding: what result.Judge accepted in the child is no longer than
// result.MaxManifestBytes, and result.Parse accepts it again here.

// maxHeader is the longest header that either side reads, in bytes. It has room for the largest number of inputs, with names of 255
// bytes.
const maxHeader = 64 << 20

// maxLog is the longest log that the parent reads: the part that the host keeps, and one more line, which the engine bounds.
const maxLog = wasi.MaxLog + 4096

const (
	opPrepare = "prepare"
	opRun     = "run"
	opCheck   = "check" // set up the sandbox, and end
)

// entry announces an input.
type entry struct {
	Path       []byte
	Size       uint64
	Executable bool `json:",omitempty"`
	Dir        bool `json:",omitempty"`
}

// request is the header of a request. Program and inputs are in a file.
type request struct {
	Op         string
	CacheDir   string
	AddressMax uint64 // bytes of address space; 0: no limit
	CPUMax     uint64 // seconds of processor time; 0: no limit
	// SandboxOptional says that the child goes on if a part of the sandbox is missing.
	SandboxOptional bool

	ProgramSize   uint64
	ProgramDigest [32]byte
	Inputs        []entry
	Folders       []entry // packed

	Args, Env              [][]byte
	Execution              []byte // in its canonical encoding
	FuelLimit, MemoryLimit uint64
	OutputLimit            uint64
	OutputPath             []byte
	Clock                  int64
	Seed                   [32]byte
}

// response is the header of a response. After it come the manifest of a result, the files that it names in its order, stdout and
// stderr.
type response struct {
	Error    string // a failure of ours; all else is empty then
	Notice   string // what of the sandbox could not be set up
	Kind     runtime.Kind
	Reason   runtime.Reason
	Exit     uint32
	Fuel     uint64
	Memory   uint64
	Manifest uint64 // bytes
	Stdout   uint64
	Stderr   uint64
	End      uint64        // of stderr
	Started  time.Duration // time taken until the app ran
}

func writeHeader(w io.Writer, header any) error {
	encoded, err := json.Marshal(header)
	if err != nil {
		return err
	}
	if len(encoded) > maxHeader {
		return fmt.Errorf("a header of %d bytes, the limit is %d", len(encoded), maxHeader)
	}
	_, err = w.Write(append(binary.LittleEndian.AppendUint32(nil, uint32(len(encoded))), encoded...))
	return err
}

func readHeader(r io.Reader, header any) error {
	var size [4]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return fmt.Errorf("header: %w", err)
	}
	n := binary.LittleEndian.Uint32(size[:])
	if n > maxHeader {
		return fmt.Errorf("a header of %d bytes, the limit is %d", n, maxHeader)
	}
	encoded, err := readBlob(r, uint64(n))
	if err != nil {
		return err
	}
	return json.Unmarshal(encoded, header)
}

// readBlob reads n bytes. It allocates memory only for bytes that arrive.
func readBlob(r io.Reader, n uint64) ([]byte, error) {
	const trusted = 1 << 20
	if n <= trusted {
		b := make([]byte, n)
		_, err := io.ReadFull(r, b)
		return b, err
	}
	b, err := io.ReadAll(io.LimitReader(r, int64(n)))
	if err == nil && uint64(len(b)) < n {
		err = io.ErrUnexpectedEOF
	}
	return b, err
}

func wireEntries(files []result.File) []entry {
	list := make([]entry, len(files))
	for i, f := range files {
		list[i] = entry{[]byte(f.Path), f.Size(), f.Executable, f.Dir}
	}
	return list
}

func folderEntries(folders []runtime.Folder) []entry {
	list := make([]entry, len(folders))
	for i, f := range folders {
		list[i] = entry{Path: []byte(f.Name), Size: f.Size()}
	}
	return list
}

// asBytes and asStrings convert strings so that the pipe carries them unchanged.
func asBytes(list []string) [][]byte {
	out := make([][]byte, len(list))
	for i, s := range list {
		out[i] = []byte(s)
	}
	return out
}

func asStrings(list [][]byte) []string {
	out := make([]string, len(list))
	for i, b := range list {
		out[i] = string(b)
	}
	return out
}

// errResponse is wrapped by every error about a response.
var errResponse = errors.New("the child's response is not acceptable")

// checkResponse checks a response against the task.
func (r response) checkResponse(spec runtime.Spec) error {
	failed := r.Kind == runtime.AppFailed && r.Reason != runtime.None
	switch {
	case !r.Reason.Valid(), !failed && (r.Kind != runtime.Result || r.Reason != runtime.None):
		return fmt.Errorf("%w: kind %v with reason %q", errResponse, r.Kind, r.Reason)
	case r.Memory > spec.MemoryLimit:
		return fmt.Errorf("%w: %d bytes of memory, the limit is %d", errResponse, r.Memory, spec.MemoryLimit)
	case r.Fuel > spec.FuelLimit:
		return fmt.Errorf("%w: fuel %d above the limit of %d", errResponse, r.Fuel, spec.FuelLimit)
	case !r.exitAccepted(spec):
		return fmt.Errorf("%w: %v, reason %q, with exit status %d", errResponse, r.Kind, r.Reason, r.Exit)
	case failed != (r.Manifest == 0), r.Manifest > result.MaxManifestBytes:
		return fmt.Errorf("%w: a manifest of %d bytes for %v", errResponse, r.Manifest, r.Kind)
	case r.Stdout > maxLog || r.Stderr > maxLog || r.End > result.MaxStderrBytes:
		return fmt.Errorf("%w: logs of %d and %d bytes, an end of %d", errResponse, r.Stdout, r.Stderr, r.End)
	}
	return nil
}

// exitAccepted says whether the exit status fits the ending: a result needs a status that means success, the reason Exit one that
// does not, and any other reason the status 0.
func (r response) exitAccepted(spec runtime.Spec) bool {
	switch r.Reason {
	case runtime.None:
		return spec.Execution.Succeeded(r.Exit)
	case runtime.Exit:
		return !spec.Execution.Succeeded(r.Exit)
	}
	return r.Exit == 0
}

// readResult reads a manifest and the files that it names. It keeps the files in a file that newSpool makes.
func readResult(in io.Reader, size, limit uint64, newSpool func() (*os.File, error)) ([]result.File, error) {
	encoded, err := readBlob(in, size)
	if err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	m, err := result.Parse(encoded)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errResponse, err)
	}
	if m.Kind != result.KindResult || m.ExitCode != 0 || m.TotalBytes() > limit {
		return nil, fmt.Errorf("%w: a manifest of %s, exit status %d, %d bytes of files; the limit is %d", errResponse, m.Kind, m.ExitCode, m.TotalBytes(), limit)
	}
	return readFiles(in, m, newSpool)
}
