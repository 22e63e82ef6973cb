package order

import (
	"fmt"
	"strings"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/poco/contract"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

// describeOrder adds rows with the terms of an order.
func (o *orderFlags) describeOrder(t *printer.Labels, what markettypes.Order) {
	switch {
	case what.App != nil:
		a := what.App
		t.AddRow("app", "%s", a.App)
		t.AddRow("price", "%s a task", cli.FormatCRED(a.Price))
		t.AddRow("volume", "%s", formatVolume(a.Volume))
		t.AddSome("more tags", strings.Join(a.Tags, ", "))
		o.describeRestriction(t, "datasets", a.Datasets)
		o.describeRestriction(t, "pools", a.Pools)
		o.describeAudience(t, "requesters", a.Requesters)
	case what.Dataset != nil:
		d := what.Dataset
		t.AddRow("dataset", "%s", d.Dataset)
		t.AddRow("price", "%s a task", cli.FormatCRED(d.Price))
		t.AddRow("volume", "%s", formatVolume(d.Volume))
		t.AddSome("more tags", strings.Join(d.Tags, ", "))
		o.describeRestriction(t, "apps", d.Apps)
		o.describeRestriction(t, "pools", d.Pools)
		o.describeAudience(t, "requesters", d.Requesters)
	case what.Pool != nil:
		p := what.Pool
		t.AddRow("pool", "%s", p.Pool)
		t.AddRow("price", "%s a right replica, %s of it for the operator", cli.FormatReplicaPrice(p.Price, p.UsePrice.ToPoco()), formatShare(p.CommissionBps))
		t.AddRow("volume", "%s", formatVolume(p.Volume))
		t.AddRow("stake", "%s an assignment", cli.FormatCRED(p.Stake))
		t.AddRow("category", "%s", orNone(p.Category))
		t.AddRow("trust", "%s", upTo(formatTrust(p.Trust)))
		t.AddRow("fuel", "up to %s", cli.FormatFuel(p.MaxFuel))
		t.AddSome("resources", formatResources(p.Resources))
		t.AddSome("tags", strings.Join(p.Tags, ", "))
		o.describeRestriction(t, "apps", p.Apps)
		o.describeRestriction(t, "datasets", p.Datasets)
		o.describeAudience(t, "requesters", p.Requesters)
	case what.Request != nil:
		o.describeJob(t, *what.Request)
	}
}

// describeExecution adds rows with the surroundings of the program, as far as they are set.
func describeExecution(t *printer.Labels, e contract.Execution) {
	for _, line := range e.Describe() {
		t.AddRow(line.Label, "%s", line.Text)
	}
}

func (o *orderFlags) describeJob(t *printer.Labels, j markettypes.Job) {
	t.AddRow("app", "%s", j.App)
	t.AddSome("arguments", strings.Join(j.Args, " "))
	describeExecution(t, j.Execution.Contract())
	rows := j.Execution.Contract().Rows
	for _, in := range j.Inputs {
		name := in.Name
		if in.Name == rows {
			t.AddRow("rows", "one for each task, %s, %s", cli.FormatBytes(in.Size_), credence.ShortDigest(in.Digest))
			continue
		}
		if in.Of != "" {
			t.AddRow("input", "%s/, at most %s, the result of request %s", in.Name, cli.FormatBytes(in.Size_), in.Of)
			continue
		}
		if in.Tree {
			name = strings.TrimPrefix(in.Name+"/", "./") + " (a folder)"
		}
		t.AddRow("input", "%s, %s, %s", name, cli.FormatBytes(in.Size_), credence.ShortDigest(in.Digest))
	}
	t.AddSome("after", strings.Join(j.After, ", "))
	for _, c := range j.When {
		t.AddSome("when", fmt.Sprintf("request %s ends with exit status %s", c.Request, c.Words()))
	}
	t.AddSome("datasets", strings.Join(j.Datasets, ", "))
	bag := fmt.Sprint(j.Size_)
	if j.Partial {
		bag += ", also in part"
	}
	t.AddRow("tasks", "%s", bag)
	t.AddRow("trust", "%s", describeTrust(j.Policy, j.Trust))
	if j.MinReplicas > 0 {
		t.AddRow("replicas", "at least %d", j.MinReplicas)
	}
	if j.AuditBlocks > 0 {
		t.AddRow("audit", "%d blocks and the time to run it, in which the answer can be challenged", j.AuditBlocks)
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
	t.AddRow("price", "%s", strings.Join(limits, ", "))
	if j.Value > 0 {
		t.AddRow("at risk", "%s", cli.FormatCRED(j.Value))
	}
	t.AddRow("category", "%s", orNone(j.Category))
	if j.FuelLimit > 0 {
		t.AddRow("fuel", "up to %s", cli.FormatFuel(j.FuelLimit))
	}
	t.AddSome("resources", formatResources(j.Resources))
	t.AddSome("tags", strings.Join(j.Tags, ", "))
	t.AddSome("pool", j.Pool)
	o.describeRestriction(t, "pools", j.Pools)
	if j.Sponsor != "" {
		t.AddRow("sponsor", "%s", o.Describe(j.Sponsor))
	}
	t.AddSome("voucher", j.Voucher)
	if j.Beneficiary != "" {
		t.AddRow("beneficiary", "%s", o.Describe(j.Beneficiary))
	}
	t.AddSome("callback", j.Callback)
	t.AddSome("on chain", j.Onchain)
}

// describeRestriction adds a row with a restriction, unless it is empty.
func (o *orderFlags) describeRestriction(t *printer.Labels, label string, r markettypes.Restriction) {
	parts := append([]string{}, r.Ids...)
	if by := o.formatAudience(r.Audience); by != "" {
		parts = append(parts, "those of "+by)
	}
	if len(parts) > 0 {
		t.AddRow(label, "only %s", strings.Join(parts, ", "))
	}
}

func (o *orderFlags) describeAudience(t *printer.Labels, label string, a orgstypes.Audience) {
	if text := o.formatAudience(a); text != "" {
		t.AddRow(label, "only %s", text)
	}
}

func (o *orderFlags) formatAudience(a orgstypes.Audience) string {
	var parts []string
	for _, account := range a.Accounts {
		parts = append(parts, o.Describe(account))
	}
	for _, org := range a.Organisations {
		parts = append(parts, "organisation "+org)
	}
	for _, role := range a.Roles {
		parts = append(parts, "role "+strings.ToLower(strings.TrimPrefix(role.String(), "ROLE_")))
	}
	return strings.Join(parts, ", ")
}
