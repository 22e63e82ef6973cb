//go:build linux

package oci

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	securejoin "github.com/cyphar/filepath-securejoin"
)

// Whiteouts, by the OCI image specification. One kind of name removes a file of the layers below, another empties a folder.
const (
	whiteout       = ".wh."
	whiteoutOpaque = ".wh..wh..opq"
)

// applyLayer unpacks a layer over those below it. A layer comes from a stranger. So every name is resolved within the tree, links
// included, and an old file is removed before a new one takes its name, so that nothing is written through a link. Devices, pipes,
// extended attributes and set-user bits are left out, because no container could use them.
func applyLayer(tree, layer string) error {
	f, err := os.Open(layer)
	if err != nil {
		return err
	}
	defer f.Close()
	added := map[string]bool{} // of this layer: an opaque folder keeps them
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return refuseImage("a layer is no sound archive: %w", err)
		}
		if err := applyEntry(tree, h, r, added); err != nil {
			return fmt.Errorf("layer entry %.200q: %w", h.Name, err)
		}
	}
}

func applyEntry(tree string, h *tar.Header, content io.Reader, added map[string]bool) error {
	name := path.Clean("/" + h.Name)
	if name == "/" {
		return nil
	}
	if strings.Contains(name, "\x00") {
		return refuseImage("a name with a zero byte")
	}
	dir, err := resolveWithin(tree, path.Dir(name))
	if err != nil {
		return err
	}
	base := path.Base(name)
	switch {
	case base == whiteoutOpaque:
		return emptyFolder(dir, added)
	case strings.HasPrefix(base, whiteout):
		return os.RemoveAll(filepath.Join(dir, strings.TrimPrefix(base, whiteout)))
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	target := filepath.Join(dir, base)
	if err := makeRoom(target, h.Typeflag == tar.TypeDir); err != nil {
		return err
	}
	added[target] = true
	return placeEntry(tree, target, h, content)
}

// resolveWithin resolves a folder's name in the tree, links included.
func resolveWithin(tree, name string) (string, error) {
	out, err := securejoin.SecureJoin(tree, name)
	if err != nil {
		return "", refuseImage("%w", err)
	}
	return out, nil
}

// makeRoom removes what is at a name, unless both the old and the new entry are folders.
func makeRoom(target string, folder bool) error {
	info, err := os.Lstat(target)
	if errors.Is(err, fs.ErrNotExist) || err == nil && folder && info.IsDir() {
		return nil
	}
	if err != nil {
		return err
	}
	return os.RemoveAll(target)
}

func placeEntry(tree, target string, h *tar.Header, content io.Reader) error {
	mode := fs.FileMode(h.Mode) & 0o777
	switch h.Typeflag {
	case tar.TypeDir:
		if err := os.Mkdir(target, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		return setOwner(target, h, mode)
	case tar.TypeReg:
		f, err := os.OpenFile(target, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		if _, err := io.Copy(f, content); err != nil {
			return errors.Join(err, f.Close())
		}
		return errors.Join(f.Close(), setOwner(target, h, mode))
	case tar.TypeSymlink:
		return os.Symlink(h.Linkname, target)
	case tar.TypeLink:
		return hardLink(tree, target, h.Linkname)
	}
	return nil // a device, a pipe: nobody would get to it
}

// hardLink gives a file of the tree another name. If the file is a link, it links the link itself.
func hardLink(tree, target, to string) error {
	to = path.Clean("/" + to)
	dir, err := resolveWithin(tree, path.Dir(to))
	if err != nil {
		return err
	}
	if err := os.Link(filepath.Join(dir, path.Base(to)), target); err != nil {
		return refuseImage("hard link: %w", err)
	}
	return nil
}

// setOwner sets a file's owner and mode. An owner that the kernel cannot represent is replaced by nobody.
func setOwner(target string, h *tar.Header, mode fs.FileMode) error {
	uid, gid := h.Uid, h.Gid
	if uid < 0 || uid > 1<<31 || gid < 0 || gid > 1<<31 {
		uid, gid = nobody, nobody
	}
	return errors.Join(os.Lchown(target, uid, gid), os.Chmod(target, mode))
}

// emptyFolder removes from a folder the files that the layers below put there.
func emptyFolder(dir string, added map[string]bool) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	for _, e := range entries {
		if target := filepath.Join(dir, e.Name()); !added[target] {
			if err := os.RemoveAll(target); err != nil {
				return err
			}
		}
	}
	return nil
}

// addMountPoints makes the folders over which a container's own folders are mounted. They must exist before the runs, because the
// tree is shared and read-only then.
func addMountPoints(tree string) error {
	points := append([]string{"/proc", "/dev", "/tmp"}, append(inFolders, outFolders...)...)
	for _, name := range points {
		target := filepath.Join(tree, name)
		if err := makeRoom(target, true); err != nil {
			return err
		}
		if err := os.Mkdir(target, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return nil
}
