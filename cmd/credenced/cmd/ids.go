package cmd

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"

	"github.com/credence-chain/credence/artifact"
	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
)

// kindApp and kindDataset are references by digest. The beginning of the digest is enough.
const (
	kindApp     credence.IDKind = "app"
	kindDataset credence.IDKind = "dataset"
)

// idArgument names an argument or a flag that takes an id, of a command that AutoCLI makes.
type idArgument struct {
	// path is the command's path below credenced.
	path string
	// place is the position of the argument, or the name of the flag.
	place int
	flag  string
	kind  credence.IDKind
}

// idArguments lists all such arguments and flags. A test compares the list with the fields of the messages.
var idArguments = []idArgument{
	{path: "query tasks task", kind: credence.KindTask},
	{path: "query tasks of-deal", kind: credence.KindDeal},
	{path: "query tasks result", kind: credence.KindTask},
	{path: "query tasks replay-draw", kind: credence.KindTask},
	{path: "query market order", kind: credence.KindOrder},
	{path: "query market request", kind: credence.KindRequest},
	{path: "query deals deal", kind: credence.KindDeal},
	{path: "query market match", kind: credence.KindMatch},
	{path: "query vouchers voucher", kind: credence.KindVoucher},
	{path: "query deals deals", flag: "request", kind: credence.KindRequest},
	{path: "query deals deals", flag: "order", kind: credence.KindOrder},
	{path: "query deals deals", flag: "voucher", kind: credence.KindVoucher},
	{path: "query apps version", kind: kindApp},
	{path: "query apps dataset-version", kind: kindDataset},
	{path: "tx market cancel-request", kind: credence.KindRequest},
	{path: "tx vouchers top-up-voucher", kind: credence.KindVoucher},
	{path: "tx vouchers set-spenders", kind: credence.KindVoucher},
	{path: "tx tasks commit", kind: credence.KindTask},
	{path: "tx tasks reveal", kind: credence.KindTask},
	{path: "tx tasks decline", kind: credence.KindTask},
	{path: "tx tasks challenge", kind: credence.KindTask},
}

// takePrefixes lets the commands that AutoCLI makes accept the beginnings of ids.
func takePrefixes(root *cobra.Command) {
	for _, a := range idArguments {
		cmd, rest, err := root.Find(strings.Fields(a.path))
		if err != nil || len(rest) > 0 {
			panic("the commands of ids: there is no credenced " + a.path)
		}
		run := cmd.RunE
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			args, err := a.completeArgs(cmd, args)
			if err != nil {
				return cli.Explain(err)
			}
			return run(cmd, args)
		}
	}
}

// completeArgs replaces the beginning of an id by the whole id.
func (a idArgument) completeArgs(cmd *cobra.Command, args []string) ([]string, error) {
	text := ""
	switch {
	case a.flag != "":
		text, _ = cmd.Flags().GetString(a.flag)
	case a.place < len(args):
		text = args[a.place]
	}
	whole, err := a.completeID(cmd, text)
	if err != nil || whole == text {
		return args, err
	}
	if a.flag != "" {
		return args, cmd.Flags().Set(a.flag, whole)
	}
	args = append([]string{}, args...)
	args[a.place] = whole
	return args, nil
}

// completeID returns the id that begins with the text. The chain is asked only about texts that can be the beginning of an id. Any other
// text is refused with the same words as in "credenced task", unless the argument is a reference by digest: such a text may be a name.
func (a idArgument) completeID(cmd *cobra.Command, text string) (string, error) {
	digest := a.kind == kindApp || a.kind == kindDataset
	digits := text
	if digest {
		var named bool
		if digits, named = artifact.CutAlgorithm(text); !named {
			return text, nil
		}
	}
	if !digest && text != "" && !credence.IsID(digits) { // refused here, without asking a node
		_, err := credence.Resolve(cmd.Context(), nil, text, a.kind)
		return "", err
	}
	if !credence.IsID(digits) || len(digits) == 64 {
		return text, nil
	}
	ctx, err := client.GetClientQueryContext(cmd)
	if err != nil {
		return "", err
	}
	asked := cmd.Context()
	if digest {
		return credence.ResolveReference(asked, ctx, text, a.kind == kindDataset)
	}
	ref, err := credence.Resolve(asked, ctx, text, a.kind)
	if err != nil {
		return "", err
	}
	return ref.ID, nil
}
