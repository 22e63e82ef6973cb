package runtime

import (
	"fmt"
	"os"
)

// NewSpool makes a file in a folder, or in the system's folder for temporary files, that is gone when nothing refers to it
// any more. Inputs and outputs of a run lie in such files. One that a killed worker leaves behind between the two calls has
// a name that ends in ".tmp".
func NewSpool(folder string) (*os.File, error) {
	f, err := os.CreateTemp(folder, "run-*.tmp")
	if err != nil {
		return nil, fmt.Errorf("file for the inputs and outputs of a run: %w", err)
	}
	_ = os.Remove(f.Name()) // elsewhere than on Unix it stays until then
	return f, nil
}
