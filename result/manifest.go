package result

import (
	"crypto/sha256"
	"fmt"
	"sort"
	"strings"
)

// Kinds of outcome that have a manifest. INPUT_UNAVAILABLE and ABSTAIN say nothing about
// the app, so there is nothing to describe.
const (
	// KindResult means that the app ended by itself with success.
	KindResult = "RESULT"
	// KindAppFailed means that the app failed, and fails in the same way on every machine.
	KindAppFailed = "APP_FAILED"
)

// MaxReasonBytes bounds a reason.
const MaxReasonBytes = 64

// Entry is one line of a manifest: a file, or an empty folder.
type Entry struct {
	// Path is relative to the root of the tree, slash-separated.
	Path string
	// Dir says that the entry is an empty folder; its other fields are zero.
	Dir bool
	// Executable is the owner's executable bit.
	Executable bool
	// Size of the content in bytes.
	Size uint64
	// Content is the SHA-256 of the content.
	Content [sha256.Size]byte
}

// Manifest describes how an app ended and every file it left. Two manifests are of the
// same bytes if and only if they describe the same outcome and the same tree. The zero
// Manifest is not valid; Build and Parse make valid ones.
type Manifest struct {
	// Kind is KindResult or KindAppFailed.
	Kind string
	// Reason names why the app failed, a word such as "out_of_fuel"; empty for a result.
	Reason string
	// ExitCode is the exit status of the app. It is not 0 for a result whose job names other statuses that mean success.
	ExitCode uint32
	// Stderr is the end of what the app wrote to stderr, any bytes, at most MaxStderrBytes. It is empty if the app wrote nothing,
	// or if honest runs may write different texts.
	Stderr string
	// Entries are sorted by the bytes of their paths. Folders that hold something are
	// implied by it and never listed, so that it does not matter whether a runtime
	// lists them.
	Entries []Entry
}

// Build describes an outcome. The order of files does not matter. Errors wrap ErrOutcome,
// ErrTree, ErrTooLarge, or ErrContent, which alone depends on this machine.
func Build(kind, reason string, exitCode uint32, files []File) (Manifest, error) {
	return Manifest{Kind: kind, Reason: reason, ExitCode: exitCode}.With(files)
}

// With returns the manifest with entries for the given files. Errors are those of Build.
func (m Manifest) With(files []File) (Manifest, error) {
	if err := m.checkHead(); err != nil {
		return Manifest{}, err
	}
	entries := make([]Entry, 0, len(files))
	for _, f := range files {
		entry, err := describeFile(f)
		if err != nil {
			return Manifest{}, err
		}
		entries = append(entries, entry)
	}
	entries, err := sortEntries(entries)
	if err != nil {
		return Manifest{}, err
	}
	m.Entries = entries
	bare := m
	bare.Stderr = ""
	if n := len(bare.Bytes()); n > MaxManifestBytes {
		return Manifest{}, fmt.Errorf("%w: the manifest has %d bytes, the limit is %d", ErrTooLarge, n, MaxManifestBytes)
	}
	return m, nil
}

// Digest is the SHA-256 of Bytes: the result digest that workers commit to, and the name
// under which the manifest is fetched.
func (m Manifest) Digest() [sha256.Size]byte { return sha256.Sum256(m.Bytes()) }

// TotalBytes is the content of all files together.
func (m Manifest) TotalBytes() uint64 {
	var total uint64
	for _, e := range m.Entries {
		total += e.Size
	}
	return total
}

func describeFile(f File) (Entry, error) {
	if err := checkPath(f.Path); err != nil {
		return Entry{}, err
	}
	if f.Dir {
		if f.Size() > 0 || f.Executable {
			return Entry{}, fmt.Errorf("%w: folder %q with content or an executable bit", ErrTree, f.Path)
		}
		return Entry{Path: f.Path, Dir: true}, nil
	}
	content, err := f.hashFile()
	if err != nil {
		return Entry{}, err
	}
	return Entry{Path: f.Path, Executable: f.Executable, Size: f.Size(), Content: content}, nil
}

// sortEntries sorts entries. It refuses two entries with one path and files that are used as folders, and leaves out folders that
// are not empty.
func sortEntries(entries []Entry) ([]Entry, error) {
	if len(entries) == 0 {
		return nil, nil
	}
	sort.Slice(entries, func(i, j int) bool { return entries[i].Path < entries[j].Path })
	isDir := make(map[string]bool, len(entries))
	for _, e := range entries {
		if _, twice := isDir[e.Path]; twice {
			return nil, fmt.Errorf("%w: path %q occurs twice", ErrTree, e.Path)
		}
		isDir[e.Path] = e.Dir
	}
	holds := make(map[string]bool)
	var total uint64
	for _, e := range entries {
		total += e.Size
		for parent, ok := parentOf(e.Path); ok; parent, ok = parentOf(parent) {
			if dir, listed := isDir[parent]; listed && !dir {
				return nil, fmt.Errorf("%w: %q is a file, and %q lies in it", ErrTree, parent, e.Path)
			}
			holds[parent] = true
		}
	}
	if total > MaxTotalBytes {
		return nil, fmt.Errorf("%w: %d bytes of files, the limit is %d", ErrTooLarge, total, MaxTotalBytes)
	}
	kept := entries[:0]
	for _, e := range entries {
		if !e.Dir || !holds[e.Path] {
			kept = append(kept, e)
		}
	}
	if len(kept) > MaxEntries {
		return nil, fmt.Errorf("%w: %d entries, the limit is %d", ErrTooLarge, len(kept), MaxEntries)
	}
	return kept, nil
}

func parentOf(p string) (string, bool) {
	i := strings.LastIndexByte(p, '/')
	if i < 0 {
		return "", false
	}
	return p[:i], true
}

func (m Manifest) checkHead() error {
	if len(m.Stderr) > MaxStderrBytes {
		return fmt.Errorf("%w: %d bytes of stderr, the limit is %d", ErrOutcome, len(m.Stderr), MaxStderrBytes)
	}
	return checkOutcome(m.Kind, m.Reason)
}

func checkOutcome(kind, reason string) error {
	switch kind {
	case KindResult:
		if reason != "" {
			// A remark must not make two workers with the same result differ.
			return fmt.Errorf("%w: a %s has no reason, got %q", ErrOutcome, kind, reason)
		}
	case KindAppFailed:
	default:
		return fmt.Errorf("%w: kind %q, expected %s or %s", ErrOutcome, kind, KindResult, KindAppFailed)
	}
	if reason == noReason {
		return fmt.Errorf("%w: reason %q stands for none", ErrOutcome, reason)
	}
	if len(reason) > MaxReasonBytes {
		return fmt.Errorf("%w: the reason has %d bytes, the limit is %d", ErrOutcome, len(reason), MaxReasonBytes)
	}
	for i := range len(reason) {
		if !reasonByte(reason[i]) {
			return fmt.Errorf("%w: reason %q, expected a word of letters, digits and . _ : -", ErrOutcome, reason)
		}
	}
	return nil
}

func reasonByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("._:-", c) >= 0
}
