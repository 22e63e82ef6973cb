package devnet

import "github.com/credence-chain/credence/internal/devinfo"

// What describes a devnet, by the names that this package has for it; see package devinfo.
type (
	Info           = devinfo.Info
	AccountInfo    = devinfo.AccountInfo
	ValidatorInfo  = devinfo.ValidatorInfo
	WorkerInfo     = devinfo.WorkerInfo
	ContainersInfo = devinfo.ContainersInfo
)

// InfoFile is the name of the file that describes a devnet; EnvInfo names the environment variable with the path of another.
const (
	InfoFile = devinfo.InfoFile
	EnvInfo  = devinfo.EnvInfo
)

// ErrNoDevnet says that there is no devnet.json where it was looked for.
var ErrNoDevnet = devinfo.ErrNoDevnet

// FindInfo returns the path that commands read.
func FindInfo() string { return devinfo.FindInfo() }

// LoadInfo reads a devnet.json.
func LoadInfo(path string) (*Info, error) { return devinfo.LoadInfo(path) }

// DefaultState is ~/.credence/devnet.
func DefaultState() string { return devinfo.DefaultState() }
