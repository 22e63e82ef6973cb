package guest_test

import (
	"archive/tar"
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/executor/attester"
	"github.com/credence-chain/credence/internal/worker/guest"
)

// hand makes the archive of a host: pairs of names and contents.
func hand(t testing.TB, pairs ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for i := 0; i < len(pairs); i += 2 {
		require.NoError(t, w.WriteHeader(&tar.Header{Name: pairs[i], Mode: 0o600, Size: int64(len(pairs[i+1])), Typeflag: tar.TypeReg}))
		_, err := w.Write([]byte(pairs[i+1]))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

// TestCommand: the worker of an image starts with what the host may set, then with what is fixed, and with an environment of its own.
func TestCommand(t *testing.T) {
	h, err := guest.Read(append(hand(t, "./settings", "# of the host\nnode = a:9090,b:9090\n\nslots=2\naddress = 10.0.2.15/24\ngateway = 10.0.2.2\nnameserver = 10.0.2.3\n",
		"key", "k", "secret", "s", "vcek.der", "v", "ca.crt", "c"), make([]byte, 4096)...)) // a disk has a tail
	require.NoError(t, err)
	require.Equal(t, "10.0.2.15/24 10.0.2.2 10.0.2.3", strings.Join([]string{h.Address.String(), h.Gateway.String(), h.Nameserver.String()}, " "))
	require.Len(t, h.Files, 4)
	arguments, environment, err := h.Command(attester.SEVSNP)
	require.NoError(t, err)
	require.Equal(t, []string{
		"credence-worker", "start", "--node=a:9090,b:9090", "--slots=2", "--key-file=/run/credence/key", "--enclave-certificate=/run/credence/vcek.der",
		"--cache=/run/credence/cache", "--enclave=sev-snp", "--home=/run/credence", "--log-level=info", "--role=worker", "--sandbox=required",
	}, arguments)
	require.Equal(t, []string{"HOME=/run/credence", "PATH=/", "SSL_CERT_FILE=/run/credence/ca.crt"}, environment)

	h, err = guest.Read(hand(t))
	require.NoError(t, err)
	require.False(t, h.Address.IsValid())
	arguments, environment, err = h.Command(attester.TDX)
	require.NoError(t, err)
	require.Equal(t, append([]string{"credence-worker", "start"}, guest.Fixed(attester.TDX)...), arguments)
	require.Equal(t, []string{"HOME=/run/credence", "PATH=/"}, environment)
	_, _, err = h.Command("tdx --sabotage")
	require.ErrorContains(t, err, "platform")
}

// TestHostHandsOverWhatItMayNot: the attacker is the host. It hands over a program, a configuration, compiled modules, or a setting that would
// change what is run, what is attested, or who reads what programs read. The image does not start.
func TestHostHandsOverWhatItMayNot(t *testing.T) {
	for _, setting := range []string{
		"sabotage = x", "sandbox = best-effort", "enclave = software", "home = /dev", "cache = /mnt", "oci-engine = docker", "oci-path = /handed", "oci-args = --x", "log-level = debug",
		"log-file = /dev/vdb", "key-file = /x", "role = court", "wall-limit = 1ns", "enclave-certificate = /x", "LD_PRELOAD = /x", "GODEBUG = x", "node", "= x", "node = a\nnode = b",
		"--sabotage = x", "node --sabotage = x", "address = 10.0.0.1", "address = ::1/64", "gateway = x", "nameserver = x",
	} {
		_, err := guest.Read(hand(t, "settings", setting+"\n"))
		require.ErrorContains(t, err, "settings", setting)
	}
	for _, name := range []string{"init", "../init", "/init", "cache/module", "config.toml", "journal.db", "enclave", "settings/x", "key/../init", ".", "", "artifacts"} {
		_, err := guest.Read(hand(t, name, "x"))
		require.Error(t, err, name)
	}
	_, err := guest.Read(hand(t, "key", "a", "./key", "b"))
	require.ErrorContains(t, err, "at most once")
	var link bytes.Buffer
	w := tar.NewWriter(&link)
	require.NoError(t, w.WriteHeader(&tar.Header{Name: "key", Linkname: "/dev/vdb", Typeflag: tar.TypeSymlink}))
	require.NoError(t, w.Close())
	_, err = guest.Read(link.Bytes())
	require.Error(t, err, "a link")
	_, err = guest.Read([]byte(strings.Repeat("no archive", 100)))
	require.ErrorContains(t, err, "tar")
	_, err = guest.Read(make([]byte, guest.MaxHanded+1))
	require.ErrorContains(t, err, "more than")
}

func FuzzRead(f *testing.F) {
	f.Add(hand(f, "settings", "node = a\naddress = 10.0.2.15/24\n", "key", "k"))
	f.Fuzz(func(t *testing.T, archive []byte) {
		h, err := guest.Read(archive)
		if err != nil {
			return
		}
		arguments, environment, err := h.Command(attester.TDX)
		require.NoError(t, err)
		require.LessOrEqual(t, len(environment), 3)
		fixed := guest.Fixed(attester.TDX)
		require.Equal(t, fixed, arguments[len(arguments)-len(fixed):])
	})
}
