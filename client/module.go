package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime/wasm/wasmcheck"
	"github.com/credence-chain/credence/poco/contract"
	appstypes "github.com/credence-chain/credence/x/apps/types"
)

// MaxModule is the size of the largest module that workers run and the chain takes, in bytes.
const MaxModule = contract.MaxModuleBytes

// isReference says whether a text names an app or a dataset on the chain, and not a file on this machine.
func isReference(text string) bool {
	if artifact.NamesDigest(text) {
		return true
	}
	if strings.Contains(text, imageMark) || inRegistry(text) {
		return false
	}
	if _, err := os.Stat(text); err == nil {
		return false
	}
	name, version, ok := strings.Cut(text, ":")
	return ok && version != "" && strings.Count(name, "/") == 1 && !strings.HasSuffix(text, ".wasm")
}

// nameRule says how apps and datasets on the chain are named.
const nameRule = `organisation/name:version: organisation and name of 2 to 32 letters a-z, digits and "-", version of 1 to 32 of these, "." and "_"`

// checkReference refuses a name of an app or a dataset that nothing on the chain can have. Names of files, images and digests are left alone.
func checkReference(field, text string) error {
	if !isReference(text) || artifact.NamesDigest(text) || appstypes.IsReference(text) {
		return nil
	}
	return &Error{Code: CodeInvalid, Field: field, Value: text, What: "it is no name of anything on the chain", Expected: nameRule}
}

// checkReferences checks the names of the app and of the datasets.
func (j *Job) checkReferences() error {
	if err := checkReference("App", j.App); err != nil {
		return err
	}
	for _, text := range j.Datasets {
		if err := checkReference("Datasets", text); err != nil {
			return err
		}
	}
	return nil
}

// module is an app read from a file.
type module struct {
	data   []byte
	digest string
	name   string // the default of its name on the chain
	facts  wasmcheck.Facts
}

var wasmMagic = []byte{0x00, 'a', 's', 'm', 0x01, 0x00, 0x00, 0x00}

// readModule reads an app's file, and checks as workers do whether they will run it.
func readModule(ctx context.Context, path string) (*module, error) {
	info, err := os.Stat(path)
	if os.IsNotExist(err) {
		return nil, &Error{Code: CodeNotFound, Field: "App", Value: path, What: "there is no file " + path, Expected: "a file, organisation/name:version, or sha256:DIGEST", Err: err}
	}
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, &Error{Code: CodeInvalid, Field: "App", Value: path, What: path + " is a folder", Expected: expectedModule}
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, MaxModule+1))
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(data, wasmMagic) {
		return nil, &Error{Code: CodeInvalid, Field: "App", Value: path, What: fmt.Sprintf("%s is not a WebAssembly module: it begins with %s, expected %q", path, firstBytes(data), wasmMagic), Expected: expectedModule}
	}
	if len(data) > MaxModule {
		return nil, &Error{
			Code: CodeTooLarge, Field: "App", Value: path, Got: uint64(info.Size()), Limit: MaxModule,
			What: fmt.Sprintf("%s has %s, workers run at most %s", path, formatMebibytes(uint64(info.Size())), formatMebibytes(MaxModule)),
		}
	}
	facts, err := wasmcheck.Check(ctx, data)
	if err != nil {
		return nil, refusedModule(path, err)
	}
	return &module{data: data, digest: artifact.Sum(data).String(), name: assetName(path, "app"), facts: facts}, nil
}

// refusedModule returns the *Error that says why no worker would run a module.
func refusedModule(path string, err error) error {
	var refused *wasmcheck.Refused
	if !errors.As(err, &refused) {
		return err
	}
	return &Error{Code: CodeUnsupported, Field: "App", Value: path, What: fmt.Sprintf("no worker runs %s: %s", path, refused), Err: err}
}

// formatMebibytes returns a size in MiB, rounded up. Limits are whole MiB too.
func formatMebibytes(n uint64) string { return fmt.Sprintf("%d MiB", (n+1<<20-1)>>20) }

// wasmRules are the limits for modules.
var wasmRules, _ = contract.FindRuntime(contract.RuntimeWasm)

// checkMemory refuses a module that begins with more memory than its tasks may have: each task would end in out-of-memory.
func (m *module) checkMemory(path string, asked uint64) error {
	if limit := wasmRules.MemoryBytes(asked); m.facts.InitialMemory > limit {
		return &Error{
			Code: CodeTooLarge, Field: "Resources.MemoryBytes", Value: fmt.Sprint(asked), Got: m.facts.InitialMemory, Limit: limit,
			What: fmt.Sprintf("%s begins with %s of memory, and its task may have %s", path, formatMebibytes(m.facts.InitialMemory), formatMebibytes(limit)),
		}
	}
	return nil
}

// expectedModule says in errors what an app's file must be.
const expectedModule = "a WebAssembly module for WASI preview 1"

// firstBytes describes the beginning of a file that is no module.
func firstBytes(data []byte) string {
	switch {
	case len(data) == 0:
		return "nothing, it is empty"
	case bytes.HasPrefix(data, []byte("\x7fELF")):
		return `"\x7fELF", a program for Linux`
	case bytes.HasPrefix(data, []byte("#!")):
		return `"#!", a script`
	case bytes.HasPrefix(data, []byte("\x00asm")):
		return fmt.Sprintf("%q, a WebAssembly component or another version", data[:min(8, len(data))])
	}
	return fmt.Sprintf("%q", data[:min(8, len(data))])
}

// assetName derives an app's or a dataset's name from a file's: 2 to 32 characters of a-z, 0-9 and '-'. A name that is too short is
// put behind the kind.
func assetName(path, kind string) string {
	base := strings.ToLower(strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)))
	var b strings.Builder
	for _, c := range base {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			b.WriteRune(c)
		} else if s := b.String(); s != "" && !strings.HasSuffix(s, "-") {
			b.WriteByte('-')
		}
	}
	name := b.String()
	if len(name) > 32 {
		name = name[:32]
	}
	name = strings.Trim(name, "-")
	if len(name) < 2 {
		return kind + strings.TrimSuffix("-"+name, "-")
	}
	return name
}
