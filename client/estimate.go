package client

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// Estimate says what a job would cost, and how it would be checked, with the orders on the book now.
type Estimate struct {
	// Reference of the app; empty if the chain does not have it yet. New lists the files that would be published first, and Assumed says
	// in sentences what the estimate takes for granted of them.
	Reference string   `json:"reference,omitempty"`
	New       []string `json:"new,omitempty"`
	Assumed   []string `json:"assumed,omitempty"`
	// AppSize is the size in bytes of an app that would be published first.
	AppSize uint64 `json:"app_size,omitempty"`
	// Tasks is the number of tasks of the bag, Inputs the size of the job's inputs in bytes.
	Tasks  uint64 `json:"tasks"`
	Inputs uint64 `json:"input_bytes"`
	// Plan is the plan of one task, Pool the pool whose order the job would meet.
	Plan *Plan  `json:"plan,omitempty"`
	Pool string `json:"pool,omitempty"`
	// Breaks says in a sentence what would break the promise: what must be the case for a wrong answer to be accepted.
	Breaks string `json:"breaks,omitempty"`
	// In ucred: Expected and MaxPrice are of one task, Locked is for all tasks, Balance is the requester's.
	Expected uint64 `json:"expected"`
	MaxPrice uint64 `json:"max_price"`
	Locked   uint64 `json:"locked"`
	Balance  uint64 `json:"balance"`
	// Replica is what each right replica is paid, in ucred. If that depends on what it uses, UsePrice has the rate, Replica is the
	// most, and LimitPrice is the price of a replica that uses all of the fuel limit.
	Replica    uint64               `json:"replica"`
	UsePrice   *dealstypes.UsePrice `json:"use_price,omitempty"`
	LimitPrice uint64               `json:"limit_price,omitempty"`
	// Stake in ucred that each worker loses for a wrong answer.
	Stake uint64 `json:"stake"`
	// Forecast of the whole bag; nil without a quote.
	Forecast *Forecast `json:"forecast,omitempty"`
	// Window is how many blocks a worker has to commit its answer, Reveal how many to reveal it. BlockMillis is the intended time of a
	// block.
	Window      int64  `json:"window"`
	Reveal      int64  `json:"reveal"`
	BlockMillis uint64 `json:"block_millis"`
}

// Forecast says what a bag is expected to take if nothing goes wrong.
type Forecast struct {
	// Replicas is the number of replicas of all tasks, ToCourt the number of tasks that would go to the court.
	Replicas float64 `json:"replicas"`
	ToCourt  uint64  `json:"to_court"`
	// In ucred: Cost of all tasks, and Staked, the sum of the stakes that are locked for all replicas, each until its task ends.
	Cost   uint64  `json:"cost"`
	Staked float64 `json:"staked"`
	// Rounds is how many executions follow one another if each organisation that can be drawn runs one at a time.
	Rounds uint64 `json:"rounds"`
	// Last is the plan of the last task, which is the cheapest one.
	Last *Plan `json:"last"`
}

// forecastOf converts the forecast of a quote.
func forecastOf(q Quote) *Forecast {
	f := q.Forecast
	out := &Forecast{
		Replicas: float64(f.Sixteenths)/poco.LotterySteps + float64(f.ToCourt), ToCourt: f.ToCourt, Cost: f.Cost, Last: planOf(&f.Last),
	}
	out.Staked = out.Replicas * float64(q.Deal.Terms.Stake)
	if m := q.Plan.Eligible; m > 0 {
		waves := uint64(2) // the first worker, then the others
		if f.Sixteenths == f.Tasks*poco.LotterySteps {
			waves = 1
		}
		out.Rounds = max(waves, uint64(math.Ceil(out.Replicas/float64(m))))
	}
	return out
}

// Estimate returns what a job would cost. It sends, publishes and uploads nothing. Its errors are those with which Run would end
// before it submits the job, such as that no order meets the job now.
func (r *Runner) Estimate(ctx context.Context, job Job) (*Estimate, error) {
	if err := job.checkJob(); err != nil {
		return nil, err
	}
	if err := r.preflightJob(ctx, &job); err != nil {
		return nil, err
	}
	e := &Estimate{Tasks: job.Bag}
	reference, draft, err := r.knownProgram(ctx, job, e)
	if err != nil {
		return nil, err
	}
	if e.Reference = reference; job.Fuel == 0 && job.Category == "" {
		job.Fuel = DefaultFuel // what a version proposes that "run" publishes
		if reference != "" {
			if job.Fuel, err = ProposedFuel(ctx, r.Conn, reference); err != nil {
				return nil, err
			}
		}
	}
	order := job.OrderFor(reference)
	if err := r.knownDatasets(ctx, job, &order, e); err != nil {
		return nil, err
	}
	order.Inputs = job.answerInputs(r.Stores)
	for _, in := range job.Inputs {
		content, digest, err := in.Blob()
		if err != nil {
			return nil, err
		}
		e.Inputs += uint64(content.Size())
		order.Inputs = append(order.Inputs, &dealstypes.Input{Name: in.Name, Digest: digest.String(), Size_: uint64(content.Size()), Locators: r.Stores, Tree: in.Folder})
	}
	if e.Balance, err = r.Conn.Balance(ctx, r.Requester.Address()); err != nil {
		return e, err
	}
	return e, r.estimate(ctx, order, draft, e)
}

// estimate fills in what the chain says of a job. draft would publish its app first; nil if the chain has it.
func (r *Runner) estimate(ctx context.Context, order markettypes.Job, draft *appstypes.MsgPublish, e *Estimate) error {
	params, err := r.Conn.Market().Params(ctx, &markettypes.QueryParamsRequest{})
	if err != nil {
		return err
	}
	asked := order
	asked.MaxPrice = 0
	quote, err := r.Conn.QuoteDraft(ctx, r.Requester.Address(), asked, draft)
	if err != nil {
		return err
	}
	e.Plan, e.Expected, e.MaxPrice = planOf(&quote.Plan), quote.ExpectedPrice, order.MaxPrice
	if e.MaxPrice == 0 {
		e.MaxPrice = max(quote.MaxPrice, quote.ExpectedPrice)
	}
	order.MaxPrice = e.MaxPrice
	e.Locked = e.MaxPrice * e.Tasks
	e.Pool, e.Stake, e.Window, e.Reveal = quote.Deal.Pool, quote.Deal.Terms.Stake, quote.Deal.Terms.CommitBlocks, quote.Deal.Terms.RevealBlocks
	terms := dealstypes.TermsToPoco("", quote.Deal, quote.Deal.First)
	if e.Replica, e.UsePrice = terms.Price, quote.Deal.Terms.UsePrice; e.UsePrice != nil {
		e.LimitPrice = terms.PriceOf(poco.Outcome{Fuel: terms.FuelLimit})
	}
	if policy, known := poco.PolicyByName(quote.Deal.Terms.Policy); known { // a chain may have policies that this program does not know
		e.Breaks = policy.Rules().BreaksUnder(poco.Plan{Court: e.Plan.Court, Faction: e.Plan.Faction, Eligible: e.Plan.Eligible})
	}
	e.BlockMillis, e.Forecast = params.Params.BlockMillis, forecastOf(quote)
	return r.checkAffordable(ctx, order)
}

// knownProgram returns the chain's reference of a job's app. For a file that the chain does not have yet it returns the message with which
// Run would publish it, and adds the file to e.New.
func (r *Runner) knownProgram(ctx context.Context, job Job, e *Estimate) (reference string, draft *appstypes.MsgPublish, err error) {
	if isReference(job.App) {
		reference, err = ResolveReference(ctx, r.Conn, job.App, false)
		return reference, nil, err
	}
	var program published
	if isImage(job.App) {
		img, err := readImage(ctx, imageSource{job.App, job.Platform, r.StoreToken})
		if err != nil {
			return "", nil, err
		}
		program = published{img.name, img.digest.String(), contract.RuntimeOCI, img.size, r.Stores}
	} else {
		m, err := readModule(ctx, job.App)
		if err != nil {
			return "", nil, err
		}
		if err := m.checkMemory(job.App, job.Resources.MemoryBytes); err != nil {
			return "", nil, err
		}
		program = published{m.name, m.digest, contract.RuntimeWasm, uint64(len(m.data)), r.Stores}
	}
	if reference, err = r.knownApp(ctx, program.digest, nil); reference != "" || err != nil {
		return reference, nil, err
	}
	draft = r.messageFor(AppFile{Path: job.App}, program)
	e.New = append(e.New, job.App)
	e.Assumed = append(e.Assumed, fmt.Sprintf("%s is published as %s:%s, without a price and without needs of its own", job.App, draft.Name, draft.Version))
	e.AppSize = draft.Size_
	return "", draft, nil
}

// knownDatasets puts a job's datasets into the order. Those that the chain does not have yet are left out, and added to e.New. The tasks of a
// bag that divides its datasets cannot be told apart then, so that all are left out.
func (r *Runner) knownDatasets(ctx context.Context, job Job, order *markettypes.Job, e *Estimate) error {
	var unknown []string
	for _, text := range job.Datasets {
		reference, err := r.datasetReference(ctx, text)
		if err != nil {
			return err
		}
		if reference == "" {
			unknown = append(unknown, text)
			continue
		}
		order.Datasets = append(order.Datasets, reference)
	}
	if len(unknown) == 0 {
		return nil
	}
	e.New = append(e.New, unknown...)
	e.Assumed = append(e.Assumed, fmt.Sprintf("%s published, without a price", joinWords(unknown)))
	if order.DatasetsPerTask > 0 {
		order.Datasets, order.DatasetsPerTask = nil, 0
		e.Assumed = append(e.Assumed, "no dataset of the bag has a price")
	}
	return nil
}

// joinWords says of files that each is, or all are.
func joinWords(files []string) string {
	if len(files) == 1 {
		return files[0] + " is"
	}
	return strings.Join(files[:len(files)-1], ", ") + " and " + files[len(files)-1] + " are"
}

// datasetReference returns the chain's reference of a dataset; "" for a file that the chain does not have yet.
func (r *Runner) datasetReference(ctx context.Context, text string) (string, error) {
	if isReference(text) {
		return ResolveReference(ctx, r.Conn, text, true)
	}
	_, digest, err := findDataset(text)
	if err != nil {
		return "", err
	}
	return r.knownDataset(ctx, digest.String(), nil)
}
