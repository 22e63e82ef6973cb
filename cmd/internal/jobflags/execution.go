package jobflags

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/poco/contract"
)

// ExecutionFlags are the flags for the surroundings of a program, which a shell would otherwise set: its standard streams, environment,
// working folder and the like.
type ExecutionFlags struct {
	okExit        []uint
	stdout, stdin string
	env           []string
	time          time.Duration
	clock, seed   string
	writable      bool
	workdir       string
	outputPath    string
	recipient     string
}

func (e *ExecutionFlags) addFlags(f *pflag.FlagSet) {
	f.UintSliceVar(&e.okExit, "ok-exit", nil, "exit statuses that mean success, such as 0,10,20 (default: 0 alone)")
	f.StringVar(&e.stdout, "stdout", "", "file of the result that takes what the program prints (default: \"stdout\" when it leaves no file)")
	f.StringVar(&e.stdin, "stdin", "", "FILE or NAME=FILE that the program reads as its standard input, or the name of an --input")
	f.DurationVar(&e.time, "time", 0, "real time that one execution may need, such as 10m, for programs that wait for memory (default: what the fuel limit gives)")
	f.StringVar(&e.clock, "clock", "", "time that the program sees when it starts, such as 2026-01-01T00:00:00Z or seconds after 1970 (default: the time of the deal)")
	f.StringVar(&e.seed, "seed", "", "text of which, with the task's index, the program's random numbers are drawn (default: the task's id)")
	f.BoolVar(&e.writable, "writable", false, "let the program change what lies below /in; the changes are dropped at its end")
	f.StringVar(&e.workdir, "workdir", "", "folder that relative paths begin in: /in, /out, /tmp, or a folder below one (default: /)")
	f.StringVar(&e.outputPath, "output-path", "", "folder below /out whose files are the result (default: what the app's version declares, or everything)")
	f.StringVar(&e.recipient, "recipient", "", "public key of age, age1..., for which the answer is sealed: agent open opens it (default: everybody can read it)")
	f.StringArrayVar(&e.env, "env", nil, "environment variable NAME=value of the program; repeatable")
}

// Execution returns what the flags say. Stdin is still the text of the flag: the caller turns it into the name of an input.
func (e *ExecutionFlags) Execution() (contract.Execution, error) {
	out := contract.Execution{
		Stdout: e.stdout, Stdin: e.stdin, Env: e.env, Seed: e.seed, Writable: e.writable, OutputPath: e.outputPath, Recipient: e.recipient,
		Workdir: strings.TrimSuffix(strings.TrimPrefix(e.workdir, "/"), "/"),
	}
	var err error
	if out.Clock, err = readClock(e.clock); err != nil {
		return out, err
	}
	if out.OkExit, err = ReadStatuses(e.okExit); err != nil {
		return out, err
	}
	if e.time < 0 || e.time > contract.MaxSeconds*time.Second {
		return out, &cli.Problem{What: fmt.Sprintf("--time %s: expected at most %s", e.time, contract.MaxSeconds*time.Second), Exit: cli.ExitUsage}
	}
	out.Seconds = uint32((e.time + time.Second - 1) / time.Second)
	return out, nil
}

// ReadStatuses reads exit statuses and sorts them.
func ReadStatuses(given []uint) (statuses []uint32, err error) {
	for _, status := range given {
		if uint64(status) > math.MaxUint32 {
			return nil, &cli.Problem{What: fmt.Sprintf("--ok-exit %d: expected a status of at most %d", status, uint32(math.MaxUint32)), Exit: cli.ExitUsage}
		}
		statuses = append(statuses, uint32(status))
	}
	slices.Sort(statuses)
	return statuses, nil
}

// readClock reads a time, as RFC 3339 or in seconds since 1970; 0 for an empty text.
func readClock(text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		at, notTime := time.Parse(time.RFC3339, text)
		seconds, err = at.Unix(), notTime
	}
	if err != nil || seconds < 1 || seconds > contract.MaxClock {
		return 0, &cli.Problem{
			What: fmt.Sprintf("--clock %.40q: expected a time such as 2026-01-01T00:00:00Z, or 1 to %d seconds after 1970", text, int64(contract.MaxClock)), Exit: cli.ExitUsage,
		}
	}
	return seconds, nil
}
