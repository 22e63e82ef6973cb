//go:build !rehearsal

package cmd

import "github.com/credence-chain/credence/app/upgrades"

// build is the state version of this build; nil for the version of its source.
var build *upgrades.Version
