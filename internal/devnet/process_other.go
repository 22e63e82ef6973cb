//go:build unix && !linux

package devnet

import "syscall"

// childAttributes give a child its own process group.
func childAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
