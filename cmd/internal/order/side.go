package order

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/credence-chain/credence/artifact"
	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/order"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/internal/cli"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// listPrice names the list price where an order may be.
const listPrice = "list"

// side is one of the orders that are to be matched, as the command line names it.
type side struct {
	flag, text string
	signed     markettypes.SignedOrder
	// order in full; nil when it is named by an id.
	order *markettypes.Order
	id    string
}

func (s side) String() string { return s.flag + " " + s.text }

// newProblem returns what is wrong with it.
func (s side) newProblem(next, format string, args ...any) error {
	return &cli.Problem{What: fmt.Sprintf("%s: %s", s, fmt.Sprintf(format, args...)), Next: next}
}

// readSide reads an order by its file, or by the id under which the chain knows it. What can be said of it by itself is
// said here, where it still has a name: its kind, its signature, or that the chain knows it without one.
func readSide(ctx context.Context, l *connect.Link, flag, text string, kind markettypes.OrderKind) (side, error) {
	s := side{flag: flag, text: text}
	if isID(text) {
		of := credence.KindOrder
		if kind == markettypes.ORDER_KIND_REQUEST {
			of = credence.KindRequest
		}
		id, err := wholeID(ctx, l, text, of)
		if err != nil {
			return s, nameFlag(flag, err)
		}
		s.id, s.signed.Id = id, id
		return s, nil
	}
	read, err := readFile(text)
	if err != nil {
		return s, nameFlag(flag, refuseNeither(err))
	}
	s.signed, s.id = read, order.ID(*read.Order, l.Conn.ChainID())
	normal := read.Order.Normal()
	s.order = &normal
	if got, _ := normal.Kind(); got != kind {
		return s, s.newProblem("", "it is %s, expected %s", anOrder(got), anOrder(kind))
	}
	if read.Signature != nil {
		if err := order.Verify(read, l.Conn.ChainID()); err != nil {
			return s, s.newProblem("say all of it with: credenced order inspect "+cli.ShellQuote(text), "%s", err)
		}
		return s, nil
	}
	// Without a signature the chain must know it, by its content; what was signed stays as it was signed.
	s.signed.Order = &normal
	if kind == markettypes.ORDER_KIND_REQUEST {
		_, err = l.Conn.Market().Request(ctx, &markettypes.QueryRequestRequest{Id: s.id})
	} else {
		_, err = l.Conn.Market().Order(ctx, &markettypes.QueryOrderRequest{Id: s.id})
	}
	if connect.IsUnknown(err) {
		return s, s.newProblem(fmt.Sprintf("its owner signs it: credenced order sign %s --out %s; or makes it known: credenced order presign %[1]s", cli.ShellQuote(text), cli.ShellQuote(signedName(text))),
			"it has no signature, and the chain does not know it")
	}
	return s, err
}

// nameFlag names the flag in front of what is wrong.
func nameFlag(flag string, err error) error {
	var p *cli.Problem
	if errors.As(err, &p) {
		p.What = flag + " " + p.What
		return p
	}
	return fmt.Errorf("%s %w", flag, err)
}

// anOrder is what an order of a kind is called.
func anOrder(kind markettypes.OrderKind) string {
	switch kind {
	case markettypes.ORDER_KIND_REQUEST:
		return "a request"
	case markettypes.ORDER_KIND_APP:
		return "an app order"
	}
	return "a " + kind.Word() + " order"
}

// checkDatasets looks whether there is an order, or "list", for each of the request's datasets, in their order.
func checkDatasets(ctx context.Context, l *connect.Link, request side, datasets []side) error {
	if request.order == nil {
		res, err := l.Conn.Market().Request(ctx, &markettypes.QueryRequestRequest{Id: request.id})
		if err != nil {
			return connect.LookUp(request.flag, request.text, "market requests", err)
		}
		if res.Request.Pruned > 0 {
			return prunedRequestOf(res.Request)
		}
		known := res.Request.Order()
		request.order = &known
	}
	wanted := request.order.Request.Datasets
	if n := len(datasets); n > 0 && n != len(wanted) {
		reads := "reads no datasets"
		if len(wanted) > 0 {
			reads = fmt.Sprintf("reads %s: %s", printer.CountOf(uint64(len(wanted)), "dataset"), strings.Join(wanted, ", "))
		}
		return &cli.Problem{
			What: fmt.Sprintf("--dataset: got %d, but the request %s", n, reads),
			Next: `give one for each, in that order, "list" where its list price is paid`,
		}
	}
	for i, reference := range wanted {
		if i < len(datasets) && datasets[i].text != listPrice {
			if err := datasets[i].checkAsset(reference, wanted); err != nil {
				return err
			}
		} else if err := checkListed(ctx, l, reference, wanted); err != nil {
			return err
		}
	}
	return nil
}

// checkAsset checks that an order is for the dataset that the request reads in its place. A request that names datasets by
// their digests leaves that to the chain.
func (s side) checkAsset(reference string, wanted []string) error {
	if s.order == nil || artifact.NamesDigest(reference) || s.order.Asset() == reference {
		return nil
	}
	return s.newProblem("give one for each dataset, in the request's order: "+strings.Join(wanted, ", "), "it is for %s, expected an order for %s", s.order.Asset(), reference)
}

// checkListed checks that a dataset is sold at a list price.
func checkListed(ctx context.Context, l *connect.Link, reference string, wanted []string) error {
	res, err := connect.LookUpDataset(ctx, l, "dataset", reference)
	if err != nil || !res.Version.ByOrder {
		return err
	}
	name := res.Version.Dataset + ":" + res.Version.Version
	return &cli.Problem{
		What: fmt.Sprintf("dataset %s has no list price: it is sold by order alone", name),
		Next: fmt.Sprintf(`give its owner's order with --dataset, in its place among %s ("list" for others); those on the book: credenced order book --dataset %s`, strings.Join(wanted, ", "), name),
	}
}

// nameSides puts the names that the command line has for orders in the place of their ids in an error.
func nameSides(err error, sides ...side) error {
	err = cli.Explain(err)
	var p *cli.Problem
	if errors.As(err, &p) {
		for _, s := range sides {
			if s.id != "" && s.id != s.text {
				p.What = strings.ReplaceAll(p.What, "order "+s.id, s.String())
			}
		}
	}
	return err
}
