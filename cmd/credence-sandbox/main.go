// Command credence-sandbox runs one WebAssembly app for the program that starts it: a worker, a court seat, or `run --local`. It lies in
// their folder and contains nothing but the sandbox, so that it starts fast and holds nothing that an app could read. People do not
// start it.
package main

import (
	"fmt"
	"os"

	"github.com/credence-chain/credence/executor/runtime/wasm"
)

func main() {
	wasm.MaybeRunChild() // it does not return where a worker started it
	if len(os.Args) == 2 && os.Args[1] == "build" {
		wasm.PrintBuild()
		return
	}
	fmt.Fprintln(os.Stderr, "credence-sandbox: workers start this program for each execution. There is nothing that you can do with it, except to ask for its `build`.")
	os.Exit(2)
}
