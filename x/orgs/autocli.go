package orgs

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/credence-chain/credence/internal/autocli"
	"github.com/credence-chain/credence/x/orgs/types"
)

// AutoCLIOptions describes the commands of queries and messages.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: types.Query_serviceDesc.ServiceName,
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "Params", Use: "params", Short: "Show the parameters", Example: `credenced query orgs params`},
				{RpcMethod: "Organisation", Use: "organisation ID", Short: "Show an organisation", Example: `credenced query orgs organisation acme`, PositionalArgs: autocli.Args("id")},
				{RpcMethod: "Organisations", Use: "organisations", Short: "List the organisations, 100 a page", Example: `credenced query orgs organisations --page-limit 10`},
				{RpcMethod: "OrganisationOf", Use: "organisation-of ADDRESS", Short: "Show the organisation of an account", Example: "credenced query orgs organisation-of " + autocli.ExampleAccount, PositionalArgs: autocli.Args("address")},
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: types.Msg_serviceDesc.ServiceName,
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "Admit", Use: "admit ID NAME", Short: "Propose to admit an organisation", Example: `credenced tx orgs admit acme "Acme Inc." --admins ` + autocli.ExampleAccount + ` --roles worker --from seat`, PositionalArgs: autocli.Args("id", "name"), GovProposal: true},
				{RpcMethod: "SetStatus", Use: "set-status ORG STATUS", Short: "Propose to revoke or restore an organisation", Example: `credenced tx orgs set-status acme revoked --from seat`, PositionalArgs: autocli.Args("org_id", "status"), GovProposal: true},
				{RpcMethod: "SetRoles", Use: "set-roles ORG", Short: "Propose to replace an organisation's roles", Example: `credenced tx orgs set-roles acme --roles worker --roles requester --from seat`, PositionalArgs: autocli.Args("org_id"), GovProposal: true},
				{RpcMethod: "AddMember", Use: "add-member ORG ACCOUNT", Short: "Offer an account membership of your organisation", Example: "credenced tx orgs add-member acme " + autocli.ExampleAccount + " --from admin", PositionalArgs: autocli.Args("org_id", "member")},
				{RpcMethod: "AcceptMembership", Use: "accept-membership ORG", Short: "Join an organisation that offered you membership", Example: "credenced tx orgs accept-membership acme --from colleague", PositionalArgs: autocli.Args("org_id")},
				{RpcMethod: "AddAdmin", Use: "add-admin ORG ACCOUNT", Short: "Make a member of your organisation an admin", Example: "credenced tx orgs add-admin acme " + autocli.ExampleAccount + " --from admin", PositionalArgs: autocli.Args("org_id", "account")},
				{RpcMethod: "RemoveAdmin", Use: "remove-admin ORG ACCOUNT", Short: "Make an admin of your organisation an ordinary member", Example: "credenced tx orgs remove-admin acme " + autocli.ExampleAccount + " --from admin", PositionalArgs: autocli.Args("org_id", "account")},
				{RpcMethod: "Recover", Use: "recover ORG ACCOUNT...", Short: "Propose other admins for an organisation whose admins lost their keys", Example: "credenced tx orgs recover acme " + autocli.ExampleAccount + " --from seat", PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "org_id"}, {ProtoField: "admins", Varargs: true}}, GovProposal: true},
				{RpcMethod: "RemoveMember", Use: "remove-member ORG ACCOUNT", Short: "End an account's acting for your organisation, or take the offer of membership back", Example: "credenced tx orgs remove-member acme " + autocli.ExampleAccount + " --from admin", PositionalArgs: autocli.Args("org_id", "member")},
				{RpcMethod: "Leave", Use: "leave ORG", Short: "Leave your organisation", Example: "credenced tx orgs leave acme --from colleague", PositionalArgs: autocli.Args("org_id")},
				{RpcMethod: "UpdateParams", Use: "update-params PARAMS", Short: "Propose new parameters", Example: `credenced tx orgs update-params '{"open_roles":["ROLE_REQUESTER"]}' --from seat`, PositionalArgs: autocli.Args("params"), GovProposal: true},
			},
		},
	}
}
