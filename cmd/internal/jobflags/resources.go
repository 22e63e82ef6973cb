package jobflags

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/spf13/pflag"

	"github.com/credence-chain/credence/internal/cli"
	appstypes "github.com/credence-chain/credence/x/apps/types"
)

// ResourceFlags are the flags for resources of an execution.
type ResourceFlags struct {
	Memory, Disk, Cpu string
	gpus              uint32
}

// Add adds the flags. what and without complete the sentences of their help texts.
func (r *ResourceFlags) Add(f *pflag.FlagSet, what, without string) {
	f.StringVar(&r.Memory, "memory", "", "memory "+what+" 2GiB (default: "+without+")")
	f.StringVar(&r.Disk, "disk", "", "files "+what+" 64MiB (default: "+without+")")
	f.StringVar(&r.Cpu, "cpu", "", "cores "+what+" 1 or 0.5 (default: "+without+")")
	f.Uint32Var(&r.gpus, "gpus", 0, "GPUs "+what+" 1 (default: "+without+")")
}

// Read returns the resources that the flags say. Errors name the flag.
func (r *ResourceFlags) Read() (out appstypes.Resources, err error) {
	for _, b := range []struct {
		flag, text string
		out        *uint64
	}{{"memory", r.Memory, &out.MemoryBytes}, {"disk", r.Disk, &out.DiskBytes}} {
		if b.text == "" {
			continue
		}
		if *b.out, err = cli.ParseBytes(b.text); err != nil {
			return out, fmt.Errorf("--%s: %w", b.flag, err)
		}
	}
	out.CpuMillis, err = parseCores(r.Cpu)
	out.Gpus = r.gpus
	return out, err
}

// parseCores reads a number of cores and returns thousandths of a core.
func parseCores(text string) (uint64, error) {
	if text == "" {
		return 0, nil
	}
	cores, ok := new(big.Rat).SetString(text)
	if ok && strings.Trim(text, "0123456789.") == "" {
		if cores.Mul(cores, big.NewRat(1000, 1)); cores.IsInt() && cores.Num().IsUint64() && cores.Sign() > 0 {
			return cores.Num().Uint64(), nil
		}
	}
	return 0, &cli.Problem{What: fmt.Sprintf("--cpu %s: expected a number of cores such as 1 or 0.5", text)}
}
