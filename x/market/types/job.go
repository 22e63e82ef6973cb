package types

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"

	"cosmossdk.io/core/address"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/internal/account"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/result"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// Limits of a job's fields that no parameter changes.
const (
	MaxLocators   = 8
	MaxLocatorLen = 256
)

// MaxCallbackLen bounds the name of a callback.
const MaxCallbackLen = 64

// Normal returns the job in its one form: defaults are written out (a bag of 1, the name of the policy), tags are in ascending order and
// each once, and the lists of the execution are sorted.
func (j Job) Normal() Job {
	if j.Size_ == 0 {
		j.Size_ = 1
	}
	if j.Policy == "" {
		j.Policy = poco.DefaultPolicy
	}
	j.Tags = NormalTags(j.Tags)
	j.Execution = dealstypes.NewExecution(j.Execution.Contract())
	return j
}

// Fuel returns the fuel limit of one execution: the job's own, or that of its category, at most max_fuel.
func (j Job) Fuel(category *Category, p Params) uint64 {
	if j.FuelLimit == 0 && category != nil {
		return min(category.FuelLimit, p.MaxFuel)
	}
	return j.FuelLimit
}

// Validate checks a normal job against the parameters, but neither its price nor the accounts that it names. The errors name the field,
// the value and what was expected.
func (j Job) Validate(p Params) error {
	return cmp.Or(
		j.validateApp(),
		j.validateTrust(),
		j.validateFuel(p),
		within(ErrReplicas, "min_replicas", j.MinReplicas, 0, poco.MaxReplicas),
		within(ErrAudit, "audit_blocks", j.AuditBlocks, 0, p.MaxAuditBlocks),
		within(ErrSize, "size", j.Size_, 1, p.MaxSize, " tasks"),
		j.validatePolicy(),
		validateCategoryOrNone(j.Category),
		j.validateArgs(p),
		j.validateInputs(p),
		j.validateAwaits(),
		j.validateDatasets(p),
		ValidateTags("tags", j.Tags),
		ValidateResources(j.Resources),
		within(ErrResources, "resources.disk_bytes", j.Resources.DiskBytes, 0, p.MaxOutputBytes, ", the largest output of a task on this chain (max_output_bytes)"),
		j.validatePools(),
		j.validateCallback(),
		j.validateOnchain(),
		j.validatePayer(),
	)
}

func (j Job) validateApp() error {
	if !isAssetName(j.App) {
		return ErrUnknownApp.Wrapf("app: got %.80q, expected %s", j.App, assetNameRule)
	}
	return nil
}

func (j Job) validateTrust() error {
	if _, err := poco.QuantiseTrust(j.Trust); err != nil {
		return ErrTrust.Wrap(err.Error())
	}
	return nil
}

// validateFuel checks the fuel limit. Only a job with a category may leave it out.
func (j Job) validateFuel(p Params) error {
	if j.FuelLimit == 0 && j.Category == "" {
		return ErrFuel.Wrapf("fuel_limit: got 0 and no category, expected 1 to %d", p.MaxFuel)
	}
	return within(ErrFuel, "fuel_limit", j.FuelLimit, 0, p.MaxFuel)
}

// validatePools checks the pool that the job names, and the list of pools that it takes.
func (j Job) validatePools() error {
	if j.Pool != "" && workerstypes.ValidatePoolID(j.Pool) != nil {
		return ErrUnknownPool.Wrapf("pool: got %.80q, expected a pool's id, or none for any", j.Pool)
	}
	if n := j.Pools.Entries(); n > MaxRestrictions {
		return ErrRestriction.Wrapf("pools: got %d entries, expected at most %d", n, MaxRestrictions)
	}
	return nil
}

func (j Job) validateCallback() error {
	if j.Callback != "" && !isWord(j.Callback, 1, MaxCallbackLen, "._-/") {
		return ErrCallback.Wrapf("callback: got %.80q, expected a name of at most %d of a-z, 0-9 and \"._-/\"", j.Callback, MaxCallbackLen)
	}
	return nil
}

// validateOnchain checks the name of the file that the chain is to keep, or of the exit status.
func (j Job) validateOnchain() error {
	if j.Onchain == "" {
		return nil
	}
	if j.Execution.Contract().Recipient != "" {
		return ErrOnchain.Wrapf("onchain: got %.80q in a job whose answer is sealed for a recipient, expected none: everybody reads what lives on chain", j.Onchain)
	}
	if j.Onchain == result.ExitStatus {
		return nil
	}
	if err := contract.CheckInputName(j.Onchain); err != nil {
		return ErrOnchain.Wrapf("onchain: %s", err)
	}
	return nil
}

// validatePayer checks that the job names a sponsor or a voucher, but not both, and that the voucher's id is well formed.
func (j Job) validatePayer() error {
	if j.Voucher == "" {
		return nil
	}
	if j.Sponsor != "" {
		return ErrSponsor.Wrapf("sponsor: got %.80q and a voucher as well, expected at most one to pay in the requester's place", j.Sponsor)
	}
	if _, err := ParseID(j.Voucher); err != nil {
		return ErrID.Wrapf("voucher: %s", err)
	}
	return nil
}

// validateParties checks the accounts that the job names.
func (j Job) validateParties(codec address.Codec) error {
	if j.Sponsor != "" {
		if err := account.Check(codec, j.Sponsor); err != nil {
			return ErrSponsor.Wrapf("sponsor: %s", err)
		}
	}
	if j.Beneficiary != "" {
		if err := account.Check(codec, j.Beneficiary); err != nil {
			return ErrBeneficiary.Wrapf("beneficiary: %s", err)
		}
	}
	return j.Pools.validateField("pools", listsPools, codec)
}

// validateDatasets checks that the job names each dataset once, and that the bag fits the split of the datasets. Two versions of one
// dataset would have one file name. They are refused here when both are named by reference, and by Agreement when a digest names one.
func (j Job) validateDatasets(p Params) error {
	if n := len(j.Datasets); n > int(p.MaxDatasets) {
		return ErrDatasets.Wrapf("datasets: got %d, expected at most %d", n, p.MaxDatasets)
	}
	for i, ref := range j.Datasets {
		if !isAssetName(ref) {
			return ErrDatasets.Wrapf("datasets[%d]: got %.80q, expected %s", i, ref, assetNameRule)
		}
	}
	if name, twice := firstTwice(j.Datasets, withoutVersion); twice {
		return ErrDatasets.Wrapf("datasets: %q is there twice", name)
	}
	return j.validateSplit()
}

// validateSplit checks that a bag whose datasets are split over its tasks has a task for each part of them.
func (j Job) validateSplit() error {
	n, k := uint64(len(j.Datasets)), uint64(j.DatasetsPerTask)
	if k == 0 {
		return nil
	}
	if n == 0 {
		return ErrDatasets.Wrapf("datasets_per_task: got %d without datasets, expected 0", k)
	}
	if want := (n + k - 1) / k; j.Size_ != want {
		return ErrSize.Wrapf("size: got %d, expected %d tasks for %d datasets, %d for each", j.Size_, want, n, k)
	}
	return nil
}

// assetNameRule says how a job names an app or a dataset.
const assetNameRule = `"organisation/name:version" or ` + artifact.DigestForm

// isAssetName says whether a name has the form of a reference or of a digest.
func isAssetName(name string) bool {
	return appstypes.IsReference(name) || ValidateDigest(name) == nil
}

// withoutVersion returns "organisation/name" for a reference, and a digest unchanged.
func withoutVersion(name string) string {
	if appstypes.IsReference(name) {
		name, _, _ = strings.Cut(name, ":")
	}
	return name
}

// firstTwice returns the least value that two items of a list have.
func firstTwice[T any](list []T, valueOf func(T) string) (value string, twice bool) {
	values := make([]string, 0, len(list))
	for _, item := range list {
		values = append(values, valueOf(item))
	}
	slices.Sort(values)
	for i := 1; i < len(values); i++ {
		if values[i-1] == values[i] {
			return values[i], true
		}
	}
	return "", false
}

// Budget returns the escrow of a normal job in ucred, which is the most that it can cost: max_price times size. ErrPrice when max_price
// is 0, or the product exceeds 64 bits.
func (j Job) Budget() (uint64, error) {
	if j.MaxPrice == 0 {
		return 0, ErrPrice.Wrap("max_price: got 0, expected the most that one task may cost, in ucred")
	}
	hi, lo := bits.Mul64(j.MaxPrice, j.Size_)
	if hi != 0 {
		return 0, ErrPrice.Wrapf("max_price: %d times %d tasks exceeds 64 bits", j.MaxPrice, j.Size_)
	}
	return lo, nil
}

// CheckApp refuses an app that takes no new requests, an app that would need more than its runtime or the parameters allow, and an app that
// a court could not judge where the policy may call one. It does not look at prices.
func (j Job) CheckApp(app appstypes.App, version appstypes.Version, p Params) error {
	switch {
	case app.Suspended:
		return ErrSuspended.Wrapf("app: %s takes no requests until the council reinstates it", app.Id)
	case app.Deprecated:
		return ErrDeprecated.Wrapf("app: %s takes no new requests", app.Id)
	}
	if err := j.checkLimits(version, p); err != nil {
		return err
	}
	if err := j.checkVerifier(version); err != nil {
		return err
	}
	return j.checkCourt(version)
}

// checkLimits refuses more memory than the app's runtime has, and a larger output than the parameters allow, whether the job or the app's
// version asks for them.
func (j Job) checkLimits(version appstypes.Version, p Params) error {
	rules, err := contract.FindRuntime(version.Runtime)
	if err != nil {
		return ErrRuntime.Wrap(err.Error())
	}
	need := MaxResources(j.Resources, version.Needs())
	if err := rules.CheckLimits(need.MemoryBytes, need.DiskBytes, p.MaxOutputBytes); err != nil {
		return ErrResources.Wrap(err.Error())
	}
	return nil
}

// checkCourt refuses an app that no court can judge if the policy may ask a court, or if the job has an audit window.
func (j Job) checkCourt(version appstypes.Version) error {
	rules := j.policyRules()
	asked := rules.Court == poco.CourtInAudit && j.AuditBlocks > 0
	if !rules.CourtDecides() && !asked {
		return nil
	}
	if can, err := version.CourtCanJudge(); err != nil || can {
		return err
	}
	if asked {
		return ErrAudit.Wrapf("audit_blocks: got %d, expected 0: two honest runs of %s (runtime %s) may differ, so that no court can audit an answer",
			j.AuditBlocks, version.Reference(), version.Runtime)
	}
	return ErrNondeterministic.Wrapf("app: two honest runs of %s (runtime %s) may differ, and the policy %q needs a court; expected a policy without one: %s",
		version.Reference(), version.Runtime, j.Policy, poco.CourtlessPolicyNames())
}
