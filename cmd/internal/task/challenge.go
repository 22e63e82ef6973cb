package task

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/internal/cli"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// challenged is what a challenge did, for --output json.
type challenged struct {
	Task string `json:"task"`
	// Bond in ucred.
	Bond uint64 `json:"bond"`
	// Hash of the transaction, and the Height of its block.
	Hash   string `json:"hash"`
	Height int64  `json:"height,string"`
}

func taskChallengeCmd() *cobra.Command {
	var (
		c              connect.Flags
		output, atMost string
	)
	cmd := &cobra.Command{
		Use: "challenge ID", Short: "Call the court on an accepted answer that is not final, with a bond",
		Long: `Call the court on an accepted answer that is not final. All validators run the task again. The bond is what the court
costs. It comes back when the court finds another answer, or none at all by two thirds; it pays the court when the court finds
the same answer, or agrees that the inputs can't be had. The court looks at a task once.`,
		Example: "  credenced task challenge 3f2a5c0e9d8b --max-bond 1CRED",
		Args:    cli.Exactly("ID"), PersistentPreRunE: cli.NoPrepare,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := cli.OneOf("--output", output, "text", "json"); err != nil {
				return err
			}
			most, err := cli.ParseCRED(atMost)
			if err != nil {
				return fmt.Errorf("--max-bond: %w", err)
			}
			return connect.WithLink(cmd, &c, func(ctx context.Context, l *connect.Link) error {
				ref, err := resolveID(ctx, l.Conn, args[0])
				if err != nil {
					return err
				}
				if ref.Kind != credence.KindTask {
					return &cli.Problem{What: fmt.Sprintf("%s is a %s, expected a task", args[0], ref.Kind), Next: "credenced task show lists its tasks"}
				}
				if err := c.LoadKeys(cmd, l); err != nil {
					return err
				}
				done, err := sendChallenge(ctx, l, ref.ID, most)
				if err != nil {
					return err
				}
				if output == "json" {
					return printer.PrintJSON(cmd.OutOrStdout(), done)
				}
				fmt.Fprintf(cmd.OutOrStdout(), "task %s is challenged since height %d, with a bond of %s\nFollow it with:\n  credenced task show %s\n",
					credence.ShortDigest(done.Task), done.Height, cli.FormatCRED(done.Bond), credence.ShortDigest(done.Task))
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&atMost, "max-bond", "10CRED", "the most that may be locked")
	cmd.Flags().StringVar(&output, "output", "text", "text or json")
	c.Add(cmd.Flags(), true)
	return cmd
}

// sendChallenge sends the bond and waits for its block.
func sendChallenge(ctx context.Context, l *connect.Link, task string, most uint64) (*challenged, error) {
	s, err := credence.NewSender(l.Conn, l.Requester, credence.SenderOptions{})
	if err != nil {
		return nil, err
	}
	res, err := s.Do(ctx, &taskstypes.MsgChallenge{Challenger: l.Requester.Address(), Task: task, MaxBond: most})
	if err != nil {
		return nil, err
	}
	var answer taskstypes.MsgChallengeResponse
	if err := res.Response(0, &answer); err != nil {
		return nil, err
	}
	return &challenged{Task: task, Bond: answer.Bond, Hash: res.Hash, Height: res.Height}, nil
}
