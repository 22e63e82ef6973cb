package main

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/internal/worker/agent"
	"github.com/credence-chain/credence/internal/worker/chain"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/result"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// canaryModule is the smallest WASI app: a memory of one page, and _start, which returns.
var canaryModule = []byte("\x00asm\x01\x00\x00\x00" + // magic, version 1
	"\x01\x04\x01\x60\x00\x00" + // types: () -> ()
	"\x03\x02\x01\x00" + // functions: one of that type
	"\x05\x03\x01\x00\x01" + // memory: one page
	"\x07\x13\x02\x06memory\x02\x00\x06_start\x00\x00" + // exports
	"\x0a\x04\x01\x02\x00\x0b") // code: end

// runCanary runs a task with a known answer through the real pipeline, in a folder of its own: it fetches and verifies module and input
// over HTTP, executes the module in the sandbox, and stores, serves and fetches the result.
func runCanary(ctx context.Context, engine runtime.Runtime) (result.Manifest, uint64, error) {
	none := result.Manifest{}
	dir, err := os.MkdirTemp("", "credence-canary-")
	if err != nil {
		return none, 0, err
	}
	defer os.RemoveAll(dir)
	requester := artifact.NewMemory()
	module, err := artifact.PutBytes(ctx, requester, canaryModule)
	if err != nil {
		return none, 0, err
	}
	text := []byte("tweet\n")
	input, err := artifact.PutBytes(ctx, requester, text)
	if err != nil {
		return none, 0, err
	}
	source := httptest.NewServer(artifact.Handler(requester))
	defer source.Close()

	store, err := artifact.OpenDir(dir, 0)
	if err != nil {
		return none, 0, err
	}
	a := chain.Assignment{
		Task: taskstypes.Task{Id: fmt.Sprintf("%064x", 1), Attempt: 1},
		Deal: dealstypes.Deal{
			App: "credence/canary", Digest: module.String(), Runtime: contract.RuntimeWasm, Locators: []string{source.URL}, Size_: 1, Bag: 1,
			Inputs: []*dealstypes.Input{{Name: "canary.txt", Digest: input.String(), Size_: uint64(len(text)), Locators: []string{source.URL}}},
			Terms:  dealstypes.Terms{FuelLimit: 1_000_000},
		},
	}
	program, inputs, err := agent.Fetcher{Store: store}.FetchTask(ctx, a)
	if err != nil {
		return none, 0, fmt.Errorf("fetch: %w", err)
	}
	if program.Digest != module || len(inputs) != 1 {
		return none, 0, errors.New("fetch: other bytes came than were asked for")
	}
	spec, err := agent.BuildSpec(a, program, inputs)
	if err != nil {
		return none, 0, err
	}
	out, err := engine.Run(ctx, spec)
	if err != nil {
		return none, 0, fmt.Errorf("run: %w", err)
	}
	answer, err := agent.ConcludeRun(engine.Rules(), out)
	if err != nil {
		return none, 0, err
	}
	if err := result.Store(ctx, answer.Manifest, answer.Files, store); err != nil {
		return none, 0, fmt.Errorf("store: %w", err)
	}
	server := httptest.NewServer(artifact.Handler(store))
	defer server.Close()
	m, err := result.FetchManifest(ctx, answer.Outcome.Digest, &artifact.Client{BaseURLs: []string{server.URL}})
	return m, out.Fuel, err
}
