package acceptance

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/devnet"
)

// exits assembles an app that ends with an exit status.
func exits(status int64) []byte {
	const exit = 0
	return assemble(1, "", []string{"proc_exit"}, i32(status), call(exit))
}

// graph is a workflow whose first node ends with 10. One node wants that, another wants something else, and a third waits for the other.
const graph = `name: graph
defaults: {trust: 99%, fuel: 100M}
nodes:
  - {name: check, app: check.wasm, ok-exit: [0, 10]}
  - {name: ten, app: echo.wasm, when: {node: check, exit: [10]}}
  - {name: other, app: echo.wasm, when: {node: check, exit: [0, 3]}}
  - {name: last, app: echo.wasm, after: [other]}
`

// TestTheChainRunsAWorkflow: a graph is handed over by one command, and ends without any client: the chain releases the node whose condition
// holds, and refunds the one whose condition does not hold, and what waits for it. The same command again pays nothing, and resume fetches the
// results.
func TestTheChainRunsAWorkflow(t *testing.T) {
	n := start(t, 10*time.Minute, devnet.Options{})
	c := &command{t: t, ctx: n.ctx, env: append(os.Environ(), devnet.EnvInfo+"="+filepath.Join(n.Info.State, devnet.InfoFile))}
	folder := t.TempDir()
	file := filepath.Join(folder, "graph.yaml")
	for name, data := range map[string][]byte{"check.wasm": exits(10), "echo.wasm": echo(), "graph.yaml": []byte(graph)} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), data, 0o600))
	}
	out, status := c.run("workflow", "run", file, "--detach")
	require.Zero(t, status, out)
	require.Contains(t, out, "no client has to stay online")

	type node struct {
		Node, State, Why string
		Paid, Refunded   uint64
	}
	nodes := func() (list []node) {
		out, status := c.run("workflow", "status", file, "--output", "json")
		require.Zero(t, status, out)
		require.NoError(t, json.Unmarshal([]byte(out), &list))
		return list
	}
	over := func() bool {
		return !slices.ContainsFunc(nodes(), func(p node) bool { return !slices.Contains([]string{"ended", "failed", "skipped"}, p.State) })
	}
	n.until("all nodes are over", over)
	var states []string
	for _, p := range nodes() {
		states = append(states, p.State)
	}
	require.Equal(t, []string{"ended", "ended", "skipped", "skipped"}, states)
	list := nodes()
	require.Contains(t, list[2].Why, "node check ended with exit status 10, expected 0 or 3")
	require.Contains(t, list[3].Why, "node other ended as skipped")
	for i, p := range list {
		require.Equal(t, i < 2, p.Paid > 0, "%s", p.Node)
		require.Positive(t, p.Refunded, "%s", p.Node)
	}

	out, status = c.run("workflow", "run", file, "--detach")
	require.Zero(t, status, out)
	require.Equal(t, list, nodes(), "nothing is paid twice")
	out, status = c.run("workflow", "resume", file, "--detach")
	require.Zero(t, status, out)
	for i, p := range nodes() { // what ended and what was skipped stays: nothing is left to hand over. Why it was skipped is in the client's words now
		p.Why = list[i].Why
		require.Equal(t, list[i], p)
	}
	out, status = c.run("workflow", "resume", file)
	require.Zero(t, status, out)
	require.Contains(t, out, "2 nodes done, 2 skipped")
	require.FileExists(t, filepath.Join(folder, "graph-results", "ten", "result"))
}
