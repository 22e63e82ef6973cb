// Package devinfo reads and writes devnet.json, the file that describes a devnet to other commands. It is apart from package devnet, so
// that programs which start no node can read the file without importing the node.
package devinfo

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/credence-chain/credence/client"
)

// InfoFile is the name of the file that describes a devnet, in its folder.
const InfoFile = "devnet.json"

// EnvInfo names the environment variable with the path of another devnet.json.
const EnvInfo = "CREDENCE_DEVNET"

// Info describes a devnet to other commands; devnet.json holds it.
type Info struct {
	// Format is 1.
	Format int `json:"format"`
	// Running says that the devnet was up when the file was written. The file of a stopped devnet is kept.
	Running bool `json:"running"`
	// State is the folder of the devnet.
	State string `json:"state"`
	// ChainID is the id of the chain.
	ChainID string `json:"chain_id"`
	// GRPC are the validators' gRPC endpoints, host:port, in the order of the seats.
	GRPC []string `json:"grpc"`
	// REST and RPC are base URLs of the first validator.
	REST string `json:"rest"`
	RPC  string `json:"rpc"`
	// Web is the base URL of the first validator's page for browsers; empty in the file of an older devnet.
	Web string `json:"web,omitempty"`
	// Store is the base URL of the artifact store.
	Store string `json:"store"`
	// Pool is the pool of the workers for modules, which has a standing offer.
	Pool string `json:"pool"`
	// PID is the process id of the devnet command itself.
	PID int `json:"pid"`

	Accounts   []AccountInfo   `json:"accounts"`
	Validators []ValidatorInfo `json:"validators"`
	Workers    []WorkerInfo    `json:"workers"`
	// Containers describes the workers for containers; nil if the devnet has none.
	Containers *ContainersInfo `json:"containers,omitempty"`
	// Saboteurs are the organisations whose workers lie.
	Saboteurs []string `json:"saboteurs"`
}

// ContainersInfo describes how a devnet runs containers.
type ContainersInfo struct {
	// Pool is the pool of the workers for containers, which has a standing offer.
	Pool string `json:"pool"`
	// Engine is docker, runc, crun or runsc. Path is its socket or program; empty means the usual one. Args are the program's arguments.
	Engine string   `json:"engine"`
	Path   string   `json:"path,omitempty"`
	Args   []string `json:"args,omitempty"`
	// GPUs are the devices that containers may get. The pool's offers promise so many to one execution. All workers have the same ones,
	// since they share a machine.
	GPUs []string `json:"gpus,omitempty"`
	// Workers are the workers of the pool. Each of their organisations also has a worker for modules.
	Workers []WorkerInfo `json:"workers"`
}

// AccountInfo is a funded account with its key.
type AccountInfo struct {
	// Name of the account: "requester", "provider", "operator", or NAME-owner for a worker's.
	Name string `json:"name"`
	// Organisation for which the account acts.
	Organisation string `json:"organisation"`
	// Address in bech32.
	Address string `json:"address"`
	// KeyFile is the file with its key in hex.
	KeyFile string `json:"key_file"`
}

// ValidatorInfo describes a validator and its court executor.
type ValidatorInfo struct {
	// Name is the organisation that holds the seat.
	Name     string `json:"name"`
	Operator string `json:"operator"`
	KeyFile  string `json:"key_file"`
	Home     string `json:"home"`
	NodeID   string `json:"node_id"`
	P2P      int    `json:"p2p_port"`
	RPC      int    `json:"rpc_port"`
	GRPC     int    `json:"grpc_port"`
	REST     int    `json:"rest_port"`
	// CourtAddress is the account that answers in courts, with the key in CourtKeyFile. It may do nothing else.
	CourtAddress string `json:"court_address"`
	CourtKeyFile string `json:"court_key_file"`
	// CourtHome is the court executor's folder, Court its base URL.
	CourtHome string `json:"court_home"`
	Court     string `json:"court"`
	PID       int    `json:"pid"`
	CourtPID  int    `json:"court_pid"`
}

// WorkerInfo describes a worker.
type WorkerInfo struct {
	// Organisation for which it works.
	Organisation string `json:"organisation"`
	// Address is the account of the worker's own key, Owner the account that is paid.
	Address  string `json:"address"`
	Owner    string `json:"owner"`
	KeyFile  string `json:"key_file"`
	Home     string `json:"home"`
	Endpoint string `json:"endpoint"`
	Saboteur bool   `json:"saboteur"`
	PID      int    `json:"pid"`
}

// ErrNoDevnet says that there is no devnet.json at the path.
var ErrNoDevnet = errors.New("no devnet")

// FindInfo returns the path that commands read: $CREDENCE_DEVNET, or the default folder's devnet.json. The variable may name the folder of a
// devnet as well.
func FindInfo() string {
	if path := os.Getenv(EnvInfo); path != "" {
		if found, err := os.Stat(path); err == nil && found.IsDir() {
			return filepath.Join(path, InfoFile)
		}
		return path
	}
	return filepath.Join(DefaultState(), InfoFile)
}

// LoadInfo reads a devnet.json. The error wraps ErrNoDevnet if there is none.
func LoadInfo(path string) (*Info, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s does not exist", ErrNoDevnet, path)
	}
	if err != nil {
		return nil, err
	}
	var info Info
	if err := json.Unmarshal(data, &info); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if info.Format != 1 {
		return nil, fmt.Errorf("%s: format %d, expected 1: it was written by another version; start the devnet with --reset", path, info.Format)
	}
	return &info, nil
}

// Save replaces devnet.json in one step, so that readers never see a part of it.
func (i *Info) Save() error {
	data, err := json.MarshalIndent(i, "", "  ")
	if err != nil {
		return err
	}
	path := filepath.Join(i.State, InfoFile)
	if err := os.WriteFile(path+".new", append(data, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// Account returns the account of a name; nil if there is none.
func (i *Info) Account(name string) *AccountInfo {
	for k := range i.Accounts {
		if i.Accounts[k].Name == name {
			return &i.Accounts[k]
		}
	}
	return nil
}

// Worker returns the worker for modules of an organisation; nil if there is none.
func (i *Info) Worker(organisation string) *WorkerInfo { return findWorker(i.Workers, organisation) }

// ContainerWorker returns the worker for containers of an organisation; nil if there is none.
func (i *Info) ContainerWorker(organisation string) *WorkerInfo {
	if i.Containers == nil {
		return nil
	}
	return findWorker(i.Containers.Workers, organisation)
}

func findWorker(workers []WorkerInfo, organisation string) *WorkerInfo {
	for k := range workers {
		if workers[k].Organisation == organisation {
			return &workers[k]
		}
	}
	return nil
}

// AllWorkers returns the workers for modules, and then those for containers.
func (i *Info) AllWorkers() []WorkerInfo {
	if i.Containers == nil {
		return i.Workers
	}
	return slices.Concat(i.Workers, i.Containers.Workers)
}

// Name returns the name of an account for people: the organisation of a worker or validator, the account's own name, or the address if
// the devnet does not have it. A nil Info returns the address.
func (i *Info) Name(address string) string {
	if i == nil {
		return address
	}
	for _, a := range i.Accounts {
		if a.Address == address {
			if org, ok := strings.CutSuffix(a.Name, "-owner"); ok {
				return org
			}
			return a.Name
		}
	}
	for _, w := range i.AllWorkers() {
		if w.Address == address {
			return w.Organisation
		}
	}
	for _, v := range i.Validators {
		if v.Operator == address || v.CourtAddress == address {
			return v.Name
		}
	}
	return address
}

// LastWords finds what the program of a task wrote to stderr, in the logs of the devnet. It looks first in the logs of the workers that
// agreed with the verdict, then in those of the court executors. It implements client.LastWords.
func (i *Info) LastWords(t *client.TaskReport) (from, text string) {
	type home struct{ name, folder string }
	var homes []home
	for _, w := range i.AllWorkers() {
		if slices.Contains(t.Agreed, w.Organisation) {
			homes = append(homes, home{w.Organisation, w.Home})
		}
	}
	for _, v := range i.Validators {
		homes = append(homes, home{"the court executor of " + v.Name, v.CourtHome})
	}
	for _, h := range homes {
		files, err := filepath.Glob(filepath.Join(h.folder, "logs", t.ID+"-*.stderr"))
		if err != nil || len(files) == 0 {
			continue
		}
		if data, err := os.ReadFile(files[len(files)-1]); err == nil {
			return h.name, string(data)
		}
	}
	return "", ""
}

// DefaultState returns the path of ~/.credence/devnet.
func DefaultState() string {
	home, err := os.UserHomeDir()
	if err != nil {
		home = "."
	}
	return filepath.Join(home, ".credence", "devnet")
}
