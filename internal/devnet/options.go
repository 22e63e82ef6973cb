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

// Limits of a devnet on one machine.
const (
	MaxValidators = 16
	MaxWorkers    = 64
	MaxSlots      = 64
)

// Options describe a devnet.
type Options struct {
	// State is the folder of the devnet; see DefaultState.
	State string
	// Reset empties the folder first. The folder must be empty or a devnet's.
	Reset bool
	// Validators is the number of seats; 1 by default.
	Validators int
	// Workers is the number of organisations that run a worker; 7 by default.
	Workers int
	// Slots is the number of slots of every worker of a new chain; 4 by default. A chain that continues takes the same number again.
	Slots int
	// Saboteurs is the number of workers that lie. All of them give the same wrong answer.
	Saboteurs int
	// OCI has the settings for containers, as credence-worker takes them; without an engine no worker runs containers.
	OCI runtime.OCI
	// Enclaves runs the workers on the software platform, so that they can answer under the policy attested. That platform is no enclave.
	Enclaves bool
	// ContainerWorkers is the number of organisations that also run a worker for containers; with an engine 3 by default. Both workers of
	// a saboteur lie.
	ContainerWorkers int
	// BasePort is the first port that is used; 0 picks free ports.
	BasePort int
	// BlockTime is the pause after a block is decided; 0 means the pause for blocks of half a second.
	BlockTime time.Duration
	// SnapshotInterval is the number of blocks between the snapshots of a validator of a new chain; 0 means none.
	SnapshotInterval uint64
	// ChainID of a new chain; "credence-devnet" by default.
	ChainID string
	// Credenced and Worker are the paths of the binaries; empty means this program, or one next to it, or one in the PATH.
	Credenced, Worker string
	// Restart starts a worker or court executor again that ended by itself.
	Restart bool
	// Cooling is the number of blocks for which a convicted worker is not drawn. Forgiveness is the number of blocks within which a second
	// conviction jails it. 0 means the devnet's defaults: 20 and 1200.
	Cooling, Forgiveness int64
	// EditGenesis makes the last changes to the state of a new chain. May be nil.
	EditGenesis func(Genesis) error
	// Link returns the address at which one validator of a new chain finds another; nil means the other's own address. Tests put a relay
	// there, with which they can cut the network.
	Link func(from, to ValidatorInfo) (address string, err error)
	// Progress is called, from one goroutine, with what is being started or waited for. May be nil.
	Progress func(text string)
	// Log gets a line for each event, such as the end of a process. May be nil.
	Log io.Writer
}

// Genesis is the state of a new chain, with the codec that is needed to change it; see genesis.Edit.
type Genesis struct {
	genesis.State
	Codec Codec
}

// fillDefaults fills in defaults and checks the options. The error names an option by its flag.
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
	if o.Slots == 0 {
		o.Slots = Slots
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
	case o.Slots < 1 || o.Slots > MaxSlots:
		return o, fmt.Errorf("slots: got %d, expected 1 to %d, which the chain allows a worker", o.Slots, MaxSlots)
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

// defaultContainerWorkers is the number of organisations that the policy quorum needs.
const defaultContainerWorkers = 3

// completeContainers fills in and checks the settings for containers.
func (o *Options) completeContainers() error {
	engine := o.OCI.Engine
	if engine == "" {
		if o.ContainerWorkers != 0 {
			return fmt.Errorf("--oci-workers %d: they need an engine; say which one with --oci-engine", o.ContainerWorkers)
		}
		if len(o.OCI.GPUs) > 0 {
			return fmt.Errorf("--oci-gpus %s: only containers use them; say with --oci-engine what runs containers", strings.Join(o.OCI.GPUs, ","))
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
