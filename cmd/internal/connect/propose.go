package connect

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"github.com/cosmos/cosmos-sdk/types/query"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/sender"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/words"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// This file proposes the name that was probably meant where the chain has none of a name: "did you mean studio/count:1.0?"

// mostNames is how many names of a kind are compared with one that does not exist.
const mostNames = 1000

// listing is the command that lists things with names, before the word for their kind.
const listing = "credenced list "

// The kinds of things with names, by those words.
const (
	kindApps       = "apps"
	kindDatasets   = "datasets"
	kindPools      = "pools"
	kindCategories = "categories"
)

// kinds are those of the names that the chain refuses.
var kinds = map[sender.Code]string{
	sender.CodeOf(markettypes.ErrUnknownApp): kindApps, sender.CodeOf(markettypes.ErrUnknownDataset): kindDatasets, sender.CodeOf(markettypes.ErrUnknownPool): kindPools,
	sender.CodeOf(markettypes.ErrUnknownCategory): kindCategories,
}

// unknownName says that the chain has nothing of a kind with a name.
type unknownName struct {
	kind, name string
	err        error
}

func (e *unknownName) Error() string { return e.err.Error() }

func (e *unknownName) Unwrap() error { return e.err }

// findUnknown returns the name that an error says the chain does not have; nil if it says something else.
func findUnknown(err error) *unknownName {
	var known *unknownName
	if errors.As(err, &known) {
		return known
	}
	refused := credence.Refused(err)
	if refused == nil || kinds[refused.CodeOf()] == "" {
		return nil
	}
	_, name, _, _ := refused.Field()
	return &unknownName{kind: kinds[refused.CodeOf()], name: name, err: err}
}

// explain explains an error, and adds to one about a name that the chain does not have the name that was probably meant. Without one that is
// near, or without an answer of the node, the error stays as it is.
func (l *Link) explain(ctx context.Context, err error) error {
	explained := cli.Explain(err)
	unknown := findUnknown(err)
	p, ok := explained.(*cli.Problem)
	if !ok || unknown == nil || unknown.name == "" {
		return explained
	}
	if near := l.nearest(ctx, unknown.kind, unknown.name); near != "" {
		proposed := *p
		proposed.What += "; did you mean " + near + "?"
		return &proposed
	}
	return explained
}

// nearest returns the name that was probably meant.
func (l *Link) nearest(ctx context.Context, kind, name string) string {
	id, version, versioned := strings.Cut(name, ":")
	names := l.namesOf(ctx, kind)
	near := words.Nearest(id, names)
	if near == "" || !versioned {
		return near
	}
	versions := l.versionsOf(ctx, kind, near)
	if len(versions) == 0 {
		return near
	}
	return near + ":" + cmp.Or(words.Nearest(version, versions), versions[len(versions)-1])
}

// namesOf lists the names of a kind.
func (l *Link) namesOf(ctx context.Context, kind string) (out []string) {
	page := &query.PageRequest{Limit: mostNames}
	switch kind {
	case kindApps:
		if res, err := l.Conn.Apps().Apps(ctx, &appstypes.QueryAppsRequest{Pagination: page}); err == nil {
			for _, a := range res.Apps {
				out = append(out, a.Id)
			}
		}
	case kindDatasets:
		if res, err := l.Conn.Apps().Datasets(ctx, &appstypes.QueryDatasetsRequest{Pagination: page}); err == nil {
			for _, d := range res.Datasets {
				out = append(out, d.Id)
			}
		}
	case kindPools:
		if res, err := l.Conn.Workers().Pools(ctx, &workerstypes.QueryPoolsRequest{Pagination: page}); err == nil {
			for _, p := range res.Pools {
				out = append(out, p.Id)
			}
		}
	case kindCategories:
		if res, err := l.Conn.Market().Categories(ctx, &markettypes.QueryCategoriesRequest{Pagination: page}); err == nil {
			for _, c := range res.Categories {
				out = append(out, c.Id)
			}
		}
	}
	return out
}

// versionsOf lists the versions of an app or a dataset, the latest last.
func (l *Link) versionsOf(ctx context.Context, kind, id string) (out []string) {
	switch kind {
	case kindApps:
		if res, err := l.Conn.Apps().App(ctx, &appstypes.QueryAppRequest{Id: id}); err == nil {
			for _, v := range res.Versions {
				out = append(out, v.Version)
			}
		}
	case kindDatasets:
		if res, err := l.Conn.Apps().Dataset(ctx, &appstypes.QueryDatasetRequest{Id: id}); err == nil {
			for _, v := range res.Versions {
				out = append(out, v.Version)
			}
		}
	}
	return out
}
