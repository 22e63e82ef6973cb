package client

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
)

// ids are the ids that the fake market knows, by kind. They are found by their beginning, as on a chain.
type ids map[IDKind][]string

func (k ids) from(kind IDKind, prefix string) (out []string) {
	for _, id := range k[kind] {
		if strings.HasPrefix(id, prefix) {
			out = append(out, id)
		}
	}
	return out
}

func (m marketOf) Resolve(_ context.Context, req *markettypes.QueryResolveRequest) (*markettypes.QueryResolveResponse, error) {
	return &markettypes.QueryResolveResponse{
		Orders: m.ids.from(KindOrder, req.Prefix), Requests: m.ids.from(KindRequest, req.Prefix),
		Matches: m.ids.from(KindMatch, req.Prefix),
	}, nil
}

func (m dealsOf) Resolve(_ context.Context, req *dealstypes.QueryResolveRequest) (*dealstypes.QueryResolveResponse, error) {
	return &dealstypes.QueryResolveResponse{Deals: m.ids.from(KindDeal, req.Prefix)}, nil
}

func (m vouchersOf) Resolve(_ context.Context, req *voucherstypes.QueryResolveRequest) (*voucherstypes.QueryResolveResponse, error) {
	return &voucherstypes.QueryResolveResponse{Vouchers: m.ids.from(KindVoucher, req.Prefix)}, nil
}

func (m tasksOf) Resolve(_ context.Context, req *taskstypes.QueryResolveRequest) (*taskstypes.QueryResolveResponse, error) {
	return &taskstypes.QueryResolveResponse{Tasks: m.ids.from(KindTask, req.Prefix)}, nil
}

func (m appsOf) ResolveDigest(_ context.Context, req *appstypes.QueryResolveDigestRequest) (*appstypes.QueryResolveDigestResponse, error) {
	return &appstypes.QueryResolveDigestResponse{
		Apps: m.ids.from("app", "sha256:"+req.Prefix), Datasets: m.ids.from("dataset", "sha256:"+req.Prefix),
	}, nil
}

func whole(begin string) string { return begin + strings.Repeat("0", 64-len(begin)) }

func TestResolve(t *testing.T) {
	m := newFakeMarket(t)
	m.ids = ids{
		KindTask: {whole("aaaa1"), whole("aaaa2")}, KindRequest: {whole("aaaa3"), whole("bbbb")}, KindDeal: {whole("cccc")},
		KindOrder: {whole("bbbb")}, KindVoucher: {whole("dddd")},
	}
	conn := dialFake(t, m.fakeNode)
	of := []IDKind{KindTask, KindRequest, KindDeal}
	for _, tc := range []struct {
		name, text string
		kinds      []IDKind
		want       Ref
		expErr     string
	}{
		{"the beginning of a task's", "aaaa1", of, Ref{KindTask, whole("aaaa1")}, ""},
		{"of a request's", "aaaa3", of, Ref{KindRequest, whole("aaaa3")}, ""},
		{"as it was pasted", "  CCCC\n", of, Ref{KindDeal, whole("cccc")}, ""},
		{"all of it", whole("aaaa2"), of, Ref{KindTask, whole("aaaa2")}, ""},
		{"other kinds don't count", "bbbb", of, Ref{KindRequest, whole("bbbb")}, ""},
		{"an order", "bbbb", []IDKind{KindOrder}, Ref{KindOrder, whole("bbbb")}, ""},
		{"several", "aaaa", of, Ref{}, "task " + whole("aaaa1") + ", task " + whole("aaaa2") + ", request " + whole("aaaa3")},
		{"of two kinds", "bbbb", []IDKind{KindOrder, KindRequest}, Ref{}, "beginning of several ids"},
		{"none", "eeee", of, Ref{}, "the chain knows no task, request or deal that begins with eeee"},
		{"too short", "aaa", of, Ref{}, `it is no id; expected the id of a task, request or deal, 64 hexadecimal digits, or at least the first 4`},
		{"no digits", "amber", of, Ref{}, "it is no id"},
		{"too long", whole("aaaa1") + "0", of, Ref{}, "it is no id"},
		{"nothing", "", of, Ref{}, "it is no id"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := Resolve(within(t), conn, tc.text, tc.kinds...)
			if tc.expErr != "" {
				var problem *Error
				require.ErrorAs(t, err, &problem)
				require.Contains(t, problem.Error(), tc.expErr)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.want, got)
		})
	}
}

func TestResolveReference(t *testing.T) {
	m := newFakeMarket(t)
	m.ids = ids{"app": {"sha256:" + whole("aaaa1"), "sha256:" + whole("aaaa2")}, "dataset": {"sha256:" + whole("aaaa3")}}
	conn := dialFake(t, m.fakeNode)
	get := func(text string, dataset bool) (string, error) {
		return ResolveReference(within(t), conn, text, dataset)
	}
	for text, want := range map[string]string{
		"sha256:aaaa1": "sha256:" + whole("aaaa1"), "studio/app:1.0": "studio/app:1.0",
		"sha256:" + whole("ffff"): "sha256:" + whole("ffff"), "sha256:xyz": "sha256:xyz",
	} {
		got, err := get(text, false)
		require.NoError(t, err, text)
		require.Equal(t, want, got)
	}
	got, err := get("sha256:aaaa", true)
	require.NoError(t, err)
	require.Equal(t, "sha256:"+whole("aaaa3"), got)
	_, err = get("sha256:aaaa", false)
	require.ErrorContains(t, err, "several digests")
	_, err = get("sha256:bbbb", false)
	require.ErrorContains(t, err, "no app whose digest begins with sha256:bbbb")
}
