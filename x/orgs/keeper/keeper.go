// Package keeper keeps organisations and answers whether an account may do something.
package keeper

import (
	"cosmossdk.io/collections"
	"cosmossdk.io/core/address"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/compact"
	"github.com/credence-chain/credence/x/orgs/types"
)

// Keeper of the module's state.
type Keeper struct {
	addresses address.Codec
	authority string
	hooks     *[]types.Hooks // shared by the keeper's copies
	ties      *[]types.Ties  // shared like hooks
	reserved  []string       // accounts that belong to no organisation, besides the council's

	Schema collections.Schema
	// Params of the module.
	Params collections.Item[types.Params]
	// Organisations: id -> record, walked in order of id.
	Organisations collections.Map[string, types.Organisation]
	// OrgByAccount: account -> id; holds every admin and member, so that an account is in at most one organisation.
	OrgByAccount collections.Map[sdk.AccAddress, string]
	// Admissions: (height, id) of the organisations that were admitted after genesis; an index of their records.
	Admissions collections.KeySet[collections.Pair[int64, string]]
}

// NewKeeper returns a keeper. authority is the council's address in text, and reserved are those of the application's modules.
// None of these accounts can ever belong to an organisation.
func NewKeeper(cdc codec.Codec, service store.KVStoreService, addresses address.Codec, authority string, reserved ...string) Keeper {
	sb := collections.NewSchemaBuilder(service)
	k := Keeper{
		addresses:     addresses,
		authority:     authority,
		hooks:         new([]types.Hooks),
		ties:          new([]types.Ties),
		reserved:      append([]string{authority}, reserved...),
		Params:        collections.NewItem(sb, types.ParamsKey, "params", codec.CollValue[types.Params](cdc)),
		Organisations: collections.NewMap(sb, types.OrganisationsPrefix, "organisations", collections.StringKey, compact.Value[types.Organisation](cdc, addresses)),
		OrgByAccount:  collections.NewMap(sb, types.OrgByAccountPrefix, "org_by_account", sdk.AccAddressKey, collections.StringValue),
		Admissions: collections.NewKeySet(sb, types.AdmissionsPrefix, "admissions",
			collections.PairKeyCodec(collections.Int64Key, collections.StringKey)),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.Schema = schema
	return k
}

// GetAuthority returns the council's address in text. If the consensus parameters name another address, that one is the council's.
func (k Keeper) GetAuthority() string { return k.authority }
