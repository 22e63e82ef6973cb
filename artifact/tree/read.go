package tree

import (
	"bytes"
	"fmt"

	"github.com/credence-chain/credence/poco/contract"
)

// File is a file or an empty folder of a packed folder.
type File struct {
	// Name is its path in the folder.
	Name string
	// Executable is the executable bit of a file; Dir says that it is an empty folder.
	Executable, Dir bool
	// Data is its content: a part of the archive, and not a copy.
	Data []byte
}

// Read unpacks an archive. It returns an error if the bytes are not in this format, or if the folder breaks a rule of package
// contract. The error quotes names of the archive.
func Read(archive []byte) ([]File, error) {
	r := reader{left: archive, size: len(archive)}
	var files []File
	var names []contract.TreeFile
	last := ""
	for !r.atEnd() {
		f, err := r.nextFile()
		if err != nil {
			return nil, fmt.Errorf("at byte %d: %w", r.currentOffset(), err)
		}
		if err := contract.CheckTreeOrder(last, f.Name); err != nil {
			return nil, err
		}
		files, names, last = append(files, f), append(names, contract.TreeFile{Name: f.Name, Dir: f.Dir}), f.Name
		if len(files) > contract.MaxInputNodes {
			return nil, fmt.Errorf("more than %d files, expected at most that many", contract.MaxInputNodes)
		}
	}
	if len(r.left) != endSize {
		return nil, fmt.Errorf("at byte %d: got %d bytes at the end, expected %d zeros", r.currentOffset(), len(r.left), endSize)
	}
	return files, contract.CheckTreeFiles(names)
}

type reader struct {
	left []byte
	size int
}

func (r *reader) currentOffset() int { return r.size - len(r.left) }

// atEnd says whether a block of zeros follows. No header begins with zeros.
func (r *reader) atEnd() bool {
	return len(r.left) >= blockSize && allZero(r.left[:blockSize]) && allZero(r.left)
}

// nextFile reads a file: its headers, its content and the padding.
func (r *reader) nextFile() (f File, err error) {
	start := r.left
	long := ""
	name, size, kind, executable, err := r.readBlock()
	if err == nil && kind == typePax {
		if long, err = r.readPax(size); err == nil {
			name, size, kind, executable, err = r.readBlock()
		}
	}
	if err != nil {
		return f, err
	}
	if long != "" {
		name = long
	}
	if err := contract.CheckTreeName(name); err != nil {
		return f, err
	}
	e := entry{name: name, size: size, dir: kind == typeDir, executable: executable && kind != typeDir}
	if e.dir && size != 0 || size > maxFileSize {
		return f, fmt.Errorf("%q: got a size of %d bytes, expected 0 of a folder and at most %d of a file", name, size, uint64(maxFileSize))
	}
	head := start[:len(start)-len(r.left)]
	if !bytes.Equal(head, makeHeaders(e)) {
		return f, fmt.Errorf("%q: its header is not the one that this file has: a link, a device, an owner, a time, or another spelling", name)
	}
	data, err := r.readContent(size)
	return File{Name: name, Executable: e.executable, Dir: e.dir, Data: data}, err
}

func (r *reader) readBlock() (name string, size uint64, kind byte, executable bool, err error) {
	if len(r.left) < blockSize {
		return "", 0, 0, false, fmt.Errorf("got %d bytes, expected a header or the end", len(r.left))
	}
	b := r.left[:blockSize]
	r.left = r.left[blockSize:]
	return parseHeader(b)
}

// readPax reads the name in a pax header.
func (r *reader) readPax(size uint64) (string, error) {
	if size > contract.MaxInputNameBytes+blockSize {
		return "", fmt.Errorf("a pax header of %d bytes, expected one name", size)
	}
	record, err := r.readContent(size)
	if err != nil {
		return "", err
	}
	_, name, found := bytes.Cut(record, []byte(" path="))
	if !found || len(name) < nameSize+2 {
		return "", fmt.Errorf("a pax header without a name of more than %d bytes", nameSize)
	}
	return string(name[:len(name)-1]), nil
}

// readContent reads the given number of bytes, and the zeros that pad them.
func (r *reader) readContent(size uint64) ([]byte, error) {
	all := size + paddingOf(size)
	if all < size || all > uint64(len(r.left)) {
		return nil, fmt.Errorf("got %d bytes, the header announces %d", len(r.left), size)
	}
	data := r.left[:size:size]
	if !allZero(r.left[size:all]) {
		return nil, fmt.Errorf("something other than zeros pads a file of %d bytes", size)
	}
	r.left = r.left[all:]
	return data, nil
}

// allZero says whether all bytes are zero. It returns true for no bytes.
func allZero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}
