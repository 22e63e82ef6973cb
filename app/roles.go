package app

import (
	gogogrpc "github.com/cosmos/gogoproto/grpc"
	"google.golang.org/grpc"

	orgstypes "github.com/credence-chain/credence/x/orgs/types"

	"github.com/credence-chain/credence/x/orgs/guard"
)

// SDKRoles says who may send the SDK's own messages. The project's messages declare their role in their definition. A message that
// is in neither place stops the application from starting.
var SDKRoles = guard.Table{
	"cosmos.auth.v1beta1.MsgUpdateParams": orgstypes.ROLE_AUTHORITY,

	// A grant gives the granter's own permissions and no more: the inner message is checked again when it is sent.
	"cosmos.authz.v1beta1.MsgGrant":  orgstypes.ROLE_ANYONE,
	"cosmos.authz.v1beta1.MsgRevoke": orgstypes.ROLE_ANYONE,
	"cosmos.authz.v1beta1.MsgExec":   orgstypes.ROLE_ANYONE,

	"cosmos.bank.v1beta1.MsgSend":           orgstypes.ROLE_ANYONE,
	"cosmos.bank.v1beta1.MsgMultiSend":      orgstypes.ROLE_ANYONE,
	"cosmos.bank.v1beta1.MsgUpdateParams":   orgstypes.ROLE_AUTHORITY,
	"cosmos.bank.v1beta1.MsgSetSendEnabled": orgstypes.ROLE_AUTHORITY,

	"cosmos.consensus.v1.MsgUpdateParams": orgstypes.ROLE_AUTHORITY,

	"cosmos.feegrant.v1beta1.MsgGrantAllowance":  orgstypes.ROLE_ANYONE,
	"cosmos.feegrant.v1beta1.MsgRevokeAllowance": orgstypes.ROLE_ANYONE,
	"cosmos.feegrant.v1beta1.MsgPruneAllowances": orgstypes.ROLE_ANYONE,

	// The council proposes and votes. Whether the voter is a seat's operator is checked when the vote is cast (council.go).
	"cosmos.gov.v1.MsgSubmitProposal":           orgstypes.ROLE_VALIDATOR,
	"cosmos.gov.v1.MsgCancelProposal":           orgstypes.ROLE_VALIDATOR,
	"cosmos.gov.v1.MsgVote":                     orgstypes.ROLE_VALIDATOR,
	"cosmos.gov.v1.MsgVoteWeighted":             orgstypes.ROLE_VALIDATOR,
	"cosmos.gov.v1.MsgDeposit":                  orgstypes.ROLE_ANYONE,
	"cosmos.gov.v1.MsgExecLegacyContent":        orgstypes.ROLE_AUTHORITY,
	"cosmos.gov.v1.MsgUpdateParams":             orgstypes.ROLE_AUTHORITY,
	"cosmos.upgrade.v1beta1.MsgSoftwareUpgrade": orgstypes.ROLE_AUTHORITY,
	"cosmos.upgrade.v1beta1.MsgCancelUpgrade":   orgstypes.ROLE_AUTHORITY,
}

// withoutLegacy is a registrar that leaves out the messages of the SDK's legacy proposals. The council needs none of them, and such
// a proposal without content made its handler panic.
type withoutLegacy struct{ gogogrpc.Server }

// RegisterService implements the registrar.
func (w withoutLegacy) RegisterService(sd *grpc.ServiceDesc, impl any) {
	if sd.ServiceName != "cosmos.gov.v1beta1.Msg" {
		w.Server.RegisterService(sd, impl)
	}
}
