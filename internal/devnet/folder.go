package devnet

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// lockFolder locks the folder against a second devnet until the returned file is closed.
func lockFolder(state string) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(state, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		file.Close()
		return nil, fmt.Errorf("%w: %s; stop it with Ctrl-C where it runs, or choose another --state", errRunning, state)
	}
	return file, nil
}

// wipeFolder empties a devnet's folder, and no other.
func wipeFolder(state string) error {
	if _, err := os.Stat(filepath.Join(state, InfoFile)); err != nil {
		// A start that failed half way leaves keys and no devnet.json. A folder with anything else is not a devnet's.
		if err := emptyBut(state, "lock", "keys", "validators", "workers", "courts", "logs", "store"); err != nil {
			return err
		}
	}
	entries, err := os.ReadDir(state)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() == "lock" {
			continue
		}
		if err := os.RemoveAll(filepath.Join(state, e.Name())); err != nil {
			return fmt.Errorf("--reset: %w", err)
		}
	}
	return nil
}

// emptyBut returns an error if the folder has anything but the allowed entries.
func emptyBut(state string, allowed ...string) error {
	entries, err := os.ReadDir(state)
	if err != nil {
		return err
	}
	for _, e := range entries {
		ours := false
		for _, name := range allowed {
			ours = ours || e.Name() == name
		}
		if !ours {
			return fmt.Errorf("--state %s: holds %s and is no complete devnet: choose another folder, or --reset when it is a devnet's", state, e.Name())
		}
	}
	return nil
}
