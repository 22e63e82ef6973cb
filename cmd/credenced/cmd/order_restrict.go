package cmd

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/credence-chain/credence/app/encoding"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

// restrictFlags are a restriction, as the command line says it.
type restrictFlags struct{ ids, of []string }

// add adds the flags of a restriction on counterparts of a kind: "app", "dataset" or "pool".
func (r *restrictFlags) add(f *pflag.FlagSet, kind, id string) {
	f.StringSliceVar(&r.ids, "only-"+kind, nil, kind+" that is taken, "+id+"; repeatable (default: any)")
	f.StringSliceVar(&r.of, "only-"+kind+"-of", nil, "whose "+kind+"s are taken: an address, an organisation's id, or role:NAME; repeatable")
}

func (r *restrictFlags) restriction() (markettypes.Restriction, error) {
	audience, err := parseAudience(r.of)
	return markettypes.Restriction{Ids: r.ids, Audience: audience}, err
}

// requesterFlag adds the flag of an audience of requesters.
func requesterFlag(f *pflag.FlagSet, who *[]string) {
	f.StringSliceVar(who, "only-requester", nil, "requester who is served: an address, an organisation's id, or role:NAME; repeatable (default: anyone)")
}

// parseAudience reads addresses, organisations and roles.
func parseAudience(texts []string) (a orgstypes.Audience, err error) {
	for _, t := range texts {
		role, isRole := strings.CutPrefix(t, "role:")
		switch {
		case isRole:
			value, known := orgstypes.Role_value["ROLE_"+strings.ToUpper(strings.ReplaceAll(role, "-", "_"))]
			if !known || value == 0 {
				return a, fmt.Errorf("role %q: expected one such as role:requester, role:provider or role:pool-operator", role)
			}
			a.Roles = append(a.Roles, orgstypes.Role(value))
		case strings.HasPrefix(t, encoding.AddressPrefix+"1"):
			a.Accounts = append(a.Accounts, t)
		default:
			a.Organisations = append(a.Organisations, t)
		}
	}
	return a, nil
}
