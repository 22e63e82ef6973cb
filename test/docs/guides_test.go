package docs

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/devnet"
	"github.com/credence-chain/credence/testutil/tool"
)

// pages are the guides in the order in which their blocks run, all in one shell. The README comes first, in a checkout. start.md tells the
// commands about the network, and the others build on it. READMEs of examples come after apps.md: whoever runs a module publishes
// it, and apps.md publishes that of sat under a name.
var pages = []string{"../README.md", "start.md", "provider.md", "pool-operator.md", "worker.md", "requester.md", "integrator.md", "quickstart/bag.md", "quickstart/workflow.md", "quickstart/receipt.md", "quickstart/page.md", "feeds.md", "secrets.md", "apps.md",
	"../examples/align/README.md", "../examples/planets/README.md", "../examples/sat/README.md", "../examples/wordfreq-container/README.md",
	"../examples/raytrace/README.md", "../examples/words/README.md", "../examples/wordstat/README.md"}

// show prints what each block said, for whoever writes a page: go test ./test/docs -run TestGuides -args -show
var show = flag.Bool("show", false, "print the output of each block")

// TestGuides starts a devnet where readers have theirs. It runs the blocks of the pages in one shell that ends at the first failing
// command.
func TestGuides(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	tool.Find(t, "curl")
	var blocks []block
	for _, page := range pages {
		text, err := os.ReadFile(filepath.Join("..", "..", "docs", page))
		require.NoError(t, err)
		of, err := blocksOf(page, string(text))
		require.NoError(t, err)
		require.NotEmpty(t, of, "%s has nothing to run", page)
		blocks = append(blocks, of...)
		if page == "../README.md" { // its readers are in a checkout, and those of the guides in a folder of their own
			blocks = append(blocks, block{page: page, code: "mkdir guides && cd guides"})
		}
	}
	env := environment(t)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
	defer cancel()
	home := filepath.Join(t.TempDir(), "home")
	net, err := devnet.Start(devnet.Options{
		State:     filepath.Join(home, ".credence", "devnet"),
		Credenced: filepath.Join(binaries, "credenced"), Worker: filepath.Join(binaries, "credence-worker"),
	})
	require.NoError(t, err)
	defer net.Stop()
	require.NoError(t, net.Ready(ctx))

	begin := time.Now()
	said, took, failed := runAll(ctx, blocks, append(env, "HOME="+home), checkout(t))
	t.Logf("%d blocks in %s, begun at these seconds: %s", len(blocks), time.Since(begin).Round(time.Second), took)
	for i, output := range said {
		if *show {
			fmt.Printf("%s:\n%s\n", blocks[i], output)
		}
		if i == len(said)-1 && failed != nil {
			require.NoError(t, failed, "%s:\n%s\n--- it said:\n%s", blocks[i], blocks[i].code, output)
		}
		require.Empty(t, blocks[i].lacks(output), "%s does not show this line; it said:\n%s", blocks[i], output)
	}
	require.NoError(t, failed)
	require.Len(t, said, len(blocks))
}

// checkout returns a folder with what the README's commands use of a checkout: the programs, the examples, and the README.
func checkout(t *testing.T) string {
	t.Helper()
	dir, root := t.TempDir(), filepath.Join("..", "..")
	require.NoError(t, os.CopyFS(filepath.Join(dir, "examples", "hello"), os.DirFS(filepath.Join(root, "examples", "hello"))))
	for _, name := range []string{"README.md", "go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
	programs, err := filepath.Abs(binaries)
	require.NoError(t, err)
	require.NoError(t, os.Symlink(programs, filepath.Join(dir, "build")))
	return dir
}

// environment returns the test's own environment, with the programs first in the path, Go's caches in their places, and no other devnet.
func environment(t *testing.T) (env []string) {
	t.Helper()
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "CREDENCE") && !strings.HasPrefix(e, "HOME=") {
			env = append(env, e)
		}
	}
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPATH"} {
		out, err := exec.Command("go", "env", name).Output()
		require.NoError(t, err)
		env = append(env, name+"="+strings.TrimSpace(string(out)))
	}
	path, err := filepath.Abs(binaries)
	require.NoError(t, err)
	checkout, err := filepath.Abs(filepath.Join("..", ".."))
	require.NoError(t, err)
	return append(env, "CREDENCE="+checkout, "PATH="+path+string(filepath.ListSeparator)+os.Getenv("PATH"), "GOFLAGS=")
}

// separator precedes each block's output. No command prints it.
const separator = "\x1e"

// runAll runs blocks in one shell. It returns the output of each block up to the one that failed, and the time at which each began.
func runAll(ctx context.Context, blocks []block, env []string, dir string) (said, begun []string, err error) {
	var script strings.Builder
	script.WriteString("set -euo pipefail\n")
	for _, b := range blocks {
		fmt.Fprintf(&script, "printf '\\036%%s\\n' $SECONDS\n%s\n", b.code)
	}
	file := filepath.Join(dir, "guides.sh")
	if err := os.WriteFile(file, []byte(script.String()), 0o600); err != nil {
		return nil, nil, err
	}
	cmd := exec.CommandContext(ctx, "bash", file)
	cmd.Dir, cmd.Env = dir, env
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // processes that a block left running end with the shell
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	for _, part := range strings.Split(out.String(), separator)[1:] {
		at, output, _ := strings.Cut(part, "\n")
		said, begun = append(said, output), append(begun, at)
	}
	return said, begun, err
}

func TestRunAll(t *testing.T) {
	blocks := []block{{code: "A=1"}, {code: "echo $A\necho two >&2"}, {code: "false | true"}, {code: "echo never"}}
	said, begun, err := runAll(t.Context(), blocks, os.Environ(), t.TempDir())
	require.Error(t, err)
	require.Equal(t, []string{"", "1\ntwo\n", ""}, said)
	require.Len(t, begun, 3)
	said, _, err = runAll(t.Context(), blocks[:2], os.Environ(), t.TempDir())
	require.NoError(t, err)
	require.Len(t, said, 2)
}
