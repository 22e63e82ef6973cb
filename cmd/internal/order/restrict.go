package order

import (
	"context"

	"github.com/spf13/pflag"

	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/jobflags"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

// restrictFlags are the flags of a restriction.
type restrictFlags struct {
	flag    string
	ids, of []string
}

// addFlags adds the flags of a restriction on counterparts of a kind: "app", "dataset" or "pool".
func (r *restrictFlags) addFlags(f *pflag.FlagSet, kind, id string) {
	r.flag = "--only-" + kind
	f.StringSliceVar(&r.ids, "only-"+kind, nil, kind+" that is taken, "+id+"; repeatable (default: any)")
	f.StringSliceVar(&r.of, "only-"+kind+"-of", nil, "whose "+kind+"s are taken, beside those: an address, an organisation's id, or role:NAME; repeatable")
}

// readRestriction reads the flags, and prints a note for counterparts that the chain does not know.
func (r *restrictFlags) readRestriction(ctx context.Context, c *createFlags, l *connect.Link) (markettypes.Restriction, error) {
	audience, err := jobflags.ParseAudience(r.flag+"-of", r.of)
	if err != nil {
		return markettypes.Restriction{}, err
	}
	c.noteUnseen(ctx, l, r.flag, r.ids, audience)
	return markettypes.Restriction{Ids: r.ids, Audience: audience}, nil
}

// requesterFlags are an audience of requesters.
type requesterFlags []string

const onlyRequester = "--only-requester"

func (r *requesterFlags) addFlags(f *pflag.FlagSet) {
	f.StringSliceVar((*[]string)(r), "only-requester", nil, "requester who is served: an address, an organisation's id, or role:NAME; repeatable (default: anyone)")
}

// readAudience reads the flag, and prints a note for organisations that the chain does not know.
func (r requesterFlags) readAudience(ctx context.Context, c *createFlags, l *connect.Link) (orgstypes.Audience, error) {
	audience, err := jobflags.ParseAudience(onlyRequester, r)
	if err == nil {
		c.noteUnseen(ctx, l, onlyRequester, nil, audience)
	}
	return audience, err
}
