package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/load"
	"github.com/credence-chain/credence/poco/contract"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

func loadCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "credence-load",
		Short: "Put a network under load, and measure what it carries and what that costs its nodes",
		Long: `Put a network under load, and measure how much it accepts in a second, after which time, and what that costs the nodes.

The accounts that sign are made for the run, funded by your key, and give back what they have left at the end; fees and prices are paid
from them. Transactions leave in an open loop, at --rate, as long as no more than --most operations are under way. With --pid,
the processor time of nodes on this machine is measured. Signing takes this machine's processor too: to find a network's limit, load
it from another machine.

Never load a network that belongs to others.`,
		Args:          cobra.NoArgs,
		SilenceErrors: true, SilenceUsage: true,
	}
	cmd.AddCommand(loadSendsCommand(), loadTasksCommand())
	return cmd
}

// loadFlags are the flags of both kinds of load.
type loadFlags struct {
	connect.AccountFlags
	plan load.Plan
	fund string
}

func (l *loadFlags) add(f *pflag.FlagSet, fund string, rate float64, batch, most int, what string) {
	l.AddChain(f)
	l.AddKeys(f, "name of the key in the keyring, or of a devnet's account, that funds the accounts (default: the devnet's requester)")
	f.IntVar(&l.plan.Accounts, "accounts", 20, "how many accounts sign, side by side")
	f.StringVar(&l.fund, "fund", fund, "what each account gets for the run")
	f.Float64Var(&l.plan.Rate, "rate", rate, "how many "+what+" a second are sent")
	f.IntVar(&l.plan.Batch, "batch", batch, "how many "+what+" one transaction holds")
	f.DurationVar(&l.plan.Duration, "duration", 30*time.Second, "how long they are sent")
	f.DurationVar(&l.plan.Drain, "drain", time.Minute, "how long is waited for what is under way after that")
	f.IntVar(&l.plan.Most, "most", most, "how many "+what+" may be under way")
	f.IntSliceVar(&l.plan.PIDs, "pid", nil, "process of a node on this machine whose processor time is measured; repeatable")
}

// run connects, loads and reports.
func (l *loadFlags) run(cmd *cobra.Command, work func(context.Context, *client.Conn) (load.Work, error)) error {
	if err := l.Check(cmd); err != nil {
		return err
	}
	var err error
	if l.plan.Fund, err = cli.ParseCRED(l.fund); err != nil {
		return fmt.Errorf("--fund: %w", err)
	}
	if err := l.plan.Check(); err != nil {
		return err
	}
	l.plan.Tell = func(text string) { fmt.Fprintln(cmd.ErrOrStderr(), text) }
	return connect.WithLink(cmd, &l.Chain, func(ctx context.Context, link *connect.Link) error {
		if err := l.Chain.LoadKeys(cmd, link); err != nil {
			return err
		}
		w, err := work(ctx, link.Conn)
		if err != nil {
			return err
		}
		report, err := load.Run(ctx, link.Conn, link.Requester, l.plan, w)
		if report == nil {
			return err
		}
		if l.WritesJSON() {
			encoder := json.NewEncoder(cmd.OutOrStdout())
			encoder.SetIndent("", "  ")
			if writeErr := encoder.Encode(report); writeErr != nil {
				return writeErr
			}
			return err
		}
		report.Write(cmd.OutOrStdout())
		return err
	})
}

func loadSendsCommand() *cobra.Command {
	l := &loadFlags{}
	cmd := &cobra.Command{
		Use:     "sends",
		Short:   "Load a network with bank sends",
		Example: `  credence-load sends --rate 200 --duration 30s --pid "$(pgrep -o credenced)"`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return l.run(cmd, func(context.Context, *client.Conn) (load.Work, error) { return load.NewSends(), nil })
		},
	}
	l.add(cmd.Flags(), "2CRED", 100, 1, 2000, "sends")
	return cmd
}

func loadTasksCommand() *cobra.Command {
	l := &loadFlags{}
	var price string
	job := markettypes.Job{Execution: dealstypes.NewExecution(contract.Execution{})}
	cmd := &cobra.Command{
		Use:   "tasks",
		Short: "Load a network with requests of tasks, which its workers run",
		Long: `Load a network with requests of tasks of a published app, which the network's own workers run. One is accepted when it has ended with an
answer. The workers are the network's: where they run on this machine, they take its processors as well, and the nodes' processor time is
what --pid says.`,
		Example: `  credence-load tasks --app acme/echo:1.0 --rate 5 --batch 5 --min-replicas 2 --max-price 0.1CRED`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if job.MaxPrice, err = cli.ParseCRED(price); err != nil {
				return fmt.Errorf("--max-price: %w", err)
			}
			return l.run(cmd, func(ctx context.Context, conn *client.Conn) (load.Work, error) {
				if job.FuelLimit == 0 {
					if job.FuelLimit, err = client.ProposedFuel(ctx, conn, job.App); err != nil {
						return nil, err
					}
				}
				return load.NewTasks(conn.ChainID(), job), nil
			})
		},
	}
	l.add(cmd.Flags(), "50CRED", 2, 5, 200, "tasks")
	f := cmd.Flags()
	f.StringVar(&job.App, "app", "", "app that is run, OWNER/NAME:VERSION")
	f.StringSliceVar(&job.Args, "arg", nil, "argument of the program; repeatable")
	f.Uint64Var(&job.Trust, "trust", 2, "trust of each task: at most one wrong answer in so many")
	f.Uint32Var(&job.MinReplicas, "min-replicas", 2, "how many workers answer at least")
	f.StringVar(&price, "max-price", "1CRED", "the most that a task may cost")
	f.Uint64Var(&job.FuelLimit, "fuel", 0, "fuel limit of a task (default: what the app proposes)")
	_ = cmd.MarkFlagRequired("app")
	return cmd
}
