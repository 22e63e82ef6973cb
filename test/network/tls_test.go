package network_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/testutil/authority"
)

// secureNode is a node that serves gRPC, REST and RPC with TLS, by a certificate of a private authority.
type secureNode struct {
	t                       *testing.T
	binary                  string
	authority               *authority.Authority
	cert, key               string
	grpc, rest, rpc, second string // HOST:PORT of each service; of gRPC without TLS
}

// run runs a command of a client, which trusts the test's authority or only those of this machine. It returns the exit status.
func (s *secureNode) run(trusts bool, args ...string) (said string, status int) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, s.binary, args...)
	cmd.Env = append(os.Environ(), "HOME="+s.t.TempDir())
	if trusts {
		cmd.Env = append(cmd.Env, "SSL_CERT_FILE="+s.authority.File)
	}
	out, err := cmd.CombinedOutput()
	s.t.Logf("%s: %v\n%s", strings.Join(args, " "), err, out)
	return string(out), cmd.ProcessState.ExitCode()
}

// get asks REST or RPC, as a client that trusts the test's authority. It returns the serial number of the node's certificate as well.
func (s *secureNode) get(url string) (body string, serial int64) {
	s.t.Helper()
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.authority.Pool()}}}
	defer client.CloseIdleConnections()
	res, err := client.Get(url)
	require.NoError(s.t, err)
	defer res.Body.Close()
	bz, err := io.ReadAll(res.Body)
	require.NoError(s.t, err)
	require.Equal(s.t, http.StatusOK, res.StatusCode, "%s", bz)
	return string(bz), res.TLS.PeerCertificates[0].SerialNumber.Int64()
}

// A node serves gRPC, REST and RPC with TLS. Clients that trust its authority are served; others, and those without TLS, get no answer and
// are told why. A renewed certificate is served without a restart.
func TestTLS(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	s := &secureNode{t: t, binary: build(t), authority: authority.New(t)}
	n := files(t, 1)[0]
	ports := freePorts(t, 3)
	at := func(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }
	s.grpc, s.rest, s.rpc, s.second = at(ports[0]), at(ports[1]), at(ports[2]), at(n.Ports.GRPC)
	s.cert, s.key = filepath.Join(n.Home, "cert.pem"), filepath.Join(n.Home, "key.pem")

	refuses := func(why string, more ...string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		out, err := exec.CommandContext(ctx, s.binary, append([]string{"start", "--home", n.Home}, more...)...).CombinedOutput()
		require.Error(t, err)
		require.Contains(t, string(out), why)
	}
	refuses("there is no certificate, or no key of it", "--tls.grpc", s.grpc)
	refuses("cert.pem: no such file", "--tls.grpc", s.grpc, "--tls.cert", s.cert, "--tls.key", s.key)
	first := s.authority.Issue(s.cert, s.key, time.Hour)
	refuses("no address that is served with TLS", "--tls.cert", s.cert, "--tls.key", s.key)

	// The settings are in app.toml, where operators have them.
	app, err := os.OpenFile(filepath.Join(n.Home, "config", "app.toml"), os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = fmt.Fprintf(app, "\n[tls]\ncert = %q\nkey = %q\ngrpc = %q\nrest = %q\nrpc = %q\n", s.cert, s.key, s.grpc, s.rest, s.rpc)
	require.NoError(t, err)
	require.NoError(t, app.Close())
	node := start(t, s.binary, n)
	waitForHeight(t, n, 2)

	t.Run("gRPC", s.testGRPC)
	t.Run("REST and RPC", s.testHTTP)
	t.Run("a renewed certificate", func(t *testing.T) {
		s.t = t
		_, was := s.get("https://" + s.rpc + "/status")
		require.Equal(t, first, was)
		next := s.authority.Issue(s.cert, s.key, 2*time.Hour)
		later := time.Now().Add(time.Minute) // the file system's times may be coarse
		require.NoError(t, os.Chtimes(s.cert, later, later))
		require.Eventually(t, func() bool {
			_, serial := s.get("https://" + s.rest + "/cosmos/base/tendermint/v1beta1/blocks/latest")
			return serial == next
		}, time.Minute, 200*time.Millisecond)
	})

	require.NoError(t, node.Process.Signal(syscall.SIGTERM))
	status, said := ends(t, node, n)
	require.Zero(t, status, "%s", said)
}

func (s *secureNode) testGRPC(t *testing.T) {
	s.t = t
	requester := sdk.AccAddress(make([]byte, 20)).String()
	said, status := s.run(true, "task", "list", "--requester", requester, "--node", "https://"+s.grpc)
	require.Zero(t, status, said)
	said, status = s.run(false, "task", "list", "--requester", requester, "--node", "https://"+s.grpc)
	require.Equal(t, cli.ExitNetwork, status)
	require.Contains(t, said, "signed by unknown authority")
	require.Contains(t, said, "SSL_CERT_FILE")
	said, status = s.run(true, "task", "list", "--requester", requester, "--node", s.grpc)
	require.Equal(t, cli.ExitNetwork, status)
	require.Contains(t, said, "write https://"+s.grpc)
	said, status = s.run(true, "task", "list", "--requester", requester, "--node", "https://"+s.second)
	require.Equal(t, cli.ExitNetwork, status)
	require.Contains(t, said, "write http://"+s.second)
}

func (s *secureNode) testHTTP(t *testing.T) {
	s.t = t
	body, _ := s.get("https://" + s.rest + "/cosmos/base/tendermint/v1beta1/blocks/latest")
	require.Contains(t, body, `"chain_id":"credence-net"`)
	body, _ = s.get("https://" + s.rpc + "/status")
	require.Contains(t, body, `"network":"credence-net"`)
	said, status := s.run(true, "status", "--node", "https://"+s.rpc)
	require.Zero(t, status, said)
	require.Contains(t, said, "credence-net")

	for _, address := range []string{s.rest, s.rpc} {
		_, err := http.Get("https://" + address + "/status") // this process trusts only the authorities of its machine
		require.ErrorContains(t, err, "unknown authority")
		res, err := http.Get("http://" + address + "/status")
		require.NoError(t, err)
		said, err := io.ReadAll(res.Body)
		res.Body.Close()
		require.NoError(t, err)
		require.Equal(t, http.StatusBadRequest, res.StatusCode)
		require.Equal(t, "This port speaks TLS: write https:// before its address.\n", string(said))
		old := &tls.Config{RootCAs: s.authority.Pool(), MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
		_, err = tls.Dial("tcp", address, old)
		require.ErrorContains(t, err, "protocol version")
	}
}
