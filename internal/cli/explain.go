package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/executor/runtime/wasm/wasmcheck"
)

// This file turns errors of package client into texts for people. The library names a field and a code; the tables here name the flag,
// the exit status and the advice.

// flags has the flag for each field of a job, a file or a call that a client.Error may name.
var flags = map[string]string{
	"Trust": "--trust", "MinReplicas": "--min-replicas", "Out": "--out", "Inputs": "--input", "Datasets": "--dataset",
	"DatasetsPerTask": "--datasets-per-task", "Bag": "--bag", "Rows": "--map, row", "Nonce": "--once", "Rest": "--rest", "MaxPrice": "--max-price",
	"KeyFile": "key file",
}

// exits are the exit statuses for the codes of client.Error.
var exits = map[client.Code]int{
	client.CodeUnfunded: ExitUnfunded, client.CodeExpired: ExitUnfunded, client.CodeUnmet: ExitUnfunded, client.CodeTooFew: ExitNoVerdict,
	client.CodeNoAnswer: ExitNoVerdict, client.CodeAppFailed: ExitAppFailed, client.CodeRunning: ExitNotEnded,
	client.CodeUnavailable: ExitNetwork, client.CodeAmbiguous: ExitUsage,
}

// explainClient turns an error of the library into a Problem, which names flags and says what to do next.
func explainClient(e *client.Error) *Problem {
	p := &Problem{What: describeError(e), Next: adviseNext(e), Exit: exits[e.Code], Err: e}
	switch {
	case e.Code == client.CodeAppFailed && e.Task != nil:
		p.What, p.Next = appFailed(e.Task)
	case e.Field == "ID" && e.Code == client.CodeInvalid:
		p.Exit = ExitUsage
	case e.Field == "Version":
		p.Exit = ExitRefused
	case e.Err != nil && p.Exit == 0 && e.ID() != "": // the work was begun, and its end is not known
		p.Exit = ExitStatus(Explain(e.Err))
	}
	return p
}

// describeError says what is wrong.
func describeError(e *client.Error) string {
	switch {
	case e.Code == client.CodeAmbiguous:
		return fmt.Sprintf("%s is %s:\n  %s", e.Value, strings.TrimPrefix(e.What, "it is "), strings.Join(e.Found, "\n  "))
	case e.Field == "ID" && e.Code == client.CodeInvalid:
		return fmt.Sprintf("%s is no id: expected %s", e.Value, e.Expected)
	case e.Code == client.CodeNoAnswer && e.Task != nil:
		return fmt.Sprintf("task %d has no result: %s", e.Task.Index, TaskText(e.Task))
	case e.Code == client.CodeUnfunded:
		return unfundedText(e)
	case e.Code == client.CodeExpired:
		return fmt.Sprintf("the voucher %s has expired", client.ShortDigest(e.Value))
	case e.Code == client.CodeTooLarge && (e.Field == "Inputs" || e.Field == "Datasets"):
		return fmt.Sprintf("%s %s has %s, at most %s are taken", flags[e.Field], e.Value, FormatBytes(e.Got), FormatBytes(e.Limit))
	case e.Code == client.CodeTooLarge && e.Field == "MaxPrice":
		return "--max-price times --bag is more than there is money"
	case e.Code == client.CodeConflict && e.Field == "Nonce":
		return "--once: the name is taken: " + e.What
	case e.Code == client.CodeConflict && e.Field == "Rest":
		return "--expiry and --rest both say how long the request rests on the book"
	case e.Code == client.CodeNotFound && e.Field != "App" && flags[e.Field] != "":
		return fmt.Sprintf("%s: there is no file %s", flags[e.Field], e.Value)
	}
	flag := flags[e.Field]
	if flag == "" || e.Value == "" {
		return e.What
	}
	what := e.What
	if e.Code == client.CodeInvalid && strings.HasPrefix(what, "it is a ") {
		return fmt.Sprintf("%s %s %s, expected %s", flag, e.Value, strings.TrimPrefix(what, "it "), e.Expected)
	}
	if e.Field == "Trust" {
		return "--" + what
	}
	return fmt.Sprintf("%s %s: %s", flag, e.Value, what)
}

func unfundedText(e *client.Error) string {
	switch e.Field {
	case "MaxPrice":
		return fmt.Sprintf("--max-price %s is too little: the cheapest offer takes %s a replica, and %s cost %s",
			FormatCRED(e.Got), FormatCRED(e.Price), e.Plan.Short(), FormatCRED(e.Limit))
	case "Voucher":
		return fmt.Sprintf("the voucher %s has %s left, and %s are locked for the request", client.ShortDigest(e.Value), FormatCRED(e.Got), FormatCRED(e.Limit))
	}
	return fmt.Sprintf("the account %s has %s, and %s are locked for the request", e.Value, FormatCRED(e.Got), FormatCRED(e.Limit))
}

// wrong is a field and what is wrong with it.
type wrong struct {
	field string
	code  client.Code
}

// byField says what to do about a wrong field.
var byField = map[wrong]string{
	{"Trust", client.CodeInvalid}:            "give --trust as a percentage such as 99.99%, a number such as 10000, or bits such as 13bits",
	{"MinReplicas", client.CodeTooLarge}:     "lower it, or use --policy court",
	{"Out", client.CodeInvalid}:              "name a folder that can be made or is empty",
	{"Out", client.CodeExists}:               "name another folder, or remove this one",
	{"Inputs", client.CodeInvalid}:           "give it one: --input NAME=FILE",
	{"Inputs", client.CodeConflict}:          "give each input a name of its own: --input NAME=FILE",
	{"Inputs", client.CodeNotFound}:          "check the path; NAME=FILE gives a file another name under /in",
	{"Inputs", client.CodeTooLarge}:          "split it over the tasks of a bag",
	{"Execution", client.CodeInvalid}:        executionHint,
	{"Manifest", client.CodeUnavailable}:     "name a store with --store URL, or try again when a worker that agreed is up",
	{"Datasets", client.CodeNotFound}:        "check the path; a dataset on the chain is named organisation/name:version or sha256:DIGEST",
	{"Datasets", client.CodeInvalid}:         "pack it into one file, or repeat --dataset for each file in it",
	{"Datasets", client.CodeTooLarge}:        "split it over the tasks of a bag",
	{"DatasetsPerTask", client.CodeConflict}: "name them with --dataset",
	{"Nonce", client.CodeConflict}:           "give another name, or leave --once out",
	{"Rest", client.CodeConflict}:            "give one of them",
	{"Rest", client.CodeInvalid}:             "give it as blocks such as 1000, or as a time such as 10m",
	{"Rest", client.CodeTooLarge}:            "give it as blocks such as 1000, or as a time such as 10m",
	{"App", client.CodeNotFound}:             "check the path; an app on the chain is named organisation/name:version or sha256:DIGEST",
	{"App", client.CodeInvalid}:              buildHint,
	{"App", client.CodeTooLarge}:             "strip it: go build -ldflags='-s -w', wasm-strip or wasm-opt -Oz",
	{"MaxPrice", client.CodeTooLarge}:        "lower one of them",
	{"MaxPrice", client.CodeUnmet}:           "say with --max-price what one task may cost; it then rests on the book as long as --rest says",
	{"Requester", client.CodeUnfunded}:       "fund the account, or lower --max-price or --bag",
	{"Version", client.CodeExists}:           "give another --version; left out, it is the beginning of the digest",
	{"Stores", client.CodeMissing}:           "name one that workers can reach with --store URL",
	{"KeyFile", client.CodeExists}:           "use the key in it, or give another path",
}

// executionHint names the page with the rules for a program's execution.
const executionHint = "docs/apps.md, under \"Around the program\", says what each of its flags takes"

// buildHint says how to build a program that workers run.
const buildHint = "build one for WASI: GOOS=wasip1 GOARCH=wasm go build -o app.wasm . (Go), cargo build --target wasm32-wasip1 (Rust), clang --target=wasm32-wasi (C)"

// byFeature says how to build a module without a feature that workers refuse.
var byFeature = map[wasmcheck.Feature]string{
	wasmcheck.Imports:     "build it for WASI preview 1 alone, without the host functions of a browser or another host",
	wasmcheck.Entry:       "build a program with a main function, not a library or a reactor",
	wasmcheck.Exceptions:  "build it without them: -fno-exceptions in C++, no setjmp and longjmp in C, panic=abort in Rust",
	wasmcheck.TailCalls:   "build it without -mtail-call",
	wasmcheck.Threads:     "build it for one thread, without -pthread and shared memory: wasm32-wasip1, not wasm32-wasip1-threads",
	wasmcheck.Memory64:    "build it for wasm32, not wasm64",
	wasmcheck.RelaxedSIMD: "build it without -mrelaxed-simd; -msimd128 is fine",
	wasmcheck.Memory:      "link it with a smaller initial memory",
}

// adviseNext says what to do next.
func adviseNext(e *client.Error) string {
	switch e.Code {
	case client.CodeUnsupported:
		var refused *wasmcheck.Refused
		if errors.As(e.Err, &refused) && byFeature[refused.Feature] != "" {
			return byFeature[refused.Feature]
		}
		return buildHint
	case client.CodeAmbiguous:
		return "give more of its digits"
	case client.CodeTooFew:
		return "lower --trust or --min-replicas, or use --policy court"
	case client.CodeExpired:
		return "ask its issuer " + e.Issuer + " for another"
	case client.CodeRunning, client.CodeUnfinished, client.CodeInDoubt, client.CodeUnmet, client.CodeUnavailable:
		if hint := byField[wrong{e.Field, e.Code}]; hint != "" {
			return hint
		}
		return adviseResume(e)
	}
	switch {
	case e.Field == "KeyFile" && e.Code == client.CodeInvalid:
		return "chmod 600 " + ShellQuote(e.Value)
	case e.Field == "Voucher":
		return "lower --max-price or --bag, or ask its issuer " + e.Issuer + " to top it up"
	case e.Field == "MaxPrice" && e.Code == client.CodeUnfunded:
		return fmt.Sprintf("give --max-price %s or more, or leave it out; what is not spent comes back. Or lower --trust", strings.ReplaceAll(FormatCRED(e.Recommended), " ", ""))
	case e.Field == "Bag":
		return fmt.Sprintf("give --bag %d, or leave it out", e.Limit)
	case e.Field == "Resources.MemoryBytes":
		return fmt.Sprintf("ask for it with --memory %dMiB, or link it with a smaller initial memory", (e.Got+1<<20-1)>>20)
	case e.Field == "ID":
		return listHint(e.Kinds)
	case e.Field == "Digest" && len(e.Kinds) == 1:
		return fmt.Sprintf("list those there are: credenced query apps %ss", e.Kinds[0])
	}
	return byField[wrong{e.Field, e.Code}]
}

// resumption is advice about work that was begun, or about a service that is not available.
type resumption struct {
	code client.Code
	when func(e *client.Error) bool // nil: always
	next string                     // {watch}, {deal} and {holders} stand for the command that watches, for the deal and for who holds the result
}

// resumptions are tried in this order. The first that fits is the advice.
var resumptions = []resumption{
	{client.CodeRunning, isPartial, "{watch}, and fetch into another folder then"},
	{client.CodeRunning, nil, "follow it with {watch}"},
	{client.CodeInDoubt, nil, "look when the chain goes on: {watch}; if it knows no such request some minutes later, nothing was spent, and it can be run again"},
	{client.CodeUnfinished, isStalled, "nothing is lost: when the chain goes on, so do the tasks; follow them with: {watch}"},
	{client.CodeUnfinished, nil, "the tasks run on; follow them with: {watch}"},
	{client.CodeUnmet, isPartial, "run the rest again; --rest 10m lets a bag wait on the book for offers to come"},
	{client.CodeUnmet, hasRested, "look at the book: credenced order book; raise --max-price, or let it rest longer with --rest"},
	{client.CodeUnmet, nil, "look at the book: credenced order book; --rest 10m lets it wait there for offers to come"},
	{client.CodeUnavailable, namesDeal, "credenced task fetch {deal} --out DIR tries again; holders are {holders}"},
	{client.CodeUnavailable, isDeclined, "the store declined it: it may be read-only, want a token, or be full"},
	{client.CodeUnavailable, hasCause, "look whether the store is up; a devnet that was stopped is continued with `credenced devnet`"},
	{client.CodeUnavailable, namesNoTask, "name a store with --store URL"},
}

// isPartial says whether a part of the work has ended or is still to come; Got is its size.
func isPartial(e *client.Error) bool   { return e.Got > 0 }
func isStalled(e *client.Error) bool   { return errors.Is(e.Err, client.ErrStalled) }
func hasRested(e *client.Error) bool   { return strings.Contains(e.What, "until height") }
func namesDeal(e *client.Error) bool   { return e.Deal != "" }
func isDeclined(e *client.Error) bool  { return errors.Is(e.Err, artifact.ErrRefused) }
func hasCause(e *client.Error) bool    { return e.Err != nil }
func namesNoTask(e *client.Error) bool { return e.Task == nil }

// adviseResume says how to go on with work that was begun.
func adviseResume(e *client.Error) string {
	for _, r := range resumptions {
		if r.code == e.Code && (r.when == nil || r.when(e)) {
			return strings.NewReplacer("{watch}", watchCommand(e.Request, e.Deal), "{deal}", client.ShortDigest(e.Deal), "{holders}", strings.Join(e.Found, ", ")).Replace(r.next)
		}
	}
	return ""
}

// watchCommand returns the command that follows a request or, if its id is not known, a deal.
func watchCommand(request, deal string) string {
	if request == "" {
		request = deal
	}
	return "credenced task watch " + client.ShortDigest(request)
}

// listHint names the command that lists ids of these kinds.
func listHint(kinds []client.IDKind) string {
	switch {
	case slices.Contains(kinds, client.KindTask), slices.Contains(kinds, client.KindDeal):
		return "list yours with: credenced task list"
	case slices.Contains(kinds, client.KindOrder):
		return "look at the book: credenced order book --category all; or at your orders: credenced order list"
	case slices.Contains(kinds, client.KindRequest):
		return "list yours with: credenced task list"
	case slices.Contains(kinds, client.KindVoucher):
		return "list yours with: credenced query vouchers vouchers --holder ADDRESS"
	}
	return ""
}
