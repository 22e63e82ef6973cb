package requester

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"

	credence "github.com/credence-chain/credence/client"
)

// restrictFlags are a restriction, as the command line says it.
type restrictFlags struct {
	flag    string
	ids, of []string
}

// add adds the flags of a restriction on counterparts of a kind: "app", "dataset" or "pool".
func (r *restrictFlags) add(f *pflag.FlagSet, kind, id string) {
	r.flag = "--only-" + kind
	f.StringSliceVar(&r.ids, "only-"+kind, nil, kind+" that is taken, "+id+"; repeatable (default: any)")
	f.StringSliceVar(&r.of, "only-"+kind+"-of", nil, "whose "+kind+"s are taken, beside those: an address, an organisation's id, or role:NAME; repeatable")
}

// restriction reads the flags, and tells of counterparts that the chain does not know.
func (r *restrictFlags) restriction(ctx context.Context, c *createFlags, l *link) (markettypes.Restriction, error) {
	audience, err := parseAudience(r.flag+"-of", r.of)
	if err != nil {
		return markettypes.Restriction{}, err
	}
	c.unseen(ctx, l, r.flag, r.ids, audience)
	return markettypes.Restriction{Ids: r.ids, Audience: audience}, nil
}

// requesterFlags are an audience of requesters.
type requesterFlags []string

const onlyRequester = "--only-requester"

func (r *requesterFlags) add(f *pflag.FlagSet) {
	f.StringSliceVar((*[]string)(r), "only-requester", nil, "requester who is served: an address, an organisation's id, or role:NAME; repeatable (default: anyone)")
}

// audience reads the flag, and tells of organisations that the chain does not know.
func (r requesterFlags) audience(ctx context.Context, c *createFlags, l *link) (orgstypes.Audience, error) {
	audience, err := parseAudience(onlyRequester, r)
	if err == nil {
		c.unseen(ctx, l, onlyRequester, nil, audience)
	}
	return audience, err
}

// parseAudience reads a flag's addresses, organisations and roles.
func parseAudience(flag string, texts []string) (a orgstypes.Audience, err error) {
	for _, t := range texts {
		role, isRole := strings.CutPrefix(t, "role:")
		switch {
		case isRole:
			value, known := orgstypes.Role_value["ROLE_"+strings.ToUpper(strings.ReplaceAll(role, "-", "_"))]
			if !known || value == 0 {
				return a, fmt.Errorf("%s %q: there is no such role; expected one such as role:requester, role:provider or role:pool-operator", flag, t)
			}
			a.Roles = append(a.Roles, orgstypes.Role(value))
		case strings.HasPrefix(t, credence.Bech32Prefix+"1"):
			if _, err := credence.Addresses().StringToBytes(t); err != nil {
				return a, fmt.Errorf("%s %q: not an address: %w", flag, t, err)
			}
			a.Accounts = append(a.Accounts, t)
		default:
			a.Organisations = append(a.Organisations, t)
		}
	}
	return a, nil
}
