package client

import (
	"errors"
	"regexp"
	"strconv"

	"google.golang.org/grpc/status"

	"github.com/credence-chain/credence/internal/reasons"
)

// refusal is how a module's error looks in the text of a gRPC status: cosmossdk.io/errors writes it so.
var refusal = regexp.MustCompile(`(?s)^codespace ([a-z0-9_-]+) code ([0-9]+): (.*)$`)

// Refused reads the module's error in what a query returned; nil when there is none.
func Refused(err error) *TxError {
	var refused *TxError
	if errors.As(err, &refused) {
		return refused
	}
	// The status itself: status.FromError would put the text of what wraps it in front.
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
	if m == nil { // a node without details, of an older version
		return nil
	}
	code, convErr := strconv.ParseUint(m[2], 10, 32)
	if convErr != nil {
		return nil
	}
	return &TxError{Codespace: m[1], Code: uint32(code), Log: m[3]}
}
