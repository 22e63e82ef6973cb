package cmd

import (
	"os"
	"runtime/debug"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

const (
	// gcPercent is how much a node's heap may grow before it is collected again, in percent of what lives. Collecting took 21 % of a
	// busy node's processor time at Go's default of 100, and 6 % here.
	gcPercent = 400
	// memoryShare is the part of the machine's memory, or of the control group's, from which on the node collects more often than that.
	memoryShare = 0.25
)

// tuneCollector sets when a node collects garbage. The operator's GOGC and GOMEMLIMIT take precedence.
func tuneCollector() error {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	_, err := memlimit.Set(memlimit.WithRatio(memoryShare), memlimit.WithProvider(memlimit.ApplyFallback(memlimit.FromCgroup, memlimit.FromSystem)))
	return err
}
