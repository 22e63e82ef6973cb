package devnet

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/poco"
)

// Limits of a devnet: what one machine can be asked to run.
const (
	MaxValidators = 16
	MaxWorkers    = 64
)

// Options describe a devnet.
type Options struct {
	// State is the folder that everything lives in; see DefaultState.
	State string
	// Reset wipes the folder first; it has to be empty or a devnet's.
	Reset bool
	// Validators is how many seats there are; 1 by default.
	Validators int
	// Workers is how many organisations run a worker; 7 by default.
	Workers int
	// Saboteurs is how many of the workers lie, all with one wrong answer.
	Saboteurs int
	// OCI says how containers are run, as credence-worker takes it; without an engine, none are.
	OCI runtime.OCI
	// Enclaves runs the workers on the software platform, which is no enclave, so that they answer under the policy attested.
	Enclaves bool
	// ContainerWorkers is how many of the organisations run a worker for containers beside theirs for modules; with an
	// engine 3 by default. Those that lie do so with both.
	ContainerWorkers int
	// BasePort is the first of the ports used; 0 picks free ones.
	BasePort int
	// BlockTime is the pause after a block is decided; 0 means what gives blocks of half a second.
	BlockTime time.Duration
	// ChainID of a new chain; "credence-devnet" by default.
	ChainID string
	// Credenced and Worker are the binaries; empty means this program or its sibling, then the PATH.
	Credenced, Worker string
	// Restart brings a worker or court executor back that ended by itself.
	Restart bool
	// Cooling and Forgiveness replace the blocks that a convicted worker sits out, and in which a second conviction
	// jails it; 0 keeps the devnet's: 20 and 1200.
	Cooling, Forgiveness int64
	// EditGenesis changes the state of a new chain last. May be nil.
	EditGenesis func(Genesis) error
	// Link says where a validator of a new chain finds another one; nil for the other's own address. What stands there passes bytes on, or
	// does not: tests break a network so.
	Link func(from, to ValidatorInfo) (address string, err error)
	// Progress is told what is being started, and what it waits for, from one goroutine. May be nil.
	Progress func(text string)
	// Log is told what happens, a line at a time, such as a process that ended. May be nil.
	Log io.Writer
}

// Genesis is the state of a new chain, with what is needed to change it; see genesis.Edit.
type Genesis struct {
	genesis.State
	Codec Codec
}

// fillDefaults fills in defaults and checks the rest; the error names the option as the command line does.
func (o Options) fillDefaults() (Options, error) {
	if o.State == "" {
		o.State = DefaultState()
	}
	abs, err := filepath.Abs(o.State)
	if err != nil {
		return o, fmt.Errorf("--state %s: %w", o.State, err)
	}
	o.State = abs
	if o.Validators == 0 {
		o.Validators = 1
	}
	if o.Workers == 0 {
		o.Workers = 7
	}
	if o.ChainID == "" {
		o.ChainID = "credence-devnet"
	}
	if o.Cooling == 0 {
		o.Cooling = 20
	}
	if o.Forgiveness == 0 {
		o.Forgiveness = 1200
	}
	if o.Log == nil {
		o.Log = io.Discard
	}
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	switch {
	case o.Validators < 1 || o.Validators > MaxValidators:
		return o, fmt.Errorf("--validators %d: expected 1 to %d", o.Validators, MaxValidators)
	case o.Workers < 2 || o.Workers > MaxWorkers:
		return o, fmt.Errorf("--workers %d: expected 2 to %d", o.Workers, MaxWorkers)
	case o.Saboteurs < 0 || o.Saboteurs > o.Workers:
		return o, fmt.Errorf("--saboteurs %d: expected 0 to the %d workers", o.Saboteurs, o.Workers)
	case o.BasePort < 0 || o.BasePort > 0 && (o.BasePort < 1024 || o.BasePort > 65000):
		return o, fmt.Errorf("--base-port %d: expected 1024 to 65000, or 0 for free ports", o.BasePort)
	}
	if err := o.completeContainers(); err != nil {
		return o, err
	}
	if o.Credenced, err = findBinary(o.Credenced, "credenced"); err != nil {
		return o, err
	}
	o.Worker, err = findBinary(o.Worker, "credence-worker")
	return o, err
}

// defaultContainerWorkers is how many organisations the policy quorum asks.
const defaultContainerWorkers = 3

// completeContainers fills in what runs containers, and checks it.
func (o *Options) completeContainers() error {
	engine := o.OCI.Engine
	if engine == "" {
		if o.ContainerWorkers != 0 {
			return fmt.Errorf("--oci-workers %d: they need an engine; say which one with --oci-engine", o.ContainerWorkers)
		}
		return nil
	}
	if !slices.Contains(runtime.Engines, engine) {
		return fmt.Errorf("--oci-engine %s: expected one of %s", engine, strings.Join(runtime.Engines, ", "))
	}
	if o.ContainerWorkers == 0 {
		o.ContainerWorkers = min(defaultContainerWorkers, o.Workers)
	}
	if o.ContainerWorkers < 1 || o.ContainerWorkers > o.Workers {
		return fmt.Errorf("--oci-workers %d: expected 1 to the %d organisations with a worker", o.ContainerWorkers, o.Workers)
	}
	if engine == runtime.EngineDocker {
		return nil
	}
	if os.Geteuid() != 0 {
		return fmt.Errorf("--oci-engine %s: it needs root, and this is user %d", engine, os.Geteuid())
	}
	if _, err := exec.LookPath(cmp.Or(o.OCI.Path, engine)); err != nil {
		return fmt.Errorf("--oci-engine %s: %w; install it (Debian: apt-get install %s), or say where it is with --oci-path", engine, err, engine)
	}
	return nil
}

// findBinary looks next to this program, then in the PATH.
func findBinary(given, name string) (string, error) {
	if given != "" {
		return filepath.Abs(given)
	}
	if self, err := os.Executable(); err == nil {
		if filepath.Base(self) == name {
			return self, nil
		}
		sibling := filepath.Join(filepath.Dir(self), name)
		if info, err := os.Stat(sibling); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return sibling, nil
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("%s is neither next to this program nor in the PATH: run `make build`, and ./build/credenced", name)
	}
	return filepath.Abs(path)
}

// Faction returns the number of colluding organisations that the default q covers among n organisations.
func Faction(n int) int {
	// x/tasks' default of q = 1/5; a devnet doesn't change it.
	return int(poco.Faction(1, 5, uint64(n)))
}

// CountNeededWorkers returns the least number of workers, each of its own organisation, with which a devnet can check a task of this
// trust by replicas, without the court, when no other task runs. It returns 0 if MaxWorkers are too few.
func CountNeededWorkers(trust uint64) int {
	ledger := poco.Ledger{Trust: trust}
	for n := 1; n <= MaxWorkers; n++ {
		plan := poco.Credence{}.Plan(poco.PlanInput{
			Class: ledger, Requester: ledger, Allowances: poco.DefaultAllowances, Height: 1, Window: 1,
			Faction: uint64(Faction(n)), Eligible: uint64(n), Factor: 1, FuelLimit: 1, MaxSeats: poco.MaxReplicas, Stake: Stake,
			Exposure: poco.Exposure{Value: Price, Reward: Price, Cost: Price},
		})
		if !plan.Court {
			return n
		}
	}
	return 0
}

var errRunning = errors.New("a devnet is running in this folder already")
