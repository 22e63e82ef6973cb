package client

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/grpc"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/internal/prefix"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
)

// IDKind is what an id names.
type IDKind string

// The kinds of things that have an id.
const (
	KindTask    IDKind = "task"
	KindRequest IDKind = "request"
	KindDeal    IDKind = "deal"
	KindOrder   IDKind = "order"
	KindMatch   IDKind = "match"
	KindVoucher IDKind = "voucher"
)

// Ref names one record on the chain.
type Ref struct {
	Kind IDKind
	// ID has all 64 hexadecimal digits.
	ID string
}

// MinPrefix is the least number of digits of an id's prefix.
const MinPrefix = prefix.Min

// IsID says whether a text is an id, or can be the prefix of one.
func IsID(text string) bool { return prefix.Check(normalID(text)) == nil }

// normalID returns an id as the chain writes it: without spaces around it, in lower case.
func normalID(text string) string { return strings.ToLower(strings.TrimSpace(text)) }

// Resolve finds the record of one of the given kinds that an id names. A prefix of the id is enough if only one record of these
// kinds has it. The error is an *Error, which lists the candidates if there are several, or the node's own error.
func Resolve(ctx context.Context, conn grpc.ClientConnInterface, text string, kinds ...IDKind) (Ref, error) {
	id := normalID(text)
	if !IsID(id) {
		return Ref{}, &Error{
			Code: CodeInvalid, Field: "ID", Value: fmt.Sprintf("%.80q", text), Kinds: kinds, What: "it is no id",
			Expected: fmt.Sprintf("the id of %s, 64 hexadecimal digits, or at least the first %d of them", joinKinds(kinds), MinPrefix),
		}
	}
	found, err := listByPrefix(ctx, conn, id, kinds)
	if err != nil {
		return Ref{}, err
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return Ref{}, &Error{Code: CodeNotFound, Field: "ID", Value: id, Kinds: kinds, What: fmt.Sprintf("the chain knows no %s %s", orWords(kinds), describePrefix(id))}
	}
	lines := make([]string, len(found))
	for i, r := range found {
		lines[i] = fmt.Sprintf("%s %s", r.Kind, r.ID)
	}
	return Ref{}, &Error{Code: CodeAmbiguous, Field: "ID", Value: id, Kinds: kinds, What: "it is the beginning of several ids", Found: lines}
}

// FindByPrefix lists the records of the given kinds whose ids begin with a text. Without kinds it lists records of every kind. It
// returns nothing if the text cannot be the prefix of an id.
func FindByPrefix(ctx context.Context, conn grpc.ClientConnInterface, text string, kinds ...IDKind) ([]Ref, error) {
	id := normalID(text)
	if !IsID(id) {
		return nil, nil
	}
	if len(kinds) == 0 {
		kinds = []IDKind{KindTask, KindRequest, KindDeal, KindOrder, KindMatch, KindVoucher}
	}
	return listByPrefix(ctx, conn, id, kinds)
}

// listByPrefix asks each module for the records whose ids begin with id.
func listByPrefix(ctx context.Context, conn grpc.ClientConnInterface, id string, kinds []IDKind) (out []Ref, err error) {
	add := func(kind IDKind, ids []string) {
		if slices.Contains(kinds, kind) {
			for _, id := range ids {
				out = append(out, Ref{kind, id})
			}
		}
	}
	if slices.Contains(kinds, KindTask) {
		res, err := taskstypes.NewQueryClient(conn).Resolve(ctx, &taskstypes.QueryResolveRequest{Prefix: id})
		if err != nil {
			return nil, err
		}
		add(KindTask, res.Tasks)
	}
	if slices.ContainsFunc(kinds, func(k IDKind) bool { return k == KindRequest || k == KindOrder || k == KindMatch }) {
		res, err := markettypes.NewQueryClient(conn).Resolve(ctx, &markettypes.QueryResolveRequest{Prefix: id})
		if err != nil {
			return nil, err
		}
		add(KindRequest, res.Requests)
		add(KindOrder, res.Orders)
		add(KindMatch, res.Matches)
	}
	if slices.Contains(kinds, KindDeal) {
		res, err := dealstypes.NewQueryClient(conn).Resolve(ctx, &dealstypes.QueryResolveRequest{Prefix: id})
		if err != nil {
			return nil, err
		}
		add(KindDeal, res.Deals)
	}
	if slices.Contains(kinds, KindVoucher) {
		res, err := voucherstypes.NewQueryClient(conn).Resolve(ctx, &voucherstypes.QueryResolveRequest{Prefix: id})
		if err != nil {
			return nil, err
		}
		add(KindVoucher, res.Vouchers)
	}
	return out, nil
}

// ResolveReference completes a prefix of the digest of an app, or of a dataset: "sha256:" and at least MinPrefix digits. It returns
// every other reference unchanged. The error is an *Error or the node's own.
func ResolveReference(ctx context.Context, conn grpc.ClientConnInterface, reference string, dataset bool) (string, error) {
	digits, ok := artifact.CutAlgorithm(reference)
	if digits = normalID(digits); !ok || len(digits) == prefix.Digits || prefix.Check(digits) != nil {
		return reference, nil // the chain says what is wrong with it
	}
	res, err := appstypes.NewQueryClient(conn).ResolveDigest(ctx, &appstypes.QueryResolveDigestRequest{Prefix: digits})
	if err != nil {
		return "", err
	}
	beginning := artifact.AddAlgorithm(digits)
	what, found := "app", res.Apps
	if dataset {
		what, found = "dataset", res.Datasets
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", &Error{Code: CodeNotFound, Field: "Digest", Value: beginning, Kinds: []IDKind{IDKind(what)}, What: fmt.Sprintf("the chain knows no %s whose digest begins with %s", what, beginning)}
	}
	return "", &Error{Code: CodeAmbiguous, Field: "Digest", Value: beginning, What: "it is the beginning of several digests", Found: found}
}

func orWords(kinds []IDKind) string {
	words := make([]string, len(kinds))
	for i, k := range kinds {
		words[i] = string(k)
	}
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

func joinKinds(kinds []IDKind) string {
	article := "a "
	if len(kinds) > 0 && kinds[0] == KindOrder {
		article = "an "
	}
	return article + orWords(kinds)
}

// describePrefix words an id, or a prefix of one, for the end of "the chain knows no task ...".
func describePrefix(id string) string {
	if len(id) == prefix.Digits {
		return id
	}
	return "that begins with " + id
}
