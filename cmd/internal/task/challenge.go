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

// challenged is the result of "task challenge", for --output json.
type challenged struct {
	Task string `json:"task"`
	// Bond is in ucred.
	Bond uint64 `json:"bond"`
	// Hash is the transaction's, and Height is that of its block.
	Hash   string `json:"hash"`
	Height int64  `json:"height,string"`
}

func taskChallengeCmd() *cobra.Command {
	var (
		c              connect.Flags
		output, atMost string
		bytes          bool
	)
	cmd := &cobra.Command{
		Use: "challenge ID", Short: "Call the court on an accepted answer that is not final, with a bond",
		Long: `Call the court on an accepted answer that is not final. All validators run the task again. The bond is what the court
costs. It comes back when the court finds another answer, or none at all by two thirds, or can't have an input that somebody took
away; it pays the court when the court finds the same answer. The court looks at an answer once.

With --bytes the court doesn't run the task: the validators fetch the bytes of the answer from the workers that were paid for it.
The bond comes back when they can't, which costs these workers stake. It pays the court when they can, and then the validators
that fetched them have the bytes too. This can be asked once for a task, and the answer can be challenged afterwards.`,
		Example: "  credenced task challenge 3f2a5c0e9d8b --max-bond 1CRED\n  credenced task challenge 3f2a5c0e9d8b --bytes",
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
				id, err := resolveTask(ctx, l.Conn, args[0], "a challenge is of one")
				if err != nil {
					return err
				}
				if err := c.LoadKeys(cmd, l); err != nil {
					return err
				}
				done, err := sendChallenge(ctx, l, &taskstypes.MsgChallenge{Challenger: l.Requester.Address(), Task: id, MaxBond: most, Bytes: bytes})
				if err != nil {
					return err
				}
				if output == "json" {
					return printer.PrintJSON(cmd.OutOrStdout(), done)
				}
				what := "is challenged"
				if bytes {
					what = "is asked for its bytes"
				}
				cli.Tell(cmd.OutOrStdout(), "task %s %s since height %d, with a bond of %s\nFollow it with:\n  credenced task show %s\n",
					credence.ShortDigest(done.Task), what, done.Height, cli.FormatCRED(done.Bond), credence.ShortDigest(done.Task))
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&atMost, "max-bond", "10CRED", "the most that may be locked")
	cmd.Flags().BoolVar(&bytes, "bytes", false, "ask for the bytes of the answer instead of another run")
	cmd.Flags().StringVar(&output, "output", "text", "text or json")
	c.Add(cmd.Flags(), true)
	return cmd
}

// sendChallenge sends the challenge with its bond, and waits for its block.
func sendChallenge(ctx context.Context, l *connect.Link, msg *taskstypes.MsgChallenge) (*challenged, error) {
	s, err := credence.NewSender(l.Conn, l.Requester, credence.SenderOptions{})
	if err != nil {
		return nil, err
	}
	res, err := s.Do(ctx, msg)
	if err != nil {
		return nil, err
	}
	var answer taskstypes.MsgChallengeResponse
	if err := res.Response(0, &answer); err != nil {
		return nil, err
	}
	return &challenged{Task: msg.Task, Bond: answer.Bond, Hash: res.Hash, Height: res.Height}, nil
}
