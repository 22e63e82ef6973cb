package web

import (
	"context"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/credence-chain/credence/client"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

func notThere(err error) bool { return status.Code(err) == codes.NotFound }

type workerRow struct {
	Address       string   `json:"address"`
	Organisation  string   `json:"organisation"`
	Endpoint      string   `json:"endpoint"`
	Pools         []string `json:"pools"`
	Slots         uint32   `json:"slots"`
	Busy          uint32   `json:"busy"`
	Bonded        big      `json:"bonded"`
	Locked        big      `json:"locked"`
	Unbonding     big      `json:"unbonding"`
	State         string   `json:"state"`
	Until         int64    `json:"until"`
	Confirmations uint64   `json:"confirmations"`
	Right         uint64   `json:"right"`
	Wrong         uint64   `json:"wrong"`
	Unrevealed    uint64   `json:"unrevealed"`
	Silent        uint64   `json:"silent"`
	Abstained     uint64   `json:"abstained"`
	Slashed       big      `json:"slashed"`
	Earned        big      `json:"earned"`
}

func (c *chain) workerRow(w workerstypes.Worker) workerRow {
	row := workerRow{
		Address: w.Address, Organisation: w.Organisation, Endpoint: w.Endpoint, Pools: append([]string{}, w.Pools...), Slots: w.Slots, Busy: w.Busy,
		Bonded: big(w.Bonded), Locked: big(w.Locked), Unbonding: big(w.Unbonding), State: "ready",
		Confirmations: w.Record.Confirmations, Right: w.Record.Right, Wrong: w.Record.Wrong, Unrevealed: w.Record.Unrevealed,
		Silent: w.Record.Silent, Abstained: w.Record.Abstained, Slashed: big(w.Record.Slashed), Earned: big(w.Record.Earned),
	}
	switch {
	case w.Jailed:
		row.State = "jailed"
	case w.CoolingUntil > c.feed.Tip():
		row.State, row.Until = "cooling", w.CoolingUntil
	case w.Paused:
		row.State = "paused"
	case w.Busy >= w.Slots:
		row.State = "busy"
	}
	return row
}

func (c *chain) workerRows(list []workerstypes.Worker) []workerRow {
	rows := make([]workerRow, 0, len(list))
	for _, w := range list {
		rows = append(rows, c.workerRow(w))
	}
	return rows
}

type workerList struct {
	Workers []workerRow `json:"workers"`
	Next    string      `json:"next"`
}

func (c *chain) readWorkers(ctx context.Context, p params) (any, error) {
	list, err := readPage(p, false)
	if err != nil {
		return nil, err
	}
	res, err := c.conn.Workers().Workers(ctx, &workerstypes.QueryWorkersRequest{Pagination: list})
	if err != nil {
		return nil, err
	}
	return workerList{c.workerRows(res.Workers), nextPage(res.Pagination)}, nil
}

type workerPage struct {
	workerRow
	Tasks []taskRow `json:"tasks"`
	Next  string    `json:"next"`
}

func (c *chain) readWorker(ctx context.Context, p params) (any, error) {
	list, err := readPage(p, true)
	if err != nil {
		return nil, err
	}
	res, err := c.conn.Workers().Worker(ctx, &workerstypes.QueryWorkerRequest{Address: p["id"]})
	if err != nil {
		return nil, err
	}
	tasks, err := c.conn.Tasks().TasksOf(ctx, &taskstypes.QueryTasksOfRequest{Who: p["id"], Pagination: list})
	if err != nil {
		return nil, err
	}
	rows, err := c.taskRows(ctx, tasks.Tasks)
	return workerPage{c.workerRow(res.Worker), rows, nextPage(tasks.Pagination)}, err
}

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

type ledgerRow struct {
	Key       string `json:"key"`
	Trust     uint64 `json:"trust"`
	Counted   uint64 `json:"counted"`
	Unsettled uint64 `json:"unsettled"`
	Debt      string `json:"debt"`
	Budget    string `json:"budget"`
	// The account in money, in ucred.
	ValueDebt   string `json:"value_debt"`
	ValueBudget string `json:"value_budget"`
	Premiums    string `json:"premiums"`
}

type ledgerList struct {
	Ledgers []ledgerRow `json:"ledgers"`
	Next    string      `json:"next"`
}

func (c *chain) readLedgers(ctx context.Context, p params) (any, error) {
	list, err := readPage(p, false)
	if err != nil {
		return nil, err
	}
	res, err := c.conn.Tasks().Ledgers(ctx, &taskstypes.QueryLedgersRequest{Pagination: list})
	if err != nil {
		return nil, err
	}
	out := ledgerList{Ledgers: []ledgerRow{}, Next: nextPage(res.Pagination)}
	for _, v := range res.Views {
		l := v.Ledger
		out.Ledgers = append(out.Ledgers, ledgerRow{l.Key, l.Trust, l.Counted, l.Unsettled, v.Debt, v.Budget, v.ValueDebt, v.ValueBudget, v.Premiums})
	}
	return out, nil
}

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

// found is where a search leads.
type found struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
}

// searchText finds what a text names: an id or its beginning, a digest, an account, an organisation, an app.
func (c *chain) searchText(ctx context.Context, p params) (any, error) {
	text := p["q"]
	if text == "" || len(text) > 200 {
		return nil, wrongf("q: got %d bytes, expected 1 to 200", len(text))
	}
	out := []found{}
	// A look-up that finds nothing, or takes the text for no name at all, is no error: another may find it.
	note := func(kind, id string, err error) error {
		code := status.Code(err)
		switch {
		case err == nil:
			out = append(out, found{kind, id})
		case code == codes.NotFound || code == codes.InvalidArgument || code == codes.FailedPrecondition || code == codes.Unknown:
		default:
			return err
		}
		return nil
	}
	for _, look := range []func() error{
		func() error { return c.searchID(ctx, text, &out) },
		func() error {
			_, err := c.conn.Orgs().Organisation(ctx, &orgstypes.QueryOrganisationRequest{Id: text})
			return note("organisation", text, err)
		},
		func() error {
			res, err := c.conn.Apps().Version(ctx, &appstypes.QueryVersionRequest{Reference: text})
			if err != nil {
				app, err := c.conn.Apps().App(ctx, &appstypes.QueryAppRequest{Id: text})
				if err != nil {
					return note("", "", err)
				}
				return note("app", app.App.Id, nil)
			}
			return note("app", res.App.Id, nil)
		},
		func() error {
			if _, err := client.Addresses().StringToBytes(text); err != nil {
				return nil
			}
			if _, err := c.conn.Workers().Worker(ctx, &workerstypes.QueryWorkerRequest{Address: text}); err == nil {
				return note("worker", text, nil)
			}
			res, err := c.conn.Orgs().OrganisationOf(ctx, &orgstypes.QueryOrganisationOfRequest{Address: text})
			if err != nil {
				return note("", "", err)
			}
			return note("organisation", res.Organisation.Id, nil)
		},
	} {
		if err := look(); err != nil {
			return nil, err
		}
	}
	return map[string]any{"found": out}, nil
}

// searchID finds what begins with an id.
func (c *chain) searchID(ctx context.Context, text string, out *[]found) error {
	refs, err := client.Beginning(ctx, c.conn, text)
	for _, r := range refs {
		*out = append(*out, found{string(r.Kind), r.ID})
	}
	return err
}
