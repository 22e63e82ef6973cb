package types_test

import (
	"bytes"
	"testing"

	"github.com/cometbft/cometbft/crypto/ed25519"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"

	"github.com/credence-chain/credence/x/poa/beaconkey"
	"github.com/credence-chain/credence/x/poa/types"
)

// TestPossession: a proof holds for its key, its kind, its seat and its chain, and for nothing else.
func TestPossession(t *testing.T) {
	consensus, court := ed25519.GenPrivKeyFromSecret([]byte("a")), secp256k1.GenPrivKeyFromSecret([]byte("a"))
	beacon, err := beaconkey.New(bytes.Repeat([]byte{1}, beaconkey.SeedSize))
	require.NoError(t, err)
	keys := types.SeatKeys{
		ConsensusPubkey: consensus.PubKey().Bytes(), CourtPubkey: court.PubKey().Bytes(),
		BeaconPubkey: beacon.PublicKey(), BeaconPossession: beacon.Possession(),
	}
	keys.ConsensusPossession, err = consensus.Sign(types.PossessionMessage(types.KeyConsensus, "chain", "acme", keys.ConsensusPubkey))
	require.NoError(t, err)
	keys.CourtPossession, err = court.Sign(types.PossessionMessage(types.KeyCourt, "chain", "acme", keys.CourtPubkey))
	require.NoError(t, err)
	require.NoError(t, keys.Verify("chain", "acme"))
	require.ErrorIs(t, keys.Verify("other", "acme"), types.ErrPossession)
	require.ErrorIs(t, keys.Verify("chain", "acm"), types.ErrPossession)
	for name, change := range map[string]func(*types.SeatKeys){
		"no keys":               func(k *types.SeatKeys) { *k = types.SeatKeys{} },
		"a short consensus key": func(k *types.SeatKeys) { k.ConsensusPubkey = k.ConsensusPubkey[1:] },
		"another consensus key": func(k *types.SeatKeys) {
			k.ConsensusPubkey = ed25519.GenPrivKeyFromSecret([]byte("b")).PubKey().Bytes()
		},
		"no consensus proof":        func(k *types.SeatKeys) { k.ConsensusPossession = nil },
		"a beacon proof of another": func(k *types.SeatKeys) { k.BeaconPossession = beacon.Sign([]byte("something")) },
		"no beacon proof":           func(k *types.SeatKeys) { k.BeaconPossession = nil },
		"a short court key":         func(k *types.SeatKeys) { k.CourtPubkey = k.CourtPubkey[1:] },
		"a court proof of consensus": func(k *types.SeatKeys) {
			k.CourtPossession, _ = court.Sign(types.PossessionMessage(types.KeyConsensus, "chain", "acme", k.CourtPubkey))
		},
	} {
		changed := keys
		change(&changed)
		require.ErrorIs(t, changed.Verify("chain", "acme"), types.ErrPossession, name)
	}
}
