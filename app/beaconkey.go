package app

import (
	"bytes"
	"encoding/json"
	"fmt"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"

	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	"github.com/credence-chain/credence/x/poa/beaconkey"
	poatypes "github.com/credence-chain/credence/x/poa/types"
)

// CheckBeaconKey refuses to start a node whose consensus key has a seat, if its beacon key is unreadable or is not the seat's: the
// node would only propose blocks that everyone rejects. It reads the seats from the state or, before the first block, from the
// genesis file. A node without a seat needs no beacon key. loadErr is the error of loading the keys, if there was one.
func (a *App) CheckBeaconKey(genesisFile string, consensus []byte, keys beaconkey.Ring, loadErr error) error {
	seats, err := a.knownSeats(genesisFile)
	if err != nil {
		return err
	}
	for _, s := range seats {
		if !bytes.Equal(s.ConsensusPubkey, consensus) {
			continue
		}
		if loadErr != nil {
			return fmt.Errorf("this node holds the seat of %s and cannot propose blocks without its beacon key: %w", s.OrgId, loadErr)
		}
		if !keys.Holds(s.BeaconPubkey) {
			return fmt.Errorf("this node holds the seat of %s, whose beacon key is %X; the key file has %X", s.OrgId, s.BeaconPubkey, keys[0].PublicKey())
		}
	}
	return nil
}

func (a *App) knownSeats(genesisFile string) ([]poatypes.Seat, error) {
	if a.LastBlockHeight() > 0 {
		return keepersOf(a).Poa.AllSeats(a.NewUncachedContext(false, cmtproto.Header{Height: a.LastBlockHeight()}))
	}
	doc, err := genutiltypes.AppGenesisFromFile(genesisFile)
	if err != nil {
		return nil, fmt.Errorf("seats of genesis: %w", err)
	}
	var state map[string]json.RawMessage
	if err := json.Unmarshal(doc.AppState, &state); err != nil {
		return nil, fmt.Errorf("seats of genesis: app_state: %w", err)
	}
	var g poatypes.GenesisState
	if err := a.Encoding.Codec.UnmarshalJSON(state[poatypes.ModuleName], &g); err != nil {
		return nil, fmt.Errorf("seats of genesis: %w", err)
	}
	return g.Seats, nil
}
