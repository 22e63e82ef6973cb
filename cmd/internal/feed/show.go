package feed

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/types/query"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/printable"
	feedstypes "github.com/credence-chain/credence/x/feeds/types"
)

// This file has the commands that read feeds: show, list and history. A feed is found by its full name OWNER/NAME, by its id, or by NAME
// alone for the user's own (findFeed). Values are bytes that a program chose: they are made printable before they reach a terminal, except
// by "show --output value", which writes them as they are.

// findFeed finds a feed by OWNER/NAME or by its id. By NAME alone it looks among the feeds of the owner of the given key.
func findFeed(ctx context.Context, cmd *cobra.Command, c *connect.Flags, l *connect.Link, text string) (*feedstypes.QueryFeedResponse, error) {
	owner, name, given := strings.Cut(text, "/")
	if !given && credence.IsID(text) && len(text) == 64 {
		res, err := l.Conn.Feeds().FeedByID(ctx, &feedstypes.QueryFeedByIDRequest{Id: strings.ToLower(text)})
		if err != nil {
			return nil, connect.LookUp("FEED", text, "credenced feed list", err)
		}
		return &feedstypes.QueryFeedResponse{Feed: res.Feed, Height: res.Height, AgeSeconds: res.AgeSeconds}, nil
	}
	if !given {
		if err := c.LoadKeys(cmd, l); err != nil {
			return nil, &cli.Problem{What: fmt.Sprintf("%s: whose feed is this?", printable.Name(text)), Next: "name it as OWNER/NAME; credenced feed list has all", Exit: cli.ExitUsage}
		}
		account := l.Requester.Address()
		org, err := connect.OrganisationOf(ctx, l, account)
		if err != nil {
			return nil, err
		}
		owner, name = feedstypes.OwnerOf(org, account), text
	}
	res, err := l.Conn.Feeds().Feed(ctx, &feedstypes.QueryFeedRequest{Owner: owner, Name: name})
	if err != nil {
		return nil, connect.LookUp("FEED", text, "credenced feed list", err)
	}
	return res, nil
}

func feedShowCmd() *cobra.Command {
	var (
		c      connect.Flags
		output string
	)
	cmd := &cobra.Command{
		Use: "show FEED", Short: "Show a feed: its latest value, how old it is, and who updates it",
		Long:    "Show a feed. FEED is OWNER/NAME, an id, or the NAME of one of yours. With --output value its latest value is written as it is.",
		Example: "  credenced feed show acme/euro-rate",
		Args:    cli.Exactly("FEED"), PersistentPreRunE: cli.NoPrepare,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := cli.OneOf("--output", output, "text", "json", "value"); err != nil {
				return err
			}
			return connect.WithLink(cmd, &c, func(ctx context.Context, l *connect.Link) error {
				res, err := findFeed(ctx, cmd, &c, l, args[0])
				if err != nil {
					return err
				}
				switch {
				case output == "json":
					return printer.PrintJSON(cmd.OutOrStdout(), res)
				case output == "value" && res.Feed.Latest == nil:
					return &cli.Problem{What: "the feed has no value yet", Exit: cli.ExitNoVerdict}
				case output == "value":
					_, err := cmd.OutOrStdout().Write(res.Feed.Latest.Data)
					return err
				}
				return printFeed(cmd.OutOrStdout(), res, l.Info.Name)
			})
		},
	}
	cmd.Flags().StringVar(&output, "output", "text", "text, json, or value for the bytes of the latest value alone")
	c.Add(cmd.Flags(), true)
	return cmd
}

// printFeed writes a feed as labelled rows.
func printFeed(out io.Writer, res *feedstypes.QueryFeedResponse, name func(string) string) error {
	f := res.Feed
	t := printer.NewLabels(out)
	t.AddRow("feed", "%s/%s", f.Owner(), f.Name)
	t.AddRow("id", "%s", f.Id)
	by := "jobs of " + name(f.Account)
	if f.Shared {
		by = "jobs of every account of " + f.Organisation
	}
	t.AddRow("updated by", "%s that run %s, trust %d or more, policy %s", by, f.App, f.MinTrust, f.Policy)
	t.AddRow("updates", "%d, %d of them late; %d kept of at most %d", f.Updates, f.Late, f.Entries, f.History)
	if v := f.Latest; v == nil {
		t.AddRow("value", "none yet")
	} else {
		t.AddRow("value", "%s", printable.Data(v.Data))
		t.AddRow("age", "%s: asked for at height %d, %s", time.Duration(res.AgeSeconds)*time.Second, v.Asked, timeText(v.AskedTime))
		t.AddRow("final", "at height %d, %s", v.Height, timeText(v.Time))
		t.AddRow("trust", "%d, policy %s, app version %s", v.Trust, v.Policy, v.AppVersion)
		t.AddRow("task", "%s", v.Task)
	}
	return t.Flush()
}

func timeText(seconds int64) string { return time.Unix(seconds, 0).UTC().Format(time.RFC3339) }

func feedListCmd() *cobra.Command {
	var (
		c      connect.Flags
		output string
		owner  string
		limit  int
	)
	cmd := &cobra.Command{
		Use: "list", Short: "List the feeds, or those of an owner", Example: "  credenced feed list --owner acme",
		Args: cli.Exactly(), PersistentPreRunE: cli.NoPrepare,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := cli.OneOf("--output", output, "text", "json"); err != nil {
				return err
			}
			if err := printer.CheckLimit(limit); err != nil {
				return err
			}
			return connect.WithLink(cmd, &c, func(ctx context.Context, l *connect.Link) error {
				feeds, more, err := printer.ReadPages(limit, func(p *query.PageRequest) ([]feedstypes.Feed, *query.PageResponse, error) {
					res, err := l.Conn.Feeds().Feeds(ctx, &feedstypes.QueryFeedsRequest{Owner: owner, Pagination: p})
					return res.GetFeeds(), res.GetPagination(), err
				})
				if err != nil {
					return err
				}
				if output == "json" {
					return printer.PrintList(cmd.OutOrStdout(), "feeds", feeds, more)
				}
				if len(feeds) == 0 {
					_, err := fmt.Fprintln(cmd.OutOrStdout(), "no feeds")
					return err
				}
				if err := printer.PrintTable(cmd.OutOrStdout(), feedColumns(), feeds); err != nil {
					return err
				}
				printer.PrintMore(cmd.OutOrStdout(), more, limit)
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&owner, "owner", "", "an organisation's id, or an account (default: all)")
	cmd.Flags().StringVar(&output, "output", "text", "text or json")
	printer.AddLimit(cmd.Flags(), &limit)
	c.Add(cmd.Flags(), false)
	return cmd
}

func feedColumns() []printer.Column[feedstypes.Feed] {
	latest := func(show func(feedstypes.Value) string) func(feedstypes.Feed) string {
		return func(f feedstypes.Feed) string {
			if f.Latest == nil {
				return "-"
			}
			return show(*f.Latest)
		}
	}
	return []printer.Column[feedstypes.Feed]{
		printer.NewColumn("FEED", func(f feedstypes.Feed) string { return f.Owner() + "/" + f.Name }),
		printer.NewColumn("VALUE", latest(func(v feedstypes.Value) string { return shorten(printable.Data(v.Data), 32) })),
		printer.NewColumn("ASKED", latest(func(v feedstypes.Value) string { return timeText(v.AskedTime) })),
		printer.NewColumn("TRUST", func(f feedstypes.Feed) string { return fmt.Sprint(f.MinTrust) }),
		printer.NewColumn("APP", func(f feedstypes.Feed) string { return f.App }),
		printer.NewColumn("UPDATES", func(f feedstypes.Feed) string { return fmt.Sprint(f.Updates) }),
	}
}

// shorten cuts a text to at most most characters.
func shorten(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most-3]) + "..."
}

func feedHistoryCmd() *cobra.Command {
	var (
		c      connect.Flags
		output string
		limit  int
	)
	cmd := &cobra.Command{
		Use: "history FEED", Short: "List the values that a feed keeps, the newest first",
		Long: "List the values that a feed keeps, the newest first. FEED is OWNER/NAME, an id, or the NAME of one of yours.", Example: "  credenced feed history acme/euro-rate",
		Args: cli.Exactly("FEED"), PersistentPreRunE: cli.NoPrepare,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := cli.OneOf("--output", output, "text", "json"); err != nil {
				return err
			}
			if err := printer.CheckLimit(limit); err != nil {
				return err
			}
			return connect.WithLink(cmd, &c, func(ctx context.Context, l *connect.Link) error {
				found, err := findFeed(ctx, cmd, &c, l, args[0])
				if err != nil {
					return err
				}
				values, more, err := printer.ReadPages(limit, func(p *query.PageRequest) ([]feedstypes.Value, *query.PageResponse, error) {
					res, err := l.Conn.Feeds().History(ctx, &feedstypes.QueryHistoryRequest{Owner: found.Feed.Owner(), Name: found.Feed.Name, Pagination: p})
					return res.GetValues(), res.GetPagination(), err
				})
				if err != nil {
					return err
				}
				if output == "json" {
					return printer.PrintList(cmd.OutOrStdout(), "values", values, more)
				}
				if err := printer.PrintTable(cmd.OutOrStdout(), valueColumns(), values); err != nil {
					return err
				}
				printer.PrintMore(cmd.OutOrStdout(), more, limit)
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&output, "output", "text", "text or json")
	printer.AddLimit(cmd.Flags(), &limit)
	c.Add(cmd.Flags(), true)
	return cmd
}

func valueColumns() []printer.Column[feedstypes.Value] {
	return []printer.Column[feedstypes.Value]{
		printer.NewColumn("VALUE", func(v feedstypes.Value) string { return shorten(printable.Data(v.Data), 40) }),
		printer.NewColumn("ASKED", func(v feedstypes.Value) string { return timeText(v.AskedTime) }),
		printer.NewColumn("FINAL", func(v feedstypes.Value) string { return timeText(v.Time) }),
		printer.NewColumn("HEIGHT", func(v feedstypes.Value) string { return fmt.Sprint(v.Height) }),
		printer.NewColumn("TRUST", func(v feedstypes.Value) string { return fmt.Sprint(v.Trust) }),
		printer.NewColumn("TASK", func(v feedstypes.Value) string { return credence.ShortDigest(v.Task) }),
	}
}
