package types

import (
	"math/bits"
	"slices"
	"strings"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// Offer is one way in which an app or a dataset is sold: under an order, or for its list price.
type Offer struct {
	// Owner is the seller: the owner of the order, or of the asset for the list price.
	Owner Party
	// Order is nil for the list price.
	Order *Order
	// Left is the number of tasks for which it can still be sold; Unbounded for the list price.
	Left uint64
}

// AppSide is the app's side of an agreement: the app, its version, and the offer under which it is sold.
type AppSide struct {
	Offer
	App     appstypes.App
	Version appstypes.Version
}

// DatasetSide is the side of one dataset of an agreement.
type DatasetSide struct {
	Offer
	Dataset appstypes.Dataset
	Version appstypes.DatasetVersion
}

// PoolSide is the pool's side of an agreement: the pool with the terms in force, and the order that sells its executions.
type PoolSide struct {
	Pool  workerstypes.Pool
	Owner Party
	Order Order
	Left  uint64
}

// RequestSide is the requester's side of an agreement: a normal job, and the number of its tasks that have met no orders (Left).
type RequestSide struct {
	Requester Party
	Job       Job
	// Expiry is the first height at which the request is no longer met; 0 for none.
	Expiry int64
	Left   uint64
}

// Agreement is the four sides that may make a deal at a height. Each side has an order; app and datasets may have their list prices
// instead.
//
// Agreement judges what these records say. The keeper checks the rest: signatures, floors of nonces, whether an owner may still trade
// for its organisation, who relays and who pays.
type Agreement struct {
	Height int64
	Params Params
	// Category is the one that the job names; nil when the job names none, or one that does not exist.
	Category *Category
	App      AppSide
	Datasets []DatasetSide
	Pool     PoolSide
	Request  RequestSide
	// Seats is the number of active seats of the court.
	Seats uint64

	// from is the index of Datasets[0] among the job's datasets, for the text of errors.
	from int
}

// Parties returns the organisations that are a party to every task of a deal, each once: those of the requester, of the app, and of
// the datasets that every task reads. Their workers are not drawn for the deal.
func (a Agreement) Parties() []string {
	orgs := []string{a.Request.Requester.Organisation, a.App.App.Organisation}
	if a.Request.Job.DatasetsPerTask == 0 {
		for _, d := range a.Datasets {
			orgs = append(orgs, d.Dataset.Organisation)
		}
	}
	slices.Sort(orgs)
	return slices.DeleteFunc(slices.Compact(orgs), func(org string) bool { return org == "" })
}

// Volume returns the number of tasks that a deal of the orders has: the least that is left of any. Where the datasets are split over
// the tasks of a bag, one task alone reads each of them. A dataset then bounds the deal only when nothing is left of it.
func (a Agreement) Volume() uint64 { return min(a.assetVolume(), a.Pool.Left) }

func (a Agreement) assetVolume() uint64 {
	v := min(a.App.Left, a.Request.Left)
	for _, d := range a.Datasets {
		if a.Request.Job.DatasetsPerTask == 0 || d.Left == 0 {
			v = min(v, d.Left)
		}
	}
	return v
}

// AppPrice returns what the app costs for a result, in ucred: its order's price or the list price.
func (a Agreement) AppPrice() uint64 {
	if a.App.Order != nil {
		return a.App.Order.Price()
	}
	return a.App.Version.Price
}

// Price returns what the dataset costs for a task that reads it, in ucred.
func (d DatasetSide) Price() uint64 {
	if d.Order != nil {
		return d.Order.Price()
	}
	return d.Version.Price
}

// DatasetPrice returns the most that the datasets of one task cost, in ucred; ErrPrice when it exceeds 64 bits.
func (a Agreement) DatasetPrice() (uint64, error) {
	most, fits := a.mostPerTask(DatasetSide.Price)
	if !fits {
		return 0, ErrPrice.Wrap("datasets: the prices for one task exceed 64 bits")
	}
	return most, nil
}

// mostPerTask sums up an amount of the datasets that one task reads, and returns the largest sum of any task of the bag. fits is false
// when a sum exceeds 64 bits.
func (a Agreement) mostPerTask(amountOf func(DatasetSide) uint64) (most uint64, fits bool) {
	each := int(a.Request.Job.DatasetsPerTask)
	if each == 0 {
		each = len(a.Datasets) // every task reads them all
	}
	for datasets := range slices.Chunk(a.Datasets, max(1, each)) {
		sum := uint64(0)
		for _, d := range datasets {
			var carry uint64
			if sum, carry = bits.Add64(sum, amountOf(d), 0); carry != 0 {
				return 0, false
			}
		}
		most = max(most, sum)
	}
	return most, true
}

// Tags returns the capabilities that a pool needs, in ascending order, each once: the tags of the app's version and order, of the
// request, and of the datasets' versions and orders, except those that begin with TagTEEFramework.
func (a Agreement) Tags() []string {
	tags := a.appTags()
	for _, d := range a.Datasets {
		of := slices.Clone(d.Version.Tags)
		if d.Order != nil && d.Order.Dataset != nil {
			of = append(of, d.Order.Dataset.Tags...)
		}
		for _, t := range of {
			if !strings.HasPrefix(t, TagTEEFramework) {
				tags = append(tags, t)
			}
		}
	}
	return NormalTags(append(tags, a.Request.Job.Tags...))
}

func (a Agreement) appTags() []string {
	tags := slices.Clone(a.App.Version.Tags)
	if a.App.Order != nil && a.App.Order.App != nil {
		tags = append(tags, a.App.Order.App.Tags...)
	}
	return tags
}

// Resources returns what one execution may use.
func (a Agreement) Resources() appstypes.Resources {
	return MaxResources(a.Request.Job.Resources, a.App.Version.Needs())
}

// Work returns the most that one task has to do. The windows are computed from it.
func (a Agreement) Work() (poco.Work, error) {
	runtime, err := contract.FindRuntime(a.App.Version.Runtime)
	if err != nil {
		return poco.Work{}, ErrRuntime.Wrap(err.Error())
	}
	bytes, err := a.InputBytes()
	return poco.Work{
		Fuel: a.FuelLimit(), ModuleBytes: a.App.Version.Size_, InputBytes: bytes,
		OutputBytes: runtime.OutputBytes(a.Resources().DiskBytes), RunBlocks: a.Request.Job.runBlocks(runtime, a.Params.BlockMillis),
	}, err
}

// InputBytes returns the most bytes that one task reads: its inputs and its datasets. ErrInputs when they exceed what the parameters
// allow.
func (a Agreement) InputBytes() (uint64, error) {
	inputs := uint64(0)
	for _, in := range a.Request.Job.Inputs {
		inputs += in.Size_ // Job.Validate bounds the sum
	}
	datasets, fits := a.mostPerTask(func(d DatasetSide) uint64 { return d.Version.Size_ })
	sum, carry := bits.Add64(inputs, datasets, 0)
	if len(a.Datasets) > 0 && (!fits || carry != 0 || sum > a.Params.MaxInputBytes) {
		return 0, ErrInputs.Wrapf("datasets: with the inputs one task reads more than %d bytes", a.Params.MaxInputBytes)
	}
	return sum, nil
}

// FuelLimit returns the fuel limit of one execution.
func (a Agreement) FuelLimit() uint64 { return a.Request.Job.Fuel(a.Category, a.Params) }

// CheckApp judges the app's side under an offer as CheckAssets does, but without the datasets. It also checks that the app's order takes
// the datasets, under any offer of theirs.
func (a Agreement) CheckApp(offer Offer) error {
	a.App.Offer = offer
	if err := a.withDatasets(0, 0).CheckAssets(); err != nil {
		return err
	}
	if err := a.checkTEE(); err != nil {
		return err
	}
	return a.appTakesDatasets()
}

// CheckDataset judges dataset i under an offer as CheckAssets does, as if the job read no other dataset. So its cost does not depend on
// the number of datasets.
func (a Agreement) CheckDataset(i int, offer Offer) error {
	one := a.withDatasets(i, i+1)
	side := a.Datasets[i]
	side.Offer = offer
	one.Datasets = []DatasetSide{side}
	return one.CheckAssets()
}

// withDatasets returns the agreement with only the datasets of the range [from, to).
func (a Agreement) withDatasets(from, to int) Agreement {
	a.Datasets, a.Request.Job.Datasets, a.from = a.Datasets[from:to], a.Request.Job.Datasets[from:to], from
	return a
}

// Court says what the court would be paid for one of the job's tasks.
func (a Agreement) Court() Court {
	return Court{Seats: a.Seats, Floor: a.Params.FloorCourtFee(a.Request.Job.FuelLimit)}
}

// Prices returns what the orders ask. Check must have succeeded before.
func (a Agreement) Prices() Prices {
	p := a.pricesAt(a.Pool.Order.Price())
	p.Commission, p.Stake = a.Pool.Order.Pool.CommissionBps, a.Pool.Order.Pool.Stake
	p.Use, p.Seconds = a.Pool.Order.Pool.UsePrice, a.pricedSeconds()
	return p
}
