package web

import (
	"context"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/credence-chain/credence/client"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

func notThere(err error) bool { return status.Code(err) == codes.NotFound }

// found is a place to which a search leads.
type found struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
}

// searchText finds what a text names: an id or the beginning of one, a digest, an account, an organisation or an app.
func (c *chain) searchText(ctx context.Context, p params) (any, error) {
	text := p["q"]
	if text == "" || len(text) > 200 {
		return nil, wrongf("q: got %d bytes, expected 1 to 200", len(text))
	}
	out := []found{}
	// Every look-up gets the same text. One that finds nothing, or refuses the text as malformed, is no error, since another may find
	// something.
	note := func(kind, id string, err error) error {
		code := status.Code(err)
		switch {
		case err == nil:
			out = append(out, found{kind, id})
		case code == codes.NotFound || code == codes.InvalidArgument || code == codes.FailedPrecondition || code == codes.Unknown:
		default:
			return err
		}
		return nil
	}
	for _, look := range []func() error{
		func() error { return c.searchID(ctx, text, &out) },
		func() error {
			_, err := c.conn.Orgs().Organisation(ctx, &orgstypes.QueryOrganisationRequest{Id: text})
			return note("organisation", text, err)
		},
		func() error {
			res, err := c.conn.Apps().Version(ctx, &appstypes.QueryVersionRequest{Reference: text})
			if err != nil {
				app, err := c.conn.Apps().App(ctx, &appstypes.QueryAppRequest{Id: text})
				if err != nil {
					return note("", "", err)
				}
				return note("app", app.App.Id, nil)
			}
			return note("app", res.App.Id, nil)
		},
		func() error {
			if _, err := client.Addresses().StringToBytes(text); err != nil {
				return nil
			}
			if _, err := c.conn.Workers().Worker(ctx, &workerstypes.QueryWorkerRequest{Address: text}); err == nil {
				return note("worker", text, nil)
			}
			res, err := c.conn.Orgs().OrganisationOf(ctx, &orgstypes.QueryOrganisationOfRequest{Address: text})
			if err != nil {
				return note("", "", err)
			}
			return note("organisation", res.Organisation.Id, nil)
		},
	} {
		if err := look(); err != nil {
			return nil, err
		}
	}
	return map[string]any{"found": out}, nil
}

// searchID finds everything whose id begins with the text.
func (c *chain) searchID(ctx context.Context, text string, out *[]found) error {
	refs, err := client.FindByPrefix(ctx, c.conn, text)
	for _, r := range refs {
		*out = append(*out, found{string(r.Kind), r.ID})
	}
	return err
}
