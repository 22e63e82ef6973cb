package setup

import (
	"fmt"
	"path/filepath"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/x/poa/beaconkey"
	poatypes "github.com/credence-chain/credence/x/poa/types"
)

// SeatKeys returns the keys of a node, with proofs that the node holds them for the seat of an organisation. It makes the keys that are
// missing. If the node has two beacon keys, it returns the next one, to which the seat is to rotate.
func (n Node) SeatKeys(orgID string) (k poatypes.SeatKeys, err error) {
	if _, err := n.MakeKeys(); err != nil {
		return k, err
	}
	consensus, err := ReadConsensusKey(ConsensusKeyFile(n.Home), n.Passphrase)
	if err != nil {
		return k, err
	}
	k.ConsensusPubkey = consensus.PubKey.Bytes()
	if k.ConsensusPossession, err = consensus.PrivKey.Sign(poatypes.PossessionMessage(poatypes.KeyConsensus, n.ChainID, orgID, k.ConsensusPubkey)); err != nil {
		return k, fmt.Errorf("consensus key: %w", err)
	}
	ring, err := beaconkey.LoadRing(filepath.Join(n.Home, "config"), n.Passphrase)
	if err != nil {
		return k, err
	}
	beacon := ring[len(ring)-1]
	k.BeaconPubkey, k.BeaconPossession = beacon.PublicKey(), beacon.Possession()
	court, err := credence.UnlockKey(CourtKeyFile(n.Home), n.Passphrase)
	if err != nil {
		return k, err
	}
	k.CourtPubkey = court.PubKey().Bytes()
	k.CourtPossession, err = court.Sign(poatypes.PossessionMessage(poatypes.KeyCourt, n.ChainID, orgID, k.CourtPubkey))
	return k, err
}
