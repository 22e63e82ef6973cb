//go:build linux

package oci

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/result"
)

// The output in /out is read when no process of the app runs any more. It may hold anything that a file system can hold: links that
// lead elsewhere, pipes on which a reader waits for ever, files with holes that are larger than any disk. So the folder is walked
// without following a link, sizes are added up before a byte is read, and only regular files are opened.

// output lists what was found in /out.
type output struct {
	files   []result.File
	special map[string]string // paths that are neither files nor folders, and what they are instead
	bytes   uint64            // of all files together, as their sizes say
	entries int
}

// errTooMany ends the walk of an output that has more entries than any result.
var errTooMany = errors.New("more entries than a result has")

// readOutput lists the output. If its files have at most limit bytes together, it copies them into a spool in a folder.
func readOutput(dir, spoolFolder string, limit uint64, private bool) (output, error) {
	out := output{special: map[string]string{}}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return out, err
	}
	defer root.Close()
	if err := out.listFolder(root, "."); err != nil && !errors.Is(err, errTooMany) {
		return out, fmt.Errorf("output: %w", err)
	}
	if out.bytes > limit || out.entries > result.MaxEntries {
		return out, nil
	}
	return out, out.copyFiles(root, spoolFolder, private)
}

func (o *output) listFolder(root *os.Root, dir string) error {
	d, err := root.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	for {
		entries, err := d.ReadDir(1000)
		for _, e := range entries {
			if err := o.addFile(root, path.Join(dir, e.Name())); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (o *output) addFile(root *os.Root, name string) error {
	if o.entries++; o.entries > result.MaxEntries {
		return errTooMany
	}
	info, err := root.Lstat(name)
	if err != nil {
		return err
	}
	f := result.File{Path: name}
	switch mode := info.Mode(); {
	case mode.IsDir():
		f.Dir = true
		o.files = append(o.files, f)
		if len(name) > result.MaxPathBytes {
			return nil // no result holds what lies deeper, nor this
		}
		return o.listFolder(root, name)
	case mode.IsRegular():
		f.Executable = mode&0o100 != 0
		f.Content = sized(info.Size())
		o.bytes += uint64(info.Size())
	default:
		o.special[name] = kindOf(mode)
	}
	o.files = append(o.files, f)
	return nil
}

func kindOf(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeSymlink != 0:
		return "a symbolic link"
	case mode&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "no regular file"
}

// sized is the content of a file that was not read; only its size is known.
type sized int64

// Size implements artifact.Content.
func (s sized) Size() int64 { return int64(s) }

// Open implements artifact.Content.
func (s sized) Open() (io.ReadCloser, error) { return nil, errors.New("the file was not read") }

// copyFiles copies the files into the spool.
func (o *output) copyFiles(root *os.Root, spoolFolder string, private bool) error {
	var spool *os.File
	offset := int64(0)
	for i, f := range o.files {
		long, is := f.Content.(sized)
		if !is || long == 0 {
			o.files[i].Content = nil
			continue
		}
		if spool == nil {
			var err error
			if spool, err = runtime.NewSpool(spoolFolder, private); err != nil {
				return err
			}
		}
		if err := copyFile(spool, root, f.Path, int64(long)); err != nil {
			return fmt.Errorf("output %q: %w", f.Path, err)
		}
		o.files[i].Content = artifact.Part{In: spool, Offset: offset, Long: int64(long)}
		offset += int64(long)
	}
	return nil
}

func copyFile(to io.Writer, root *os.Root, name string, long int64) error {
	from, err := root.Open(name)
	if err != nil {
		return err
	}
	defer from.Close()
	_, err = io.CopyN(to, from, long)
	return err
}

// judgeOutput makes a result of an output, or returns the reason why it is not one. err describes the reason in more words. An
// error without a reason is this machine's failure.
func (o *output) judgeOutput(limit uint64, outputPath string) ([]result.File, runtime.Reason, error) {
	switch {
	case o.bytes > limit:
		return nil, runtime.OutputTooLarge, fmt.Errorf("the files have %d bytes together, the limit is %d", o.bytes, limit)
	case o.entries > result.MaxEntries:
		return nil, runtime.OutputTooLarge, fmt.Errorf("more than %d files and folders", result.MaxEntries)
	}
	kept, reason, err := result.Judge(o.files, outputPath)
	if err != nil {
		return nil, runtime.Reason(reason), err
	}
	for _, f := range kept {
		if kind, special := o.special[f.Path]; special {
			return nil, runtime.InvalidOutput, fmt.Errorf("%q is %s, expected a file or a folder", f.Path, kind)
		}
	}
	return kept, "", nil
}
