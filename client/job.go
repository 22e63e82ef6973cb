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

// Job is what a requester wants done.
type Job struct {
	// App is the path of a WebAssembly module, "organisation/name:version", or "sha256:...".
	App string
	// Args of the program, without its name.
	Args []string
	// Execution of the program: exit statuses that mean success, where stdout goes, where stdin comes from, variables. Its
	// Stdin is the name of an input, or the path of a file that becomes one.
	Execution contract.Execution
	// Inputs that it finds in /in: files and folders.
	Inputs []InputFile
	// Datasets that it finds in /in/datasets: each "organisation/name:version", "sha256:...", or the path of a file, which is
	// published as a dataset if the chain doesn't know it.
	Datasets []string
	// DatasetsPerTask gives each task of the bag that many of the datasets, in their order; 0 gives all of them to each.
	DatasetsPerTask uint32
	// Trust T: at most one wrong result is to be expected in T; see poco.ParseTrust.
	Trust uint64
	// MinReplicas is the least number of replicas; 0 leaves it to the plan.
	MinReplicas uint32
	// AuditBlocks is how long the answer can be challenged, beside the time to run the task, in blocks; 0 takes the least that
	// the chain has.
	AuditBlocks int64
	// MaxPrice in ucred for one task; 0 takes the recommended one.
	MaxPrice uint64
	// MaxAppPrice, MaxDatasetPrice (of all datasets of one task) and MaxPoolPrice (of one replica) in ucred; 0 leaves them to
	// MaxPrice.
	MaxAppPrice, MaxDatasetPrice, MaxPoolPrice uint64
	// Value at risk in ucred; 0 means the price.
	Value uint64
	// Fuel limit of one execution; 0 means the category's, or, without one, what the app's version proposes, or DefaultFuel.
	Fuel uint64
	// Platform, such as linux/arm64, of an App that is an image for several machines; empty takes the one for this machine.
	Platform string
	// Bag is the number of tasks, each told its index; 0 means 1, or as many as the datasets or the rows make.
	Bag uint64
	// Rows are what each task of the bag gets of its own, in the order of their indices; empty gives all the same.
	Rows []Row
	// Policy is the name of one that poco.PolicyByName knows; empty means poco.DefaultPolicy.
	Policy string
	// Category of the job; empty for limits of its own.
	Category string
	// Tags are the capabilities that it needs of a pool.
	Tags []string
	// Pools that it may run in by id, and PoolsOf by who operates them; any when both are empty.
	Pools   []string
	PoolsOf orgstypes.Audience
	// Resources that one execution may use; zeros leave it to the app's requirements.
	Resources appstypes.Resources
	// Voucher that pays in the requester's place, by id.
	Voucher string
	// Beneficiary is whom the results are for; the requester when empty.
	Beneficiary string
	// Callback is the name of a module's hook that is told each task's end.
	Callback string
	// Onchain is the file of the result, below /out, that lives on chain once the task is accepted, if it is small enough;
	// of "computed.json" its callback-data. Empty for none.
	Onchain string
	// Partial takes whatever part of the bag can be met at once.
	Partial bool
	// Expiry is the height until which what can't be met at once rests on the book. Rest says the same in blocks from now,
	// RestFor in time, of which the chain's parameters make blocks; at most one of the three. Without them what the next
	// block can't meet is refunded.
	Expiry  int64
	Rest    int64
	RestFor time.Duration
	// Nonce is the identity of the request among those of its requester: the chain takes one request under each, so that what is
	// submitted again under its nonce is not paid again. 0 takes the time.
	Nonce uint64
	// Out is the folder for the results; made if absent, otherwise empty. Empty means not to download.
	Out string
}

// OrderFor is the job as the chain takes it, with the reference of its app, and without what is uploaded or published first: its inputs and
// datasets.
func (j Job) OrderFor(app string) markettypes.Job {
	out := markettypes.Job{
		App: app, Args: j.Args, Execution: dealstypes.NewExecution(j.Execution), Trust: j.Trust, Policy: j.Policy, MinReplicas: j.MinReplicas,
		MaxPrice: j.MaxPrice, Value: j.Value, FuelLimit: j.Fuel, Size_: j.Bag,
		DatasetsPerTask: j.DatasetsPerTask, Category: j.Category, Tags: markettypes.NormalTags(j.Tags), Resources: j.Resources,
		MaxAppPrice: j.MaxAppPrice, MaxDatasetPrice: j.MaxDatasetPrice, MaxPoolPrice: j.MaxPoolPrice,
		Voucher: j.Voucher, Beneficiary: j.Beneficiary, Callback: j.Callback, Onchain: j.Onchain, Partial: j.Partial, AuditBlocks: j.AuditBlocks,
	}
	if len(j.Pools) == 1 && j.PoolsOf.IsEmpty() {
		out.Pool = j.Pools[0]
	} else {
		out.Pools = markettypes.Restriction{Ids: j.Pools, Audience: j.PoolsOf}
	}
	return out
}

// mayRest says whether the request may stay on the book.
func (j *Job) mayRest() bool { return j.Expiry > 0 || j.Rest > 0 || j.RestFor > 0 }

// checkJob says what can be said before anything is asked or sent.
func (j *Job) checkJob() error {
	if err := j.checkInputs(); err != nil {
		return err
	}
	if err := j.checkExecution(); err != nil {
		return err
	}
	if err := j.checkDatasets(); err != nil {
		return err
	}
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

// checkExecution makes an input of a file that is read as stdin, and holds the execution against the rule of the chain and
// of workers.
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

// checkDatasets completes the size of the bag.
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
