package devnet

import "github.com/credence-chain/credence/internal/devinfo"

// Aliases for the types of package devinfo.
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

// ErrNoDevnet says that there is no devnet.json at the path.
var ErrNoDevnet = devinfo.ErrNoDevnet

// FindInfo returns the path that commands read.
func FindInfo() string { return devinfo.FindInfo() }

// LoadInfo reads a devnet.json.
func LoadInfo(path string) (*Info, error) { return devinfo.LoadInfo(path) }

// DefaultState returns the path of ~/.credence/devnet.
func DefaultState() string { return devinfo.DefaultState() }
