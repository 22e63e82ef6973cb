package acceptance

import (
	"bufio"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client/stream/types"
	"github.com/credence-chain/credence/internal/devnet"
	"github.com/credence-chain/credence/testutil/tool"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// TestPagesAndClients checks a devnet's page in a browser, the streams of its node, and the examples of the clients in other languages.
// Each part runs where this machine has the programs that it needs.
func TestPagesAndClients(t *testing.T) {
	n := start(t, 15*time.Minute, devnet.Options{Validators: 1, Workers: 7})
	app := n.publish("echo", echo(), appPrice)
	first := n.submit(job(app, 100, 0))
	n.ended(first.Id)
	court := job(app, 100, 0)
	court.Policy = "court"
	judged := n.ended(n.submit(court).Id)

	c := &command{t: t, ctx: n.ctx, env: append(os.Environ(), devnet.EnvInfo+"="+filepath.Join(n.Info.State, devnet.InfoFile))}
	proof := c.receipt(judged.Id)
	t.Run("health", n.health)
	t.Run("reflection", n.reflection)
	t.Run("events over gRPC", func(t *testing.T) { n.streams(t, first.Request) })
	t.Run("events for browsers", func(t *testing.T) { n.serverSent(t, first.Request) })
	t.Run("browser", func(t *testing.T) {
		node, chromium := tool.Find(t, "node"), tool.Find(t, "chromium", "chromium-browser", "google-chrome")
		tool.FindPackages(t, "../../web/check")
		c.feed(app)
		n.runs(t, "no faults", []string{"CHROMIUM=" + chromium, "RECEIPT=" + proof.file, "TRUST=" + proof.set}, node, "web/check/pages.mjs", n.Info.Web, n.Info.REST)
	})
	text := filepath.Join(t.TempDir(), "text.txt")
	require.NoError(t, os.WriteFile(text, []byte("a\nb\n"), 0o600))
	module := filepath.Join(t.TempDir(), "echo.wasm")
	require.NoError(t, os.WriteFile(module, echo(), 0o600))
	t.Run("Go", func(t *testing.T) {
		out := n.runs(t, "proven sha256:", nil, tool.Find(t, "go"), "run", "./client/examples/count", module, text, filepath.Join(t.TempDir(), "result"))
		require.Contains(t, out, "refused market TRUST trust expected ")
		require.Contains(t, out, "/credence.tasks.v1.EventEnded\n")
	})
	t.Run("Python", func(t *testing.T) {
		python := tool.FindPython(t, "cryptography")
		n.runs(t, "verified sha256:", []string{"PYTHONPATH=clients/python"}, python, "clients/python/examples/count.py", module, text)
		n.trades(t, python, []string{"PYTHONPATH=clients/python"}, "clients/python/examples/market.py", module, text)
		n.runs(t, "OK", []string{"PYTHONPATH=clients/python"}, python, "-m", "unittest", "discover", "clients/python/tests")
		n.runs(t, "Proven: ", []string{"PYTHONPATH=clients/python"}, python, "-m", "credence.receipt", proof.file, "--trust", proof.set, "--chain-id", proof.chain, "--task", judged.Id)
	})
	t.Run("TypeScript", func(t *testing.T) {
		node := tool.Find(t, "node")
		tool.FindPackages(t, "../../clients/typescript")
		n.runs(t, "", nil, node, "clients/typescript/node_modules/typescript/bin/tsc", "-p", "clients/typescript")
		n.runs(t, "", nil, node, "clients/typescript/copy.mjs")
		out := n.runs(t, "verified sha256:", nil, node, "clients/typescript/dist/examples/count.js", module, text)
		require.Contains(t, out, "published studio/from-typescript:1.0 and again, which changes nothing: studio/from-typescript:1.0\n")
		n.trades(t, node, nil, "clients/typescript/dist/examples/market.js", module, text)
		n.runs(t, "fail 0", nil, node, "--test", "clients/typescript/dist/test/client.test.js", "clients/typescript/dist/test/receipt.test.js")
		n.runs(t, "proven sha256:", nil, node, "clients/typescript/dist/examples/verify.js", proof.file, proof.set)
	})
}

// feed makes a feed and gives it a value: a small result of an app, of which the court is sure at once.
func (c *command) feed(app string) {
	c.t.Helper()
	id, _, _ := strings.Cut(app, ":")
	out, status := c.run("feed", "create", "words", "--app", id, "--trust", "99%", "--policy", "court")
	require.Zero(c.t, status, out)
	out, status = c.run("run", app, "--trust", "99%", "--policy", "court", "--fuel", "100M", "--callback", "feeds/words", "--onchain", "result", "--out", filepath.Join(c.t.TempDir(), "words"))
	require.Zero(c.t, status, out)
}

// runs runs a program in the repository's folder. The program has to succeed and print the given text. runs returns all that it prints.
func (n *network) runs(t *testing.T, says string, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(n.ctx, name, args...)
	cmd.Dir = "../.."
	cmd.Env = append(os.Environ(), append(env, devnet.EnvInfo+"="+filepath.Join(n.Info.State, devnet.InfoFile), "PYTHONDONTWRITEBYTECODE=1")...)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), says)
	return string(out)
}

// trades runs the example of a client that trades orders, uses a voucher and hands over a graph, and reads what it says.
func (n *network) trades(t *testing.T, program string, env []string, args ...string) {
	t.Helper()
	out := n.runs(t, "published studio/market-", env, program, args...)
	for _, said := range []string{
		`(?m)^by voucher .*ENDING_ACCEPTED.* .*[tT]rue`, `(?m)^the voucher paid [tT]rue$`, `(?m)^placed [tT]rue [tT]rue$`, `(?m)^cancelled ORDER_STATUS_CANCELLED$`,
		`(?m)^matched .*ENDING_ACCEPTED`, `(?m)^node first ENDING_ACCEPTED sha256:`, `(?m)^node second ENDING_ACCEPTED sha256:`, `(?m)^node last ENDING_ACCEPTED sha256:`,
		`(?m)^node never REQUEST_STATUS_SKIPPED$`,
	} {
		require.Regexp(t, said, out)
	}
}

// streams reads a request's events from the first block on, breaks off, and continues from the place in the last event.
func (n *network) streams(t *testing.T, request string) {
	watch := types.NewWatchClient(n.conn)
	var got []string
	var place *types.Place
	read := func(from *types.Place, enough func() bool) {
		stream, err := watch.Events(n.ctx, &types.EventsRequest{Request: request, From: from})
		require.NoError(t, err)
		for !enough() {
			res, err := stream.Recv()
			require.NoError(t, err)
			for _, e := range res.Events {
				require.Equal(t, request, e.Request)
				got = append(got, e.Event.TypeUrl)
			}
			place = &res.Next
		}
	}
	ended := func() bool {
		return len(got) > 0 && got[len(got)-1] == "/credence.tasks.v1.EventEnded" || contains(got, "EventEnded")
	}
	read(&types.Place{Height: 1}, func() bool { return contains(got, "EventCommitted") })
	require.False(t, ended(), "the stream tells block by block: %v", got)
	read(place, ended)
	for _, event := range []string{"market.v1.EventRequest", "deals.v1.EventDeal", "tasks.v1.EventDrawn", "tasks.v1.EventRevealed", "deals.v1.EventPaid"} {
		require.True(t, contains(got, event), "%s is missing in %v", event, got)
	}
	whole := got
	got = nil
	read(&types.Place{Height: 1}, ended)
	require.Equal(t, whole, got, "a break loses and repeats nothing")
	stream, err := watch.Events(n.ctx, &types.EventsRequest{Task: "12ab"})
	require.NoError(t, err)
	_, err = stream.Recv()
	require.ErrorContains(t, err, "64 lower-case hexadecimal digits")
}

func contains(types []string, name string) bool {
	for _, t := range types {
		if strings.HasSuffix(t, name) {
			return true
		}
	}
	return false
}

// serverSent reads the same events from the page's port.
func (n *network) serverSent(t *testing.T, request string) {
	req, err := http.NewRequestWithContext(n.ctx, http.MethodGet, n.Info.Web+"/api/events?from=1&request="+request, nil)
	require.NoError(t, err)
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, http.StatusOK, res.StatusCode)
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), `data: {"height"`) && strings.Contains(lines.Text(), `"type":"credence.tasks.v1.EventEnded"`) {
			require.Contains(t, lines.Text(), taskstypes.ENDING_ACCEPTED.String())
			return
		}
	}
	t.Fatalf("the stream ended early: %v", lines.Err())
}
