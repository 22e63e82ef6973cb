//go:build rehearsal

package cmd

import (
	"github.com/credence-chain/credence/app/upgrades"
	"github.com/credence-chain/credence/app/upgrades/rehearsal"
)

// build is a version that no release has: a node built with the tag "rehearsal" takes a chain to it, and can't go back.
var build = func() *upgrades.Version { v := rehearsal.Version(); return &v }()
