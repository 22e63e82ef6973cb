package client

import (
	"fmt"
	"os"
	"time"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

// DefaultFuel is the fuel limit of a job that names none: about a minute of one core.
const DefaultFuel = 50_000_000_000

// Job is what a requester wants to have run. Fields that are 0 or empty have the defaults named here.
type Job struct {
	// App is the path of a WebAssembly module, "organisation/name:version", or "sha256:...".
	App string
	// Args are the arguments of the program, without its name.
	Args []string
	// Execution has the exit statuses that mean success, the place for stdout, the source of stdin, and variables. Its Stdin is the
	// name of an input, or the path of a file that becomes an input.
	Execution contract.Execution
	// Inputs are files and folders that the program finds in /in.
	Inputs []InputFile
	// After are the ids of earlier requests of the same requester that must end with results first. The chain waits for them.
	After []string
	// Answers are results of earlier requests that the program finds in /in, each as a folder. The chain waits for them too.
	Answers []Answer
	// When are earlier requests that must end with certain exit statuses. The chain waits for them too, and refunds the job if one ends with another.
	When []ExitCondition
	// Datasets are what the program finds in /in/datasets. Each is "organisation/name:version", "sha256:...", or the path of a file,
	// which is published as a dataset unless the chain has it.
	Datasets []string
	// DatasetsPerTask is how many of the datasets each task of the bag gets, in their order; 0 gives every task all of them.
	DatasetsPerTask uint32
	// Trust is the T in "at most one wrong result is expected in T"; see poco.ParseTrust.
	Trust uint64
	// MinReplicas is the least number of replicas; 0 leaves the number to the plan.
	MinReplicas uint32
	// AuditBlocks is the number of blocks in which the answer can be challenged, in addition to the time for running the task again.
	// 0 takes the chain's minimum.
	AuditBlocks int64
	// MaxPrice in ucred for one task; 0 takes the price that the chain recommends.
	MaxPrice uint64
	// MaxAppPrice, MaxDatasetPrice (for all datasets of one task) and MaxPoolPrice (for one replica) in ucred; where one is 0, only
	// MaxPrice limits it.
	MaxAppPrice, MaxDatasetPrice, MaxPoolPrice uint64
	// Value at risk in ucred; 0 means the price.
	Value uint64
	// Fuel is the limit of one execution. 0 means the category's limit or, without a category, the one that the app's version
	// proposes, or else DefaultFuel.
	Fuel uint64
	// Platform, such as linux/arm64, chooses among the images of an App for several machines; empty takes the one for this machine.
	Platform string
	// Bag is the number of tasks; each task is told its index. 0 means as many as the datasets or the rows make, or else 1.
	Bag uint64
	// Rows are the parts of the job that differ between the tasks, one for each task in the order of their indices. If it is empty,
	// all tasks are the same but for their index.
	Rows []Row
	// Policy is a name that poco.PolicyByName knows; empty means poco.DefaultPolicy.
	Policy string
	// Category of the job; if it is empty, the job has limits of its own.
	Category string
	// Tags are the capabilities that a pool must have.
	Tags []string
	// Pools are the ids of pools that may run the job, PoolsOf names them by their operators. If both are empty, any pool may.
	Pools   []string
	PoolsOf orgstypes.Audience
	// Resources that one execution may use; a 0 stands for the app's requirement.
	Resources appstypes.Resources
	// Voucher is the id of a voucher that pays in place of the requester.
	Voucher string
	// Beneficiary is the account for which the results are; empty means the requester.
	Beneficiary string
	// Callback names a module's hook that the chain calls at the end of each task.
	Callback string
	// Onchain names a file of the result, below /out, or ExitStatus, that is kept on the chain once the task is accepted, if it is small enough. For
	// "computed.json" only its callback-data are kept. Empty means no file.
	Onchain string
	// Partial allows that a part of the bag is matched while the rest is not.
	Partial bool
	// Expiry is the height until which the request, or its unmatched part, rests on the book. Rest gives the same in blocks from now,
	// RestFor as a time, which is converted by the chain's intended block time. At most one of the three is set. Without any, the
	// next block refunds what it cannot match.
	Expiry  int64
	Rest    int64
	RestFor time.Duration
	// Nonce identifies the request among those of its requester. The chain takes one request for each nonce, so that a job which is
	// submitted again with the same nonce is not paid again. 0 takes the time.
	Nonce uint64
	// Out is the folder for the results. It is made if it does not exist, and must be empty if it does. If Out is "", results are not
	// downloaded.
	Out string
}

// OrderFor returns the job in the form that the chain takes, with the reference of its app. It leaves out inputs and datasets, which
// must be uploaded or published first.
func (j Job) OrderFor(app string) markettypes.Job {
	out := markettypes.Job{
		App: app, Args: j.Args, Execution: dealstypes.NewExecution(j.Execution), Trust: j.Trust, Policy: j.Policy, MinReplicas: j.MinReplicas,
		MaxPrice: j.MaxPrice, Value: j.Value, FuelLimit: j.Fuel, Size_: j.Bag,
		DatasetsPerTask: j.DatasetsPerTask, Category: j.Category, Tags: markettypes.NormalTags(j.Tags), Resources: j.Resources,
		MaxAppPrice: j.MaxAppPrice, MaxDatasetPrice: j.MaxDatasetPrice, MaxPoolPrice: j.MaxPoolPrice,
		Voucher: j.Voucher, Beneficiary: j.Beneficiary, Callback: j.Callback, Onchain: j.Onchain, Partial: j.Partial, AuditBlocks: j.AuditBlocks,
		After: j.After, When: j.conditions(),
	}
	if len(j.Pools) == 1 && j.PoolsOf.IsEmpty() {
		out.Pool = j.Pools[0]
	} else {
		out.Pools = markettypes.Restriction{Ids: j.Pools, Audience: j.PoolsOf}
	}
	return out
}

// mayRest says whether the request may rest on the book.
func (j *Job) mayRest() bool { return j.Expiry > 0 || j.Rest > 0 || j.RestFor > 0 }

// checkJob checks and completes the job without asking a node.
func (j *Job) checkJob() error {
	if err := j.checkReferences(); err != nil {
		return err
	}
	if err := j.checkInputs(); err != nil {
		return err
	}
	if err := j.checkExecution(); err != nil {
		return err
	}
	if err := j.checkDatasets(); err != nil {
		return err
	}
	j.limitWaiting()
	if err := j.checkRest(); err != nil {
		return err
	}
	if _, err := poco.QuantiseTrust(j.Trust); err != nil {
		return &Error{Code: CodeInvalid, Field: "Trust", Value: fmt.Sprint(j.Trust), What: err.Error(), Err: err}
	}
	if j.AuditBlocks < 0 {
		return &Error{
			Code: CodeInvalid, Field: "AuditBlocks", Value: fmt.Sprint(j.AuditBlocks),
			What: fmt.Sprintf("an audit window of %d blocks, expected 0 or more", j.AuditBlocks),
		}
	}
	if j.MinReplicas > poco.MaxReplicas {
		return &Error{
			Code: CodeTooLarge, Field: "MinReplicas", Value: fmt.Sprint(j.MinReplicas), Got: uint64(j.MinReplicas), Limit: poco.MaxReplicas,
			What: fmt.Sprintf("at most %d replicas are drawn for a task", poco.MaxReplicas),
		}
	}
	if most := uint64(contract.MaxOutputBytes); j.Resources.DiskBytes > most {
		return &Error{
			Code: CodeTooLarge, Field: "Resources.DiskBytes", Value: fmt.Sprint(j.Resources.DiskBytes), Got: j.Resources.DiskBytes, Limit: most,
			What: "no chain allows a task more output",
		}
	}
	if j.Out == "" {
		return nil
	}
	entries, err := os.ReadDir(j.Out)
	switch {
	case os.IsNotExist(err):
	case err != nil:
		return &Error{Code: CodeInvalid, Field: "Out", Value: j.Out, What: err.Error(), Expected: "a folder that can be made or is empty", Err: err}
	case len(entries) > 0:
		return &Error{Code: CodeExists, Field: "Out", Value: j.Out, What: "the folder is not empty, and results never overwrite anything"}
	}
	return nil
}

// checkExecution makes the stdin file an input, packs the rows, and checks the execution by the rule of the chain and of workers.
func (j *Job) checkExecution() error {
	var err error
	if j.Execution, j.Inputs, err = CompleteExecution(j.Execution, j.Inputs); err != nil {
		return err
	}
	if err = j.checkRows(); err != nil {
		return err
	}
	return j.checkInputs()
}

// checkDatasets checks DatasetsPerTask against the datasets, and sets the size of the bag if it is not given.
func (j *Job) checkDatasets() error {
	n, k := uint64(len(j.Datasets)), uint64(j.DatasetsPerTask)
	if k > 0 && n == 0 {
		return &Error{Code: CodeConflict, Field: "DatasetsPerTask", Value: fmt.Sprint(k), What: "there are no datasets"}
	}
	need := uint64(1)
	if k > 0 {
		need = (n + k - 1) / k
	}
	switch {
	case j.Bag == 0:
		j.Bag = need
	case k > 0 && j.Bag != need:
		return &Error{
			Code: CodeConflict, Field: "Bag", Value: fmt.Sprint(j.Bag), Got: j.Bag, Limit: need,
			What: fmt.Sprintf("%s, %d for each task, make %s", pluralOf(n, "dataset", "datasets"), k, pluralOf(need, "task", "tasks")), Expected: fmt.Sprint(need),
		}
	}
	return nil
}

func (j *Job) checkRest() error {
	given := 0
	for _, is := range []bool{j.Expiry != 0, j.Rest != 0, j.RestFor != 0} {
		if is {
			given++
		}
	}
	switch {
	case given > 1:
		return &Error{Code: CodeConflict, Field: "Rest", What: "Expiry, Rest and RestFor all say how long the request rests on the book", Expected: "one of them"}
	case j.Expiry < 0 || j.Rest < 0 || j.RestFor < 0:
		return &Error{Code: CodeInvalid, Field: "Rest", Value: fmt.Sprint(j.Expiry + j.Rest + int64(j.RestFor)), What: "got less than nothing"}
	}
	return nil
}
