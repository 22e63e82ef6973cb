package task

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/agent"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/progress"
	"github.com/credence-chain/credence/cmd/internal/run"
	"github.com/credence-chain/credence/cmd/internal/tasktable"
	"github.com/credence-chain/credence/internal/cli"
)

func taskWatchCmd() *cobra.Command {
	var (
		c     connect.Flags
		style progress.Style
		out   string
		stall time.Duration

		identity agent.IdentityFlag
	)
	cmd := &cobra.Command{
		Use: "watch ID", Short: "Follow a task, or all tasks of a deal or request, to the end",
		Long: `Follow a task, or all tasks of a deal or request, to the end. With --out the results are brought as the tasks end, checked byte by
byte against the accepted digests; those that are in the folder already are kept, so that what was stopped is finished.`,
		Example: `  credenced task watch 3f2a5c0e9d8b --out frames`,
		Args:    cli.Exactly("ID"), PersistentPreRunE: cli.NoPrepare,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := style.Check(); err != nil {
				return err
			}
			mine, err := identity.Read(c.PassphraseFile)
			if err != nil {
				return err
			}
			return connect.WithLink(cmd, &c, func(ctx context.Context, l *connect.Link) error {
				ref, err := resolveID(ctx, l.Conn, args[0])
				if err != nil {
					return err
				}
				if out != "" && ref.Kind == credence.KindRequest {
					r := &credence.Runner{Conn: l.Conn, Stores: l.Stores, Holders: l.Holders, Words: l.LastWords(), Identities: mine, Stall: stall}
					return run.Follow(ctx, cmd.OutOrStdout(), tasktable.Load(out), out, identity.Suffix(), style, "", func(tell credence.Observer) (*credence.Report, error) {
						return r.Resume(ctx, ref.ID, out, tell)
					})
				}
				if err = watchRef(ctx, cmd, l, ref, stall, style, out == "", identity.Suffix()); err == nil && out != "" {
					err = fetchInto(ctx, cmd, l, ref, out, style.Output, style.Verbose, mine)
				}
				next := "credenced task watch " + credence.ShortDigest(ref.ID)
				return run.CompleteAdvice(cli.Stopped(ctx, err, next), out, identity.Suffix())
			})
		},
	}
	style.AddFlags(cmd.Flags(), "text, or json for one line an event", "text", "json")
	identity.Add(cmd.Flags())
	cmd.Flags().StringVar(&out, "out", "", "folder for the results, which are brought as tasks end (default: they are not brought)")
	connect.AddStall(cmd.Flags(), &stall)
	c.Add(cmd.Flags(), false)
	return cmd
}

// watchRef follows the tasks of a reference to their end. Like that of a run, the error says how they ended. opens is the flag of an identity
// in the advice how to fetch the result.
func watchRef(ctx context.Context, cmd *cobra.Command, l *connect.Link, ref credence.Ref, stall time.Duration, style progress.Style, advise bool, opens string) (err error) {
	v := progress.NewView(cmd.OutOrStdout(), style)
	defer v.Close()
	var ended []*credence.TaskReport
	tell := func(e credence.Event) {
		if e.Kind == credence.EventEnded && e.Result != nil {
			ended = append(ended, e.Result)
		}
		v.Observe(e)
	}
	opts := []credence.WatchOption{credence.WithSources(append(l.Stores, l.Holders...)...), credence.WithLastWords(l.LastWords()), credence.WithStall(stall)}
	switch ref.Kind {
	case credence.KindTask:
		err = credence.WatchTask(ctx, l.Conn, ref.ID, tell, opts...)
	case credence.KindDeal:
		err = credence.WatchDeal(ctx, l.Conn, ref.ID, tell, opts...)
	default:
		err = credence.WatchRequest(ctx, l.Conn, ref.ID, tell, opts...)
	}
	if err != nil {
		return err
	}
	v.Close()
	err = credence.EndError(ctx, l.Conn, ref, ended)
	if err == nil && style.Output == "text" && advise {
		cli.Tell(cmd.OutOrStdout(), "\nFetch the result with:\n  credenced task fetch %s --out DIR%s\n", credence.ShortDigest(ref.ID), opens)
	}
	return err
}
