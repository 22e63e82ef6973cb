// Package jobflags has the flags that describe a job. "run" and "order create request" share them.
package jobflags

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/steps"
	"github.com/credence-chain/credence/poco"
)

// defaultFuel is the fuel limit of a job without a category: about a minute on one core.
const defaultFuel = "50G"

// Flags are the flags of a job that "run" and "order create request" have in common.
type Flags struct {
	Inputs, Args, Datasets, Tags                         []string
	Trust, Policy, Category, Value, Fuel                 string
	MaxPrice, MaxAppPrice, MaxDatasetPrice, MaxPoolPrice string
	voucher, Beneficiary                                 string
	Callback, Onchain                                    string
	MinReplicas, DatasetsPerTask                         uint32
	AuditBlocks                                          int64
	Bag                                                  uint64
	Map                                                  string
	Partial                                              bool
	Needs                                                ResourceFlags
	ExecutionFlags
}

// Add adds the flags.
func (j *Flags) Add(f *pflag.FlagSet) {
	f.StringArrayVar(&j.Inputs, "input", nil, "input FILE, FOLDER or 'PATTERN' (*, ?, [...]), or NAME= and one of those to give it another name under /in; repeatable")
	AddArgs(f, &j.Args)
	j.ExecutionFlags.addFlags(f)
	f.StringVar(&j.Trust, "trust", "99.9%", "demanded trust: a percentage, a number T (one wrong result expected in T), or bits")
	f.Uint32Var(&j.MinReplicas, "min-replicas", 0, "least number of replicas; 0 leaves it to the plan")
	f.Int64Var(&j.AuditBlocks, "audit-blocks", 0, "blocks in which the answer can be challenged, beside the time to run it; 0 takes the least that the chain has")
	f.StringVar(&j.MaxPrice, "max-price", "", "the most that one task may cost, such as 5CRED (default: the recommended price)")
	f.StringVar(&j.Value, "value", "", "value at risk: the harm that a wrong result does, such as 100CRED (default: the price)")
	f.StringVar(&j.Fuel, "fuel", "", "fuel limit of one execution (default: the category's, or "+defaultFuel+", about a minute of one core)")
	f.Uint64Var(&j.Bag, "bag", 1, "number of tasks; each is told its index (CREDENCE_TASK_INDEX, CREDENCE_BAG_SIZE)")
	f.StringVar(&j.Map, "map", "", "a task for each row of FILE.csv, each file of 'PATTERN', or each number of FROM..TO; {column} in arguments, --env, --input and --stdin is the row's cell ({path}, {file} and {stem} of a file, {n} of a number, {index} of any)")
	f.StringVar(&j.Policy, "policy", "", "how an answer comes to be believed: "+poco.PolicyHelp())
	f.StringArrayVar(&j.Datasets, "dataset", nil, "dataset organisation/name:version or sha256:DIGEST; for run also a file to publish as one; repeatable")
	f.Uint32Var(&j.DatasetsPerTask, "datasets-per-task", 0, "give each task of the bag so many of the datasets, in their order; 0 gives all to each")
	f.StringVar(&j.Category, "category", "", "category of the job, such as xs (default: limits of its own)")
	f.StringSliceVar(&j.Tags, "tag", nil, "capability that the pool must have, such as tee; repeatable")
	f.StringVar(&j.MaxAppPrice, "max-app-price", "", "the most for the app, a task (default: what --max-price leaves)")
	f.StringVar(&j.MaxDatasetPrice, "max-dataset-price", "", "the most for all datasets of a task (default: what --max-price leaves)")
	f.StringVar(&j.MaxPoolPrice, "max-pool-price", "", "the most for one replica (default: what --max-price leaves)")
	f.StringVar(&j.voucher, "voucher", "", "id of a voucher that pays in your place")
	f.StringVar(&j.Beneficiary, "beneficiary", "", "account that the results are for (default: yours)")
	f.StringVar(&j.Callback, "callback", "", "hook of the chain that is told each final answer, such as feeds/NAME; \"query deals callbacks\" lists them")
	f.StringVar(&j.Onchain, "onchain", "", "small FILE of the result, below /out, that lives on chain; computed.json for an app's callback-data, /exit for the exit status (default: none)")
	f.BoolVar(&j.Partial, "partial", false, "start whatever part of the bag can be met at once")
	j.Needs.Add(f, "of one execution, such as", "the app's requirement")
}

// ReadJob returns the job that the flags describe, for an app. The program gets args after the arguments in the flags. table is the table
// of --map; nil without it. bagGiven says whether --bag was given: without it, the datasets or the rows determine the size of the bag.
// Errors name the flag.
func (j *Flags) ReadJob(app string, args []string, bagGiven bool) (job client.Job, table *Table, err error) {
	job = client.Job{
		App: app, MinReplicas: j.MinReplicas, Bag: j.Bag, Policy: j.Policy, AuditBlocks: j.AuditBlocks, Partial: j.Partial,
		Datasets: j.Datasets, DatasetsPerTask: j.DatasetsPerTask, Category: j.Category, Tags: j.Tags,
		Voucher: strings.ToLower(j.voucher), Beneficiary: j.Beneficiary, Callback: j.Callback, Onchain: j.Onchain,
	}
	err = steps.Run(
		func() (err error) { job.Args, job.Rows, table, err = j.TakeRows(slices.Concat(j.Args, args)); return },
		func() (err error) { job.Execution, err = j.Execution(); return },
		j.checkPolicy,
		func() error { return j.readPrices(&job) },
		func() (err error) { job.Resources, err = j.Needs.Read(); return },
		func() (err error) { job.Trust, err = j.readTrust(); return },
		func() (err error) { job.Fuel, err = j.readFuel(); return },
	)
	for _, text := range j.Inputs {
		job.Inputs = append(job.Inputs, client.ParseInput(text))
	}
	switch {
	case err != nil:
		return job, table, err
	case !bagGiven && (j.DatasetsPerTask > 0 || table != nil):
		job.Bag = 0 // the datasets or the rows determine the size
	case j.Bag == 0:
		return job, table, &cli.Problem{What: "--bag 0: expected at least one task", Exit: cli.ExitUsage}
	}
	return job, table, nil
}

// checkPolicy refuses a policy that there is not.
func (j *Flags) checkPolicy() error {
	if _, known := poco.PolicyByName(cmp.Or(j.Policy, poco.DefaultPolicy)); known {
		return nil
	}
	return &cli.Problem{What: fmt.Sprintf("--policy %q: expected %s", j.Policy, poco.PolicyNames()), Next: "credenced run --help says what each of them means", Exit: cli.ExitUsage}
}

// readPrices reads the amounts. An amount of 0 would mean the default or no bound, which the user gets by leaving the flag out: it is
// refused.
func (j *Flags) readPrices(job *client.Job) (err error) {
	for _, a := range []struct {
		flag, text string
		out        *uint64
		without    string
	}{
		{"max-price", j.MaxPrice, &job.MaxPrice, "the recommended price"}, {"max-app-price", j.MaxAppPrice, &job.MaxAppPrice, "no such bound"},
		{"max-dataset-price", j.MaxDatasetPrice, &job.MaxDatasetPrice, "no such bound"}, {"max-pool-price", j.MaxPoolPrice, &job.MaxPoolPrice, "no such bound"},
		{"value", j.Value, &job.Value, "the price"},
	} {
		if a.text == "" {
			continue
		}
		if *a.out, err = cli.ParseCRED(a.text); err != nil {
			return fmt.Errorf("--%s: %w", a.flag, err)
		}
		if *a.out == 0 {
			return &cli.Problem{What: fmt.Sprintf("--%s 0: expected at least 1ucred", a.flag), Next: "leave it out for " + a.without}
		}
	}
	return nil
}

// readTrust reads the demanded trust.
func (j *Flags) readTrust() (uint64, error) {
	trust, err := poco.ParseTrust(j.Trust)
	if err != nil {
		return 0, &cli.Problem{What: "--" + err.Error(), Next: "99.99% means that one wrong result is to be expected in 10,000"}
	}
	return trust, nil
}

// readFuel reads the fuel limit; 0 when none is given.
func (j *Flags) readFuel() (uint64, error) {
	if j.Fuel == "" {
		return 0, nil
	}
	fuel, err := cli.ParseFuel(j.Fuel)
	if err != nil {
		return 0, fmt.Errorf("--%w", err)
	}
	return fuel, nil
}
