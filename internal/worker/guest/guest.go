// Package guest is the beginning of a worker that runs as the only program of a measured image (package image). It mounts the kernel's file
// systems, reads what the host hands over, sets the network up, and becomes the worker.
//
// The host is not trusted with what is run: that an answer counts rests on the measurement, which does not cover what the host hands over.
// So the host hands over a few files and settings that decide nothing but with whom the worker speaks, and how much it takes on. Everything
// else is fixed here, and the environment is empty.
package guest

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"

	"github.com/credence-chain/credence/executor/attester"
)

// The paths of an image.
const (
	// InitPath is the worker.
	InitPath = "/init"
	// PlatformPath has the name of the platform, and a line feed.
	PlatformPath = "/etc/credence-platform"
	// ModulesPath has the kernel modules that are loaded, in the order of their names.
	ModulesPath = "/lib/modules"
	// HandedPath is where a container engine may mount the archive that the host hands over.
	HandedPath = "/handed.tar"
	home       = "/run/credence"
)

// MountPoints lists the folders on which file systems are mounted.
func MountPoints() []string { return []string{"/dev", "/proc", "/run", "/sys", "/tmp"} }

// MaxHanded bounds the archive that the host hands over, in bytes.
const MaxHanded = 1 << 20

// files are those that the host may hand over, with the flag of the worker that names each; "" for one that is found by itself.
var files = map[string]string{
	"key":      "key-file",            // the worker's hot key, with which it signs transactions
	"secret":   "",                    // the secret of commitments, so that a worker that starts again can reveal what it committed to
	"vcek.der": "enclave-certificate", // AMD's certificate of the chip
	"ca.crt":   "",                    // roots for https; what is fetched is checked by its digest or encrypted for the enclave
}

// Settings lists the flags of the worker that the host may set.
func Settings() []string {
	return []string{"artifacts", "chain-id", "enclave-product", "gas-prices", "listen", "node", "node-patience", "quota", "slots"}
}

// networkSettings are those that are not flags.
var networkSettings = []string{"address", "gateway", "nameserver"}

// Fixed returns the flags of the worker that nobody sets: where it keeps what it writes, which is in memory alone, and that programs run in
// a complete sandbox.
func Fixed(platform string) []string {
	return []string{"--cache=" + home + "/cache", "--enclave=" + platform, "--home=" + home, "--log-level=info", "--role=worker", "--sandbox=required"}
}

// Handed is what the host hands over.
type Handed struct {
	// Files by their names.
	Files map[string][]byte
	// Flags of the worker, sorted by name.
	Flags []string
	// Address and Gateway of the network; not valid if the network is set up already.
	Address netip.Prefix
	Gateway netip.Addr
	// Nameserver is not valid if there is none.
	Nameserver netip.Addr
}

// Read reads the archive that the host hands over: files, and in the file "settings" lines of the form NAME = VALUE. It returns an error
// that names a file or setting which the host may not hand over.
func Read(archive []byte) (h Handed, err error) {
	if len(archive) > MaxHanded {
		return h, fmt.Errorf("what the host hands over has more than %d bytes", MaxHanded)
	}
	h.Files = map[string][]byte{}
	in := tar.NewReader(bytes.NewReader(archive))
	for {
		head, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return h, fmt.Errorf("what the host hands over is no tar archive: %w", err)
		}
		name := strings.TrimPrefix(head.Name, "./")
		if name == "" && head.Typeflag == tar.TypeDir {
			continue
		}
		_, allowed := files[name]
		if _, twice := h.Files[name]; twice || head.Typeflag != tar.TypeReg || !allowed && name != "settings" {
			return h, fmt.Errorf("file %.80q: expected the files settings, key, secret, vcek.der and ca.crt, each at most once", head.Name)
		}
		if h.Files[name], err = io.ReadAll(in); err != nil {
			return h, fmt.Errorf("file %.80q: %w", head.Name, err)
		}
	}
	err = h.readSettings(string(h.Files["settings"]))
	delete(h.Files, "settings")
	return h, err
}

// readSettings reads the lines of the settings.
func (h *Handed) readSettings(text string) error {
	seen := map[string]bool{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, found := strings.Cut(line, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		flag := slices.Contains(Settings(), name)
		if !found || seen[name] || !flag && !slices.Contains(networkSettings, name) {
			return fmt.Errorf("settings: %.80q: expected NAME = VALUE, each NAME once, of %s", line, strings.Join(append(Settings(), networkSettings...), ", "))
		}
		seen[name] = true
		var err error
		switch name {
		case "address":
			h.Address, err = netip.ParsePrefix(value)
		case "gateway":
			h.Gateway, err = netip.ParseAddr(value)
		case "nameserver":
			h.Nameserver, err = netip.ParseAddr(value)
		default:
			h.Flags = append(h.Flags, "--"+name+"="+value)
		}
		if err != nil {
			return fmt.Errorf("settings: %s: %w", name, err)
		}
	}
	if h.Address.IsValid() && !h.Address.Addr().Is4() || h.Gateway.IsValid() && !h.Gateway.Is4() {
		return errors.New("settings: address and gateway: expected addresses of IPv4")
	}
	slices.Sort(h.Flags)
	return nil
}

// Command returns the arguments and the environment with which the worker starts on a platform. What is fixed comes last, so that it
// would hold even if the host could name it.
func (h Handed) Command(platform string) (arguments, environment []string, err error) {
	if !slices.Contains(attester.Names(), platform) {
		return nil, nil, fmt.Errorf("platform: got %.40q, expected one of %v", platform, attester.Names())
	}
	arguments = append([]string{"credence-worker", "start"}, h.Flags...)
	for _, name := range []string{"key", "vcek.der"} {
		if _, given := h.Files[name]; given {
			arguments = append(arguments, "--"+files[name]+"="+home+"/"+name)
		}
	}
	environment = []string{"HOME=" + home, "PATH=/"}
	if _, given := h.Files["ca.crt"]; given {
		environment = append(environment, "SSL_CERT_FILE="+home+"/ca.crt")
	}
	return append(arguments, Fixed(platform)...), environment, nil
}
