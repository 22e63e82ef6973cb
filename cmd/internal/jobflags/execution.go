package jobflags

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/poco/contract"
)

// ExecutionFlags are what is said around a program, as a shell would say it.
type ExecutionFlags struct {
	okExit        []uint
	stdout, stdin string
	env           []string
	time          time.Duration
}

func (e *ExecutionFlags) add(f *pflag.FlagSet) {
	f.UintSliceVar(&e.okExit, "ok-exit", nil, "exit statuses that mean success, such as 0,10,20 (default: 0 alone)")
	f.StringVar(&e.stdout, "stdout", "", "file of the result that takes what the program prints (default: \"stdout\" when it leaves no file)")
	f.StringVar(&e.stdin, "stdin", "", "FILE or NAME=FILE that the program reads as its standard input, or the name of an --input")
	f.DurationVar(&e.time, "time", 0, "real time that one execution may need, such as 10m, for programs that wait for memory (default: what the fuel limit gives)")
	f.StringArrayVar(&e.env, "env", nil, "environment variable NAME=value of the program; repeatable")
}

// Execution reads the flags. Its Stdin is still what was typed.
func (e *ExecutionFlags) Execution() (contract.Execution, error) {
	out := contract.Execution{Stdout: e.stdout, Stdin: e.stdin, Env: e.env}
	for _, status := range e.okExit {
		if uint64(status) > math.MaxUint32 {
			return out, &cli.Problem{What: fmt.Sprintf("--ok-exit %d: expected a status of at most %d", status, uint32(math.MaxUint32)), Exit: cli.ExitUsage}
		}
		out.OkExit = append(out.OkExit, uint32(status))
	}
	if e.time < 0 || e.time > contract.MaxSeconds*time.Second {
		return out, &cli.Problem{What: fmt.Sprintf("--time %s: expected at most %s", e.time, contract.MaxSeconds*time.Second), Exit: cli.ExitUsage}
	}
	out.Seconds = uint32((e.time + time.Second - 1) / time.Second)
	return out, nil
}

// WithInputs gives the execution in its one form, and the inputs with the file that is read as stdin among them.
func (e *ExecutionFlags) WithInputs(inputs []string) (contract.Execution, []string, error) {
	out, err := e.Execution()
	if err != nil {
		return out, inputs, err
	}
	var names []string
	for _, text := range inputs {
		names = append(names, inputName(text))
	}
	if out.Stdin != "" && !slices.Contains(names, out.Stdin) {
		inputs = append(slices.Clip(inputs), out.Stdin)
		out.Stdin = inputName(out.Stdin)
		names = append(names, out.Stdin)
	}
	out = out.Normal()
	return out, inputs, out.Check(names)
}

// inputName is what an input FILE or NAME=FILE is called.
func inputName(text string) string {
	if name, _, named := strings.Cut(text, "="); named {
		return name
	}
	return filepath.Base(text)
}
