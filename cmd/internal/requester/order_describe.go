package requester

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/poco/contract"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

// table writes rows of a label and a text.
type table struct{ t *tabwriter.Writer }

func newTable(out io.Writer) *table { return &table{tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)} }

func (t *table) row(label, format string, args ...any) {
	fmt.Fprintf(t.t, "  %s\t%s\n", label, fmt.Sprintf(format, args...))
}

// some writes a row unless its text is empty.
func (t *table) some(label, text string) {
	if text != "" {
		t.row(label, "%s", text)
	}
}

// describe says what is traded.
func (o *orderFlags) describe(t *table, what markettypes.Order) {
	switch {
	case what.App != nil:
		a := what.App
		t.row("app", "%s", a.App)
		t.row("price", "%s a task", cli.FormatCRED(a.Price))
		t.row("volume", "%s", volumeText(a.Volume))
		t.some("more tags", strings.Join(a.Tags, ", "))
		o.restricted(t, "datasets", a.Datasets)
		o.restricted(t, "pools", a.Pools)
		o.audience(t, "requesters", a.Requesters)
	case what.Dataset != nil:
		d := what.Dataset
		t.row("dataset", "%s", d.Dataset)
		t.row("price", "%s a task", cli.FormatCRED(d.Price))
		t.row("volume", "%s", volumeText(d.Volume))
		t.some("more tags", strings.Join(d.Tags, ", "))
		o.restricted(t, "apps", d.Apps)
		o.restricted(t, "pools", d.Pools)
		o.audience(t, "requesters", d.Requesters)
	case what.Pool != nil:
		p := what.Pool
		t.row("pool", "%s", p.Pool)
		t.row("price", "%s a right replica, %s of it for the operator", cli.FormatCRED(p.Price), formatShare(p.CommissionBps))
		t.row("volume", "%s", volumeText(p.Volume))
		t.row("stake", "%s an assignment", cli.FormatCRED(p.Stake))
		t.row("category", "%s", orNone(p.Category))
		t.row("trust", "%s", upTo(trustText(p.Trust)))
		t.row("fuel", "up to %s", cli.FormatFuel(p.MaxFuel))
		t.some("resources", resourcesText(p.Resources))
		t.some("tags", strings.Join(p.Tags, ", "))
		o.restricted(t, "apps", p.Apps)
		o.restricted(t, "datasets", p.Datasets)
		o.audience(t, "requesters", p.Requesters)
	case what.Request != nil:
		o.describeJob(t, *what.Request)
	}
}

// describeExecution tells what is said around the program, and nothing where nothing is.
func describeExecution(t *table, e contract.Execution) {
	if len(e.OkExit) > 0 {
		t.row("success", "exit status %s", strings.Trim(strings.ReplaceAll(fmt.Sprint(e.OkExit), " ", ", "), "[]"))
	}
	t.some("stdin", e.Stdin)
	t.some("stdout", e.Stdout)
	if e.Seconds > 0 {
		t.row("time", "%d s for one execution", e.Seconds)
	}
	if e.Clock > 0 {
		t.row("clock", "%s", time.Unix(e.Clock, 0).UTC().Format(time.RFC3339))
	}
	t.some("seed", e.Seed)
	if e.Writable {
		t.row("writable", "%s", "below /in, and dropped at the end")
	}
	if e.Workdir != "" {
		t.row("workdir", "/%s", e.Workdir)
	}
	if e.OutputPath != "" {
		t.row("result", "what lies in /out/%s", e.OutputPath)
	}
	t.some("environment", strings.Join(e.Env, " "))
}

func (o *orderFlags) describeJob(t *table, j markettypes.Job) {
	t.row("app", "%s", j.App)
	t.some("arguments", strings.Join(j.Args, " "))
	describeExecution(t, j.Execution.Contract())
	for _, in := range j.Inputs {
		name := in.Name
		if in.Tree {
			name = strings.TrimPrefix(in.Name+"/", "./") + " (a folder)"
		}
		t.row("input", "%s, %s, %s", name, cli.FormatBytes(in.Size_), credence.ShortDigest(in.Digest))
	}
	t.some("datasets", strings.Join(j.Datasets, ", "))
	bag := fmt.Sprint(j.Size_)
	if j.Partial {
		bag += ", also in part"
	}
	t.row("tasks", "%s", bag)
	t.row("trust", "%s", trustUnder(j.Policy, j.Trust))
	if j.MinReplicas > 0 {
		t.row("replicas", "at least %d", j.MinReplicas)
	}
	limits := []string{"at most " + cli.FormatCRED(j.MaxPrice) + " a task"}
	for _, l := range []struct {
		what  string
		price uint64
	}{{"for the app", j.MaxAppPrice}, {"for the datasets", j.MaxDatasetPrice}, {"a replica", j.MaxPoolPrice}} {
		if l.price > 0 {
			limits = append(limits, cli.FormatCRED(l.price)+" "+l.what)
		}
	}
	t.row("price", "%s", strings.Join(limits, ", "))
	if j.Value > 0 {
		t.row("at risk", "%s", cli.FormatCRED(j.Value))
	}
	t.row("category", "%s", orNone(j.Category))
	if j.FuelLimit > 0 {
		t.row("fuel", "up to %s", cli.FormatFuel(j.FuelLimit))
	}
	t.some("resources", resourcesText(j.Resources))
	t.some("tags", strings.Join(j.Tags, ", "))
	t.some("pool", j.Pool)
	o.restricted(t, "pools", j.Pools)
	if j.Sponsor != "" {
		t.row("sponsor", "%s", o.who(j.Sponsor))
	}
	t.some("voucher", j.Voucher)
	if j.Beneficiary != "" {
		t.row("beneficiary", "%s", o.who(j.Beneficiary))
	}
	t.some("callback", j.Callback)
}

// restricted writes a restriction that there is.
func (o *orderFlags) restricted(t *table, label string, r markettypes.Restriction) {
	parts := append([]string{}, r.Ids...)
	if by := o.audienceText(r.Audience); by != "" {
		parts = append(parts, "those of "+by)
	}
	if len(parts) > 0 {
		t.row(label, "only %s", strings.Join(parts, ", "))
	}
}

func (o *orderFlags) audience(t *table, label string, a orgstypes.Audience) {
	if text := o.audienceText(a); text != "" {
		t.row(label, "only %s", text)
	}
}

func (o *orderFlags) audienceText(a orgstypes.Audience) string {
	var parts []string
	for _, account := range a.Accounts {
		parts = append(parts, o.who(account))
	}
	for _, org := range a.Organisations {
		parts = append(parts, "organisation "+org)
	}
	for _, role := range a.Roles {
		parts = append(parts, "role "+strings.ToLower(strings.TrimPrefix(role.String(), "ROLE_")))
	}
	return strings.Join(parts, ", ")
}
