package requester

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
)

// marketFlags are what a job asks of the market, as the command line says it.
type marketFlags struct {
	datasets        []string
	datasetsPerTask uint32
	category        string
	tags            []string
	pools           []string
	poolsOf         []string
	maxAppPrice     string
	maxDatasetPrice string
	maxPoolPrice    string
	voucher         string
	beneficiary     string
	partial         bool
	expiry          int64
	rest            string
	memory          string
	disk            string
	cpu             string
	gpus            uint32
}

func (m *marketFlags) add(f *pflag.FlagSet) {
	f.StringArrayVar(&m.datasets, "dataset", nil, "dataset organisation/name:version or sha256:DIGEST, or a file to publish as one; repeatable")
	f.Uint32Var(&m.datasetsPerTask, "datasets-per-task", 0, "give each task of the bag so many of the datasets, in their order; 0 gives all to each")
	f.StringVar(&m.category, "category", "", "category of the job, such as xs (default: limits of its own)")
	f.StringSliceVar(&m.tags, "tag", nil, "capability that the pool must have, such as tee; repeatable")
	f.StringSliceVar(&m.pools, "pool", nil, "pool of workers to use, by id; repeatable (default: any)")
	f.StringSliceVar(&m.poolsOf, "only-pool-of", nil, "whose pools to use, beside those of --pool: an address, an organisation's id, or role:NAME; repeatable")
	f.StringVar(&m.maxAppPrice, "max-app-price", "", "the most for the app, a task (default: what --max-price leaves)")
	f.StringVar(&m.maxDatasetPrice, "max-dataset-price", "", "the most for all datasets of a task (default: what --max-price leaves)")
	f.StringVar(&m.maxPoolPrice, "max-pool-price", "", "the most for one replica (default: what --max-price leaves)")
	f.StringVar(&m.voucher, "voucher", "", "id of a voucher that pays in your place")
	f.StringVar(&m.beneficiary, "beneficiary", "", "address of the account that the results are for (default: yours)")
	f.BoolVar(&m.partial, "partial", false, "start whatever part of the bag can be met at once")
	f.Int64Var(&m.expiry, "expiry", 0, "height until which what can't be met at once rests on the book (default: it is refunded)")
	f.StringVar(&m.rest, "rest", "", "the same as a time such as 10m, or in blocks from now such as 1000")
	f.StringVar(&m.memory, "memory", "", "memory of one execution, such as 512MiB (default: the app's requirement, or 1GiB)")
	f.StringVar(&m.disk, "disk", "", "files that one execution may write, such as 10MiB (default: the app's requirement, or 64MiB, which is the most)")
	f.StringVar(&m.cpu, "cpu", "", "cores of one execution, such as 1 or 0.5 (default: the app's requirement)")
	f.Uint32Var(&m.gpus, "gpus", 0, "GPUs of one execution")
}

// fill puts the flags into a job. Errors name the flag.
func (m *marketFlags) fill(job *client.Job) error {
	job.Datasets, job.DatasetsPerTask, job.Category, job.Tags, job.Pools = m.datasets, m.datasetsPerTask, m.category, m.tags, m.pools
	job.Voucher, job.Beneficiary, job.Partial = strings.ToLower(m.voucher), m.beneficiary, m.partial
	job.Expiry, job.Resources.Gpus = m.expiry, m.gpus
	var err error
	if job.PoolsOf, err = parseAudience("--only-pool-of", m.poolsOf); err != nil {
		return err
	}
	for _, p := range []struct {
		flag, text string
		out        *uint64
	}{
		{"app", m.maxAppPrice, &job.MaxAppPrice}, {"dataset", m.maxDatasetPrice, &job.MaxDatasetPrice}, {"pool", m.maxPoolPrice, &job.MaxPoolPrice},
	} {
		if p.text == "" {
			continue
		}
		amount, err := cli.ParseCRED(p.text)
		if err != nil {
			return fmt.Errorf("--max-%s-%w", p.flag, err)
		}
		if amount == 0 {
			return &cli.Problem{What: fmt.Sprintf("--max-%s-price 0 would mean no bound at all", p.flag), Next: "leave it out for that, or give the smallest amount, 1ucred"}
		}
		*p.out = amount
	}
	for _, b := range []struct {
		flag, text string
		out        *uint64
	}{{"memory", m.memory, &job.Resources.MemoryBytes}, {"disk", m.disk, &job.Resources.DiskBytes}} {
		if b.text == "" {
			continue
		}
		n, err := cli.ParseBytes(b.text)
		if err != nil {
			return fmt.Errorf("--%s: %w", b.flag, err)
		}
		*b.out = n
	}
	if job.Resources.CpuMillis, err = parseCores(m.cpu); err != nil {
		return err
	}
	job.Rest, job.RestFor, err = parseRest(m.rest)
	return err
}

// parseCores reads a number of cores, to a thousandth.
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

// parseRest reads a time, or a number of blocks.
func parseRest(text string) (blocks int64, t time.Duration, err error) {
	if text == "" {
		return 0, 0, nil
	}
	if blocks, err = strconv.ParseInt(text, 10, 64); err == nil && blocks > 0 {
		return blocks, 0, nil
	}
	if t, err = time.ParseDuration(text); err == nil && t > 0 {
		return 0, t, nil
	}
	return 0, 0, &cli.Problem{What: fmt.Sprintf("--rest %s: expected a time such as 10m, or a number of blocks such as 1000", text)}
}
