package task

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/credence-chain/credence/internal/cli"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// PrintMoney prints every payment of a settlement. name returns the name by which people know an account.
func PrintMoney(out io.Writer, task taskstypes.Task, name func(string) string) {
	s := task.Settlement
	if s == nil {
		return
	}
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	line := func(source string, amount uint64, to, what string) {
		fmt.Fprintf(t, "    %s\t%s\t-> %s\t%s\n", source, cli.FormatCRED(amount), to, what)
	}
	pay := func(p taskstypes.Payment) {
		to := "the chain" // the audit budget is an account of the module, which has no name
		if p.Party != "AUDITS" {
			to = name(p.To)
		}
		line(p.Source, p.Amount, to, partyText(p.Party, p.Source))
	}
	for _, p := range s.Payments {
		pay(p)
	}
	if s.Premium > 0 {
		line("escrow", s.Premium, "nobody", "premium, destroyed")
	}
	if s.Refund > 0 {
		line("escrow", s.Refund, "requester", "refund")
	}
	if s.Burnt > 0 {
		line("stake", s.Burnt, "nobody", "burnt")
	}
	if task.Audit != nil && task.Audit.Settlement != nil {
		a := task.Audit.Settlement
		for _, p := range a.Payments {
			pay(p)
		}
		if a.BondBack > 0 && task.Audit.Challenger != "" {
			line("bond", a.BondBack, name(task.Audit.Challenger), "the challenger's bond")
		}
	}
	t.Flush()
}

func partyText(party, source string) string {
	switch {
	case party == "APP":
		return "the app's price"
	case party == "DATASET":
		return "a dataset's price"
	case party == "POOL":
		return "the pool's commission"
	case party == "WORKER" && source == "stake":
		return "share of the liar's stake"
	case party == "WORKER":
		return "a right replica"
	case party == "COURT":
		return "the court's fee"
	case party == "REQUESTER":
		return "restitution"
	case party == "AUDITS":
		return "the budget for audits"
	}
	return strings.ToLower(party)
}
