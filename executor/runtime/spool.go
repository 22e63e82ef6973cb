package runtime

import (
	"errors"
	"fmt"
	"os"
)

// NewSpool makes a file in a folder, or in the system's folder for temporary files, that disappears when nothing refers to it any
// more. Inputs and outputs of a run lie in such files. If a worker is killed while it makes one, the file stays under a name that
// ends in ".tmp". A private file is in memory, if the system has such files (Linux): its bytes reach a disk only through swap.
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
