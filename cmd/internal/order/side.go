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

// listPrice is the word that stands for the list price in place of an order.
const listPrice = "list"

// side is one of the orders to be matched, as the flag names it.
type side struct {
	flag, text string
	signed     markettypes.SignedOrder
	// order is the whole order; nil if an id names it.
	order *markettypes.Order
	id    string
}

func (s side) String() string { return s.flag + " " + s.text }

// newProblem returns an error about this order.
func (s side) newProblem(next, format string, args ...any) error {
	return &cli.Problem{What: fmt.Sprintf("%s: %s", s, fmt.Sprintf(format, args...)), Next: next}
}

// readSide reads an order from a file, or by the id under which the chain knows it. It checks what concerns this order alone, while errors
// can still name its flag and file: its kind, its signature, or, for an order without a signature, that the chain knows it.
func readSide(ctx context.Context, l *connect.Link, flag, text string, kind markettypes.OrderKind) (side, error) {
	s := side{flag: flag, text: text}
	if isID(text) {
		of := credence.KindOrder
		if kind == markettypes.ORDER_KIND_REQUEST {
			of = credence.KindRequest
		}
		id, err := completeID(ctx, l, text, of)
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
		return s, s.newProblem("", "it is %s, expected %s", nameKind(got), nameKind(kind))
	}
	if read.Signature != nil {
		if err := order.Verify(read, l.Conn.ChainID()); err != nil {
			return s, s.newProblem("say all of it with: credenced order inspect "+cli.ShellQuote(text), "%s", err)
		}
		return s, nil
	}
	// Without a signature, the chain looks the order up by its content, which must be in normal form. An order with a signature must stay as
	// it was signed.
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

// nameFlag puts the name of the flag in front of an error.
func nameFlag(flag string, err error) error {
	var p *cli.Problem
	if errors.As(err, &p) {
		p.What = flag + " " + p.What
		return p
	}
	return fmt.Errorf("%s %w", flag, err)
}

// checkDatasets checks that there is an order, or "list", for each of the request's datasets, in the request's order.
func checkDatasets(ctx context.Context, l *connect.Link, request side, datasets []side) error {
	if request.order == nil {
		res, err := l.Conn.Market().Request(ctx, &markettypes.QueryRequestRequest{Id: request.id})
		if err != nil {
			return connect.LookUp(request.flag, request.text, "credenced order requests", err)
		}
		if res.Request.Pruned > 0 {
			return newPrunedRequest(res.Request)
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

// checkAsset checks that an order is for the dataset at its position in the request. If the request names the dataset by digest, the check
// is left to the chain.
func (s side) checkAsset(reference string, wanted []string) error {
	if s.order == nil || artifact.NamesDigest(reference) || s.order.Asset() == reference {
		return nil
	}
	return s.newProblem("give one for each dataset, in the request's order: "+strings.Join(wanted, ", "), "it is for %s, expected an order for %s", s.order.Asset(), reference)
}

// checkListed checks that a dataset has a list price.
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

// nameSides replaces ids of orders in an error by the names that the user gave on the command line.
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
