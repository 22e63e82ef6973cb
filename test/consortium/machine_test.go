package consortium_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	rpchttp "github.com/cometbft/cometbft/rpc/client/http"
)

const (
	subnet = "10.88.0."
	// patience is how long the test waits for any action of a machine. The whole network shares two processors with the test.
	patience = 3 * time.Minute
)

// network is a switch with machines on it, in the namespace of the test.
type network struct {
	t        *testing.T
	dir      string
	programs programs
	machines []*machine
}

// newNetwork makes the switch, on which the test has an address too.
func newNetwork(t *testing.T) *network {
	n := &network{t: t, dir: t.TempDir(), programs: buildPrograms(t)}
	for _, args := range []string{"link set lo up", "link add switch type bridge", "addr add " + subnet + "1/24 dev switch", "link set switch up"} {
		n.ip(args)
	}
	return n
}

func (n *network) ip(args string) {
	n.t.Helper()
	out, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput()
	require.NoError(n.t, err, "ip %s: %s", args, out)
}

// machine is the machine of one member: a network namespace, an address and a folder.
type machine struct {
	net       *network
	t         *testing.T
	name      string
	namespace string
	address   string
	home      string // the folder of its node
	bin       string // the programs that it has installed
	node      *process
	nodeID    string
	worker    *process
}

// newMachine adds a machine to the network.
func (n *network) newMachine(name string) *machine {
	n.t.Helper()
	number := len(n.machines) + 2
	m := &machine{
		net: n, t: n.t, name: name, namespace: fmt.Sprintf("%s-%s", os.Getenv(inside), name), address: subnet + strconv.Itoa(number),
		home: filepath.Join(n.dir, name), bin: n.programs.now,
	}
	n.machines = append(n.machines, m)
	n.ip("netns add " + m.namespace)
	n.t.Cleanup(func() { _ = exec.Command("ip", "netns", "delete", m.namespace).Run() })
	port := fmt.Sprintf("port%d", number)
	n.ip(fmt.Sprintf("link add %s type veth peer name eth0 netns %s", port, m.namespace))
	n.ip(fmt.Sprintf("link set %s master switch up", port))
	for _, args := range []string{"link set lo up", "addr add " + m.address + "/24 dev eth0", "link set eth0 up"} {
		n.ip("-n " + m.namespace + " " + args)
	}
	return m
}

// command returns a command of the programs, on the machine.
func (m *machine) command(args ...string) *exec.Cmd {
	cmd := exec.Command("ip", append([]string{"netns", "exec", m.namespace, filepath.Join(m.bin, args[0])}, args[1:]...)...)
	cmd.Dir = m.net.dir
	cmd.Env = append(os.Environ(), "HOME="+filepath.Join(m.net.dir, "user-"+m.name))
	return cmd
}

// try runs a command and returns its output.
func (m *machine) try(args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var stdout, stderr bytes.Buffer
	cmd := m.command(args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		return "", err
	}
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })
	defer stop()
	if err := cmd.Wait(); err != nil {
		return stdout.String(), fmt.Errorf("%s: %s: %w\n%s\n%s", m.name, strings.Join(args, " "), err, stdout.String(), stderr.String())
	}
	return stdout.String(), nil
}

// run runs a command that must succeed and returns its output.
func (m *machine) run(args ...string) string {
	m.t.Helper()
	out, err := m.try(args...)
	require.NoError(m.t, err)
	return out
}

// process is a program that runs on a machine.
type process struct {
	m    *machine
	cmd  *exec.Cmd
	log  string
	done chan struct{}
}

// start starts a program whose output goes to a file of the given name.
func (m *machine) start(name string, args ...string) *process {
	m.t.Helper()
	path := filepath.Join(m.net.dir, m.name+"-"+name+".log")
	out, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(m.t, err)
	p := &process{m: m, cmd: m.command(args...), log: path, done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = out, out
	require.NoError(m.t, p.cmd.Start())
	go func() {
		_ = p.cmd.Wait()
		_ = out.Close()
		close(p.done)
	}()
	m.t.Cleanup(func() {
		p.kill()
		if m.t.Failed() {
			m.t.Logf("%s ends with:\n%s", filepath.Base(path), p.tail(1500))
		}
	})
	return p
}

func (p *process) tail(most int) string {
	data, _ := os.ReadFile(p.log)
	return string(data[max(0, len(data)-most):])
}

// kill ends the process as a power cut would.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// stop asks the process to end and waits until it has.
func (p *process) stop() {
	p.m.t.Helper()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	p.awaitEnd()
}

// awaitEnd waits until the process ends by itself, and returns its exit status.
func (p *process) awaitEnd() int {
	p.m.t.Helper()
	select {
	case <-p.done:
	case <-time.After(patience):
		require.Fail(p.m.t, "it runs on", "%s; its log ends with\n%s", filepath.Base(p.log), p.tail(1500))
	}
	return p.cmd.ProcessState.ExitCode()
}

func (m *machine) grpc() string { return net.JoinHostPort(m.address, "9090") }

// workerURL returns where the machine's worker serves.
func (m *machine) workerURL() string { return "http://" + net.JoinHostPort(m.address, "7100") }

func (m *machine) rpc() string { return "http://" + net.JoinHostPort(m.address, "26657") }

// client returns a client of the machine's RPC, which asks from the test's own address.
func (m *machine) client() *rpchttp.HTTP {
	m.t.Helper()
	c, err := rpchttp.NewWithTimeout(m.rpc(), "/websocket", 10)
	require.NoError(m.t, err)
	return c
}

// height returns the node's height, or -1 while it does not answer or catches up.
func (m *machine) height() int64 {
	status, err := m.client().Status(m.t.Context())
	if err != nil || status.SyncInfo.CatchingUp {
		return -1
	}
	return status.SyncInfo.LatestBlockHeight
}

// awaitHeight waits until the node has caught up to a height.
func (m *machine) awaitHeight(height int64) {
	m.t.Helper()
	m.await("height "+strconv.FormatInt(height, 10), func() bool { return m.height() >= height })
}

// await waits until the machine has reached a condition.
func (m *machine) await(what string, reached func() bool) {
	m.t.Helper()
	require.Eventually(m.t, reached, patience, 300*time.Millisecond, "%s does not reach: %s", m.name, what)
}

// query asks the machine's own node by the command line.
func (m *machine) query(into any, args ...string) error {
	out, err := m.try(append(append([]string{"credenced", "query"}, args...), "--home", m.home, "--output", "json")...)
	if err != nil {
		return err
	}
	return json.Unmarshal([]byte(out), into)
}

// send sends a transaction of the machine's operator.
func (m *machine) send(args ...string) string {
	m.t.Helper()
	return m.run(m.tx(args...)...)
}

func (m *machine) tx(args ...string) []string {
	return append(append([]string{"credenced", "tx"}, args...), "--home", m.home, "--from", "operator", "--gas", "2000000", "--yes")
}

var accountInText = regexp.MustCompile(`cred1[0-9a-z]+`)

// operator returns the address of the machine's operator.
func (m *machine) operator() string {
	m.t.Helper()
	return accountInText.FindString(m.run("credenced", "keys", "show", "operator", "--address", "--home", m.home))
}

// seatKeys prints the node's keys for an organisation's seat, with their proofs, as the messages take them.
func (m *machine) seatKeys(organisation string, more ...string) (text string, fields map[string]string) {
	m.t.Helper()
	text = strings.TrimSpace(m.run(append([]string{"credenced", "seat-keys", organisation, "--chain-id", chainID, "--home", m.home}, more...)...))
	require.NoError(m.t, json.Unmarshal([]byte(text), &fields), text)
	return text, fields
}
