package acceptance

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/cmd/credenced/setup"
	"github.com/credence-chain/credence/testutil/port"
)

// besideProgram is a program that runs beside the devnet. A fault may stop it and let it go on.
type besideProgram struct {
	n    *network
	name string
	path string
	args []string
	cmd  *exec.Cmd
	log  *os.File
}

// run starts a program beside the devnet until the test ends. After a failure its log is shown with the others. The path names a program
// that is not ours.
func (n *network) run(name, program string, args ...string) *besideProgram {
	n.t.Helper()
	if !filepath.IsAbs(program) {
		program = filepath.Join(binaries, program)
	}
	log, err := os.Create(filepath.Join(n.Info.State, "logs", name+".log"))
	require.NoError(n.t, err)
	p := &besideProgram{n: n, name: name, path: program, args: args, log: log}
	n.t.Cleanup(func() {
		p.kill()
		_ = log.Close()
	})
	require.NoError(n.t, p.start())
	return p
}

// start starts the program, with the same arguments each time.
func (p *besideProgram) start() error {
	p.cmd = exec.Command(p.path, p.args...)
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	return p.cmd.Start()
}

// kill ends the program as a power cut would, and waits until it is gone.
func (p *besideProgram) kill() {
	if p.cmd.Process != nil {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
	}
}

// silence is how a program beside the devnet stops answering, and how it goes on.
type silence struct{ begin, end func(*besideProgram) error }

var (
	// A program that hangs keeps its connections and does not answer.
	hang = silence{
		func(p *besideProgram) error { return p.cmd.Process.Signal(syscall.SIGSTOP) },
		func(p *besideProgram) error { return p.cmd.Process.Signal(syscall.SIGCONT) },
	}
	death = silence{func(p *besideProgram) error { p.kill(); return nil }, (*besideProgram).start}
)

// startFullNode starts a full node beside the devnet, with a changed config.toml.
func (n *network) startFullNode(name string, change func(config string) string) setup.Node {
	n.t.Helper()
	node, _ := n.runFullNode(name, change)
	return node
}

// runFullNode starts a full node as startFullNode does, and returns its program too.
func (n *network) runFullNode(name string, change func(config string) string) (setup.Node, *besideProgram) {
	n.t.Helper()
	v := n.Info.Validators[0] // its only peer: a node with several would join the halves of a partition
	var ports [5]int
	for i := range ports {
		ports[i] = port.Free(n.t)
	}
	node := setup.Node{
		Home: filepath.Join(n.Info.State, name), Moniker: name, ChainID: n.Info.ChainID, Peers: []string{fmt.Sprintf("%s@127.0.0.1:%d", v.NodeID, v.P2P)},
		Ports: setup.Ports{P2P: ports[0], RPC: ports[1], GRPC: ports[2], API: ports[3], Prometheus: ports[4]},
	}
	_, err := node.MakeKeys()
	require.NoError(n.t, err)
	require.NoError(n.t, node.WriteConfig())
	genesis, err := os.ReadFile(filepath.Join(v.Home, "config", "genesis.json"))
	require.NoError(n.t, err)
	require.NoError(n.t, os.WriteFile(filepath.Join(node.Home, "config", "genesis.json"), genesis, 0o600))
	path := filepath.Join(node.Home, "config", "config.toml")
	text, err := os.ReadFile(path)
	require.NoError(n.t, err)
	require.NoError(n.t, os.WriteFile(path, []byte(change(string(text))), 0o600))
	return node, n.run(name, "credenced", "start", "--home", node.Home, "--log_no_color")
}
