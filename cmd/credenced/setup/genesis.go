package setup

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/cosmos/cosmos-sdk/version"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	"github.com/credence-chain/credence/app/genesis"
)

// NewGenesis returns the content of a genesis file, with the consensus parameters of a new chain and the given application state.
func NewGenesis(chainID string, at time.Time, state genesis.State) (*genutiltypes.AppGenesis, error) {
	g := &genutiltypes.AppGenesis{
		AppName:       version.AppName,
		AppVersion:    version.Version,
		ChainID:       chainID,
		GenesisTime:   at,
		InitialHeight: 1,
		Consensus:     &genutiltypes.ConsensusGenesis{Params: genesis.ConsensusParams()},
	}
	return g, SetState(g, state)
}

// SetState puts application state into a genesis file's content.
func SetState(g *genutiltypes.AppGenesis, state genesis.State) error {
	bz, err := json.MarshalIndent(state, "", "  ")
	if err != nil {
		return err
	}
	g.AppState = bz
	return nil
}

// StateOf returns the application state of a genesis file's content.
func StateOf(g *genutiltypes.AppGenesis) (genesis.State, error) {
	var state genesis.State
	if err := json.Unmarshal(g.AppState, &state); err != nil {
		return nil, fmt.Errorf("app_state of the genesis file: %w", err)
	}
	return state, nil
}

// EditFile changes the application state inside a genesis file.
func EditFile(path string, change func(genesis.State) error) error {
	g, err := genutiltypes.AppGenesisFromFile(path)
	if err != nil {
		return fmt.Errorf("genesis file %s: %w (credenced init makes one)", path, err)
	}
	state, err := StateOf(g)
	if err != nil {
		return err
	}
	if err := change(state); err != nil {
		return err
	}
	if err := SetState(g, state); err != nil {
		return err
	}
	return g.SaveAs(path)
}
