//go:build !linux

package runtime

import (
	"errors"
	"os"
)

func newMemoryFile() (*os.File, error) { return nil, errors.ErrUnsupported }
