package cmd

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/devnet"
	"github.com/credence-chain/credence/poco"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"

	"github.com/credence-chain/credence/cmd/internal/task"
)

func (d *demo) showGuilt(ctx context.Context) error {
	d.printTitle("%s is caught", d.liar)
	res, err := d.conn.Tasks().Task(ctx, &taskstypes.QueryTaskRequest{Id: d.guilt.ID})
	if err != nil {
		return err
	}
	for _, s := range res.Task.Seats {
		lie := ""
		if s.Organisation == d.liar {
			lie = "   <- the lie"
		}
		d.printLine("  wave %d  %-7s revealed %s%s", s.Wave, s.Organisation, digestOf(s.Outcome), lie)
	}
	for _, s := range res.Task.Court {
		d.printLine("  court   %-7s revealed %s   the court's word, each validator having run it by itself", s.Organisation, digestOf(s.Outcome))
	}
	w, err := d.conn.Workers().Worker(ctx, &workerstypes.QueryWorkerRequest{Address: d.net.Info.Worker(d.liar).Address})
	if err != nil {
		return err
	}
	r := w.Worker.Record
	if r.Wrong == 0 || r.Slashed == 0 {
		return fmt.Errorf("the record of %s shows no conviction: %d wrong, %d ucred slashed", d.liar, r.Wrong, r.Slashed)
	}
	fate := "sits out a while"
	if w.Worker.Jailed {
		fate = "is jailed until the council frees it"
	}
	d.printLine("%s has been found wrong %d time(s), has lost %s of stake, and %s.", d.liar, r.Wrong, cli.FormatCRED(r.Slashed), fate)
	return nil
}

func digestOf(o *taskstypes.Outcome) string {
	if o == nil {
		return "nothing"
	}
	return client.ShortDigest(o.Digest)
}

func (d *demo) showMoney(ctx context.Context) error {
	d.printTitle("The money of that task, and the books")
	res, err := d.conn.Tasks().Task(ctx, &taskstypes.QueryTaskRequest{Id: d.guilt.ID})
	if err != nil {
		return err
	}
	s := res.Task.Settlement
	each, err := res.Deal.Terms.Escrow()
	if err != nil {
		return err
	}
	d.printLine("  locked for it: %s; stake of %s: %s", cli.FormatCRED(each), d.liar, cli.FormatCRED(d.guilt.Slashed()))
	task.PrintMoney(d.to, res.Task, d.net.Info.Name)
	if d.guilt.Paid()+s.Premium+s.Refund != each {
		return fmt.Errorf("the escrow does not add up: %d paid, %d of premium and %d refunded of %d ucred", d.guilt.Paid(), s.Premium, s.Refund, each)
	}
	var stake uint64
	for _, p := range s.Payments {
		if p.Source == "stake" {
			stake += p.Amount
		}
	}
	if stake+s.Burnt != d.guilt.Slashed() {
		return fmt.Errorf("the stake does not add up: %d paid and %d burnt of %d ucred", stake, s.Burnt, d.guilt.Slashed())
	}
	market, err := d.conn.Market().Solvency(ctx, &markettypes.QuerySolvencyRequest{})
	if err != nil {
		return err
	}
	workers, err := d.conn.Workers().Solvency(ctx, &workerstypes.QuerySolvencyRequest{})
	if err != nil {
		return err
	}
	if !market.Solvent || !workers.Solvent {
		return errors.New("the books do not add up: a module is not solvent")
	}
	d.printLine("  escrows held %s, owed %s; stakes held %s, owed %s", cli.FormatCRED(market.Balance), cli.FormatCRED(market.Owed),
		cli.FormatCRED(workers.Balance), cli.FormatCRED(workers.Owed))
	trust, err := poco.QuantiseTrust(demoTrust)
	if err != nil {
		return err
	}
	l, err := d.conn.Tasks().Ledger(ctx, &taskstypes.QueryLedgerRequest{Key: fmt.Sprintf("class/%d", trust)})
	if err != nil {
		return err
	}
	d.printLine("  ledger %s: N = %d tasks, error debt D = %s, budget B = %s", l.View.Ledger.Key, l.View.Ledger.Counted, l.View.Debt, l.View.Budget)
	d.printLine("  In expectation at most B of a ledger's N results are wrong, as long as at most %d of the %d organisations collude",
		devnet.Faction(len(d.net.Info.Workers)), len(d.net.Info.Workers))
	d.printLine("  and the court is right. It is a promise about a ledger, not about one task.")
	return nil
}

// showLogs prints the last lines of every log, so that a failure on a remote machine (in CI) can be diagnosed.
func (d *demo) showLogs(state string) {
	logs, err := filepath.Glob(filepath.Join(state, "logs", "*.log"))
	if err != nil {
		return
	}
	for _, path := range logs {
		fmt.Fprintf(d.to, "\n--- the end of %s\n%s\n", filepath.Base(path), devnet.Tail(path, 12))
	}
}
