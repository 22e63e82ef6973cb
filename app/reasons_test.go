package app_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	txtypes "github.com/cosmos/cosmos-sdk/types/tx"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/sender"
	"github.com/credence-chain/credence/internal/reasons"
	"github.com/credence-chain/credence/testutil"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

// infoIn returns the google.rpc.ErrorInfo in an error of REST, or nil without one.
func infoIn(answer map[string]any) map[string]any {
	details, _ := answer["details"].([]any)
	for _, d := range details {
		if detail, _ := d.(map[string]any); detail["@type"] == "type.googleapis.com/google.rpc.ErrorInfo" {
			return detail
		}
	}
	return nil
}

func reasonIn(answer map[string]any) string {
	reason, _ := infoIn(answer)["reason"].(string)
	return reason
}

// TestErrorsHaveDetails: a module refuses a query and a simulation. The reason and the field of the error arrive over gRPC and REST.
func TestErrorsHaveDetails(t *testing.T) {
	c := testutil.NewCompute(t, testutil.ComputeOptions{}, testutil.WithAccounts("alice"))
	c.Next()
	n := newRESTNode(t, c.Chain)
	alice, requester := c.Account("alice"), c.Org(testutil.Requester).Member()

	w, answer := n.ask(http.MethodPost, "/credence/market/v1/preview", `{"requester": "`+alice.String()+`"}`)
	require.Equal(t, http.StatusForbidden, w.Code, w.Body.String())
	require.Equal(t, "orgs", infoIn(answer)["domain"])
	require.Equal(t, "ROLE", reasonIn(answer))

	w, answer = n.ask(http.MethodPost, "/credence/market/v1/preview", `{"requester": "`+requester.String()+`", "job": {"app": "x", "trust": "1"}}`)
	require.Less(t, w.Code, 500)
	require.Equal(t, "market", infoIn(answer)["domain"])
	metadata := infoIn(answer)["metadata"].(map[string]any)
	require.NotEmpty(t, metadata["code"])
	require.NotEmpty(t, metadata["field"], w.Body.String())
	require.NotEmpty(t, metadata["expected"], w.Body.String())

	w, answer = n.ask(http.MethodGet, "/credence/market/v1/orders/"+strings.Repeat("00", 32), "")
	require.Equal(t, http.StatusNotFound, w.Code)
	require.Equal(t, "NOT_FOUND", reasonIn(answer))

	_, err := orgstypes.NewQueryClient(n.conn).Organisation(t.Context(), &orgstypes.QueryOrganisationRequest{Id: "nobody"})
	require.Equal(t, codes.NotFound, status.Code(err))

	tx := c.Sign(alice, &markettypes.MsgCancelRequest{Requester: alice.String(), Id: strings.Repeat("00", 32)})
	_, err = txtypes.NewServiceClient(n.conn).Simulate(t.Context(), &txtypes.SimulateRequest{TxBytes: tx})
	s := status.Convert(err)
	require.Equal(t, codes.NotFound, s.Code(), s.Message())
	require.Equal(t, "NOT_FOUND", errorInfo(t, s).Reason)
	require.Equal(t, "market", errorInfo(t, s).Domain)
	refused := credence.Refused(err)
	require.NotNil(t, refused)
	require.Equal(t, sender.CodeOf(markettypes.ErrNotFound), refused.CodeOf())
	require.Equal(t, "NOT_FOUND", refused.Reason())

	// The SDK refuses this transaction before any module sees it.
	_, err = txtypes.NewServiceClient(n.conn).Simulate(t.Context(), &txtypes.SimulateRequest{TxBytes: []byte("no transaction")})
	require.Equal(t, "sdk", errorInfo(t, status.Convert(err)).Domain)
	require.Equal(t, "TX_DECODE", errorInfo(t, status.Convert(err)).Reason)
	_, err = txtypes.NewServiceClient(n.conn).Simulate(t.Context(), &txtypes.SimulateRequest{})
	require.Equal(t, reasons.Domain, errorInfo(t, status.Convert(err)).Domain)
	require.Equal(t, "INVALID_ARGUMENT", errorInfo(t, status.Convert(err)).Reason)
}

func errorInfo(t *testing.T, s *status.Status) *errdetails.ErrorInfo {
	for _, d := range s.Details() {
		if info, is := d.(*errdetails.ErrorInfo); is {
			return info
		}
	}
	require.Fail(t, "no details", "%v", s)
	return nil
}
