// Package checkup runs the checks of a doctor command and prints a line for each.
package checkup

import (
	"context"
	"errors"
	"fmt"
	"io"

	"golang.org/x/sys/unix"

	"github.com/credence-chain/credence/internal/cli"
)

// ErrUnhealthy makes a doctor command exit with 1 after it has printed the failed checks.
var ErrUnhealthy = errors.New("not healthy: see the checks that failed")

// Check is one line of the report.
type Check struct {
	Name string
	// Run returns what it found. The error says what is wrong and what to do.
	Run func(context.Context) (detail string, err error)
}

// Report runs the checks in order, and prints one line for each.
func Report(ctx context.Context, out io.Writer, list []Check) error {
	healthy := true
	for _, c := range list {
		detail, err := c.Run(ctx)
		if err != nil {
			healthy = false
			fmt.Fprintf(out, "FAIL  %-12s %s\n", c.Name, cli.InALine(err))
			continue
		}
		fmt.Fprintf(out, "ok    %-12s %s\n", c.Name, detail)
	}
	if !healthy {
		return ErrUnhealthy
	}
	return nil
}

// Disk checks that a folder's file system has at least `least` bytes free.
func Disk(folder string, least uint64) (string, error) {
	var fs unix.Statfs_t
	if err := unix.Statfs(folder, &fs); err != nil {
		return "", err
	}
	free := fs.Bavail * uint64(fs.Bsize)
	if free < least {
		return "", fmt.Errorf("%d MiB free, expected at least %d", free>>20, least>>20)
	}
	return fmt.Sprintf("%d MiB free", free>>20), nil
}
