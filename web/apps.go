package web

import (
	"context"

	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
)

type appRow struct {
	ID           string `json:"id"`
	Organisation string `json:"organisation"`
	Description  string `json:"description"`
	State        string `json:"state"`
	Voids        uint64 `json:"voids"`
	Reviews      uint64 `json:"reviews"`
}

func appRowOf(a appstypes.App) appRow {
	row := appRow{a.Id, a.Organisation, a.Description, "in use", a.Voids, a.Reviews}
	if a.Suspended {
		row.State = "suspended"
	} else if a.Deprecated {
		row.State = "deprecated"
	}
	return row
}

type appList struct {
	Apps []appRow `json:"apps"`
	Next string   `json:"next"`
}

func (c *chain) readApps(ctx context.Context, p params) (any, error) {
	list, err := readPage(p, false)
	if err != nil {
		return nil, err
	}
	res, err := c.conn.Apps().Apps(ctx, &appstypes.QueryAppsRequest{Pagination: list})
	if err != nil {
		return nil, err
	}
	out := appList{Apps: []appRow{}, Next: nextPage(res.Pagination)}
	for _, a := range res.Apps {
		out.Apps = append(out.Apps, appRowOf(a))
	}
	return out, nil
}

type versionRow struct {
	Version       string `json:"version"`
	Digest        string `json:"digest"`
	Size          big    `json:"size"`
	Runtime       string `json:"runtime"`
	Price         big    `json:"price"`
	Height        int64  `json:"height"`
	ByOrder       bool   `json:"by_order"`
	Deterministic bool   `json:"deterministic"`
}

type appPage struct {
	appRow
	Owner    string       `json:"owner"`
	Versions []versionRow `json:"versions"`
	Deals    []dealRow    `json:"deals"`
	Next     string       `json:"next"`
}

func (c *chain) readApp(ctx context.Context, p params) (any, error) {
	id := p["organisation"] + "/" + p["name"]
	res, err := c.conn.Apps().App(ctx, &appstypes.QueryAppRequest{Id: id})
	if err != nil {
		return nil, err
	}
	out := appPage{appRow: appRowOf(res.App), Owner: res.App.Owner, Versions: []versionRow{}}
	for _, v := range res.Versions {
		out.Versions = append(out.Versions, versionRow{v.Version, v.Digest, big(v.Size_), v.Runtime, big(v.Price), v.Height, v.ByOrder, !v.Nondeterministic})
	}
	out.Deals, out.Next, err = c.dealRows(ctx, p, dealstypes.QueryDealsRequest{App: id})
	return out, err
}
