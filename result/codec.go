package result

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/credence-chain/credence/artifact"
)

// Version is the first line of a manifest. VersionStderr is the first line of a manifest with a line of stderr. A program that
// printed nothing to stderr has the encoding, and the digest, that it had before there was such a line.
const (
	Version       = "credence/result/v1"
	VersionStderr = "credence/result/v2"
)

// noReason stands for the absence of a reason.
const noReason = "-"

// Bytes is the canonical encoding, lines of UTF-8 text each ended by "\n":
//
//	credence/result/v1
//	outcome RESULT
//	reason -                                 "-" for none
//	exit 0
//	entries 3
//	d - - empty                              an empty folder
//	f 12 <64 hex digits of SHA-256> a.txt    a file: size and content
//	x 9 <64 hex digits of SHA-256> run.sh    an executable file
//
// Paths come last and whole, so that spaces need no quoting; backslash and ASCII control
// characters are written \xHH. Numbers are decimal without leading zeros.
//
// If the manifest has an end of stderr, the first line says v2, and this line comes after the exit status:
//
//	stderr cannot open x\x0a                 every byte but printable ASCII as \xHH
func (m Manifest) Bytes() []byte {
	var b bytes.Buffer
	reason, version := m.Reason, Version
	if reason == "" {
		reason = noReason
	}
	if m.Stderr != "" {
		version = VersionStderr
	}
	fmt.Fprintf(&b, "%s\noutcome %s\nreason %s\nexit %d\n", version, m.Kind, reason, m.ExitCode)
	if m.Stderr != "" {
		fmt.Fprintf(&b, "stderr %s\n", escapePath(m.Stderr, mustEscapeText))
	}
	fmt.Fprintf(&b, "entries %d\n", len(m.Entries))
	for _, e := range m.Entries {
		switch {
		case e.Dir:
			fmt.Fprintf(&b, "d - - %s\n", escapePath(e.Path, mustEscape))
		case e.Executable:
			fmt.Fprintf(&b, "x %d %x %s\n", e.Size, e.Content, escapePath(e.Path, mustEscape))
		default:
			fmt.Fprintf(&b, "f %d %x %s\n", e.Size, e.Content, escapePath(e.Path, mustEscape))
		}
	}
	return b.Bytes()
}

// Parse reads exactly what Bytes writes: a manifest that Parse accepts has one encoding, the given bytes. Errors wrap ErrManifest.
func Parse(data []byte) (Manifest, error) {
	if len(data) > MaxEncodedBytes {
		return Manifest{}, fmt.Errorf("%w: %d bytes, the limit is %d", ErrManifest, len(data), MaxEncodedBytes)
	}
	m, err := parseLines(string(data))
	if err != nil {
		return Manifest{}, err
	}
	if err := m.checkHead(); err != nil {
		return Manifest{}, fmt.Errorf("%w: %w", ErrManifest, err)
	}
	for _, e := range m.Entries {
		if err := checkPath(e.Path); err != nil {
			return Manifest{}, fmt.Errorf("%w: %w", ErrManifest, err)
		}
	}
	m.Entries, err = sortEntries(m.Entries)
	if err != nil {
		return Manifest{}, fmt.Errorf("%w: %w", ErrManifest, err)
	}
	// Order, spelling of numbers and escapes, implied folders: one comparison for all.
	if !bytes.Equal(m.Bytes(), data) {
		return Manifest{}, fmt.Errorf("%w: not in canonical form", ErrManifest)
	}
	return m, nil
}

func parseLines(text string) (Manifest, error) {
	var m Manifest
	lines := strings.Split(text, "\n")
	if len(lines) < 6 || lines[len(lines)-1] != "" {
		return m, fmt.Errorf("%w: ends too early", ErrManifest)
	}
	names := []string{"outcome", "reason", "exit", "entries"}
	switch lines[0] {
	case Version:
	case VersionStderr:
		names = []string{"outcome", "reason", "exit", "stderr", "entries"}
	default:
		return m, fmt.Errorf("%w: first line %.40q, expected %q or %q", ErrManifest, lines[0], Version, VersionStderr)
	}
	head, err := parseHead(lines[1:], names)
	if err != nil {
		return m, err
	}
	m.Kind = head["outcome"]
	if head["reason"] != noReason {
		m.Reason = head["reason"]
	}
	exit, err := strconv.ParseUint(head["exit"], 10, 32)
	if err != nil {
		return m, fmt.Errorf("%w: exit %.40q is not a 32-bit number", ErrManifest, head["exit"])
	}
	m.ExitCode = uint32(exit)
	if m.Stderr, err = unescapePath(head["stderr"]); err != nil {
		return m, err
	}
	body := lines[1+len(names) : len(lines)-1]
	if count, err := strconv.Atoi(head["entries"]); err != nil || count != len(body) {
		return m, fmt.Errorf("%w: entries %.40q, found %d", ErrManifest, head["entries"], len(body))
	}
	for _, line := range body {
		entry, err := parseEntry(line)
		if err != nil {
			return m, err
		}
		m.Entries = append(m.Entries, entry)
	}
	return m, nil
}

// parseHead reads the lines of the head, whose names are given.
func parseHead(lines, names []string) (map[string]string, error) {
	if len(lines) <= len(names) {
		return nil, fmt.Errorf("%w: ends too early", ErrManifest)
	}
	head := map[string]string{}
	for i, name := range names {
		value, ok := strings.CutPrefix(lines[i], name+" ")
		if !ok {
			return nil, fmt.Errorf("%w: line %d is %.40q, expected %q", ErrManifest, i+2, lines[i], name)
		}
		head[name] = value
	}
	return head, nil
}

func parseEntry(line string) (Entry, error) {
	fields := strings.SplitN(line, " ", 4)
	if len(fields) != 4 {
		return Entry{}, fmt.Errorf("%w: entry %.80q", ErrManifest, line)
	}
	path, err := unescapePath(fields[3])
	if err != nil {
		return Entry{}, err
	}
	e := Entry{Path: path}
	switch fields[0] {
	case "d":
		if fields[1] != "-" || fields[2] != "-" {
			return Entry{}, fmt.Errorf("%w: folder with content %.80q", ErrManifest, line)
		}
		e.Dir = true
		return e, nil
	case "x":
		e.Executable = true
	case "f":
	default:
		return Entry{}, fmt.Errorf("%w: entry of type %.10q", ErrManifest, fields[0])
	}
	// 63 bits, so that the sum of sizes is checked before it can wrap.
	if e.Size, err = strconv.ParseUint(fields[1], 10, 63); err != nil || e.Size > MaxTotalBytes {
		return Entry{}, fmt.Errorf("%w: size %.40q", ErrManifest, fields[1])
	}
	digest, err := artifact.ParseHex(fields[2])
	if err != nil {
		return Entry{}, fmt.Errorf("%w: content: %w", ErrManifest, err)
	}
	e.Content = digest
	return e, nil
}
