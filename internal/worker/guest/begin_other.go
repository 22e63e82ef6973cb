//go:build !linux

package guest

import "errors"

// Begins says whether this process is the first one of an image, which only Linux starts.
func Begins() bool { return false }

// Begin returns an error: images are for Linux.
func Begin() error { return errors.New("an image of a worker runs on Linux") }
