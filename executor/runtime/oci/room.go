//go:build linux

package oci

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/credence-chain/credence/result"
)

// A room is the folder of one run:
//
//	rooms/<name>/lock     locked while its worker lives
//	rooms/<name>/in/      the inputs
//	rooms/<name>/out/     a file system in memory, of the size that the output may have
//	rooms/<name>/changes/ another file system in memory, for the changes of a task that may change its inputs
//	rooms/<name>/view/    the inputs, with the changes over them
//	rooms/<name>/cover/   another file system in memory, for what a device's vendor adds to the image
//	rooms/<name>/root/    the image's files, with the cover over them
//
// A worker that is killed leaves its rooms, and perhaps their containers. The next worker that starts finds the rooms whose lock
// nobody holds, and clears them.
type room struct {
	name, path string
	lock       *os.File
	in, out    string
}

const (
	// outSlack is how much more than the allowed output the file system of /out holds. So an app that writes too much can be told
	// from one that writes exactly as much as it may.
	outSlack = 1 << 20
	// outNodes bounds the files and folders in /out. It is more than a result can have, so that too many are detected.
	outNodes = 2 * result.MaxEntries
)

// newRoom makes a room with an output folder for the given number of bytes.
func newRoom(folder string, outputBytes uint64) (*room, error) {
	var random [8]byte
	_, _ = rand.Read(random[:]) // never fails
	r := &room{name: hex.EncodeToString(random[:])}
	r.path = roomPath(folder, r.name)
	r.in, r.out = filepath.Join(r.path, "in"), filepath.Join(r.path, "out")
	if err := os.MkdirAll(r.path, 0o755); err != nil {
		return nil, fmt.Errorf("room: %w", err)
	}
	err := r.mountOutput(outputBytes)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("room: %w", err), r.removeRoom())
	}
	return r, nil
}

func roomPath(folder, name string) string { return filepath.Join(folder, "rooms", name) }

func (r *room) mountOutput(outputBytes uint64) (err error) {
	if r.lock, err = os.Create(filepath.Join(r.path, "lock")); err != nil {
		return err
	}
	if err := lockFile(r.lock, exclusive); err != nil {
		return err
	}
	for _, folder := range []string{r.in, r.out} {
		if err := os.Mkdir(folder, 0o755); err != nil {
			return err
		}
	}
	options := fmt.Sprintf("size=%d,nr_inodes=%d,mode=0700,uid=%d,gid=%d", outputBytes+outSlack, outNodes, nobody, nobody)
	if err := unix.Mount("credence-out", r.out, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, options); err != nil {
		return fmt.Errorf("the output of a container lies in a file system of a bounded size, which this process may not mount (it needs root, or CAP_SYS_ADMIN): %w", err)
	}
	return nil
}

// removeRoom removes the room. The container must be gone.
func (r *room) removeRoom() error {
	err := clearRoom(r.path)
	if r.lock != nil {
		r.lock.Close()
	}
	return err
}

// clearRoom unmounts everything that is mounted in a room, also what is mounted several times, and removes the folder.
func clearRoom(path string) error {
	for _, name := range []string{"root", "cover", "out", "view", "changes", "in"} {
		for unix.Unmount(filepath.Join(path, name), unix.MNT_DETACH|unix.UMOUNT_NOFOLLOW) == nil {
		}
	}
	return os.RemoveAll(path)
}

func rootPath(folder, name string) string { return filepath.Join(roomPath(folder, name), "root") }

// coverTree mounts an image's files at rootPath of a room, so that what is added there does not reach the other runs of the image: an engine
// makes a file for each one that it mounts, and hooks of a device's vendor write into the root.
func coverTree(tree, folder, room string) error {
	cover, root := filepath.Join(roomPath(folder, room), "cover"), rootPath(folder, room)
	for _, path := range []string{cover, root} {
		if err := os.Mkdir(path, 0o755); err != nil {
			return err
		}
	}
	if err := mountChanges(cover, tmpBytes); err != nil {
		return fmt.Errorf("root of a container with devices: %w", err)
	}
	if err := mountOver(tree, cover, root, 0); err != nil {
		return fmt.Errorf("root of a container with devices: %w", err)
	}
	return nil
}

// newOutput makes a file in /out that the app owns, as a shell makes the file for a program's output.
func (r *room) newOutput(name string) (io.WriteCloser, error) {
	root, err := os.OpenRoot(r.out)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	if err := makeFolders(root, name); err != nil {
		return nil, err
	}
	f, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if errors.Is(err, os.ErrExist) || errors.Is(err, unix.ENOTDIR) {
		return nil, &invalidInput{fmt.Errorf("stdout %q: it names a folder that the task starts in", name)}
	}
	if err != nil {
		return nil, err
	}
	if err := f.Chown(nobody, nobody); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// isFull says whether the app has filled the file system of /out, which holds more than its output may have.
func (r *room) isFull() bool {
	var stat unix.Statfs_t
	if unix.Statfs(r.out, &stat) != nil {
		return false
	}
	return stat.Bavail == 0 || stat.Ffree == 0
}

// reapRooms stops the containers and clears the rooms that dead workers of this folder left.
func reapRooms(ctx context.Context, folder string, e engine) error {
	names, err := e.listRunning(ctx)
	if err != nil {
		return err
	}
	entries, err := os.ReadDir(filepath.Join(folder, "rooms"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	var failures []error
	for _, name := range names {
		failures = append(failures, reapRoom(ctx, folder, name, e))
	}
	return errors.Join(failures...)
}

func reapRoom(ctx context.Context, folder, name string, e engine) error {
	room := roomPath(folder, name)
	f, err := os.OpenFile(filepath.Join(room, "lock"), os.O_RDWR, 0)
	if err == nil {
		defer f.Close()
		if lockFile(f, exclusive) != nil {
			return nil // its worker lives
		}
	}
	if err := e.reapContainer(ctx, name); err != nil {
		return fmt.Errorf("container of a run that a worker left behind: %w", err)
	}
	return clearRoom(room)
}

// isRoom says whether a name has the form of newRoom's names.
func isRoom(name string) bool {
	raw, err := hex.DecodeString(name)
	return err == nil && len(raw) == 8
}
