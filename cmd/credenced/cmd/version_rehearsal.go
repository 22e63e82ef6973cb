//go:build rehearsal

package cmd

import (
	"github.com/credence-chain/credence/app/upgrades"
	"github.com/credence-chain/credence/app/upgrades/rehearsal"
)

// build is a state version that no release has. A node built with the tag "rehearsal" upgrades a chain to it; there is no way back.
var build = func() *upgrades.Version { v := rehearsal.Version(); return &v }()
