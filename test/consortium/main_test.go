// Package consortium plays the life of a consortium on real processes. Each member has a network namespace with its own address and acts by
// the commands of the guides. No test reaches into a node.
package consortium_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/testutil/builds"
	"github.com/credence-chain/credence/testutil/tool"
)

// inside is the variable that is set when the test already runs in a namespace of its own, in which it may build a network.
const inside = "CREDENCE_CONSORTIUM_NAMESPACE"

// whole plays all steps, which takes ten minutes on a busy machine.
var (
	whole      = flag.Bool("life.whole", false, "play every step of a consortium's life")
	lifeCommit = flag.String("life.commit", "", "what the table of steps says it was made at")
	lifeOut    = flag.String("life.out", "", "file to write the table to")
)

// programs are the folders with the binaries: those of this source, and those of the next version, to which the chain is upgraded.
type programs struct{ now, next string }

// buildPrograms builds both versions, or takes them from $CREDENCE_BIN and $CREDENCE_BIN_NEXT.
func buildPrograms(t *testing.T) programs {
	t.Helper()
	p := programs{now: os.Getenv(builds.Variable), next: os.Getenv("CREDENCE_BIN_NEXT")}
	if p.now == "" {
		p.now = t.TempDir()
		require.NoError(t, builds.Programs(p.now, "credenced", "credence-worker"))
	}
	if p.next == "" && *whole {
		p.next = t.TempDir()
		require.NoError(t, builds.Tagged(p.next, "rehearsal", "credenced"))
	}
	return p
}

// enterNamespace runs the test again in a network namespace of its own, and reports whether this is that inner run. The outer run only
// waits.
func enterNamespace(t *testing.T) bool {
	t.Helper()
	if os.Getenv(inside) != "" {
		return true
	}
	if os.Geteuid() != 0 {
		t.Skip("needs root, to make network namespaces")
	}
	tool.Find(t, "ip")
	hub := fmt.Sprintf("credence-%d", os.Getpid())
	if out, err := exec.Command("ip", "netns", "add", hub).CombinedOutput(); err != nil {
		t.Skipf("this machine lets nobody make network namespaces: %s", out)
	}
	t.Cleanup(func() { _ = exec.Command("ip", "netns", "delete", hub).Run() })
	p := buildPrograms(t)
	args := []string{"netns", "exec", hub, os.Args[0], "-test.run", "^" + t.Name() + "$", "-test.v", "-test.timeout", "40m"}
	flag.Visit(func(f *flag.Flag) {
		if strings.HasPrefix(f.Name, "life.") {
			args = append(args, fmt.Sprintf("-%s=%s", f.Name, f.Value))
		}
	})
	cmd := exec.Command("ip", args...)
	cmd.Env = append(os.Environ(), inside+"="+hub, "CREDENCE_BIN="+p.now, "CREDENCE_BIN_NEXT="+p.next)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("inside the namespace: %v", err)
	}
	return false
}

// goCommand makes a command that compiles for the workers' sandbox.
func goCommand(args ...string) *exec.Cmd {
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "GOFLAGS=")
	return cmd
}
