// Package ceremony makes the genesis of a network from the applications of its founders.
//
// One founder writes a Plan, to which all agree. Each founder makes an Application for the plan: its organisation, its seat's
// public keys, its node, and its workers if it brings some. Every key that the application names signs it. Collect checks all
// applications and makes one genesis. The genesis depends only on the plan and the applications, so that everybody can make it, and
// the founders compare one hash.
package ceremony

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"time"

	"github.com/credence-chain/credence/app/genesis"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

// Format is the version of the files of a ceremony.
const Format = 1

// Plan is what the founders agree on before anything else.
type Plan struct {
	Format int `json:"format"`
	// ChainID names the chain.
	ChainID string `json:"chain_id"`
	// GenesisTime is when the chain begins; nodes that start earlier wait for it.
	GenesisTime time.Time `json:"genesis_time"`
	// Founders are the ids of the organisations that get a seat, in order. No other organisation gets one.
	Founders []string `json:"founders"`
	// OperatorFunds is what each founder's operator owns, AccountFunds what each of its other accounts owns, in ucred.
	OperatorFunds uint64 `json:"operator_funds_ucred"`
	AccountFunds  uint64 `json:"account_funds_ucred"`
	// WorkerBond is the stake of each worker, in ucred.
	WorkerBond uint64 `json:"worker_bond_ucred"`
	// VotingPeriod is how long the council votes, ExpeditedVotingPeriod how long it votes on expedited proposals.
	VotingPeriod          Duration `json:"voting_period"`
	ExpeditedVotingPeriod Duration `json:"expedited_voting_period"`
	// Pool is the public pool; nil makes none.
	Pool *Pool `json:"public_pool,omitempty"`
}

// Pool is what the public pool asks and offers.
type Pool struct {
	// Stake is locked for each assignment, Price is of a right replica; both in ucred.
	Stake uint64 `json:"stake_ucred"`
	Price uint64 `json:"price_ucred"`
	// MaxFuel is the largest fuel limit that is taken.
	MaxFuel uint64 `json:"max_fuel"`
	// Categories of requests that are taken besides those without one.
	Categories []string `json:"categories,omitempty"`
}

// Duration is a time.Duration whose text in a file is such as "48h0m0s".
type Duration time.Duration

// MarshalText implements encoding.TextMarshaler.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	*d = Duration(parsed)
	return err
}

// DefaultPlan is a plan without founders.
func DefaultPlan(chainID string, at time.Time) Plan {
	return Plan{
		Format: Format, ChainID: chainID, GenesisTime: at.UTC().Truncate(time.Second),
		OperatorFunds: 100_000_000_000, AccountFunds: 1_000_000_000, WorkerBond: 5_000_000_000,
		VotingPeriod: Duration(48 * time.Hour), ExpeditedVotingPeriod: Duration(24 * time.Hour),
		Pool: &Pool{Stake: genesis.PublicStake, Price: genesis.PublicPrice, MaxFuel: genesis.PublicMaxFuel},
	}
}

// chainID matches the names that the consensus engine accepts, in characters that need no quotes.
var chainID = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9-]{0,49}$`)

// MaxFounders bounds a plan. The bound is that of the validator set, whose votes have to fit into a block.
const MaxFounders = 100

// maxFunds bounds each amount of a plan: a million CRED.
const maxFunds = 1_000_000_000_000

// Validate returns an error that says which field of the plan is wrong.
func (p Plan) Validate() error {
	switch {
	case p.Format != Format:
		return fmt.Errorf("plan: format %d, expected %d: it was written by another version", p.Format, Format)
	case !chainID.MatchString(p.ChainID):
		return fmt.Errorf("plan: chain_id %q: expected 1 to 50 letters, digits and dashes", p.ChainID)
	case p.GenesisTime.IsZero():
		return fmt.Errorf("plan: genesis_time: there is none")
	case len(p.Founders) == 0 || len(p.Founders) > MaxFounders:
		return fmt.Errorf("plan: founders: %d, expected 1 to %d", len(p.Founders), MaxFounders)
	case p.VotingPeriod <= 0 || p.ExpeditedVotingPeriod <= 0 || p.ExpeditedVotingPeriod >= p.VotingPeriod:
		return fmt.Errorf("plan: voting_period %s, expedited_voting_period %s: expected some time, the expedited the shorter", time.Duration(p.VotingPeriod), time.Duration(p.ExpeditedVotingPeriod))
	case p.OperatorFunds > maxFunds || p.AccountFunds > maxFunds || p.WorkerBond > maxFunds:
		return fmt.Errorf("plan: funds of %d, %d and %d ucred: expected at most %d each", p.OperatorFunds, p.AccountFunds, p.WorkerBond, uint64(maxFunds))
	case p.OperatorFunds == 0 || p.AccountFunds == 0:
		return fmt.Errorf("plan: operator_funds_ucred and account_funds_ucred: expected more than 0")
	}
	for i, id := range p.Founders {
		if err := orgstypes.ValidateID(id); err != nil {
			return fmt.Errorf("plan: founders[%d]: %w", i, err)
		}
		if slices.Contains(p.Founders[:i], id) {
			return fmt.Errorf("plan: founders[%d]: %s is there twice", i, id)
		}
	}
	return nil
}

// Hash names the plan in applications: the SHA-256 of its canonical JSON, in hex.
func (p Plan) Hash() string {
	data, _ := json.Marshal(p) // times and numbers always marshal
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// LoadPlan reads and checks a plan.
func LoadPlan(path string) (Plan, error) {
	var p Plan
	if err := loadJSON(path, &p); err != nil {
		return p, err
	}
	if err := p.Validate(); err != nil {
		return p, fmt.Errorf("%s: %w", path, err)
	}
	return p, nil
}

// Save writes a plan.
func (p Plan) Save(path string) error { return saveJSON(path, p) }

// maxFile bounds a file of a ceremony in bytes.
const maxFile = 1 << 20

// loadJSON reads a file of JSON with known fields only.
func loadJSON(path string, into any) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return err
	}
	if len(data) > maxFile {
		return fmt.Errorf("%s: more than %d bytes", path, maxFile)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func saveJSON(path string, what any) error {
	data, err := json.MarshalIndent(what, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(data, '\n'), 0o644)
}
