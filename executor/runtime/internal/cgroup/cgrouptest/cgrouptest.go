// Package cgrouptest makes control groups for tests.
package cgrouptest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Folder makes a control group without processes that can have groups with limits of memory below it, and returns its folder. The test is
// skipped where this process may make none.
func Folder(t testing.TB) string {
	t.Helper()
	const root = "/sys/fs/cgroup"
	parent := root + "/memory" // of version 1
	if passed, err := os.ReadFile(root + "/cgroup.subtree_control"); err == nil {
		if parent = root; !strings.Contains(string(passed), "memory") {
			t.Skipf("the control group %s passes no controller of memory on, only %q", root, passed)
		}
	}
	folder := filepath.Join(parent, fmt.Sprintf("credence-test-%d", os.Getpid()))
	if err := os.Mkdir(folder, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		t.Skipf("no control group can be made here: %v", err)
	}
	t.Cleanup(func() {
		if err := os.Remove(folder); err != nil {
			t.Errorf("the control group is not empty: %v", err)
		}
	})
	return folder
}
