package agent

import (
	"cmp"
	"slices"

	"github.com/spf13/pflag"

	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/release"
	enclavestypes "github.com/credence-chain/credence/x/enclaves/types"
)

// anyPool is the value of --pool that stands for every pool.
const anyPool = "any"

// allowed holds the flags that say what a record allows.
type allowed struct {
	apps, requesters, pools []string
	anyEnv, sealedAnswers   bool
	requireEnclave          bool
	measurements            []string
}

func (a *allowed) addFlags(f *pflag.FlagSet, verb string) {
	f.StringSliceVar(&a.apps, "app", nil, "app "+verb+": organisation/name (every version), organisation/name:version, or sha256:DIGEST; repeatable")
	f.StringSliceVar(&a.requesters, "requester", nil, "requester "+verb+": an account or an organisation's id; repeatable")
	f.StringSliceVar(&a.pools, "pool", nil, "pool "+verb+", or any for every one; repeatable")
}

func (a *allowed) addAnyEnv(f *pflag.FlagSet, usage string) {
	f.BoolVar(&a.anyEnv, "any-env", false, usage)
}

func (a *allowed) addSealedAnswers(f *pflag.FlagSet) {
	f.BoolVar(&a.sealedAnswers, "sealed-answers", false, "give the key only for jobs whose answer is sealed for a recipient")
}

func (a *allowed) addEnclave(f *pflag.FlagSet) {
	f.BoolVar(&a.requireEnclave, "require-enclave", false, "give the key only to enclaves whose session counts on the chain, for jobs under --policy attested")
	f.StringSliceVar(&a.measurements, "measurement", nil, "measurement of those enclaves, by its id; without any, those that the app's version lists; repeatable")
}

// checkEnclave refuses measurements that are malformed, and measurements without --require-enclave.
func (a *allowed) checkEnclave() error {
	if len(a.measurements) > 0 && !a.requireEnclave {
		return &cli.Problem{What: "--measurement needs --require-enclave: nobody else has a measurement", Exit: cli.ExitUsage}
	}
	for _, id := range a.measurements {
		if err := enclavestypes.ValidateSubject("--measurement", id); err != nil {
			return &cli.Problem{What: err.Error(), Next: "credenced list sessions WORKER", Exit: cli.ExitUsage}
		}
	}
	return nil
}

// anyEnvUsage is the help of --any-env in commands that allow it.
const anyEnvUsage = "give the key also for containers with variables, rows or a working folder of the requester, by which many programs load other code"

// namesEveryPool reports whether --pool is "any", which must not be combined with names of pools.
func (a *allowed) namesEveryPool() (bool, error) {
	if !slices.Contains(a.pools, anyPool) {
		return false, nil
	}
	if len(a.pools) > 1 {
		return false, &cli.Problem{What: "--pool: got any and others, expected any alone, or names of pools", Exit: cli.ExitUsage}
	}
	return true, nil
}

// addTo adds to a record what the flags allow.
func (a *allowed) addTo(r *release.Record, flags *pflag.FlagSet) error {
	add := func(list, names []string) []string {
		for _, name := range names {
			if !slices.Contains(list, name) {
				list = append(list, name)
			}
		}
		return list
	}
	every, err := a.namesEveryPool()
	if err = cmp.Or(err, a.checkEnclave()); err != nil {
		return err
	}
	r.Apps, r.Requesters, r.Pools = add(r.Apps, a.apps), add(r.Requesters, a.requesters), add(r.Pools, a.pools)
	if every {
		r.Pools = nil
	}
	if flags.Changed("any-env") {
		r.AnyEnv = a.anyEnv
	}
	if flags.Changed("sealed-answers") {
		r.SealedAnswers = a.sealedAnswers
	}
	if flags.Changed("require-enclave") {
		r.RequireEnclave, r.Measurements = a.requireEnclave, nil
	}
	r.Measurements = add(r.Measurements, a.measurements)
	return nil
}

// takeFrom removes from a record what the flags name. When the flags name nothing, it removes all apps and requesters.
func (a *allowed) takeFrom(r *release.Record, _ *pflag.FlagSet) error {
	if len(a.apps)+len(a.requesters)+len(a.pools) == 0 && !a.anyEnv {
		r.Apps, r.Requesters = nil, nil
		return nil
	}
	take := func(list, names []string) []string {
		return slices.DeleteFunc(slices.Clone(list), func(name string) bool { return slices.Contains(names, name) })
	}
	pools := take(r.Pools, a.pools)
	if len(r.Pools) > 0 && len(pools) == 0 {
		return &cli.Problem{What: "the record would have no pool left, which allows every pool", Next: "revoke its apps or requesters", Exit: cli.ExitUsage}
	}
	r.Apps, r.Requesters, r.Pools = take(r.Apps, a.apps), take(r.Requesters, a.requesters), pools
	r.AnyEnv = r.AnyEnv && !a.anyEnv
	return nil
}
