package client

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

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

// Exit statuses of commands: the class of what went wrong.
const (
	ExitFailed    = 1  // anything else
	ExitAppFailed = 10 // the program itself failed, everywhere in the same way
	ExitNoVerdict = 12 // no answer was accepted; refunded
	ExitUnfunded  = 13 // the account or the price doesn't suffice
	ExitNetwork   = 20 // no node, store or worker could be reached
)

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

// next says what to do about a module's refusal. The numbers are those of x/*/types/errors.go; a test compares.
var next = map[refusalKey]string{
	{"market", 6}:  "publish the app first: credenced run FILE.wasm does so by itself",
	{"market", 7}:  "ask its provider, or run another version of it",
	{"market", 8}:  "it was found not to give the same output everywhere; its provider has to mend and the council to reinstate it",
	{"market", 9}:  "leave --pool out to take any, or list them: credenced query workers pools",
	{"market", 11}: "give --trust as a percentage such as 99.99%, a number such as 10000, or bits such as 13bits",
	{"market", 12}: "--policy is credence or court",
	{"market", 13}: "lower --min-replicas",
	{"market", 15}: "raise --max-price, or leave it out to take the recommended one; what is not spent comes back",
	{"market", 16}: "lower --fuel",
	{"market", 17}: "lower --bag",
	{"market", 18}: "use fewer or smaller inputs",
	{"market", 19}: "give inputs plain relative names: --input NAME=FILE",
	{"market", 22}: "shorten --args; put what is long into an --input file",
	{"market", 23}: "look at the book: credenced query market book",
	{"sdk", 5}:     "the account has too little money: look with credenced query bank balances ADDRESS",
	{"orgs", 7}:    "use a --key-file of an organisation with that role; the council grants roles",
	{"orgs", 9}:    "the council revoked the organisation; ask it",
	{"apps", 2}:    "publish the app first: credenced run FILE.wasm does so by itself",
	{"apps", 6}:    "rename the file: the name is another provider's app",
	{"tasks", 2}:   "look at your requests: credenced task list",
}

// Explain turns an error into words with what to do next. What it doesn't know stays as it is.
func Explain(err error) error {
	var known *Problem
	if err == nil || errors.As(err, &known) {
		return err
	}
	if errors.Is(err, context.Canceled) {
		return err
	}
	if refused := Refused(err); refused != nil {
		p := &Problem{What: refused.Log, Next: next[refusalKey{refused.Codespace, refused.Code}], Err: err}
		if refused.Codespace == "market" && refused.Code == 15 || refused.Codespace == sdkSpace && refused.Code == codeInsufficient {
			p.Exit = ExitUnfunded
		}
		if refused.Hash != "" && refused.Hash[0] != '(' {
			p.What = fmt.Sprintf("%s (transaction %s, %s/%d)", refused.Log, refused.Hash, refused.Codespace, refused.Code)
		}
		return p
	}
	switch {
	case errors.Is(err, ErrNoEndpoint), status.Code(err) == codes.Unavailable:
		return &Problem{What: "no node answers: " + err.Error(), Next: "start one with `credenced devnet`, or name one with --node HOST:PORT", Exit: ExitNetwork, Err: err}
	case errors.Is(err, ErrNoAccount):
		return &Problem{What: err.Error(), Next: "send it some coins, or use another --key-file", Exit: ExitUnfunded, Err: err}
	case errors.Is(err, ErrStalled):
		return &Problem{What: "the chain makes no blocks: " + err.Error(), Next: "look at the validators' logs; a devnet that was stopped is continued with `credenced devnet`", Exit: ExitNetwork, Err: err}
	case errors.Is(err, ErrExpired):
		return &Problem{What: err.Error(), Next: "nothing was spent; try again", Exit: ExitNetwork, Err: err}
	}
	return err
}
