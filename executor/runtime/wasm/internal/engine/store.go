package engine

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"

	"github.com/credence-chain/credence/executor/runtime/fuel"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/instrument"
)

// passVersion is the version of the instrumentation pass. It is part of the names in the cache, and has to change whenever the pass
// makes other code of some module.
const passVersion = "2"

// The cache holds for each module: the checksum of the rest (32 bytes), the start cost (8), the initial and the greatest number of
// pages (4 and 4), whether there is a start function (1), and the code. A flipped bit on disk could lead to a wrong answer, which
// costs the stake. The checksum prevents that.
const headerSize = 32 + 8 + 4 + 4 + 1

func (e *Engine) storePath(digest [32]byte) string {
	name := fmt.Sprintf("%x-%s-pass%s.wasm", digest, filepath.Base(fuel.Version), passVersion)
	return filepath.Join(e.options.CacheDir, instrumentedFolder, name)
}

// loadModule returns an instrumented module from the cache. A damaged entry counts as missing.
func (e *Engine) loadModule(digest [32]byte) (instrument.Module, bool) {
	if e.options.CacheDir == "" {
		return instrument.Module{}, false
	}
	data, err := os.ReadFile(e.storePath(digest))
	if err != nil || len(data) < headerSize {
		return instrument.Module{}, false
	}
	if sum := sha256.Sum256(data[32:]); !bytes.Equal(sum[:], data[:32]) {
		return instrument.Module{}, false
	}
	return instrument.Module{
		StartCost: binary.LittleEndian.Uint64(data[32:]),
		MinPages:  binary.LittleEndian.Uint32(data[40:]),
		MaxPages:  binary.LittleEndian.Uint32(data[44:]),
		HasStart:  data[48] == 1,
		Code:      data[headerSize:],
	}, true
}

// saveModule puts an instrumented module into the cache, completely or not at all.
func (e *Engine) saveModule(digest [32]byte, m instrument.Module) error {
	if e.options.CacheDir == "" {
		return nil
	}
	data := binary.LittleEndian.AppendUint64(make([]byte, 32, headerSize+len(m.Code)), m.StartCost)
	data = binary.LittleEndian.AppendUint32(data, m.MinPages)
	data = binary.LittleEndian.AppendUint32(data, m.MaxPages)
	start := byte(0)
	if m.HasStart {
		start = 1
	}
	data = append(append(data, start), m.Code...)
	sum := sha256.Sum256(data[32:])
	copy(data, sum[:])
	if err := writeAtomically(e.storePath(digest), data); err != nil {
		return fmt.Errorf("cache of instrumented modules: %w", err)
	}
	return nil
}

func writeAtomically(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "new-*.tmp")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if _, err := f.Write(data); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
