package runtime

import (
	"errors"
	"fmt"
	"os"
)

// NewSpool makes a file in a folder, or in the system's folder for temporary files, that is gone when nothing refers to it
// any more. Inputs and outputs of a run lie in such files. One that a killed worker leaves behind between the two calls has
// a name that ends in ".tmp". A private one is in memory, where the system has such files (Linux): nothing of it reaches a disk that is
// not swap.
func NewSpool(folder string, private bool) (*os.File, error) {
	if private {
		if f, err := newMemoryFile(); err == nil || !errors.Is(err, errors.ErrUnsupported) {
			return f, err
		}
	}
	f, err := os.CreateTemp(folder, "run-*.tmp")
	if err != nil {
		return nil, fmt.Errorf("file for the inputs and outputs of a run: %w", err)
	}
	_ = os.Remove(f.Name()) // elsewhere than on Unix it stays until then
	return f, nil
}
