package web

import (
	"context"

	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

type orgRow struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Roles    []string `json:"roles"`
	Status   string   `json:"status"`
	Admitted int64    `json:"admitted"`
	Accounts int      `json:"accounts"`
}

func orgRowOf(o orgstypes.Organisation) orgRow {
	row := orgRow{ID: o.Id, Name: o.Name, Roles: []string{}, Status: wordOf(o.Status, "STATUS_"), Admitted: o.AdmittedHeight, Accounts: len(o.Admins) + len(o.Members)}
	for _, r := range o.Roles {
		row.Roles = append(row.Roles, wordOf(r, "ROLE_"))
	}
	return row
}

type orgList struct {
	Organisations []orgRow `json:"organisations"`
	Next          string   `json:"next"`
}

func (c *chain) readOrganisations(ctx context.Context, p params) (any, error) {
	list, err := readPage(p, false)
	if err != nil {
		return nil, err
	}
	res, err := c.conn.Orgs().Organisations(ctx, &orgstypes.QueryOrganisationsRequest{Pagination: list})
	if err != nil {
		return nil, err
	}
	out := orgList{Organisations: []orgRow{}, Next: nextPage(res.Pagination)}
	for _, o := range res.Organisations {
		out.Organisations = append(out.Organisations, orgRowOf(o))
	}
	return out, nil
}

type orgPage struct {
	orgRow
	Admins  []string    `json:"admins"`
	Members []string    `json:"members"`
	Workers []workerRow `json:"workers"`
	Seat    *seatRow    `json:"seat,omitempty"`
}

func (c *chain) readOrganisation(ctx context.Context, p params) (any, error) {
	res, err := c.conn.Orgs().Organisation(ctx, &orgstypes.QueryOrganisationRequest{Id: p["id"]})
	if err != nil {
		return nil, err
	}
	workers, err := c.conn.Workers().WorkersOf(ctx, &workerstypes.QueryWorkersOfRequest{Organisation: p["id"], Pagination: firstPage(100)})
	if err != nil {
		return nil, err
	}
	o := res.Organisation
	out := orgPage{orgRow: orgRowOf(o), Admins: append([]string{}, o.Admins...), Members: append([]string{}, o.Members...), Workers: c.workerRows(workers.Workers)}
	seat, err := c.conn.Poa().Seat(ctx, &poatypes.QuerySeatRequest{OrgId: p["id"]})
	if err == nil {
		row := seatRowOf(seat.Seat)
		row.Missed = seat.Missed
		out.Seat = &row
	} else if !notThere(err) {
		return nil, err
	}
	return out, nil
}
