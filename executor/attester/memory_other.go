//go:build !linux

package attester

// hideMemory does nothing: hardware sessions exist on Linux only.
func hideMemory() error { return nil }
