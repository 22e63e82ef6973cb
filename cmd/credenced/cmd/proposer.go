//go:build !dishonest

package cmd

import (
	servertypes "github.com/cosmos/cosmos-sdk/server/types"

	"github.com/credence-chain/credence/app"
)

// asProposer returns the application as the engine of this build sees it.
func asProposer(a *app.App) servertypes.Application { return a }
