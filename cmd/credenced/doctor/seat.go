package doctor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/credenced/setup"
	"github.com/credence-chain/credence/internal/keyfile"
	"github.com/credence-chain/credence/x/poa/beaconkey"
	poatypes "github.com/credence-chain/credence/x/poa/types"
)

// checkSeat compares the node's keys with its seat, if it has one.
func (n *node) checkSeat(ctx context.Context) (string, error) {
	if n.status == nil || n.grpc == "" {
		return "", errNoAnswer
	}
	u, err := url.Parse(localAddress(n.grpc))
	if err != nil {
		return "", err
	}
	conn, err := client.Dial(ctx, []string{u.Host}, n.status.NodeInfo.Network)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	res, err := conn.Poa().Seats(ctx, &poatypes.QuerySeatsRequest{})
	if err != nil {
		return "", err
	}
	if n.comet.PrivValidatorListenAddr != "" {
		return "the consensus key is with a signer, expected at " + n.comet.PrivValidatorListenAddr + ": its seat is not checked", nil
	}
	if _, err := os.Stat(n.pathOf("priv_validator_key.json")); err != nil {
		return "", fmt.Errorf("the consensus key is not here, and no signer is expected (--signer-listen of network join): %w", err)
	}
	consensus, err := setup.ReadConsensusKey(setup.ConsensusKeyFile(n.home), n.passphrase)
	if errors.Is(err, keyfile.ErrLocked) && n.passphrase == nil {
		return "", fmt.Errorf("%w; a node does not read an encrypted consensus key, only credenced signer does", err)
	}
	if err != nil {
		return "", err
	}
	for _, seat := range res.Seats {
		if bytes.Equal(seat.ConsensusPubkey, consensus.PubKey.Bytes()) {
			return n.describeSeat(seat)
		}
	}
	return "none: this node signs no blocks", nil
}

func (n *node) describeSeat(seat poatypes.Seat) (string, error) {
	out := ""
	switch {
	case seat.Tombstoned:
		out = "is tombstoned: it signed two blocks at one height"
	case seat.Revoked:
		out = "is revoked"
	case seat.Jailed:
		out = "is jailed; bring it back with: credenced tx poa unjail"
	}
	if out != "" {
		return "", fmt.Errorf("the seat of %s %s", seat.OrgId, out)
	}
	key, err := beaconkey.Load(setup.BeaconKeyFile(n.home), n.passphrase)
	switch {
	case errors.Is(err, keyfile.ErrLocked) && n.passphrase == nil:
		return fmt.Sprintf("of %s, active; its beacon key is encrypted and was not compared (--%s)", seat.OrgId, keyfile.Flag), nil
	case err != nil:
		return "", fmt.Errorf("the seat of %s can not propose without its beacon key: %w", seat.OrgId, err)
	case !bytes.Equal(key.PublicKey(), seat.BeaconPubkey):
		return "", fmt.Errorf("the seat of %s has the beacon key %X; the key file has %X", seat.OrgId, seat.BeaconPubkey, key.PublicKey())
	}
	return fmt.Sprintf("of %s, active, with its beacon key", seat.OrgId), nil
}
