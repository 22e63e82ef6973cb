package client

import (
	"errors"
	"regexp"
	"strconv"

	"google.golang.org/grpc/status"

	"github.com/credence-chain/credence/internal/reasons"
)

// refusal matches the text that cosmossdk.io/errors writes into a gRPC status for a module's error.
var refusal = regexp.MustCompile(`(?s)^codespace ([a-z0-9_-]+) code ([0-9]+): (.*)$`)

// Refused returns the module's error that is in the error of a query or a transaction; nil if there is none.
func Refused(err error) *TxError {
	var refused *TxError
	if errors.As(err, &refused) {
		return refused
	}
	// The status is taken by its interface, because status.FromError would put the text of the wrapping errors in front.
	var carrier interface{ GRPCStatus() *status.Status }
	if !errors.As(err, &carrier) {
		return nil
	}
	s := carrier.GRPCStatus()
	m := refusal.FindStringSubmatch(s.Message())
	if key, _, found := reasons.FromStatus(s); found {
		refused := &TxError{Codespace: key.Codespace, Code: key.Code, Log: s.Message()}
		if m != nil {
			refused.Log = m[3]
		}
		return refused
	}
	// Nodes of older versions send no details; the text has the codespace and the code.
	if m == nil {
		return nil
	}
	code, convErr := strconv.ParseUint(m[2], 10, 32)
	if convErr != nil {
		return nil
	}
	return &TxError{Codespace: m[1], Code: uint32(code), Log: m[3]}
}
