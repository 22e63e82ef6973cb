//go:build linux

package oci

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/artifact/tree"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/result"
)

// This file puts a task's inputs into a room, before the container starts. Names and archives come from a requester. So a packed
// folder must make one tree with the other inputs, and every file is written through an os.Root, which cannot leave the room. An
// input that is wrong on every machine is an *invalidInput, which becomes the task's answer; any other error is this machine's
// failure.

// invalidInput says that the inputs do not make a tree, on any machine.
type invalidInput struct{ why error }

func (e *invalidInput) Error() string { return e.why.Error() }

// putInputs writes the inputs, and unpacks the packed folders among them. An *invalidInput is the task's failure.
func (r *room) putInputs(spec runtime.Spec) error {
	files := spec.Inputs
	for _, folder := range spec.Folders {
		unpacked, release, err := unpackFolder(r.path, folder, spec.PrivateInputs)
		if err != nil {
			return err
		}
		defer release()
		files = append(files[:len(files):len(files)], unpacked...)
	}
	if len(spec.Folders) > 0 {
		if err := checkTree(files); err != nil {
			return &invalidInput{err}
		}
	}
	if spec.PrivateInputs {
		if err := r.mountInputs(files); err != nil {
			return err
		}
	}
	root, err := os.OpenRoot(r.in)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, f := range files {
		if err := putFile(root, f, spec.Execution.Writable); err != nil {
			return fmt.Errorf("input %q: %w", f.Path, err)
		}
	}
	return nil
}

// inSlack is the room for the kernel's own data about files and folders in the file system of private inputs, in bytes.
const inSlack = 1 << 20

// mountInputs puts the inputs into memory, in a file system of just their size. It is removed with the room.
func (r *room) mountInputs(files []result.File) error {
	page := int64(os.Getpagesize())
	size := int64(inSlack)
	for _, f := range files {
		if f.Content != nil {
			size += (f.Content.Size() + page - 1) / page * page
		}
	}
	if err := unix.Mount("credence-private", r.in, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, fmt.Sprintf("size=%d,mode=0755", size)); err != nil {
		return fmt.Errorf("inputs in memory: %w", err)
	}
	return nil
}

// checkTree checks all inputs against the rules for their names.
func checkTree(files []result.File) error {
	var names []string
	for _, f := range files {
		if err := contract.CheckInputName(f.Path); err != nil {
			return fmt.Errorf("input %w", err)
		}
		names = append(names, f.Path)
	}
	return contract.CheckTree(names)
}

// unpackFolder lists a packed folder. Its files are parts of the archive, which is mapped into memory until release is called.
func unpackFolder(dir string, folder runtime.Folder, private bool) (files []result.File, release func(), err error) {
	archive, release, err := mapContent(dir, folder.Content, private)
	if err != nil {
		return nil, nil, fmt.Errorf("folder %q: %w", folder.Name, err)
	}
	files, err = listFolder(folder.Name, archive)
	if err != nil {
		release()
		return nil, nil, &invalidInput{fmt.Errorf("folder %q: %w", folder.Name, err)}
	}
	return files, release, nil
}

func listFolder(name string, archive []byte) ([]result.File, error) {
	entries, err := tree.Read(archive)
	if err != nil {
		return nil, err
	}
	var files []result.File
	for _, e := range entries {
		at, err := contract.TreePath(name, e.Name)
		if err != nil {
			return nil, err
		}
		f := result.File{Path: at, Executable: e.Executable, Dir: e.Dir}
		if !e.Dir {
			f.Content = artifact.Bytes(e.Data)
		}
		files = append(files, f)
	}
	if len(entries) == 0 && name != contract.RootTree {
		files = append(files, result.File{Path: name, Dir: true})
	}
	return files, nil
}

// mapContent maps a content into the address space, from a file without a name.
func mapContent(dir string, c artifact.Content, private bool) (data []byte, release func(), err error) {
	spool, err := runtime.NewSpool(dir, private)
	if err != nil {
		return nil, nil, err
	}
	defer spool.Close()
	if err := artifact.CopyContent(spool, c); err != nil {
		return nil, nil, err
	}
	if c == nil || c.Size() == 0 {
		return nil, func() {}, nil
	}
	data, err = unix.Mmap(int(spool.Fd()), 0, int(c.Size()), unix.PROT_READ, unix.MAP_PRIVATE)
	if err != nil {
		return nil, nil, err
	}
	return data, func() { _ = unix.Munmap(data) }, nil
}

// putFile writes one input. Only if the app may change its inputs, the app owns the file and may write it.
func putFile(root *os.Root, f result.File, writable bool) error {
	if f.Dir {
		return root.MkdirAll(f.Path, 0o755)
	}
	if err := root.MkdirAll(path.Dir(f.Path), 0o755); err != nil {
		return err
	}
	mode := os.FileMode(0o444)
	if f.Executable {
		mode = 0o555
	}
	if writable {
		mode |= 0o200
	}
	w, err := root.OpenFile(f.Path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	return errors.Join(artifact.CopyContent(w, f.Content), w.Close())
}

// openInput opens the input that the app reads as its stdin; nil if there is none.
func (r *room) openInput(name string) (io.ReadCloser, error) {
	if name == "" {
		return nil, nil
	}
	root, err := os.OpenRoot(r.in)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	if info, err := root.Stat(name); err != nil || !info.Mode().IsRegular() {
		return nil, &invalidInput{fmt.Errorf("stdin %q: there is no such file among the inputs", name)}
	}
	return root.Open(name)
}

// openWritable makes the inputs writable for the app. The changes lie in a file system in memory of a bounded size, mounted over
// the inputs, and are removed with it.
func (r *room) openWritable(bytes uint64) error {
	changes := filepath.Join(r.path, "changes")
	view := filepath.Join(r.path, "view")
	for _, folder := range []string{changes, view} {
		if err := os.Mkdir(folder, 0o755); err != nil {
			return err
		}
	}
	if err := mountChanges(changes, bytes); err != nil {
		return fmt.Errorf("writable inputs: %w", err)
	}
	err := filepath.WalkDir(r.in, func(name string, _ os.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(name, nobody, nobody))
	})
	if err != nil {
		return err
	}
	if err := os.Chown(filepath.Join(changes, "upper"), nobody, nobody); err != nil {
		return err
	}
	if err := mountOver(r.in, changes, view, unix.MS_NOSUID|unix.MS_NODEV); err != nil {
		return fmt.Errorf("writable inputs: %w", err)
	}
	r.in = view
	return nil
}

// mountChanges mounts a file system in memory for the changes of a folder, of so many bytes.
func mountChanges(changes string, bytes uint64) error {
	if err := unix.Mount("credence-changes", changes, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, fmt.Sprintf("size=%d,mode=0755", bytes)); err != nil {
		return err
	}
	for _, folder := range []string{"upper", "work"} {
		if err := os.Mkdir(filepath.Join(changes, folder), 0o755); err != nil {
			return err
		}
	}
	return nil
}

// mountOver mounts a folder with its changes over it at view.
func mountOver(folder, changes, view string, flags uintptr) error {
	return unix.Mount("overlay", view, "overlay", flags, fmt.Sprintf("lowerdir=%s,upperdir=%s/upper,workdir=%s/work", folder, changes, changes))
}

// makeWorkdir makes the folder in which the app starts, if it is below /out, or below /in and the app may write there. A folder
// below /tmp is a mount of its own.
func (r *room) makeWorkdir(e contract.Execution) error {
	top, below, _ := strings.Cut(e.Workdir, "/")
	folder := map[string]string{"in": r.in, "out": r.out}[top]
	if below == "" || folder == "" {
		return nil
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	if top == "out" || e.Writable {
		if err := makeFolders(root, below+"/"); err != nil {
			return err
		}
	}
	if info, err := root.Stat(below); err != nil || !info.IsDir() {
		return &invalidInput{fmt.Errorf("workdir %q: there is no such folder, and none can be made", e.Workdir)}
	}
	return nil
}

// makeFolders makes the folders in a path up to its last slash. The app owns them. If a file is in the way, it stays, and the
// caller's next step fails.
func makeFolders(root *os.Root, name string) error {
	for i, c := range name {
		if c != '/' {
			continue
		}
		if err := root.Mkdir(name[:i], 0o755); errors.Is(err, os.ErrExist) || errors.Is(err, unix.ENOTDIR) {
			continue
		} else if err != nil {
			return err
		}
		if err := root.Chown(name[:i], nobody, nobody); err != nil {
			return err
		}
	}
	return nil
}
