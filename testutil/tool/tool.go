// Package tool finds the programs that tests need besides Go: a browser, Node, Python, a database. On a developer's machine, a test whose
// program is missing is skipped and says what to install. With Required set, as in .ci/run, the test fails, so that no check is skipped
// unnoticed.
package tool

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Required names an environment variable. If it is not empty, a missing program fails the test instead of skipping it.
const Required = "CREDENCE_REQUIRE_TOOLS"

// Find returns the path of the first of these programs that is installed, or ends the test.
func Find(t testing.TB, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	Miss(t, strings.Join(names, " or "))
	return ""
}

// Miss ends the test because something is missing that scripts/test-tools.sh installs.
func Miss(t testing.TB, what string) {
	t.Helper()
	const install = "scripts/test-tools.sh installs what the tests need"
	if os.Getenv(Required) == "" {
		t.Skipf("NOT TESTED, for want of %s: %s", what, install)
		return
	}
	t.Fatalf("for want of %s, and %s is set: %s", what, Required, install)
}

// FindPython returns a Python of 3.11 or newer that has these modules, or ends the test. It tries the distribution's Python first, which
// has the packages that scripts/test-tools.sh installs.
func FindPython(t testing.TB, modules ...string) string {
	t.Helper()
	program := "import sys, " + strings.Join(modules, ", ") + "; assert sys.version_info >= (3, 11)"
	for _, python := range []string{"/usr/bin/python3", "python3"} {
		if exec.CommandContext(t.Context(), python, "-c", program).Run() == nil {
			return python
		}
	}
	Miss(t, "a Python of 3.11 or newer with "+strings.Join(modules, ", "))
	return ""
}

// FindPackages ends the test unless npm has installed the packages of a folder's package-lock.json.
func FindPackages(t testing.TB, folder string) {
	t.Helper()
	if _, err := os.Stat(folder + "/node_modules"); err != nil {
		Miss(t, "the packages of "+folder+"/package-lock.json (npm ci)")
	}
}
