package order

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/internal/cli"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
)

// quoted is the outcome of a dry run, for --output json.
type quoted struct {
	Volume uint64 `json:"volume,string"`
	Reason string `json:"reason,omitempty"`
	Escrow uint64 `json:"escrow,string"`
	Terms  any    `json:"terms,omitempty"`
}

func (o *orderFlags) printPreview(ctx context.Context, cmd *cobra.Command, l *connect.Link, msg markettypes.MsgMatchOrders) error {
	relayer, err := o.DefaultOwner(cmd, "requester")
	if err != nil {
		return err
	}
	res, err := l.Conn.Market().Volume(ctx, &markettypes.QueryVolumeRequest{
		Relayer: relayer, App: msg.App, Datasets: msg.Datasets, Pool: msg.Pool, Request: msg.Request,
	})
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	if o.WritesJSON() {
		q := quoted{Volume: res.Volume, Reason: res.Reason, Escrow: res.Escrow}
		if res.Volume > 0 {
			if q.Terms, err = printer.FormatJSON(&res.Terms); err != nil {
				return err
			}
		}
		if err := printer.PrintJSON(out, q); err != nil {
			return err
		}
	} else if res.Volume > 0 {
		fmt.Fprintf(out, "These orders would trade %s now, for at most %s.\n", printer.CountOf(res.Volume, "task"), cli.FormatCRED(res.Escrow))
		if err := printTerms(out, res.Terms); err != nil {
			return err
		}
		return o.printPayable(ctx, out, l, msg.Request, res.Escrow)
	}
	if res.Volume == 0 {
		return &cli.Problem{What: "these orders trade nothing now: " + res.Reason, Exit: cli.ExitNoVerdict}
	}
	return nil
}

// printPayable prints a warning if the payer of the escrow has too little. The dry run does not notice, since the chain checks the balance
// only when it makes the deal.
func (o *orderFlags) printPayable(ctx context.Context, out io.Writer, l *connect.Link, s markettypes.SignedOrder, escrow uint64) error {
	known := s.Order
	if known == nil {
		res, err := l.Conn.Market().Request(ctx, &markettypes.QueryRequestRequest{Id: s.Id})
		if err != nil {
			return err
		}
		r := res.Request.Order()
		known = &r
	}
	payer, has := known.Owner, uint64(0)
	switch job := known.Request; {
	case job == nil:
		return nil
	case job.Voucher != "":
		res, err := l.Conn.Vouchers().Voucher(ctx, &voucherstypes.QueryVoucherRequest{Id: job.Voucher})
		if err != nil {
			return err
		}
		payer, has = "voucher "+job.Voucher, res.Voucher.Balance
	default:
		if job.Sponsor != "" {
			payer = job.Sponsor
		}
		var err error
		if has, err = l.Conn.Balance(ctx, payer); err != nil {
			return err
		}
		payer = o.Describe(payer)
	}
	if has < escrow {
		fmt.Fprintf(out, "BUT %s has %s now: the deal is not made unless it has %s.\n", payer, cli.FormatCRED(has), cli.FormatCRED(escrow))
	}
	return nil
}

// printTerms prints the terms under which each task would run.
func printTerms(out io.Writer, terms dealstypes.Terms) error {
	t := printer.NewLabels(out)
	t.AddRow("trust", "%s", describeTrust(terms.Policy, terms.Trust))
	if terms.AppPrice > 0 {
		t.AddRow("app", "%s a task", cli.FormatCRED(terms.AppPrice))
	}
	if terms.DatasetPrice > 0 {
		t.AddRow("datasets", "at most %s a task", cli.FormatCRED(terms.DatasetPrice))
	}
	t.AddRow("replica", "%s, %s of it for the operator; at most %s a task", cli.FormatReplicaPrice(terms.Price, terms.UsePrice.ToPoco()), formatShare(terms.CommissionBps), printer.CountOf(uint64(terms.MaxSeats), "replica"))
	if terms.Premium > 0 {
		t.AddRow("premium", "%s a task, destroyed when its answer is accepted", cli.FormatCRED(terms.Premium))
	}
	each, err := terms.Escrow()
	if err == nil {
		t.AddRow("escrow", "%s a task; what is not spent comes back", cli.FormatCRED(each))
	}
	t.AddRow("stake", "%s locked for each assignment, value at risk %s", cli.FormatCRED(terms.Stake), cli.FormatCRED(terms.Value))
	t.AddRow("fuel", "up to %s", cli.FormatFuel(terms.FuelLimit))
	t.AddRow("windows", "%d blocks to run, %d to reveal, %d to challenge the answer", terms.CommitBlocks, terms.RevealBlocks, terms.AuditBlocks)
	return t.Flush()
}
