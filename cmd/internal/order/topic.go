package order

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/cosmos/cosmos-sdk/types/query"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/steps"
	"github.com/credence-chain/credence/poco/contract"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// everyCategory is the value of --category that stands for all categories, including orders without one.
const everyCategory = "all"

// topicFlags are the flags that name a part of the book.
type topicFlags struct {
	category, pool, app, dataset, runtime string
	limit                                 int
}

func (t *topicFlags) addFlags(f *pflag.FlagSet, what string) {
	f.StringVar(&t.category, "category", "", what+" of this category, or \"all\" (default: those without one; all of a --pool)")
	f.StringVar(&t.pool, "pool", "", what+" of this pool alone")
	f.StringVar(&t.app, "app", "", "those of an app instead, organisation/name:version")
	f.StringVar(&t.dataset, "dataset", "", "those of a dataset instead, organisation/name:version")
	f.StringVar(&t.runtime, "runtime", "", "runtime (default: wasm)")
	printer.AddLimit(f, &t.limit)
}

// checkTopic looks up what the flags name, so that a typing error is not taken for an empty book.
func (t *topicFlags) checkTopic(ctx context.Context, cmd *cobra.Command, l *connect.Link) error {
	return steps.Run(
		func() error { return printer.CheckLimit(t.limit) },
		t.checkOne,
		t.checkRuntime,
		func() error { return t.findAsset(ctx, l) },
		func() error { return t.findPool(ctx, cmd, l) },
		func() error { return t.findCategory(ctx, l) },
	)
}

// checkOne checks that the flags name a single part of the book.
func (t *topicFlags) checkOne() error {
	named := 0
	for _, topic := range []string{t.app, t.dataset, t.category + t.pool} {
		if topic != "" {
			named++
		}
	}
	if named > 1 {
		return &cli.Problem{What: "--app, --dataset, --category and --pool name other parts of the book", Next: "give --app, or --dataset, or --category and --pool"}
	}
	return nil
}

func (t *topicFlags) checkRuntime() error {
	if t.runtime != "" && !slices.Contains(contract.RuntimeNames(), t.runtime) {
		return fmt.Errorf("--runtime %q: there is no such runtime; expected %s", t.runtime, strings.Join(contract.RuntimeNames(), " or "))
	}
	return nil
}

// findAsset replaces the name of an app or a dataset by the name that the chain has.
func (t *topicFlags) findAsset(ctx context.Context, l *connect.Link) error {
	switch {
	case t.app != "":
		res, err := connect.LookUpApp(ctx, l, "--app", t.app)
		if err != nil {
			return err
		}
		t.app = res.Version.App + ":" + res.Version.Version
	case t.dataset != "":
		res, err := connect.LookUpDataset(ctx, l, "--dataset", t.dataset)
		if err != nil {
			return err
		}
		t.dataset = res.Version.Dataset + ":" + res.Version.Version
	}
	return nil
}

// findPool looks up the pool. All its orders are listed, unless the user names a category.
func (t *topicFlags) findPool(ctx context.Context, cmd *cobra.Command, l *connect.Link) error {
	if t.pool == "" {
		return nil
	}
	if !cmd.Flags().Changed("category") {
		t.category = everyCategory
	}
	_, err := connect.LookUpPool(ctx, l, "--pool", t.pool)
	return err
}

func (t *topicFlags) findCategory(ctx context.Context, l *connect.Link) error {
	if t.category == "" || t.category == everyCategory {
		return nil
	}
	_, err := connect.LookUpCategory(ctx, l, "--category", t.category)
	return err
}

// listCategories returns the categories to list. For "all" these are all categories of the chain and "", which stands for orders without
// one.
func (t *topicFlags) listCategories(ctx context.Context, conn *credence.Conn) ([]string, error) {
	if t.category != everyCategory {
		return []string{t.category}, nil
	}
	list, _, err := printer.ReadPages(1000, func(p *query.PageRequest) ([]markettypes.Category, *query.PageResponse, error) {
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

// readTopic reads one part of the book, one category after the other, up to the limit. It also returns whether there is more.
func readTopic[V any](ctx context.Context, t *topicFlags, conn *credence.Conn, read func(category string, p *query.PageRequest) ([]V, *query.PageResponse, error)) (out []V, more bool, err error) {
	categories, err := t.listCategories(ctx, conn)
	if err != nil {
		return nil, false, err
	}
	for _, c := range categories {
		page, cut, err := printer.ReadPages(t.limit, func(p *query.PageRequest) ([]V, *query.PageResponse, error) { return read(c, p) })
		if err != nil {
			return nil, false, err
		}
		out, more = append(out, page...), more || cut
	}
	if len(out) > t.limit {
		return out[:t.limit], true, nil
	}
	return out, more, nil
}

// describeNothing says that a part of the book is empty, and where else to look. executions and orders are the words for the two kinds of
// offer.
func (t *topicFlags) describeNothing(executions, orders string) string {
	const rest = " rest on the book"
	switch {
	case t.app != "":
		return "no " + orders + " of app " + t.app + rest
	case t.dataset != "":
		return "no " + orders + " of dataset " + t.dataset + rest
	}
	what := "no " + executions
	if t.pool != "" {
		what += " of pool " + t.pool
	}
	switch t.category {
	case everyCategory:
		return what + rest
	case "":
		return what + " without a category" + rest + "; --category all shows every one's"
	}
	return what + " of category " + t.category + rest
}
