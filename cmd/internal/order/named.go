package order

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/internal/cli"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// This file reads orders that the user names by a file or by an id. A file with the name comes first: an id that is also the name of a file
// means the file.

// isID reports whether the text is the id of an order, or the beginning of one, and not the name of a file.
func isID(text string) bool { return credence.IsID(text) && !fileExists(text) }

// completeID returns the id that begins with the text, of an order or a request that the chain knows. A whole id is not looked up.
func completeID(ctx context.Context, l *connect.Link, text string, kinds ...credence.IDKind) (string, error) {
	if _, err := markettypes.ParseID(strings.ToLower(text)); err == nil {
		return strings.ToLower(text), nil
	}
	ref, err := credence.Resolve(ctx, l.Conn, text, kinds...)
	return ref.ID, err
}

// refuseNeither adds to the error for a missing file that the name is no id either.
func refuseNeither(err error) error {
	var p *cli.Problem
	if errors.Is(err, fs.ErrNotExist) && errors.As(err, &p) {
		p.What += ", and it is no id, of 64 hexadecimal digits or the first of them"
	}
	return err
}

// readNamed reads an order from its file, or asks the chain for the order or the request with the id. For one that was pruned, the error
// is a *prunedOrder.
func readNamed(ctx context.Context, l *connect.Link, text string) (s markettypes.SignedOrder, byID bool, err error) {
	if !isID(text) {
		s, err = readFile(text)
		return s, false, refuseNeither(err)
	}
	id := strings.ToLower(text)
	if l == nil {
		return s, true, &cli.Problem{What: "order " + id + ": only a node can tell what it is", Next: "name one with --node HOST:PORT, or give the order's file"}
	}
	if id, err = completeID(ctx, l, text, credence.KindOrder, credence.KindRequest); err != nil {
		return s, true, err
	}
	s.Order, err = fetchOrder(ctx, l, id)
	if connect.IsUnknown(err) {
		s.Order, err = fetchRequest(ctx, l, id)
	}
	if connect.IsUnknown(err) {
		return s, true, &cli.Problem{What: "the chain knows no order or request " + id, Next: "look at the book: credenced order book --category all; or at your orders: credenced order list", Err: err}
	}
	return s, true, err
}

// fetchOrder asks the chain for an app, dataset or pool order.
func fetchOrder(ctx context.Context, l *connect.Link, id string) (*markettypes.Order, error) {
	res, err := l.Conn.Market().Order(ctx, &markettypes.QueryOrderRequest{Id: id})
	if err != nil {
		return nil, err
	}
	if res.Order.Pruned > 0 {
		return nil, newPrunedOrder(res.Order)
	}
	o := res.Order.Order
	if _, none := o.Kind(); none != nil {
		return nil, &cli.Problem{What: fmt.Sprintf("order %s: the %s order of %s with nonce %d was cancelled before the chain saw it", id, res.Order.Kind.Word(), o.Owner, o.Nonce)}
	}
	return &o, nil
}

// fetchRequest asks the chain for a request, and returns it as an order.
func fetchRequest(ctx context.Context, l *connect.Link, id string) (*markettypes.Order, error) {
	res, err := l.Conn.Market().Request(ctx, &markettypes.QueryRequestRequest{Id: id})
	if err != nil {
		return nil, err
	}
	if res.Request.Pruned > 0 {
		return nil, newPrunedRequest(res.Request)
	}
	o := res.Request.Order()
	return &o, nil
}
