package types

import (
	"fmt"
	"strings"

	"cosmossdk.io/core/address"

	"github.com/credence-chain/credence/internal/ids"
)

// Parties by which deals are found: the kind of party, a slash, and its name.
const (
	PartyRequester   = "requester/"
	PartyRequest     = "request/"
	PartyApp         = "app/"
	PartyAppOwner    = "app-owner/"
	PartyDataset     = "dataset/"
	PartyPool        = "pool/"
	PartyOrder       = "order/"
	PartySponsor     = "sponsor/"
	PartyVoucher     = "voucher/"
	PartyBeneficiary = "beneficiary/"
)

// PartyKey returns the bytes of a party in the index: a byte for its kind, then 20 raw bytes of an account, 32 of an id, or the text of an
// app, dataset or pool.
func PartyKey(codec address.Codec, party string) ([]byte, error) {
	kind, name, _ := strings.Cut(party, "/")
	switch kind + "/" {
	case PartyRequester:
		return accountKey('r', codec, name)
	case PartyAppOwner:
		return accountKey('w', codec, name)
	case PartySponsor:
		return accountKey('s', codec, name)
	case PartyBeneficiary:
		return accountKey('b', codec, name)
	case PartyRequest:
		return idKey('q', name)
	case PartyOrder:
		return idKey('o', name)
	case PartyVoucher:
		return idKey('v', name)
	case PartyApp:
		return append([]byte{'a'}, name...), nil
	case PartyDataset:
		return append([]byte{'d'}, name...), nil
	case PartyPool:
		return append([]byte{'p'}, name...), nil
	}
	return nil, fmt.Errorf("party %q: unknown kind", party)
}

func accountKey(kind byte, codec address.Codec, text string) ([]byte, error) {
	raw, err := codec.StringToBytes(text)
	return append([]byte{kind}, raw...), err
}

func idKey(kind byte, text string) ([]byte, error) {
	id, err := ids.Parse(text)
	return append([]byte{kind}, id[:]...), err
}

// Place is the position of a deal among those of one party and state, which are in the order in which they were made.
type Place struct {
	Height int64
	ID     []byte
}
