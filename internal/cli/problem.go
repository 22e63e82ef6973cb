package cli

import (
	"context"
	"errors"
	"fmt"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
	"slices"
	"strings"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/sender"
	"github.com/credence-chain/credence/poco"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// Problem is an error for people: what is wrong, and what to do next.
type Problem struct {
	// What says what is wrong, in a sentence without its full stop.
	What string
	// Next says what to do about it.
	Next string
	// Exit is the exit status of a command that ends with it; 0 means 1.
	Exit int
	// Err is the cause; may be nil.
	Err error
}

// Error returns What, and Next on a line of its own.
func (p *Problem) Error() string {
	if p.Next == "" {
		return p.What
	}
	return p.What + "\n  Next: " + nameProgram(p.Next)
}

// Unwrap returns the cause.
func (p *Problem) Unwrap() error { return p.Err }

// ExitCode returns the exit status of a command that ends with the problem.
func (p *Problem) ExitCode() int {
	if p.Exit == 0 {
		return ExitFailed
	}
	return p.Exit
}

// next says what to do about a module's refusal.
var next = map[sender.Code]string{
	sender.CodeOf(markettypes.ErrUnknownApp):       "list those there are: credenced list apps; or publish it: credenced run FILE.wasm does so by itself",
	sender.CodeOf(markettypes.ErrUnknownDataset):   "list those there are: credenced list datasets; or publish it: --dataset FILE does so by itself",
	sender.CodeOf(markettypes.ErrDeprecated):       "ask its provider, or use another version of it",
	sender.CodeOf(markettypes.ErrSuspended):        "it was found not to give the same output everywhere; its provider has to mend and the council to reinstate it",
	sender.CodeOf(markettypes.ErrNondeterministic): "its provider says that two runs of it may differ: no policy with a court can take it",
	sender.CodeOf(markettypes.ErrByOrder):          "it has no list price: ask its provider for an order that takes you",
	sender.CodeOf(markettypes.ErrUnknownPool):      "leave --pool out to take any, or list them: credenced list pools",
	sender.CodeOf(markettypes.ErrPrivatePool):      "the pool serves others; leave --pool out to take any",
	sender.CodeOf(markettypes.ErrUnknownCategory):  "leave --category out for limits of your own, or list them: credenced list categories",
	sender.CodeOf(markettypes.ErrCategory):         "leave --category out for limits of your own, or list them: credenced list categories",
	sender.CodeOf(markettypes.ErrTrust):            "give --trust as a percentage such as 99.99%, a number such as 10000, or bits such as 13bits",
	sender.CodeOf(markettypes.ErrPolicy):           "--policy is " + poco.PolicyNames(),
	sender.CodeOf(markettypes.ErrReplicas):         "lower --min-replicas",
	sender.CodeOf(markettypes.ErrUnaffordable):     "raise --max-price, or leave it out to take the recommended one; what is not spent comes back",
	sender.CodeOf(markettypes.ErrAppPrice):         "raise --max-app-price, or leave it out",
	sender.CodeOf(markettypes.ErrDatasetPrice):     "raise --max-dataset-price, or leave it out",
	sender.CodeOf(markettypes.ErrPoolPrice):        "raise --max-pool-price, or leave it out",
	sender.CodeOf(markettypes.ErrFuel):             "lower --fuel",
	sender.CodeOf(markettypes.ErrSize):             "lower --bag",
	sender.CodeOf(markettypes.ErrTag):              "--tag takes names of a-z, 0-9, '.' and '-', at most 16 of them",
	sender.CodeOf(markettypes.ErrTags):             "ask for fewer --tag, or look which pools promise them: credenced order book",
	sender.CodeOf(markettypes.ErrResources):        "--memory, --disk, --cpu and --gpus: at least what the app requires, at most what a pool promises",
	sender.CodeOf(markettypes.ErrInputs):           "use fewer or smaller inputs",
	sender.CodeOf(markettypes.ErrInputName):        "give inputs plain relative names: --input NAME=FILE",
	sender.CodeOf(markettypes.ErrDatasets):         "each dataset once, and as many tasks as --datasets-per-task makes",
	sender.CodeOf(markettypes.ErrExecution):        executionHint,
	sender.CodeOf(markettypes.ErrArgs):             "shorten --args; put what is long into an --input file",
	sender.CodeOf(markettypes.ErrBeneficiary):      "--beneficiary is an account's address",
	sender.CodeOf(markettypes.ErrCallback):         "list the hooks there are: credenced list callbacks",
	sender.CodeOf(markettypes.ErrNoOrder):          "look at the book: credenced order book; --rest 10m lets it wait there for offers to come",
	sender.CodeOf(voucherstypes.ErrVoucher):        "look at your vouchers: credenced list vouchers",
	sender.CodeOf(voucherstypes.ErrSpender):        "ask the voucher's holder to name you as a spender, or use another --key-file",
	sender.CodeOf(voucherstypes.ErrExpired):        "ask the voucher's issuer for another",
	sender.CodeOf(voucherstypes.ErrAsset):          "the voucher is for other apps, datasets or pools; leave --voucher out to pay yourself",
	sender.CodeOf(voucherstypes.ErrBalance):        "lower --max-price or --bag, or ask the voucher's issuer to top it up",
	sender.CodeOf(markettypes.ErrTooFew):           "lower --trust or --min-replicas, use --policy court, or wait for more workers with --rest 10m",
	sender.CodeOf(dealstypes.ErrUnfunded):          "fund the account that pays, or lower --max-price or --bag",
	sender.CodeOf(orgstypes.ErrRole):               "use a key of an organisation with that role, by --from NAME or --key-file FILE; the council grants roles",
	sender.CodeOf(poatypes.ErrPaused):              "look whether the pause has ended: credenced show pause",
	sender.CodeOf(orgstypes.ErrRevoked):            "the council revoked the organisation; ask it",
	sender.CodeOf(appstypes.ErrNotFound):           "publish it first: credenced run does so by itself for files",
	sender.CodeOf(appstypes.ErrNotOwner):           "rename the file: the name is another provider's",
	sender.CodeOf(appstypes.ErrNameTaken):          "rename the file: apps and datasets share their names",
	sender.CodeOf(markettypes.ErrEnded):            "nothing is left to take back; a request that is matched is followed with credenced task watch",
	sender.CodeOf(taskstypes.ErrNotFound):          "look at your requests: credenced task list",

	sender.CodeOf(sdkerrors.ErrInsufficientFunds): "the account has too little money: look with credenced balance ADDRESS",
}

// unfunded are the refusals that are about money.
var unfunded = []sender.Code{
	sender.CodeOf(markettypes.ErrUnaffordable), sender.CodeOf(markettypes.ErrAppPrice), sender.CodeOf(markettypes.ErrDatasetPrice), sender.CodeOf(markettypes.ErrPoolPrice),
	sender.CodeOf(voucherstypes.ErrBalance), sender.CodeOf(voucherstypes.ErrExpired), sender.CodeOf(dealstypes.ErrUnfunded), sender.CodeOf(sdkerrors.ErrInsufficientFunds),
}

// Explain turns an error into a Problem that says what to do next. It returns an error that it does not know unchanged.
func Explain(err error) error {
	var known *Problem
	if err == nil || errors.As(err, &known) {
		return err
	}
	var left *client.Interrupted
	if errors.As(err, &left) {
		return &Problem{What: err.Error(), Next: watchCommand(left.Request, left.Deal), Exit: ExitStatus(err), Err: err}
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, ErrInterrupted) || errors.Is(err, ErrTerminated) {
		return err
	}
	var own *client.Error
	if errors.As(err, &own) {
		return explainClient(own)
	}
	var dear *client.GasPriceError
	if errors.As(err, &dear) {
		return &Problem{What: err.Error(), Next: "use another node, or say with --gas-prices that you pay it", Err: err}
	}
	if refused := client.Refused(err); refused != nil {
		key := refused.CodeOf()
		p := &Problem{What: refused.Log, Next: next[key], Err: err}
		var sent *client.TxError
		switch {
		case slices.Contains(unfunded, key):
			p.Exit = ExitUnfunded
		case errors.As(err, &sent): // the error is that of a transaction, and not of a query
			p.Exit = ExitRefused
		}
		if refused.Hash != "" {
			p.What = fmt.Sprintf("%s (transaction %s, %s/%d)", refused.Log, refused.Hash, refused.Codespace, refused.Code)
		}
		return p
	}
	var unreached *client.ReachError
	if errors.As(err, &unreached) {
		return &Problem{What: "no node answers: " + client.WithoutRPC(err.Error()), Next: unreached.Next, Exit: ExitNetwork, Err: err}
	}
	switch {
	case errors.Is(err, client.ErrNoEndpoint), status.Code(err) == codes.Unavailable:
		return &Problem{What: "no node answers: " + client.WithoutRPC(err.Error()), Next: "start one with `credenced devnet`, or name one with --node HOST:PORT", Exit: ExitNetwork, Err: err}
	case errors.Is(err, client.ErrNoAccount):
		return &Problem{What: err.Error(), Next: "send it some coins, or use another --key-file", Exit: ExitUnfunded, Err: err}
	case errors.Is(err, client.ErrStalled):
		return &Problem{What: "the chain makes no blocks: " + client.WithoutRPC(err.Error()), Next: "look at the validators' logs; a devnet that was stopped is continued with `credenced devnet`", Exit: ExitStalled, Err: err}
	case errors.Is(err, client.ErrExpired):
		return &Problem{What: err.Error(), Next: "nothing was spent; try again", Exit: ExitNetwork, Err: err}
	}
	return err
}

// InALine returns the text of an error, explained, on one line, without the words that gRPC adds for programs.
func InALine(err error) string {
	return strings.ReplaceAll(client.WithoutRPC(Explain(err).Error()), "\n  ", "; ")
}
