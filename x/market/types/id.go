package types

import (
	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/poco"
)

// IDSize is the length of an id in bytes; its text is twice as long.
const IDSize = ids.Size

// FormatID returns the text of an id.
func FormatID(id [IDSize]byte) string { return ids.Format(id) }

// ParseID reads the text of an id: 64 lower-case hexadecimal digits. ErrID otherwise.
func ParseID(text string) (id [IDSize]byte, err error) {
	if id, err = ids.Parse(text); err != nil {
		return id, ErrID.Wrap(err.Error())
	}
	return id, nil
}

// OrderIDOf returns the id of an order, which follows from its kind, its owner and the nonce that the owner chose. Each kind has its own
// nonces. The id of a request is poco.RequestID, whether it was submitted or signed.
func OrderIDOf(chainID string, kind OrderKind, owner string, nonce uint64) [IDSize]byte {
	if kind == ORDER_KIND_REQUEST {
		return poco.RequestID(chainID, owner, nonce)
	}
	return poco.OrderID(chainID, kind.Word(), owner, nonce)
}
