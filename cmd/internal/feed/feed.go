// Package feed has the commands about feeds. A feed is a named value on the chain that final answers of tasks update.
package feed

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/poco"
	feedstypes "github.com/credence-chain/credence/x/feeds/types"
)

// NewCommand returns the command "feed" with its subcommands.
func NewCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "feed", Short: "Create, show, list, prove and delete feeds: values on the chain that final answers update", PersistentPreRunE: cli.NoPrepare,
	}
	cmd.AddCommand(feedCreateCmd(), feedShowCmd(), feedListCmd(), feedHistoryCmd(), feedReceiptCmd(), feedDeleteCmd())
	return cmd
}

// sendMessage sends a message, signed by the key of the flags, and waits for its block.
func sendMessage(ctx context.Context, l *connect.Link, msg sdk.Msg) (*credence.TxResult, error) {
	s, err := credence.NewSender(l.Conn, l.Requester, credence.SenderOptions{})
	if err != nil {
		return nil, err
	}
	return s.Do(ctx, msg)
}

// created is the result of "feed create", for --output json.
type created struct {
	Feed  string `json:"feed"`
	Owner string `json:"owner"`
	Name  string `json:"name"`
	// Hash is the transaction's, and Height is that of its block.
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
				cli.Tell(cmd.OutOrStdout(), "feed %s/%s is there since height %d\nUpdate it with:\n  credenced run %s --trust %s%s --callback feeds/%s --onchain FILE\n",
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

// appText returns an app's reference for a command to run. If the feed names the app without a version, the reference has a placeholder for
// it.
func appText(app string) string {
	if strings.Contains(app, ":") {
		return app
	}
	return app + ":VERSION"
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
