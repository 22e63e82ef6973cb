//go:build !rehearsal

package cmd

import "github.com/credence-chain/credence/app/upgrades"

// build is the version of the state that this build has; nil for that of its source.
var build *upgrades.Version
