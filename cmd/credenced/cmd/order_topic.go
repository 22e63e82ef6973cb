package cmd

import (
	"context"
	"slices"

	"github.com/spf13/pflag"

	"github.com/cosmos/cosmos-sdk/types/query"

	credence "github.com/credence-chain/credence/client"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// topicFlags name a part of the book.
type topicFlags struct{ category, pool, app, dataset, runtime string }

func (t *topicFlags) add(f *pflag.FlagSet, what string) {
	f.StringVar(&t.category, "category", "", what+" of this category, or \"all\" (default: those without one)")
	f.StringVar(&t.pool, "pool", "", what+" of this pool alone")
	f.StringVar(&t.app, "app", "", "those of an app instead, organisation/name:version")
	f.StringVar(&t.dataset, "dataset", "", "those of a dataset instead, organisation/name:version")
	f.StringVar(&t.runtime, "runtime", "", "runtime (default: wasm)")
}

// categories are those that are listed: all there are, "" included, for "all".
func (t *topicFlags) categories(ctx context.Context, conn *credence.Conn) ([]string, error) {
	if t.category != "all" {
		return []string{t.category}, nil
	}
	list, _, err := pages(1000, func(p *query.PageRequest) ([]markettypes.Category, *query.PageResponse, error) {
		res, err := conn.Market().Categories(ctx, &markettypes.QueryCategoriesRequest{Pagination: p})
		return res.GetCategories(), res.GetPagination(), err
	})
	slices.SortStableFunc(list, func(a, b markettypes.Category) int { return int(a.Seconds) - int(b.Seconds) })
	out := []string{""}
	for _, c := range list {
		out = append(out, c.Id)
	}
	return out, err
}

// nothing says that a part of the book is empty, and where else to look.
func (t *topicFlags) nothing(offers, orders string) string {
	switch {
	case t.app != "":
		return "no " + orders + " of app " + t.app + " rest on the book"
	case t.dataset != "":
		return "no " + orders + " of dataset " + t.dataset + " rest on the book"
	case t.category == "":
		return "no " + offers + " without a category rest on the book; --category all shows every one's"
	case t.category == "all":
		return "no " + offers + " rest on the book"
	}
	return "no " + offers + " of category " + t.category + " rest on the book"
}
