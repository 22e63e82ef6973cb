package cli

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/executor/runtime/wasm/wasmcheck"
)

// The library's errors become texts that name the flag, its value, the next step, and the exit status.
func TestExplainTheLibrarysErrors(t *testing.T) {
	id := strings.Repeat("ab", 32)
	for _, tc := range []struct {
		err        client.Error
		what, next string
		exit       int
	}{
		{client.Error{Code: client.CodeTooLarge, Field: "MinReplicas", Value: "25", What: "at most 24 replicas are drawn for a task"},
			"--min-replicas 25: at most 24 replicas are drawn for a task", "lower it, or use --policy court", ExitFailed},
		{client.Error{Code: client.CodeConflict, Field: "Bag", Value: "3", Limit: 2, What: "3 datasets, 2 for each task, make 2 tasks"},
			"--bag 3: 3 datasets, 2 for each task, make 2 tasks", "give --bag 2, or leave it out", ExitFailed},
		{client.Error{Code: client.CodeNotFound, Field: "Datasets", Value: "absent.csv", What: "there is no such file"},
			"--dataset: there is no file absent.csv", "check the path; a dataset on the chain is named organisation/name:version or sha256:DIGEST", ExitFailed},
		{client.Error{Code: client.CodeNotFound, Field: "Datasets", Value: "studio/cities", What: "there is no such file"},
			"--dataset: there is no file studio/cities", "check the path; a dataset on the chain is named with its version: credenced show dataset studio/cities lists them", ExitFailed},
		{client.Error{Code: client.CodeNotFound, Field: "App", Value: "studio/count", What: "there is no file studio/count"},
			"there is no file studio/count", "check the path; an app on the chain is named with its version: credenced show app studio/count lists them", ExitFailed},
		{client.Error{Code: client.CodeInvalid, Field: "Inputs", Value: "in", What: "it is a folder", Expected: "a file"}, "--input in is a folder, expected a file", "give it one: --input NAME=FILE", ExitFailed},
		{client.Error{Code: client.CodeTooLarge, Field: "Inputs", Value: "in", Got: 3_000_000, Limit: 1_000_000}, "--input in has 3 MB, at most 1 MB are taken", "split it over the tasks of a bag", ExitFailed},
		{client.Error{Code: client.CodeUnfunded, Field: "MaxPrice", Got: 299, Limit: 1000, Price: 100, Recommended: 250_000, Plan: &client.Plan{Replicas: 2}},
			"--max-price 0.000299 CRED is too little: the cheapest offer takes 0.0001 CRED a replica, and 2 replicas cost 0.001 CRED",
			"give --max-price 0.25CRED or more, or leave it out; what is not spent comes back. Or lower --trust", ExitUnfunded},
		{client.Error{Code: client.CodeUnfunded, Field: "Requester", Value: "cred1x", Got: 0, Limit: 1_000_000}, "the account cred1x has 0 CRED, and 1 CRED are locked for the request", "fund the account, or lower --max-price or --bag", ExitUnfunded},
		{client.Error{Code: client.CodeUnfunded, Field: "Voucher", Value: id, Limit: 1_000_000, Issuer: "cred1y"}, "the voucher abababababab has 0 CRED left, and 1 CRED are locked for the request", "lower --max-price or --bag, or ask its issuer cred1y to top it up", ExitUnfunded},
		{client.Error{Code: client.CodeExpired, Field: "Voucher", Value: id, Issuer: "cred1y"}, "the voucher abababababab has expired", "ask its issuer cred1y for another", ExitUnfunded},
		{client.Error{Code: client.CodeTooLarge, Field: "Resources.MemoryBytes", Value: "1", Got: 4096 << 20, What: "a.wasm begins with 4096 MiB of memory"}, "a.wasm begins with 4096 MiB of memory", "ask for it with --memory 4096MiB, or link it with a smaller initial memory", ExitFailed},
		{client.Error{Code: client.CodeUnsupported, Field: "App", Value: "a.wasm", What: "no worker runs a.wasm", Err: &wasmcheck.Refused{Feature: wasmcheck.Threads}},
			"no worker runs a.wasm", "build it for one thread, without -pthread and shared memory: wasm32-wasip1, not wasm32-wasip1-threads", ExitFailed},
		{client.Error{Code: client.CodeInvalid, Field: "ID", Value: `"amber"`, Kinds: []client.IDKind{client.KindTask}, Expected: "the id of a task"}, `"amber" is no id: expected the id of a task`, "list yours with: credenced task list", ExitUsage},
		{client.Error{Code: client.CodeAmbiguous, Field: "ID", Value: "abab", What: "it is the beginning of several ids", Found: []string{"task " + id}}, "abab is the beginning of several ids:\n  task " + id, "give more of its digits", ExitUsage},
		{client.Error{Code: client.CodeUnmet, Request: id, What: "no offer meets the request, it is refunded"}, "no offer meets the request, it is refunded", "look at the book: credenced order book; --rest 10m lets it wait there for offers to come", ExitUnfunded},
		{client.Error{Code: client.CodeRunning, Request: id, What: "no task has ended yet"}, "no task has ended yet", "follow it with credenced task watch abababababab", ExitNotEnded},
		{client.Error{Code: client.CodeUnfinished, Request: id, What: "the chain stands still", Err: client.ErrStalled}, "the chain stands still", "nothing is lost: when the chain goes on, so do the tasks; follow them with: credenced task watch abababababab", ExitStalled},
		{client.Error{Code: client.CodeInDoubt, Request: id, What: "it is not known yet", Err: client.ErrNoEndpoint}, "it is not known yet", "look when the chain goes on: credenced task watch abababababab; if it knows no such request some minutes later, nothing was spent, and it can be run again", ExitNetwork},
		{client.Error{Code: client.CodeUnavailable, Field: "Stores", What: "a can't be uploaded", Err: artifact.ErrRefused}, "a can't be uploaded", "the store declined it: it may be read-only, want a token, or be full", ExitNetwork},
		{client.Error{Code: client.CodeInvalid, Field: "Execution", What: "env[0]: got A, expected NAME=value"}, "env[0]: got A, expected NAME=value", executionHint, ExitFailed},
		{client.Error{Code: client.CodeUnavailable, Field: "Manifest", Value: id, What: "the manifest can't be had"}, "the manifest can't be had", "name a store with --store URL, or try again when a worker that agreed is up", ExitNetwork},
		{client.Error{Code: client.CodeNotFound, Field: "KeyFile", Value: "a.key", What: "there is no such file"},
			"key file: there is no file a.key", "check the path; or name a key of the keyring with --from NAME: credenced keys list", ExitFailed},
		{client.Error{Code: client.CodeInvalid, Field: "Endpoint", Value: "node.example", What: "it has no port", Expected: "host:port, http://host:port or https://host:port"},
			"--node node.example: it has no port", "give the gRPC address of a node with its port, such as node.example:9090", ExitUsage},
		{client.Error{Code: client.CodeInvalid, Field: "Datasets", Value: "a/b:1", What: "it is no name of anything on the chain", Expected: "organisation/name:version"},
			"--dataset a/b:1 is no name of anything on the chain; expected organisation/name:version", "list those there are: credenced list datasets; or check the path, if it is a file", ExitUsage},
		{client.Error{Code: client.CodeInvalid, Field: "App", Value: "a/b:1", What: "it is no name of anything on the chain", Expected: "organisation/name:version"},
			"a/b:1 is no name of anything on the chain; expected organisation/name:version", "list those there are: credenced list apps; or check the path, if it is a file", ExitUsage},
		{client.Error{Code: client.CodeSkipped, Request: id, What: "request abab was refunded"}, "request abab was refunded", "look why that one ended so: credenced task show ID; then run both again", ExitNoVerdict},
		{client.Error{Code: client.CodeExists, Field: "Version", Value: "1.0", What: "version 1.0 is published already"}, "version 1.0 is published already", "give another --version; left out, it is the beginning of the digest", ExitRefused},
	} {
		t.Run(tc.what, func(t *testing.T) {
			var p *Problem
			require.ErrorAs(t, Explain(&tc.err), &p)
			require.Equal(t, tc.what, p.What)
			require.Equal(t, tc.next, p.Next)
			require.Equal(t, tc.exit, ExitStatus(p))
			require.Equal(t, tc.exit, ExitStatus(&tc.err), "unexplained as well")
			var own *client.Error
			require.True(t, errors.As(error(p), &own), "the cause is kept")
		})
	}
}

// The library serves programs: no text in it names a flag, a command or an amount in CRED.
func TestTheLibraryNamesNoFlags(t *testing.T) {
	for _, pattern := range []string{"../../client/*.go", "../../client/sender/*.go", "../../client/order/*.go"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			source, err := os.ReadFile(file)
			require.NoError(t, err)
			tree, err := parser.ParseFile(token.NewFileSet(), file, source, 0)
			require.NoError(t, err)
			ast.Inspect(tree, func(n ast.Node) bool {
				if text, ok := n.(*ast.BasicLit); ok && text.Kind == token.STRING {
					for _, word := range []string{"--", "credenced ", "CRED", "Ctrl-C"} {
						require.NotContains(t, text.Value, word, file)
					}
				}
				return true
			})
		}
	}
}
