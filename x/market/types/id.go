package types

import (
	"encoding/binary"
	"encoding/hex"

	"github.com/credence-chain/credence/poco"
)

// IDSize is the length of an id in bytes; its text is twice as long.
const IDSize = 32

// domainVoucher keeps vouchers' ids apart from all others.
const domainVoucher = "credence/voucher/v1"

// FormatID returns the text of an id.
func FormatID(id [IDSize]byte) string { return hex.EncodeToString(id[:]) }

// ParseID reads the text of an id: 64 lower-case hexadecimal digits. ErrID otherwise.
func ParseID(text string) (id [IDSize]byte, err error) {
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != IDSize || hex.EncodeToString(raw) != text {
		return id, ErrID.Wrapf("%.80q: expected %d lower-case hexadecimal digits", text, 2*IDSize)
	}
	return [IDSize]byte(raw), nil
}

// OrderIDOf names an order by its owner and the nonce it chose, each kind with its own nonces. A request's is
// poco.RequestID, however it reached the chain.
func OrderIDOf(chainID string, kind OrderKind, owner string, nonce uint64) [IDSize]byte {
	if kind == ORDER_KIND_REQUEST {
		return poco.RequestID(chainID, owner, nonce)
	}
	return poco.OrderID(chainID, kind.Word(), owner, nonce)
}

// VoucherIDOf names a voucher by its issuer and the nonce it chose.
func VoucherIDOf(chainID, issuer string, nonce uint64) [IDSize]byte {
	return poco.Hash([]byte(domainVoucher), []byte(chainID), []byte(issuer), binary.BigEndian.AppendUint64(nil, nonce))
}
