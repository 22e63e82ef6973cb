package requester

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/poco"
)

// defaultFuel of a job without a category: about a minute of one core.
const defaultFuel = "50G"

// commonFlags are what run and order create request have in common: a job, as the command line says it.
type commonFlags struct {
	inputs, args, datasets, tags                         []string
	trust, policy, category, value, fuel                 string
	maxPrice, maxAppPrice, maxDatasetPrice, maxPoolPrice string
	voucher, beneficiary                                 string
	minReplicas, datasetsPerTask                         uint32
	bag                                                  uint64
	partial                                              bool
	needs                                                resourceFlags
	executionFlags
}

func (j *commonFlags) add(f *pflag.FlagSet) {
	f.StringArrayVar(&j.inputs, "input", nil, "input FILE, FOLDER or 'PATTERN' (*, ?, [...]), or NAME= and one of those to give it another name under /in; repeatable")
	argsFlags(f, &j.args)
	j.executionFlags.add(f)
	f.StringVar(&j.trust, "trust", "99.9%", "demanded trust: a percentage, a number T (one wrong result expected in T), or bits")
	f.Uint32Var(&j.minReplicas, "min-replicas", 0, "least number of replicas; 0 leaves it to the plan")
	f.StringVar(&j.maxPrice, "max-price", "", "the most that one task may cost, such as 5CRED (default: the recommended price)")
	f.StringVar(&j.value, "value", "", "value at risk: the harm that a wrong result does, such as 100CRED (default: the price)")
	f.StringVar(&j.fuel, "fuel", "", "fuel limit of one execution (default: the category's, or "+defaultFuel+", about a minute of one core)")
	f.Uint64Var(&j.bag, "bag", 1, "number of tasks; each is told its index (CREDENCE_TASK_INDEX, CREDENCE_BAG_SIZE)")
	f.StringVar(&j.policy, "policy", "", "how an answer comes to be believed: "+poco.PolicyHelp())
	f.StringArrayVar(&j.datasets, "dataset", nil, "dataset organisation/name:version or sha256:DIGEST; for run also a file to publish as one; repeatable")
	f.Uint32Var(&j.datasetsPerTask, "datasets-per-task", 0, "give each task of the bag so many of the datasets, in their order; 0 gives all to each")
	f.StringVar(&j.category, "category", "", "category of the job, such as xs (default: limits of its own)")
	f.StringSliceVar(&j.tags, "tag", nil, "capability that the pool must have, such as tee; repeatable")
	f.StringVar(&j.maxAppPrice, "max-app-price", "", "the most for the app, a task (default: what --max-price leaves)")
	f.StringVar(&j.maxDatasetPrice, "max-dataset-price", "", "the most for all datasets of a task (default: what --max-price leaves)")
	f.StringVar(&j.maxPoolPrice, "max-pool-price", "", "the most for one replica (default: what --max-price leaves)")
	f.StringVar(&j.voucher, "voucher", "", "id of a voucher that pays in your place")
	f.StringVar(&j.beneficiary, "beneficiary", "", "account that the results are for (default: yours)")
	f.BoolVar(&j.partial, "partial", false, "start whatever part of the bag can be met at once")
	j.needs.add(f, "of one execution, such as", "the app's requirement")
}

// prices are the amounts of a job.
type prices struct{ max, app, dataset, pool, value uint64 }

// readPrices reads the amounts. 0 would mean no bound, or the default: it is refused, and left out for that.
func (j *commonFlags) readPrices() (p prices, err error) {
	for _, a := range []struct {
		flag, text string
		out        *uint64
		without    string
	}{
		{"max-price", j.maxPrice, &p.max, "the recommended price"}, {"max-app-price", j.maxAppPrice, &p.app, "no such bound"},
		{"max-dataset-price", j.maxDatasetPrice, &p.dataset, "no such bound"}, {"max-pool-price", j.maxPoolPrice, &p.pool, "no such bound"},
		{"value", j.value, &p.value, "the price"},
	} {
		if a.text == "" {
			continue
		}
		if *a.out, err = cli.ParseCRED(a.text); err != nil {
			return p, fmt.Errorf("--%s: %w", a.flag, err)
		}
		if *a.out == 0 {
			return p, &cli.Problem{What: fmt.Sprintf("--%s 0: expected at least 1ucred", a.flag), Next: "leave it out for " + a.without}
		}
	}
	return p, nil
}

// readTrust reads the trust.
func (j *commonFlags) readTrust() (uint64, error) {
	trust, err := poco.ParseTrust(j.trust)
	if err != nil {
		return 0, &cli.Problem{What: "--" + err.Error(), Next: "99.99% means that one wrong result is to be expected in 10,000"}
	}
	return trust, nil
}

// readFuel reads the fuel limit; 0 when none is given.
func (j *commonFlags) readFuel() (uint64, error) {
	if j.fuel == "" {
		return 0, nil
	}
	fuel, err := cli.ParseFuel(j.fuel)
	if err != nil {
		return 0, fmt.Errorf("--%w", err)
	}
	return fuel, nil
}

// voucherID is the id as the chain writes it.
func (j *commonFlags) voucherID() string { return strings.ToLower(j.voucher) }
