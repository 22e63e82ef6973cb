package agent

import (
	"io/fs"
	"syscall"
	"time"
)

// lastUsed returns when a file was last read or written, as far as the file system notes it. Many note a reading once a day.
func lastUsed(info fs.FileInfo) time.Time {
	used := info.ModTime()
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		if read := time.Unix(s.Atim.Unix()); read.After(used) {
			used = read
		}
	}
	return used
}
