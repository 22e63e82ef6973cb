// Package feed has the commands of feeds: named values on the chain that final answers update.
package feed

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/printable"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/receipt"
	feedstypes "github.com/credence-chain/credence/x/feeds/types"
)

// NewCommand is the command "feed" with all that is below it.
func NewCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "feed", Short: "Create, show, list, prove and delete feeds: values on the chain that final answers update", PersistentPreRunE: cli.NoPrepare,
	}
	cmd.AddCommand(feedCreateCmd(), feedShowCmd(), feedListCmd(), feedHistoryCmd(), feedReceiptCmd(), feedDeleteCmd())
	return cmd
}

// sendMessage sends a message of the key that was given, and waits for its block.
func sendMessage(ctx context.Context, l *connect.Link, msg sdk.Msg) (*credence.TxResult, error) {
	s, err := credence.NewSender(l.Conn, l.Requester, credence.SenderOptions{})
	if err != nil {
		return nil, err
	}
	return s.Do(ctx, msg)
}

// created is what feed create did, for --output json.
type created struct {
	Feed  string `json:"feed"`
	Owner string `json:"owner"`
	Name  string `json:"name"`
	// Hash of the transaction, and the Height of its block.
	Hash   string `json:"hash"`
	Height int64  `json:"height,string"`
}

func feedCreateCmd() *cobra.Command {
	var (
		c      connect.Flags
		output string
		trust  string
		msg    feedstypes.MsgCreate
	)
	cmd := &cobra.Command{
		Use: "create NAME --app ORGANISATION/NAME[:VERSION]", Short: "Create a feed that an app's final answers update",
		Long: `Create a feed of your organisation, or of your account if it has none. From then on a job of yours updates it that runs the
app under the policy with at least the trust, and says --callback feeds/NAME and --onchain FILE: its value is that file of the
result, once the answer is final. All of this is fixed while the feed exists.`,
		Example: `  credenced feed create euro-rate --app studio/rates --trust 99.99%
  credenced run studio/rates:1.0 --trust 99.99% --callback feeds/euro-rate --onchain rate.txt`,
		Args: cli.Exactly("NAME"), PersistentPreRunE: cli.NoPrepare,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := cli.OneOf("--output", output, "text", "json"); err != nil {
				return err
			}
			if msg.Name = args[0]; feedstypes.ValidateName(msg.Name) != nil {
				return &cli.Problem{What: feedstypes.ValidateName(msg.Name).Error(), Exit: cli.ExitUsage}
			}
			if msg.App == "" {
				return &cli.Problem{What: "--app is missing", Next: "name the app whose answers update the feed, such as --app studio/rates", Exit: cli.ExitUsage}
			}
			var err error
			if msg.MinTrust, err = poco.ParseTrust(trust); err != nil {
				return &cli.Problem{What: "--" + err.Error(), Exit: cli.ExitUsage}
			}
			return connect.WithLink(cmd, &c, func(ctx context.Context, l *connect.Link) error {
				if err := c.LoadKeys(cmd, l); err != nil {
					return err
				}
				msg.Account = l.Requester.Address()
				res, err := sendMessage(ctx, l, &msg)
				if err != nil {
					return err
				}
				var answer feedstypes.MsgCreateResponse
				if err := res.Response(0, &answer); err != nil {
					return err
				}
				found, err := l.Conn.Feeds().FeedByID(ctx, &feedstypes.QueryFeedByIDRequest{Id: answer.Feed})
				if err != nil {
					return err
				}
				done := created{Feed: answer.Feed, Owner: found.Feed.Owner(), Name: msg.Name, Hash: res.Hash, Height: res.Height}
				if output == "json" {
					return printer.PrintJSON(cmd.OutOrStdout(), done)
				}
				policy := ""
				if found.Feed.Policy != poco.DefaultPolicy {
					policy = " --policy " + found.Feed.Policy
				}
				fmt.Fprintf(cmd.OutOrStdout(), "feed %s/%s is there since height %d\nUpdate it with:\n  credenced run %s --trust %s%s --callback feeds/%s --onchain FILE\n",
					done.Owner, done.Name, done.Height, appText(found.Feed.App), trust, policy, done.Name)
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&msg.App, "app", "", "app that computes it: organisation/name for every version, or organisation/name:version")
	cmd.Flags().StringVar(&trust, "trust", "99.9%", "least trust of an answer that updates it: a percentage, a number T, or bits")
	cmd.Flags().StringVar(&msg.Policy, "policy", "", "policy under which an answer has to be accepted: "+poco.PolicyHelp())
	cmd.Flags().Uint32Var(&msg.History, "history", 0, "how many values it keeps; 0 for the most")
	cmd.Flags().BoolVar(&msg.Shared, "shared", false, "let jobs of every account of your organisation update it")
	cmd.Flags().StringVar(&output, "output", "text", "text or json")
	c.Add(cmd.Flags(), true)
	return cmd
}

// appText is a reference to run, of an app that is named with or without its version.
func appText(app string) string {
	if strings.Contains(app, ":") {
		return app
	}
	return app + ":VERSION"
}

// findFeed finds a feed by OWNER/NAME, by NAME alone among those of the key that is given, or by its id.
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

// ValueText shows bytes that a program wrote: as a line of text where they are one, and in hexadecimal digits otherwise.
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

// shorten cuts a text of printable characters.
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

func feedDeleteCmd() *cobra.Command {
	var (
		c      connect.Flags
		output string
	)
	cmd := &cobra.Command{
		Use: "delete FEED", Short: "Delete a feed of yours with its values",
		Long: "Delete a feed of yours, or of your organisation, with its values. FEED is OWNER/NAME, an id, or the NAME of one of yours.", Example: "  credenced feed delete euro-rate",
		Args: cli.Exactly("FEED"), PersistentPreRunE: cli.NoPrepare,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := cli.OneOf("--output", output, "text", "json"); err != nil {
				return err
			}
			return connect.WithLink(cmd, &c, func(ctx context.Context, l *connect.Link) error {
				if err := c.LoadKeys(cmd, l); err != nil {
					return err
				}
				found, err := findFeed(ctx, cmd, &c, l, args[0])
				if err != nil {
					return err
				}
				res, err := sendMessage(ctx, l, &feedstypes.MsgDelete{Account: l.Requester.Address(), Feed: found.Feed.Id})
				if err != nil {
					return err
				}
				f := found.Feed
				if output == "json" {
					return printer.PrintJSON(cmd.OutOrStdout(), created{Feed: f.Id, Owner: f.Owner(), Name: f.Name, Hash: res.Hash, Height: res.Height})
				}
				fmt.Fprintf(cmd.OutOrStdout(), "feed %s/%s is gone since height %d\n", f.Owner(), f.Name, res.Height)
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&output, "output", "text", "text or json")
	c.Add(cmd.Flags(), true)
	return cmd
}

func feedReceiptCmd() *cobra.Command {
	var (
		c     connect.Flags
		out   string
		since int64
		wait  time.Duration
	)
	cmd := &cobra.Command{
		Use: "receipt FEED", Short: "Write a file that proves a feed's latest value to others",
		Long: `Write a file that proves to others, without a node and without trust in you, what the latest value of a feed is as of now:
credence receipt verify reads it. FEED is OWNER/NAME, an id, or the NAME of one of yours.`,
		Example: "  credenced feed receipt acme/euro-rate --out rate.json",
		Args:    cli.Exactly("FEED"), PersistentPreRunE: cli.NoPrepare,
		RunE: func(cmd *cobra.Command, args []string) error {
			if since < 0 {
				return fmt.Errorf("--since %d: expected a height from 1", since)
			}
			return connect.WithLink(cmd, &c, func(ctx context.Context, l *connect.Link) error {
				found, err := findFeed(ctx, cmd, &c, l, args[0])
				if err != nil {
					return err
				}
				limited, cancel := context.WithTimeout(ctx, wait)
				defer cancel()
				r, err := credence.FeedReceipt(limited, l.Conn, found.Feed.Id, credence.ReceiptOptions{Since: since})
				if err != nil {
					return receiptProblem(args[0], err)
				}
				file, err := r.Encode()
				if err != nil {
					return err
				}
				if out == "-" {
					_, err = cmd.OutOrStdout().Write(file)
					return err
				}
				if out == "" {
					out = found.Feed.Name + ".receipt.json"
				}
				if err := os.WriteFile(out, file, 0o644); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s proves the latest value of %s/%s as of height %d, in %d bytes.\n", out, found.Feed.Owner(), found.Feed.Name, r.Height, len(file))
				fmt.Fprintf(cmd.OutOrStdout(), "Whoever has it can check it without a node:\n  %s receipt verify %s --trust HASH\n", cli.Program, cli.ShellQuote(out))
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "file to write (default: the feed's name and .receipt.json; - for standard output)")
	cmd.Flags().Int64Var(&since, "since", 0, "height of a block that the verifier trusts, from which the receipt leads on")
	cmd.Flags().DurationVar(&wait, "wait", time.Minute, "how long to wait for the two blocks that sign the state")
	c.Add(cmd.Flags(), true)
	return cmd
}

// receiptProblem says what to do where there is no receipt.
func receiptProblem(feed string, err error) error {
	reason, is := receipt.IsRefusal(err)
	if !is {
		return err
	}
	p := &cli.Problem{What: "there is no receipt of the feed " + printable.Name(feed) + ": " + err.Error(), Err: err, Exit: cli.ExitUnproven}
	if reason == receipt.ReasonRunning {
		p.Exit = cli.ExitNotEnded
	}
	return p
}
