package wasm

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/result"
)

// Large data goes through files without a name, so that a job of gigabytes runs from disk. The parent writes the module and the
// inputs one after the other into one file. The child has this file as descriptor 3 and maps it into its address space, so that
// inputs that an app does not read are not in memory. What an app writes lies in a second file, which the child maps as well, see room_linux.go.
// The output comes back through the pipe, and the parent writes it into a third.

// spoolFD is the child's descriptor of the file with the module and the inputs. roomFD is that of the file in which the app's own large
// files lie.
const spoolFD, roomFD = 3, 4

// writeTask writes what a child reads of a task: the program, then the inputs in their order, then the packed folders in theirs.
func writeTask(to io.Writer, spec runtime.Spec) error {
	w := bufio.NewWriterSize(to, 1<<18)
	if err := artifact.CopyContent(w, spec.Program.Content); err != nil {
		return fmt.Errorf("program %s: %w", spec.Program.Digest, err)
	}
	for _, f := range spec.Inputs {
		if err := artifact.CopyContent(w, f.Content); err != nil {
			return fmt.Errorf("input %q: %w", f.Path, err)
		}
	}
	for _, f := range spec.Folders {
		if err := artifact.CopyContent(w, f.Content); err != nil {
			return fmt.Errorf("folder %q: %w", f.Name, err)
		}
	}
	return w.Flush()
}

// taskSize returns how many bytes writeTask writes, according to the request.
func (r request) taskSize() uint64 {
	size := r.ProgramSize
	for _, e := range slices.Concat(r.Inputs, r.Folders) {
		size += e.Size
	}
	return size
}

// readTask splits the bytes that writeTask wrote into the program and the inputs that a request announces.
func readTask(req request, data []byte) (program []byte, inputs []result.File, folders []runtime.Folder, err error) {
	if uint64(len(data)) != req.taskSize() {
		return nil, nil, nil, fmt.Errorf("got %d bytes of program and inputs, the request announces %d", len(data), req.taskSize())
	}
	take := func(n uint64) []byte {
		part := data[:n:n]
		data = data[n:]
		return part
	}
	program = take(req.ProgramSize)
	for _, e := range req.Inputs {
		f := result.File{Path: string(e.Path), Executable: e.Executable, Dir: e.Dir}
		if !e.Dir {
			f.Content = artifact.Bytes(take(e.Size))
		}
		inputs = append(inputs, f)
	}
	for _, e := range req.Folders {
		folders = append(folders, runtime.Folder{Name: string(e.Path), Content: artifact.Bytes(take(e.Size))})
	}
	return program, inputs, folders, nil
}

// readFiles reads the files of a manifest, in its order, into a file. If that fails, the file is closed, so that what was written of it
// does not take the disk of the next attempt.
func readFiles(in io.Reader, m result.Manifest, newSpool func() (*os.File, error)) (files []result.File, err error) {
	var spool *os.File
	if m.TotalBytes() > 0 {
		if spool, err = newSpool(); err != nil {
			return nil, err
		}
		defer func() {
			if err != nil {
				_ = spool.Close()
			}
		}()
	}
	offset := int64(0)
	for _, e := range m.Entries {
		f := result.File{Path: e.Path, Executable: e.Executable, Dir: e.Dir}
		if e.Size > 0 {
			long := int64(e.Size)
			if _, err := io.CopyN(spool, in, long); err != nil {
				return nil, fmt.Errorf("file %q: %w", e.Path, err)
			}
			f.Content = artifact.Part{In: spool, Offset: offset, Long: long}
			offset += long
		}
		files = append(files, f)
	}
	return files, nil
}
