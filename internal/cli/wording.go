package cli

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/executor/runtime/wasm/wasmcheck"
	appstypes "github.com/credence-chain/credence/x/apps/types"
)

// wording is a text for the errors that it fits.
type wording struct {
	field string                     // "" fits every field
	code  client.Code                // "" fits every code
	when  func(e *client.Error) bool // nil fits always
	text  string                     // with placeholders such as {value}
}

// fits says whether the wording is for the error.
func (w wording) fits(e *client.Error) bool {
	return (w.field == "" || w.field == e.Field) && (w.code == "" || w.code == e.Code) && (w.when == nil || w.when(e))
}

// wordings are asked in their order: the first that fits is the text.
type wordings []wording

// wordFor returns the text for an error, with its placeholders filled in; "" if no wording fits.
func (ws wordings) wordFor(e *client.Error) string {
	for _, w := range ws {
		if w.fits(e) {
			return placeholder.ReplaceAllStringFunc(w.text, func(name string) string { return placeholders[strings.Trim(name, "{}")](e) })
		}
	}
	return ""
}

// descriptions say what is wrong.
var descriptions = wordings{
	{"", client.CodeAmbiguous, nil, "{value} is {many}:\n  {found lines}"},
	{"ID", client.CodeInvalid, nil, "{value} is no id: expected {expected}"},
	{"", client.CodeNoAnswer, namesTask, "task {index} has no result: {task}"},
	{"MaxPrice", client.CodeUnfunded, nil, "--max-price {got CRED} is too little: the cheapest offer takes {price CRED} a replica, and {plan} cost {limit CRED}"},
	{"Voucher", client.CodeUnfunded, nil, "the voucher {value digest} has {got CRED} left, and {limit CRED} are locked for the request"},
	{"", client.CodeUnfunded, nil, "the account {value} has {got CRED}, and {limit CRED} are locked for the request"},
	{"App", client.CodeInvalid, isMisnamed, "{value} {is of kind}; expected {expected}"},
	{"", client.CodeInvalid, isMisnamed, "{flag} {value} {is of kind}; expected {expected}"},
	{"", client.CodeExpired, nil, "the voucher {value digest} has expired"},
	{"Inputs", client.CodeTooLarge, nil, "{flag} {value} has {got bytes}, at most {limit bytes} are taken"},
	{"Datasets", client.CodeTooLarge, nil, "{flag} {value} has {got bytes}, at most {limit bytes} are taken"},
	{"MaxPrice", client.CodeTooLarge, nil, "--max-price times --bag is more than there is money"},
	{"Nonce", client.CodeConflict, nil, "--once: the name is taken: {what}"},
	{"Rest", client.CodeConflict, nil, "--expiry and --rest both say how long the request rests on the book"},
	{"", client.CodeNotFound, hasFlag, "{flag}: there is no file {value}"},
	{"", "", lacksFlagOrValue, "{what}"},
	{"", client.CodeInvalid, isOfWrongKind, "{flag} {value} {is of kind}, expected {expected}"},
	{"Trust", "", nil, "--{what}"},
	{"", "", nil, "{flag} {value}: {what}"},
}

// advice says what to do next. Work that was begun and services that are not available come first: their code says what to do, whichever
// field the error names, but for the manifest and the price.
var advice = wordings{
	{"", client.CodeUnsupported, nil, "{how to build}"},
	{"", client.CodeAmbiguous, nil, "give more of its digits"},
	{"", client.CodeTooFew, nil, "lower --trust or --min-replicas, or use --policy court"},
	{"", client.CodeSkipped, nil, "look why that one ended so: credenced task show ID; then run both again"},
	{"", client.CodeExpired, nil, "ask its issuer {issuer} for another"},
	{"Manifest", client.CodeUnavailable, nil, "name a store with --store URL, or try again when a worker that agreed is up"},
	{"MaxPrice", client.CodeUnmet, nil, "say with --max-price what one task may cost; it then rests on the book as long as --rest says"},

	{"", client.CodeRunning, isPartial, "{watch}, and fetch into another folder then"},
	{"", client.CodeRunning, nil, "follow it with {watch}"},
	{"", client.CodeInDoubt, nil, "look when the chain goes on: {watch}; if it knows no such request some minutes later, nothing was spent, and it can be run again"},
	{"", client.CodeUnfinished, isStalled, "nothing is lost: when the chain goes on, so do the tasks; follow them with: {watch}"},
	{"", client.CodeUnfinished, nil, "the tasks run on; follow them with: {watch}"},
	{"", client.CodeUnmet, isPartial, "run the rest again; --rest 10m lets a bag wait on the book for offers to come"},
	{"", client.CodeUnmet, hasRested, "look at the book: credenced order book; raise --max-price, or let it rest longer with --rest"},
	{"", client.CodeUnmet, nil, "look at the book: credenced order book; --rest 10m lets it wait there for offers to come"},
	{"", client.CodeUnavailable, namesDeal, "credenced task fetch {deal} --out DIR tries again; holders are {found}"},
	{"", client.CodeUnavailable, isDeclined, "the store declined it: it may be read-only, want a token, or be full"},
	{"", client.CodeUnavailable, hasCause, "look whether the store is up; a devnet that was stopped is continued with `credenced devnet`"},
	{"", client.CodeUnavailable, namesNoTask, "name a store with --store URL"},
	{"", client.CodeUnavailable, nil, ""}, // nobody has the result of the task

	{"Trust", client.CodeInvalid, nil, "give --trust as a percentage such as 99.99%, a number such as 10000, or bits such as 13bits"},
	{"MinReplicas", client.CodeTooLarge, nil, "lower it, or use --policy court"},
	{"Out", client.CodeInvalid, nil, "name a folder that can be made or is empty"},
	{"Out", client.CodeExists, nil, "name another folder, or remove this one"},
	{"Inputs", client.CodeInvalid, nil, "give it one: --input NAME=FILE"},
	{"Inputs", client.CodeConflict, nil, "give each input a name of its own: --input NAME=FILE"},
	{"Inputs", client.CodeNotFound, nil, "check the path; NAME=FILE gives a file another name under /in"},
	{"Inputs", client.CodeTooLarge, nil, "split it over the tasks of a bag"},
	{"Execution", client.CodeInvalid, nil, executionHint},
	{"Datasets", client.CodeNotFound, lacksVersion, "check the path; a dataset on the chain is named with its version: credenced show dataset {value} lists them"},
	{"Datasets", client.CodeNotFound, nil, "check the path; a dataset on the chain is named organisation/name:version or sha256:DIGEST"},
	{"Datasets", client.CodeInvalid, isMisnamed, "list those there are: credenced list datasets; or check the path, if it is a file"},
	{"Datasets", client.CodeInvalid, nil, "pack it into one file, or repeat --dataset for each file in it"},
	{"Datasets", client.CodeTooLarge, nil, "split it over the tasks of a bag"},
	{"DatasetsPerTask", client.CodeConflict, nil, "name them with --dataset"},
	{"Bag", "", nil, "give --bag {limit}, or leave it out"},
	{"Nonce", client.CodeConflict, nil, "give another name, or leave --once out"},
	{"Rest", client.CodeConflict, nil, "give one of them"},
	{"Rest", client.CodeInvalid, nil, "give it as blocks such as 1000, or as a time such as 10m"},
	{"Rest", client.CodeTooLarge, nil, "give it as blocks such as 1000, or as a time such as 10m"},
	{"App", client.CodeNotFound, lacksVersion, "check the path; an app on the chain is named with its version: credenced show app {value} lists them"},
	{"App", client.CodeNotFound, nil, "check the path; an app on the chain is named organisation/name:version or sha256:DIGEST"},
	{"App", client.CodeInvalid, isMisnamed, "list those there are: credenced list apps; or check the path, if it is a file"},
	{"App", client.CodeInvalid, nil, buildHint},
	{"App", client.CodeTooLarge, nil, "strip it: go build -ldflags='-s -w', wasm-strip or wasm-opt -Oz"},
	{"Resources.MemoryBytes", "", nil, "ask for it with --memory {got MiB}MiB, or link it with a smaller initial memory"},
	{"MaxPrice", client.CodeTooLarge, nil, "lower one of them"},
	{"MaxPrice", client.CodeUnfunded, nil, "give --max-price {recommended} or more, or leave it out; what is not spent comes back. Or lower --trust"},
	{"Requester", client.CodeUnfunded, nil, "fund the account, or lower --max-price or --bag"},
	{"Voucher", "", nil, "lower --max-price or --bag, or ask its issuer {issuer} to top it up"},
	{"Version", client.CodeExists, nil, "give another --version; left out, it is the beginning of the digest"},
	{"Stores", client.CodeMissing, nil, "name one that workers can reach with --store URL"},
	{"Endpoint", "", nil, "give the gRPC address of a node with its port, such as {value}:9090"},
	{"KeyFile", client.CodeNotFound, nil, "check the path; or name a key of the keyring with --from NAME: credenced keys list"},
	{"KeyFile", client.CodeExists, nil, "use the key in it, or give another path"},
	{"KeyFile", client.CodeInvalid, nil, "chmod 600 {value quoted}"},
	{"ID", "", nil, "{how to list}"},
	{"Digest", "", namesOneKind, "list those there are: credenced list {kind}s"},
}

// The conditions of the tables.
func namesTask(e *client.Error) bool        { return e.Task != nil }
func namesNoTask(e *client.Error) bool      { return e.Task == nil }
func namesDeal(e *client.Error) bool        { return e.Deal != "" }
func namesOneKind(e *client.Error) bool     { return len(e.Kinds) == 1 }
func hasFlag(e *client.Error) bool          { return flags[e.Field] != "" }
func lacksFlagOrValue(e *client.Error) bool { return !hasFlag(e) || e.Value == "" }
func isOfWrongKind(e *client.Error) bool    { return strings.HasPrefix(e.What, "it is a ") }
func isMisnamed(e *client.Error) bool       { return strings.HasPrefix(e.What, "it is no name ") }
func isPartial(e *client.Error) bool        { return e.Got > 0 } // a part of the work has ended or is still to come; Got is its size
func isStalled(e *client.Error) bool        { return errors.Is(e.Err, client.ErrStalled) }
func isDeclined(e *client.Error) bool       { return errors.Is(e.Err, artifact.ErrRefused) }
func hasRested(e *client.Error) bool        { return strings.Contains(e.What, "until height") }
func hasCause(e *client.Error) bool         { return e.Err != nil }
func lacksVersion(e *client.Error) bool     { return appstypes.IsAssetID(e.Value) }

// placeholder finds the names in the texts of the tables, and placeholders fill them in.
var placeholder = regexp.MustCompile(`\{[a-zA-Z ]+\}`)

var placeholders = map[string]func(e *client.Error) string{
	"flag":         func(e *client.Error) string { return flags[e.Field] },
	"value":        func(e *client.Error) string { return e.Value },
	"value digest": func(e *client.Error) string { return client.ShortDigest(e.Value) },
	"value quoted": func(e *client.Error) string { return ShellQuote(e.Value) },
	"what":         func(e *client.Error) string { return e.What },
	"many":         func(e *client.Error) string { return strings.TrimPrefix(e.What, "it is ") },
	"is of kind":   func(e *client.Error) string { return strings.TrimPrefix(e.What, "it ") },
	"expected":     func(e *client.Error) string { return e.Expected },
	"found":        func(e *client.Error) string { return strings.Join(e.Found, ", ") },
	"found lines":  func(e *client.Error) string { return strings.Join(e.Found, "\n  ") },
	"got CRED":     func(e *client.Error) string { return FormatCRED(e.Got) },
	"got bytes":    func(e *client.Error) string { return FormatBytes(e.Got) },
	"got MiB":      func(e *client.Error) string { return fmt.Sprint((e.Got + 1<<20 - 1) >> 20) },
	"limit":        func(e *client.Error) string { return fmt.Sprint(e.Limit) },
	"limit CRED":   func(e *client.Error) string { return FormatCRED(e.Limit) },
	"limit bytes":  func(e *client.Error) string { return FormatBytes(e.Limit) },
	"price CRED":   func(e *client.Error) string { return FormatCRED(e.Price) },
	"recommended":  func(e *client.Error) string { return strings.ReplaceAll(FormatCRED(e.Recommended), " ", "") },
	"plan":         func(e *client.Error) string { return e.Plan.Short() },
	"index":        func(e *client.Error) string { return fmt.Sprint(e.Task.Index) },
	"task":         func(e *client.Error) string { return TaskText(e.Task) },
	"issuer":       func(e *client.Error) string { return e.Issuer },
	"kind":         func(e *client.Error) string { return fmt.Sprint(e.Kinds[0]) },
	"deal":         func(e *client.Error) string { return client.ShortDigest(e.Deal) },
	"watch":        func(e *client.Error) string { return watchCommand(e.Request, e.Deal) },
	"how to build": adviseBuild,
	"how to list":  func(e *client.Error) string { return listHint(e.Kinds) },
}

// executionHint names the page with the rules for a program's execution.
const executionHint = "docs/apps.md, under \"Around the program\", says what each of its flags takes"

// buildHint says how to build a program that workers run.
const buildHint = "build one for WASI: GOOS=wasip1 GOARCH=wasm go build -o app.wasm . (Go), cargo build --target wasm32-wasip1 (Rust), clang --target=wasm32-wasi (C)"

// byFeature says how to build a module without a feature that workers refuse.
var byFeature = map[wasmcheck.Feature]string{
	wasmcheck.Imports:     "build it for WASI preview 1 alone, without the host functions of a browser or another host",
	wasmcheck.Entry:       "build a program with a main function, not a library or a reactor",
	wasmcheck.Exceptions:  "most exceptions run, and docs/fuel.md lists those that do not; without them, build with -fno-exceptions in C++, and panic=abort in Rust",
	wasmcheck.Threads:     "build it for one thread, without -pthread and shared memory: wasm32-wasip1, not wasm32-wasip1-threads",
	wasmcheck.Memory64:    "build it for wasm32, not wasm64",
	wasmcheck.RelaxedSIMD: "build it without -mrelaxed-simd; -msimd128 is fine",
	wasmcheck.Memory:      "link it with a smaller initial memory",
}

// adviseBuild says how to build the module that workers refused.
func adviseBuild(e *client.Error) string {
	var refused *wasmcheck.Refused
	if errors.As(e.Err, &refused) && byFeature[refused.Feature] != "" {
		return byFeature[refused.Feature]
	}
	return buildHint
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
		return "list yours with: credenced list vouchers --holder ADDRESS"
	}
	return ""
}
