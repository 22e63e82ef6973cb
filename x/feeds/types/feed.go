package types

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"cosmossdk.io/core/address"

	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/internal/steps"
	"github.com/credence-chain/credence/internal/words"
	"github.com/credence-chain/credence/poco"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

// MaxNameLen bounds the name of a feed, in bytes.
const MaxNameLen = 48

// ValidateName checks the name of a feed. It goes into callbacks, paths and terminals as it is.
func ValidateName(name string) error {
	fits := len(name) <= MaxNameLen && words.IsMade(name, "._-")
	if !fits || strings.Trim(name, ".") == "" {
		return fmt.Errorf("name: got %.80q, expected 1 to %d of a-z, 0-9 and \"._-\", not dots alone", name, MaxNameLen)
	}
	return nil
}

// Owner returns the owner of the feed: its organisation, or its account when it has none.
func (f Feed) Owner() string { return OwnerOf(f.Organisation, f.Account) }

// OwnerOf returns the owner of the feeds that an account creates: its organisation, or the account when it has none. The feed that a job
// of the account names is one of this owner.
func OwnerOf(organisation, account string) string { return cmp.Or(organisation, account) }

// Validate checks a feed without its values; the error names the field.
func (f Feed) Validate(codec address.Codec) error {
	return steps.Run(
		f.checkID,
		func() error { return f.checkOwner(codec) },
		func() error { return ValidateName(f.Name) },
		f.checkJobs,
		f.checkCounts,
	)
}

func (f Feed) checkID() error {
	if _, err := ids.Parse(f.Id); err != nil {
		return fmt.Errorf("id: %w", err)
	}
	return nil
}

// checkOwner checks the account and the organisation that own the feed.
func (f Feed) checkOwner(codec address.Codec) error {
	if _, err := codec.StringToBytes(f.Account); err != nil {
		return fmt.Errorf("account: %q: %w", f.Account, err)
	}
	if f.Organisation == "" {
		if f.Shared {
			return fmt.Errorf("shared: the account %s has no organisation to share the feed with", f.Account)
		}
		return nil
	}
	if err := orgstypes.ValidateID(f.Organisation); err != nil {
		return fmt.Errorf("organisation: %w", err)
	}
	return nil
}

// checkJobs checks the feed's conditions on the jobs that update it.
func (f Feed) checkJobs() error {
	if err := appstypes.ValidateNamed(f.App); err != nil {
		return fmt.Errorf("app: %w", err)
	}
	if _, err := poco.FindPolicy(f.Policy); err != nil {
		return err
	}
	trust, err := poco.QuantiseTrust(f.MinTrust)
	if err != nil {
		return fmt.Errorf("min_%w", err)
	}
	if trust != f.MinTrust {
		return fmt.Errorf("min_trust: got %d, expected 2, 5, 10, 20, ...", f.MinTrust)
	}
	return nil
}

// checkCounts checks the feed's history and counters.
func (f Feed) checkCounts() error {
	if f.History < 1 || f.History > MostHistory {
		return fmt.Errorf("history: got %d, expected 1 to %d", f.History, MostHistory)
	}
	if f.Created < 0 || f.Late > f.Updates || uint64(f.Entries) > f.Updates {
		return fmt.Errorf("created %d, updates %d, late %d, entries %d: expected no more entries and late ones than updates", f.Created, f.Updates, f.Late, f.Entries)
	}
	return nil
}

// Job has the fields of a job or a deal that a feed checks.
type Job struct {
	// Requester is an account.
	Requester string
	// App is "organisation/name:version".
	App string
	// Trust is quantised.
	Trust  uint64
	Policy string
}

// JobOf is the job of a deal.
func JobOf(d dealstypes.Deal) Job {
	return Job{Requester: d.Requester, App: d.App + ":" + d.AppVersion, Trust: d.Terms.Trust, Policy: d.Terms.Policy}
}

// CheckJob returns ErrUnfit unless answers of a job may update the feed. It does not check the owner, because callers look for the feed
// only among those of the requester's OwnerOf.
func (f Feed) CheckJob(j Job) error {
	switch {
	case !f.Shared && j.Requester != f.Account:
		return ErrUnfit.Wrapf("requester: got %s, expected %s, which created the feed %s: it is not shared", j.Requester, f.Account, f.Name)
	case !appstypes.Names([]string{f.App}, j.App):
		return ErrUnfit.Wrapf("app: got %.120q, expected %s for the feed %s", j.App, f.App, f.Name)
	case j.Policy != f.Policy:
		return ErrUnfit.Wrapf("policy: got %.40q, expected %q for the feed %s", j.Policy, f.Policy, f.Name)
	case j.Trust < f.MinTrust:
		return ErrUnfit.Wrapf("trust: got %d, expected at least %d for the feed %s", j.Trust, f.MinTrust, f.Name)
	}
	return nil
}

// Compare orders values by age: by the height of the deal, then the index in the bag, then the task. It does not depend on which
// answer was final first.
func (v Value) Compare(other Value) int {
	return cmp.Or(cmp.Compare(v.Asked, other.Asked), cmp.Compare(v.Index, other.Index), cmp.Compare(v.Task, other.Task))
}

// Age returns the time from the value's deal to now. The time of the deal is also the program's clock, unless the job sets one.
func (v Value) Age(now time.Time) time.Duration { return now.Sub(time.Unix(v.AskedTime, 0)) }

// Fresh returns the latest value if its age at now is at most most. Modules pass the time of the block.
func (f Feed) Fresh(now time.Time, most time.Duration) (Value, bool) {
	if f.Latest == nil || f.Latest.Age(now) > most {
		return Value{}, false
	}
	return *f.Latest, true
}

// Validate checks a value as the state has it; the error names the field.
func (v Value) Validate() error {
	if _, err := ids.Parse(v.Task); err != nil {
		return fmt.Errorf("task: %w", err)
	}
	if v.Asked < 0 || v.Height < v.Asked || len(v.Data) < 1 || len(v.Data) > dealstypes.MaxOnchainResult {
		return fmt.Errorf("asked at %d, final at %d, %d bytes: expected it final no earlier than asked, and 1 to %d bytes", v.Asked, v.Height, len(v.Data), dealstypes.MaxOnchainResult)
	}
	return nil
}
