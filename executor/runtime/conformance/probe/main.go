// Command probe is the app with which package conformance tests a runtime; its first argument says what it does. It is built for
// WebAssembly and for Linux, so that both runtimes face the same attempts.
//
// If an attempt succeeds that must be refused, the program ends with status 9 and a line on stderr.
package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// escaped is the exit status of a probe that could do what it must not.
const escaped = 9

// modes are the functions for each first argument.
var modes = map[string]func(args []string) error{
	"copy":      func([]string) error { return copyTo("/in/x", "/out/copy") },
	"dataset":   func([]string) error { return copyTo("/in/datasets/acme/cities", "/out/copy") },
	"exit3":     func([]string) error { os.Exit(3); return nil },
	"flood":     func([]string) error { return fillDisk("/out/big") },
	"spin":      func([]string) error { spinForever(); return nil },
	"sleep":     func([]string) error { time.Sleep(time.Hour); return nil },
	"nap":       takeNap,
	"random":    leaveRandom,
	"network":   reachNetwork,
	"read-only": readOnly,
	"link":      func(a []string) error { return os.Symlink(a[0], "/out/link") },
	"through":   writeThroughLink,
	"computed":  func(a []string) error { return os.WriteFile("/out/computed.json", []byte(a[0]), 0o644) },
	"sparse":    makeSparseFile,
	"many":      makeManyFiles,
	"deep":      makeDeepFolders,
	"logs":      printTooMuch,
	"memory":    takeMemory,
	"tmp":       func([]string) error { return fillTemporary() },
	"stdin":     copyStdin,
	"change":    changeInputs,
	"start":     tellStart,
	"env":       func([]string) error { return os.WriteFile("/out/env", []byte(strings.Join(os.Environ(), "\n")), 0o644) },
	"args":      func(a []string) error { return os.WriteFile("/out/args", []byte(strings.Join(a, "\n")), 0o644) },
	"devices":   listDevices,
	"print":     func(a []string) error { fmt.Print(a[0]); return nil },
}

func main() {
	if len(os.Args) < 2 || modes[os.Args[1]] == nil {
		fmt.Fprintf(os.Stderr, "probe: no such mode in %q\n", os.Args)
		os.Exit(2)
	}
	if err := modes[os.Args[1]](os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// mustFail ends the program if err is nil: the attempt should have been refused.
func mustFail(what string, err error) {
	if err == nil {
		fmt.Fprintf(os.Stderr, "not refused: %s\n", what)
		os.Exit(escaped)
	}
}

func copyTo(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o644)
}

// fillDisk writes without end.
func fillDisk(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	block := make([]byte, 64<<10)
	for {
		if _, err := f.Write(block); err != nil {
			return err
		}
	}
}

var sink uint64

func spinForever() {
	for i := uint64(1); ; i++ {
		sink = sink*i + 1
	}
}

// takeNap sleeps for a time such as 5s, and then writes a file.
func takeNap(args []string) error {
	long, err := time.ParseDuration(args[0])
	if err != nil {
		return err
	}
	time.Sleep(long)
	return os.WriteFile("/out/awake", []byte("awake"), 0o644)
}

// leaveRandom writes random bytes, which differ in each run if the runtime is not deterministic.
func leaveRandom([]string) error {
	var bytes [16]byte
	_, _ = rand.Read(bytes[:]) // never fails
	fmt.Fprintf(os.Stderr, "rolled %x\n", bytes)
	return os.WriteFile("/out/random", bytes[:], 0o644)
}

// listDevices leaves the names of the device files that it can open for reading and writing.
func listDevices([]string) error {
	entries, err := os.ReadDir("/dev")
	if err != nil {
		return err
	}
	var open []string
	for _, e := range entries {
		if e.Type()&os.ModeDevice == 0 {
			continue
		}
		if f, err := os.OpenFile(filepath.Join("/dev", e.Name()), os.O_RDWR, 0); err == nil {
			f.Close()
			open = append(open, e.Name())
		}
	}
	return os.WriteFile("/out/devices", []byte(strings.Join(open, " ")), 0o644)
}

// reachNetwork tries to reach other machines.
func reachNetwork([]string) error {
	for _, to := range [][2]string{{"tcp", "192.0.2.1:80"}, {"tcp", "10.0.0.1:443"}, {"tcp", "127.0.0.1:22"}, {"udp", "192.0.2.1:53"}, {"unix", "/var/run/docker.sock"}} {
		conn, err := net.DialTimeout(to[0], to[1], 2*time.Second)
		if err == nil && to[0] == "udp" {
			_, err = conn.Write([]byte("x"))
		}
		mustFail("a connection to "+to[1], err)
	}
	links, err := net.Interfaces()
	for _, l := range links {
		if l.Flags&net.FlagLoopback == 0 {
			mustFail("an interface "+l.Name, err)
		}
	}
	return leaveWord()
}

// readOnly tries to write in places where an app must not.
func readOnly([]string) error {
	for _, path := range []string{"/x", "/etc/x", "/in/x", "/in/new", "/in/../new", "/out/../new", "/proc/sys/kernel/hostname", "/sys/x", "/dev/x"} {
		mustFail("writing "+path, os.WriteFile(path, []byte("x"), 0o644))
	}
	mustFail("removing /in/x", os.Remove("/in/x"))
	mustFail("a folder beside /out", os.Mkdir("/new", 0o755))
	return leaveWord()
}

// leaveWord writes a file, so that an attempt that was refused can be told from one that was not made.
func leaveWord() error { return os.WriteFile("/out/refused", []byte("refused"), 0o644) }

// writeThroughLink writes through a link that leads out of /out.
func writeThroughLink([]string) error {
	if err := os.Symlink("/tmp", "/out/elsewhere"); err != nil {
		return err
	}
	return os.WriteFile("/out/elsewhere/x", []byte("x"), 0o644)
}

// makeSparseFile makes a file that is larger than any disk, and contains only a hole.
func makeSparseFile([]string) error {
	f, err := os.Create("/out/sparse")
	if err != nil {
		return err
	}
	return f.Truncate(1 << 40)
}

// makeManyFiles makes more files than a result can have.
func makeManyFiles([]string) error {
	for i := range 12_000 {
		if err := os.WriteFile(fmt.Sprintf("/out/%05d", i), nil, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// makeDeepFolders makes nested folders, until one is refused or there are many.
func makeDeepFolders([]string) error {
	if err := os.Chdir("/out"); err != nil {
		return err
	}
	for range 3_000 {
		if err := os.Mkdir("d", 0o755); err != nil {
			return err
		}
		if err := os.Chdir("d"); err != nil {
			return err
		}
	}
	return nil
}

// printTooMuch prints much more than a runtime keeps.
func printTooMuch([]string) error {
	line := strings.Repeat("x", 1023) + "\n"
	for range 8 << 10 {
		if _, err := io.WriteString(os.Stderr, line); err != nil {
			return err
		}
	}
	fmt.Fprint(os.Stderr, "the end")
	return leaveWord()
}

// takeMemory takes memory without end.
func takeMemory([]string) error {
	var all [][]byte
	for {
		block := make([]byte, 1<<20)
		for i := 0; i < len(block); i += 4096 {
			block[i] = 1
		}
		all = append(all, block)
		sink += uint64(len(all))
	}
}

// fillTemporary fills /tmp until a write is refused.
func fillTemporary() error {
	mustFail("filling /tmp", fillDisk("/tmp/big"))
	if info, err := os.Stat("/tmp/big"); err == nil && info.Size() > 256<<20 {
		mustFail("a file of 256 MiB in /tmp", nil)
	}
	return leaveWord()
}

func copyStdin([]string) error {
	data, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join("/out", "stdin"), data, 0o644)
}

// changeInputs changes its inputs in every way, and writes what it finds then to /out/found.
func changeInputs([]string) error {
	f, err := os.OpenFile("/in/x", os.O_WRONLY|os.O_APPEND, 0)
	if err == nil {
		_, err = f.WriteString("and more\n")
		err = errors.Join(err, f.Close())
	}
	err = errors.Join(err, os.Rename("/in/x", "/in/data/x"), os.Remove("/in/data/a"), os.Mkdir("/in/new", 0o755), os.WriteFile("/in/new/y", []byte("y"), 0o644))
	if err != nil {
		return err
	}
	var found []string
	err = filepath.WalkDir("/in", func(name string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		found = append(found, fmt.Sprintf("%s %q", name, data))
		return err
	})
	return errors.Join(err, os.WriteFile("/out/found", []byte(strings.Join(found, "\n")), 0o644))
}

// tellStart writes the folder in which it was started to /out/start, and whether that folder is writable.
func tellStart([]string) error {
	folder, err := os.Getwd()
	if err != nil {
		return err
	}
	here := "read-only"
	if os.WriteFile("note", []byte("x"), 0o644) == nil {
		here = "writable"
		if err := os.Remove(filepath.Join(folder, "note")); err != nil {
			return err
		}
	}
	return os.WriteFile("/out/start", []byte(strings.Join([]string{folder, os.Getenv("PWD"), here}, " ")), 0o644)
}
