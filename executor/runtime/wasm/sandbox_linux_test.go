package wasm

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// probeVariable makes this test binary try what a child must not do.
const probeVariable = "CREDENCE_TEST_PROBE"

func init() {
	if os.Getenv(probeVariable) != "" {
		probe()
		os.Exit(0)
	}
}

func probe() {
	network, program := try()
	fmt.Println("before", network, program)
	fmt.Println("confine", confine())
	network, program = try()
	fmt.Println("network, program", network, program)
	fmt.Println("limit", limit(request{CPUMax: 5, AddressMax: 4 << 30}))
	_, err := os.Stat("/")
	fmt.Println("stat", err)
	f, err := os.CreateTemp("", "probe-*")
	if err == nil {
		_, err = f.Write([]byte("x"))
		os.Remove(f.Name())
	}
	fmt.Println("write without a cache", errors.Is(err, unix.EFBIG))
	fmt.Println("files", confineFiles())
	_, err = os.Open("/etc/passwd")
	fmt.Println("open", errors.Is(err, fs.ErrPermission))
}

// try tells whether a socket and another program can be had.
func try() (network, program bool) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err == nil {
		l.Close()
	}
	return err == nil, exec.Command("/bin/true").Run() == nil
}

func TestConfined(t *testing.T) {
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = []string{probeVariable + "=1"}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if strings.Contains(string(out), "seccomp:") {
		t.Skipf("this system has no seccomp filters:\n%s", out)
	}
	want := `before true true
confine <nil>
network, program false false
limit <nil>
stat <nil>
write without a cache true
files <nil>
open true
`
	if string(out) != want {
		t.Errorf("got\n%swant\n%s", out, want)
	}
}
