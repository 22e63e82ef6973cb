package complete

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/contexts"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	feedstypes "github.com/credence-chain/credence/x/feeds/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// This file has the words that a shell is offered, a function for each kind: ids, keys, apps, pools and so on. Each function adds words to
// a question and returns nothing: where there is no node, or the node does not answer, it adds none. Lists are bounded, since a shell shows
// them all at once and waits for them (patience in answer.go).

// Limits on what is offered at once.
const (
	mostListed   = 200 // apps, pools and the like
	mostRequests = 30  // newest first
	mostDeals    = 5   // requests, newest first, whose tasks are offered
)

func firstPage(limit uint64) *query.PageRequest { return &query.PageRequest{Limit: limit} }

// fixed offers words that never change.
func fixed(words ...string) func(*question) {
	return func(q *question) {
		for _, word := range words {
			q.add(word, "")
		}
	}
}

func policies(q *question) {
	for _, p := range poco.Policies() {
		q.add(p.Name(), "")
	}
}

func runtimes(q *question) { fixed(contract.RuntimeNames()...)(q) }

func contextNames(q *question) {
	if file, err := contexts.Load(); err == nil {
		fixed(file.Names()...)(q)
	}
}

// keys offers the names of keys that can be read without a password.
func keys(q *question) { fixed(q.asker().KeyNames(q.cmd)...)(q) }

// idsOf offers the ids of these kinds that begin with the text, once the text has enough digits. Before that it offers the newest requests
// and orders of the command's account and, if tasks are wanted, the tasks of the newest requests.
func idsOf(kinds ...client.IDKind) func(*question) {
	return func(q *question) {
		conn := q.asker().Conn(q.ctx)
		if conn == nil {
			return
		}
		if client.IsID(q.text) {
			found, _ := client.FindByPrefix(q.ctx, conn, q.text, kinds...) // no node, no words
			for _, ref := range found {
				q.add(ref.ID, string(ref.Kind))
			}
			return
		}
		if slices.Contains(kinds, client.KindRequest) {
			newestRequests(q, conn, slices.Contains(kinds, client.KindTask))
		}
		if slices.Contains(kinds, client.KindOrder) {
			ownOrders(q, conn)
		}
	}
}

func newestRequests(q *question, conn *client.Conn, tasks bool) {
	who := q.asker().Address(q.cmd)
	if who == "" {
		return
	}
	res, err := conn.Market().Requests(q.ctx, &markettypes.QueryRequestsRequest{Requester: who, Pagination: &query.PageRequest{Limit: mostRequests, Reverse: true}})
	if err != nil {
		return
	}
	slices.SortStableFunc(res.Requests, func(a, b markettypes.Request) int { return int(b.Height - a.Height) })
	for _, r := range res.Requests {
		q.add(client.ShortDigest(r.Id), fmt.Sprintf("request at height %d, %s", r.Height, r.Job.App))
	}
	for i, r := range res.Requests {
		if !tasks || i >= mostDeals {
			return
		}
		deals, _ := client.DealsOf(q.ctx, conn, r) // without deals, no tasks are offered
		for _, d := range deals {
			tasksOfDeal(q, conn, d)
		}
	}
}

func tasksOfDeal(q *question, conn *client.Conn, d dealstypes.Deal) {
	res, err := conn.Tasks().TasksOfDeal(q.ctx, &taskstypes.QueryTasksOfDealRequest{Deal: d.Id, Pagination: firstPage(mostRequests)})
	if err != nil {
		return
	}
	for _, t := range res.Tasks {
		q.add(client.ShortDigest(t.Id), fmt.Sprintf("task %d of %s", t.Index, d.App))
	}
}

func ownOrders(q *question, conn *client.Conn) {
	who := q.asker().Address(q.cmd)
	if who == "" {
		return
	}
	res, err := conn.Market().Orders(q.ctx, &markettypes.QueryOrdersRequest{Owner: who, Pagination: &query.PageRequest{Limit: mostRequests, Reverse: true}})
	if err != nil {
		return
	}
	for _, r := range res.Orders {
		q.add(client.ShortDigest(r.Id), fmt.Sprintf("order at height %d", r.Height))
	}
}

// apps offers names of the form organisation/name and, after a colon, the app's versions.
func apps(q *question) {
	conn := q.asker().Conn(q.ctx)
	if conn == nil {
		return
	}
	if id, _, found := strings.Cut(q.text, ":"); found {
		res, err := conn.Apps().App(q.ctx, &appstypes.QueryAppRequest{Id: id})
		if err != nil {
			return
		}
		for _, v := range res.Versions {
			q.add(id+":"+v.Version, "")
		}
		return
	}
	res, err := conn.Apps().Apps(q.ctx, &appstypes.QueryAppsRequest{Pagination: firstPage(mostListed)})
	if err != nil {
		return
	}
	for _, a := range res.Apps {
		if !a.Deprecated && !a.Suspended {
			q.add(a.Id+":", a.Description)
		}
	}
}

// datasets offers names of the form organisation/name and, after a colon, the dataset's versions.
func datasets(q *question) {
	conn := q.asker().Conn(q.ctx)
	if conn == nil {
		return
	}
	if id, _, found := strings.Cut(q.text, ":"); found {
		res, err := conn.Apps().Dataset(q.ctx, &appstypes.QueryDatasetRequest{Id: id})
		if err != nil {
			return
		}
		for _, v := range res.Versions {
			q.add(id+":"+v.Version, "")
		}
		return
	}
	res, err := conn.Apps().Datasets(q.ctx, &appstypes.QueryDatasetsRequest{Pagination: firstPage(mostListed)})
	if err != nil {
		return
	}
	for _, d := range res.Datasets {
		if !d.Deprecated {
			q.add(d.Id+":", d.Description)
		}
	}
}

func pools(q *question) {
	if conn := q.asker().Conn(q.ctx); conn != nil {
		res, err := conn.Workers().Pools(q.ctx, &workerstypes.QueryPoolsRequest{Pagination: firstPage(mostListed)})
		if err != nil {
			return
		}
		for _, p := range res.Pools {
			q.add(p.Id, p.Description)
		}
	}
}

func tags(q *question) {
	if conn := q.asker().Conn(q.ctx); conn != nil {
		res, err := conn.Workers().Pools(q.ctx, &workerstypes.QueryPoolsRequest{Pagination: firstPage(mostListed)})
		if err != nil {
			return
		}
		for _, p := range res.Pools {
			fixed(p.Capabilities...)(q)
		}
	}
}

func categories(q *question) {
	if conn := q.asker().Conn(q.ctx); conn != nil {
		res, err := conn.Market().Categories(q.ctx, &markettypes.QueryCategoriesRequest{Pagination: firstPage(mostListed)})
		if err != nil {
			return
		}
		for _, c := range res.Categories {
			q.add(c.Id, c.Description)
		}
	}
}

func callbacks(q *question) {
	if conn := q.asker().Conn(q.ctx); conn != nil {
		if res, err := conn.Deals().Callbacks(q.ctx, &dealstypes.QueryCallbacksRequest{}); err == nil {
			fixed(res.Names...)(q)
		}
	}
}

func feeds(q *question) {
	if conn := q.asker().Conn(q.ctx); conn != nil {
		res, err := conn.Feeds().Feeds(q.ctx, &feedstypes.QueryFeedsRequest{Pagination: firstPage(mostListed)})
		if err != nil {
			return
		}
		for _, f := range res.Feeds {
			q.add(f.Owner()+"/"+f.Name, f.App)
		}
	}
}

func vouchers(q *question) {
	who, conn := q.asker().Address(q.cmd), q.asker().Conn(q.ctx)
	if who == "" || conn == nil {
		return
	}
	res, err := conn.Vouchers().Vouchers(q.ctx, &voucherstypes.QueryVouchersRequest{Holder: who, Pagination: firstPage(mostListed)})
	if err != nil {
		return
	}
	for _, v := range res.Vouchers {
		q.add(client.ShortDigest(v.Id), v.Description)
	}
}
