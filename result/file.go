// Package result gives an app's output one canonical description, the
// manifest, and one digest. Every change to what the app wrote (a name, a byte,
// a directory, an executable bit) or to how it ended changes the digest.
package result

// File is one entry of a result tree as a runtime hands it over.
type File struct {
	// Path is relative to the root of the tree, slash-separated UTF-8, with no
	// empty, "." or ".." segment.
	Path string
	// Data is the content; empty for a directory.
	Data []byte
	// Executable says whether the owner may execute the file; false for a
	// directory.
	Executable bool
	// Dir says that the entry is a directory. Parents of a listed entry need
	// not be listed themselves.
	Dir bool
}
