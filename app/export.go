package app

import (
	"encoding/json"
	"fmt"

	"github.com/cometbft/cometbft/crypto/ed25519"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"

	servertypes "github.com/cosmos/cosmos-sdk/server/types"
)

// Export returns the state after the latest block as the parts of a genesis file. Before the first block it returns the state of
// the genesis. modules limits the parts; none means all.
func (a *App) Export(modules []string) (servertypes.ExportedApp, error) {
	committed := a.LastBlockHeight() > 0
	ctx := a.NewContextLegacy(committed, cmtproto.Header{Height: a.LastBlockHeight()})
	state, err := a.ModuleManager.ExportGenesisForModules(ctx, a.Encoding.Codec, modules)
	if err != nil {
		return servertypes.ExportedApp{}, fmt.Errorf("export: %w", err)
	}
	bz, err := json.MarshalIndent(state, "", "  ")
	if err != nil {
		return servertypes.ExportedApp{}, err
	}
	seats, err := keepersOf(a).Poa.ActiveSeats(ctx)
	if err != nil {
		return servertypes.ExportedApp{}, err
	}
	validators := make([]cmttypes.GenesisValidator, len(seats))
	for i, s := range seats {
		key := ed25519.PubKey(s.ConsensusPubkey)
		validators[i] = cmttypes.GenesisValidator{Address: key.Address(), PubKey: key, Power: s.Power, Name: s.OrgId}
	}
	return servertypes.ExportedApp{
		AppState:        bz,
		Validators:      validators,
		Height:          a.LastBlockHeight() + 1,
		ConsensusParams: a.GetConsensusParams(ctx),
	}, nil
}
