package task

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/internal/cli"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// begun is the result of "task retry" or "task cancel", for --output json.
type begun struct {
	Request string `json:"request"`
	Of      string `json:"of,omitempty"`
	Hash    string `json:"hash"`
	Height  int64  `json:"height,string"`
}

// requestOf returns the request to which an id belongs: its own id, the id of one of its deals, or the id of one of its tasks.
func requestOf(ctx context.Context, conn *credence.Conn, text string) (markettypes.Request, error) {
	ref, err := credence.Resolve(ctx, conn, text, credence.KindTask, credence.KindRequest, credence.KindDeal)
	if err != nil {
		return markettypes.Request{}, err
	}
	id := ref.ID
	if ref.Kind == credence.KindTask {
		res, err := conn.Tasks().Task(ctx, &taskstypes.QueryTaskRequest{Id: id})
		if err != nil {
			return markettypes.Request{}, err
		}
		id = res.Deal.Request
	}
	if ref.Kind == credence.KindDeal {
		res, err := conn.Deals().Deal(ctx, &dealstypes.QueryDealRequest{Id: id})
		if err != nil {
			return markettypes.Request{}, err
		}
		id = res.Deal.Request
	}
	res, err := conn.Market().Request(ctx, &markettypes.QueryRequestRequest{Id: id})
	if err != nil {
		return markettypes.Request{}, err
	}
	if p := res.Request.Pruned; p > 0 {
		return res.Request, &cli.Problem{
			What: fmt.Sprintf("request %s has ended and was pruned at height %d: the chain has its job no more", id, p),
			Next: fmt.Sprintf("ask a node that keeps the state of height %d, an archive node, or run the program anew", p-1),
		}
	}
	return res.Request, nil
}

func taskRetryCmd() *cobra.Command {
	var (
		c              connect.Flags
		output, atMost string
	)
	cmd := &cobra.Command{
		Use: "retry ID", Short: "Submit the same job again, as a new request",
		Long: `Submit the job of a request again, as a new request that is paid anew: the same app, arguments, inputs, trust and prices. ID is
the request's, or that of one of its deals or tasks; the whole bag is run again. A request that may still be met is cancelled
first with "credenced task cancel".`,
		Example: "  credenced task retry 3f2a5c0e9d8b --max-price 2CRED",
		Args:    cli.Exactly("ID"), PersistentPreRunE: cli.NoPrepare,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := cli.OneOf("--output", output, "text", "json", "id"); err != nil {
				return err
			}
			var price uint64
			if atMost != "" {
				var err error
				if price, err = cli.ParseCRED(atMost); err != nil {
					return fmt.Errorf("--max-price: %w", err)
				}
			}
			return connect.WithLink(cmd, &c, func(ctx context.Context, l *connect.Link) error {
				old, err := requestOf(ctx, l.Conn, args[0])
				if err != nil {
					return err
				}
				if err := c.LoadKeys(cmd, l); err != nil {
					return err
				}
				if price > 0 {
					old.Job.MaxPrice = price
				}
				r := &credence.Runner{Conn: l.Conn, Requester: l.Requester}
				sent, err := r.SubmitAgain(ctx, old)
				if err != nil {
					return err
				}
				switch output {
				case "id":
					return printer.PrintIDs(cmd.OutOrStdout(), []string{sent.Request}, func(id string) string { return id })
				case "json":
					return printer.PrintJSON(cmd.OutOrStdout(), begun{Request: sent.Request, Of: old.Id, Hash: sent.Hash, Height: sent.Height})
				}
				cli.Tell(cmd.OutOrStdout(), "request %s has the job of %s again; %s locked\nFollow it with:\n  credenced task watch %s --out DIR\n",
					credence.ShortDigest(sent.Request), credence.ShortDigest(old.Id), cli.FormatCRED(sent.Locked), credence.ShortDigest(sent.Request))
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&atMost, "max-price", "", "the most that one task may cost, such as 5CRED (default: as before)")
	cmd.Flags().StringVar(&output, "output", "text", "text, json, or id for the id of the new request alone")
	c.Add(cmd.Flags(), true)
	return cmd
}

func taskCancelCmd() *cobra.Command {
	var (
		c      connect.Flags
		output string
	)
	cmd := &cobra.Command{
		Use: "cancel ID", Short: "Take a request back: what no worker was drawn for is refunded",
		Long: `Take a request back. Tasks for which no worker was drawn are refunded; those that run, run on to their end and are paid. ID is
the request's, or that of one of its deals or tasks; a single task of a bag cannot be taken back.`,
		Example: "  credenced task cancel 3f2a5c0e9d8b",
		Args:    cli.Exactly("ID"), PersistentPreRunE: cli.NoPrepare,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := cli.OneOf("--output", output, "text", "json"); err != nil {
				return err
			}
			return connect.WithLink(cmd, &c, func(ctx context.Context, l *connect.Link) error {
				r, err := requestOf(ctx, l.Conn, args[0])
				if err != nil {
					return err
				}
				if err := c.LoadKeys(cmd, l); err != nil {
					return err
				}
				s, err := credence.NewSender(l.Conn, l.Requester, credence.SenderOptions{})
				if err != nil {
					return err
				}
				res, err := s.Do(ctx, &markettypes.MsgCancelRequest{Requester: l.Requester.Address(), Id: r.Id})
				if err != nil {
					return err
				}
				if output == "json" {
					return printer.PrintJSON(cmd.OutOrStdout(), begun{Request: r.Id, Hash: res.Hash, Height: res.Height})
				}
				cli.Tell(cmd.OutOrStdout(), "request %s is cancelled since height %d; what no worker was drawn for is refunded\nSee what runs on:\n  credenced task show %s\n",
					credence.ShortDigest(r.Id), res.Height, credence.ShortDigest(r.Id))
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&output, "output", "text", "text or json")
	c.Add(cmd.Flags(), true)
	return cmd
}
