package types

import (
	"encoding/binary"

	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/poco"
)

// domainVoucher keeps vouchers' ids apart from all others.
const domainVoucher = "credence/voucher/v1"

// VoucherID names a voucher by its issuer and the nonce it chose.
func VoucherID(chainID, issuer string, nonce uint64) [ids.Size]byte {
	return poco.Hash([]byte(domainVoucher), []byte(chainID), []byte(issuer), binary.BigEndian.AppendUint64(nil, nonce))
}
