package client

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	errorsmod "cosmossdk.io/errors"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	appstypes "github.com/credence-chain/credence/x/apps/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// rpcWords is what gRPC puts before an error for programs, once for each program that it has passed.
var rpcWords = regexp.MustCompile(`rpc error: code = \w+ desc = `)

// WithoutRPC leaves out of an error's text what gRPC says in it to programs alone.
func WithoutRPC(text string) string { return rpcWords.ReplaceAllString(text, "") }

// Problem is an error for people: what is wrong, and what to do next.
type Problem struct {
	// What is wrong, in a sentence without its full stop.
	What string
	// Next is what to do about it.
	Next string
	// Exit is the exit status of a command that ends with it; 0 means 1.
	Exit int
	// Err is the cause; may be nil.
	Err error
}

// Error says both.
func (p *Problem) Error() string {
	if p.Next == "" {
		return p.What
	}
	return p.What + "\n  Next: " + p.Next
}

// Unwrap gives the cause.
func (p *Problem) Unwrap() error { return p.Err }

// ExitCode is the exit status of a command that ends with it.
func (p *Problem) ExitCode() int {
	if p.Exit == 0 {
		return ExitFailed
	}
	return p.Exit
}

// refusal is how a module's error looks in a gRPC status: cosmossdk.io/errors writes it so.
var refusal = regexp.MustCompile(`(?s)^codespace ([a-z0-9_-]+) code ([0-9]+): (.*)$`)

// Refused reads the module's error in what a query returned; nil when there is none.
func Refused(err error) *TxError {
	var refused *TxError
	if errors.As(err, &refused) {
		return refused
	}
	// The status itself: status.FromError would put the text of what wraps it in front.
	var carrier interface{ GRPCStatus() *status.Status }
	if !errors.As(err, &carrier) {
		return nil
	}
	m := refusal.FindStringSubmatch(carrier.GRPCStatus().Message())
	if m == nil {
		return nil
	}
	code, convErr := strconv.ParseUint(m[2], 10, 32)
	if convErr != nil {
		return nil
	}
	return &TxError{Codespace: m[1], Code: uint32(code), Log: m[3], Hash: "(a query)"}
}

type refusalKey struct {
	space string
	code  uint32
}

// keyOf is how an error of a module looks in a refusal.
func keyOf(err *errorsmod.Error) refusalKey { return refusalKey{err.Codespace(), err.ABCICode()} }

// next says what to do about a module's refusal.
var next = map[refusalKey]string{
	keyOf(markettypes.ErrUnknownApp):       "publish the app first: credenced run FILE.wasm does so by itself",
	keyOf(markettypes.ErrUnknownDataset):   "publish the dataset first: --dataset FILE does so by itself",
	keyOf(markettypes.ErrDeprecated):       "ask its provider, or use another version of it",
	keyOf(markettypes.ErrSuspended):        "it was found not to give the same output everywhere; its provider has to mend and the council to reinstate it",
	keyOf(markettypes.ErrNondeterministic): "its provider says that two runs of it may differ: no policy that judges by comparing can take it",
	keyOf(markettypes.ErrByOrder):          "it has no list price: ask its provider for an order that takes you",
	keyOf(markettypes.ErrUnknownPool):      "leave --pool out to take any, or list them: credenced query workers pools",
	keyOf(markettypes.ErrPrivatePool):      "the pool serves others; leave --pool out to take any",
	keyOf(markettypes.ErrUnknownCategory):  "leave --category out for limits of your own, or list them: credenced query market categories",
	keyOf(markettypes.ErrCategory):         "leave --category out for limits of your own, or list them: credenced query market categories",
	keyOf(markettypes.ErrTrust):            "give --trust as a percentage such as 99.99%, a number such as 10000, or bits such as 13bits",
	keyOf(markettypes.ErrPolicy):           "--policy is credence or court",
	keyOf(markettypes.ErrReplicas):         "lower --min-replicas",
	keyOf(markettypes.ErrUnaffordable):     "raise --max-price, or leave it out to take the recommended one; what is not spent comes back",
	keyOf(markettypes.ErrAppPrice):         "raise --max-app-price, or leave it out",
	keyOf(markettypes.ErrDatasetPrice):     "raise --max-dataset-price, or leave it out",
	keyOf(markettypes.ErrPoolPrice):        "raise --max-pool-price, or leave it out",
	keyOf(markettypes.ErrFuel):             "lower --fuel",
	keyOf(markettypes.ErrSize):             "lower --bag",
	keyOf(markettypes.ErrTag):              "--tag takes names of a-z, 0-9, '.' and '-', at most 16 of them",
	keyOf(markettypes.ErrTags):             "ask for fewer --tag, or look which pools promise them: credenced query market book",
	keyOf(markettypes.ErrResources):        "--memory, --disk, --cpu and --gpus: at least what the app requires, at most what a pool promises",
	keyOf(markettypes.ErrInputs):           "use fewer or smaller inputs",
	keyOf(markettypes.ErrInputName):        "give inputs plain relative names: --input NAME=FILE",
	keyOf(markettypes.ErrDatasets):         "each dataset once, and as many tasks as --datasets-per-task makes",
	keyOf(markettypes.ErrExecution):        "docs/apps.md says what --ok-exit, --stdout, --stdin and --env take",
	keyOf(markettypes.ErrArgs):             "shorten --args; put what is long into an --input file",
	keyOf(markettypes.ErrBeneficiary):      "--beneficiary is an account's address",
	keyOf(markettypes.ErrCallback):         "list the hooks there are: credenced query market callbacks",
	keyOf(markettypes.ErrNoOrder):          "look at the book: credenced query market book; --rest 10m lets it wait there for offers to come",
	keyOf(markettypes.ErrVoucher):          "look at your vouchers: credenced query market vouchers",
	keyOf(markettypes.ErrVoucherSpender):   "ask the voucher's holder to name you as a spender, or use another --key-file",
	keyOf(markettypes.ErrVoucherExpired):   "ask the voucher's issuer for another",
	keyOf(markettypes.ErrVoucherAsset):     "the voucher is for other apps, datasets or pools; leave --voucher out to pay yourself",
	keyOf(markettypes.ErrVoucherBalance):   "lower --max-price or --bag, or ask the voucher's issuer to top it up",
	keyOf(markettypes.ErrTooFew):           "lower --trust or --min-replicas, use --policy court, or wait for more workers with --rest 10m",
	keyOf(markettypes.ErrUnfunded):         "fund the account that pays, or lower --max-price or --bag",
	keyOf(orgstypes.ErrRole):               "use a --key-file of an organisation with that role; the council grants roles",
	keyOf(orgstypes.ErrRevoked):            "the council revoked the organisation; ask it",
	keyOf(appstypes.ErrNotFound):           "publish it first: credenced run does so by itself for files",
	keyOf(appstypes.ErrNotOwner):           "rename the file: the name is another provider's",
	keyOf(appstypes.ErrNameTaken):          "rename the file: apps and datasets share their names",
	keyOf(markettypes.ErrEnded):            "nothing is left to take back; a request that is matched is followed with credenced task watch",
	keyOf(taskstypes.ErrNotFound):          "look at your requests: credenced task list",

	{sdkSpace, codeInsufficient}: "the account has too little money: look with credenced query bank balances ADDRESS",
}

// unfunded are the refusals that are about money.
var unfunded = []refusalKey{
	keyOf(markettypes.ErrUnaffordable), keyOf(markettypes.ErrAppPrice), keyOf(markettypes.ErrDatasetPrice), keyOf(markettypes.ErrPoolPrice),
	keyOf(markettypes.ErrVoucherBalance), keyOf(markettypes.ErrVoucherExpired), keyOf(markettypes.ErrUnfunded), {sdkSpace, codeInsufficient},
}

// Explain turns an error into words with what to do next. What it doesn't know stays as it is.
func Explain(err error) error {
	var known *Problem
	if err == nil || errors.As(err, &known) {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, ErrInterrupted) || errors.Is(err, ErrTerminated) {
		return err
	}
	if refused := Refused(err); refused != nil {
		key := refusalKey{refused.Codespace, refused.Code}
		p := &Problem{What: refused.Log, Next: next[key], Err: err}
		var sent *TxError
		switch {
		case slices.Contains(unfunded, key):
			p.Exit = ExitUnfunded
		case errors.As(err, &sent): // and not the answer to a question
			p.Exit = ExitRefused
		}
		if refused.Hash != "" && refused.Hash[0] != '(' {
			p.What = fmt.Sprintf("%s (transaction %s, %s/%d)", refused.Log, refused.Hash, refused.Codespace, refused.Code)
		}
		return p
	}
	switch {
	case errors.Is(err, ErrNoEndpoint), status.Code(err) == codes.Unavailable:
		return &Problem{What: "no node answers: " + WithoutRPC(err.Error()), Next: "start one with `credenced devnet`, or name one with --node HOST:PORT", Exit: ExitNetwork, Err: err}
	case errors.Is(err, ErrNoAccount):
		return &Problem{What: err.Error(), Next: "send it some coins, or use another --key-file", Exit: ExitUnfunded, Err: err}
	case errors.Is(err, ErrStalled):
		return &Problem{What: "the chain makes no blocks: " + WithoutRPC(err.Error()), Next: "look at the validators' logs; a devnet that was stopped is continued with `credenced devnet`", Exit: ExitStalled, Err: err}
	case errors.Is(err, ErrExpired):
		return &Problem{What: err.Error(), Next: "nothing was spent; try again", Exit: ExitNetwork, Err: err}
	}
	return err
}
