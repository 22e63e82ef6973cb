package task

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/credence-chain/credence/internal/cli"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// PrintMoney prints every payment of a settlement in words. name returns the name by which people know an account.
func PrintMoney(out io.Writer, task taskstypes.Task, name func(string) string) {
	s := task.Settlement
	if s == nil {
		return
	}
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	line := func(source string, amount uint64, to, what string) {
		fmt.Fprintf(t, "    %s\t%s\t%s\t%s\n", cli.FormatCRED(amount), sourceText(source), to, what)
	}
	pay := func(p taskstypes.Payment) {
		to := "the chain" // the audit budget is an account of the module, which has no name
		if p.Party != "AUDITS" {
			to = name(p.To)
		}
		line(p.Source, p.Amount, "to "+to, partyText(p.Party, p.Source))
	}
	for _, p := range s.Payments {
		pay(p)
	}
	if s.Premium > 0 {
		why := "the premium is destroyed"
		if task.Ending != taskstypes.ENDING_ACCEPTED {
			why = "what a charge costs where nobody is at fault; it is destroyed"
		}
		line("escrow", s.Premium, "to nobody", why)
	}
	if s.Refund > 0 {
		line("escrow", s.Refund, "back to the requester", "nobody earned it")
	}
	if s.Burnt > 0 {
		line("stake", s.Burnt, "to nobody", "it is destroyed")
	}
	if task.Audit != nil && task.Audit.Settlement != nil {
		a := task.Audit.Settlement
		for _, p := range a.Payments {
			pay(p)
		}
		if a.BondBack > 0 && task.Audit.Challenger != "" {
			line("bond", a.BondBack, "back to "+name(task.Audit.Challenger), "for the challenge")
		}
	}
	t.Flush()
}

// sourceText says where money came from.
func sourceText(source string) string {
	switch source {
	case "escrow":
		return "from the requester's escrow"
	case "stake":
		return "from a stake that was lost"
	case "bond":
		return "from the challenger's bond"
	}
	return "from " + source
}

// partyText says what somebody was paid for.
func partyText(party, source string) string {
	switch {
	case party == "APP":
		return "for the program"
	case party == "DATASET":
		return "for a dataset"
	case party == "POOL":
		return "as the pool's commission"
	case party == "WORKER" && source == "stake":
		return "for the right answer against a wrong one"
	case party == "WORKER":
		return "for a right answer"
	case party == "COURT":
		return "for the court's work"
	case party == "REQUESTER":
		return "as restitution"
	case party == "AUDITS":
		return "for audits to come"
	}
	return "as " + strings.ToLower(party)
}
