package types

import (
	"math"

	"github.com/credence-chain/credence/poco"
)

// MaxSeats is what a task can be planned with at most: 24 replicas and the lottery's seat.
const MaxSeats = poco.MaxReplicas + 1

// MaxPrice bounds an offer's price in ucred, so that MaxSeats of them fit 64 bits.
const MaxPrice = math.MaxUint64 / (2 * MaxSeats)

// Seats returns how many replicas the job's max_price pays for at an app's and an offer's price, at most MaxSeats, or
// ErrUnaffordable when those are too few: two for the policy "credence", whose claim rests on a blind replica, or
// min_replicas; one for "court". A max_price of 0 is no bound.
func (j Job) Seats(appPrice, price uint64) (uint32, error) {
	need := uint64(1)
	if j.Policy == poco.PolicyCredence {
		need = uint64(max(2, j.MinReplicas))
	}
	if j.MaxPrice == 0 {
		return MaxSeats, nil
	}
	seats := uint64(0)
	switch room := j.MaxPrice - min(appPrice, j.MaxPrice); {
	case appPrice > j.MaxPrice:
	case price == 0:
		seats = MaxSeats
	default:
		seats = min(MaxSeats, room/price)
	}
	if seats < need {
		return 0, ErrUnaffordable.Wrapf("max_price: got %d, which pays the app's price %d and %d replicas at the best price %d; expected at least %d for %d replicas",
			j.MaxPrice, appPrice, seats, price, satAdd(appPrice, satMul(price, need)), need)
	}
	return uint32(seats), nil
}

// NewTerms pins what every task of the job runs under: the parameters in force, the app's and the offer's price, the
// pool's stake. ErrUnaffordable as Seats; ErrPrice when a task's escrow exceeds 64 bits.
func NewTerms(p Params, j Job, appPrice, price, stake uint64) (Terms, error) {
	seats, err := j.Seats(appPrice, price)
	if err != nil {
		return Terms{}, err
	}
	trust, err := poco.QuantiseTrust(j.Trust)
	if err != nil {
		return Terms{}, ErrTrust.Wrap(err.Error())
	}
	t := Terms{
		Policy: j.Policy, Trust: trust, AppPrice: appPrice, Price: price, Stake: stake, CourtFee: price,
		InformerBps: p.InformerBps, MinReplicas: j.MinReplicas, MaxSeats: seats, FuelLimit: j.FuelLimit,
		CommitBlocks: p.CommitWindow(j.FuelLimit), RevealBlocks: p.RevealBlocks,
		CourtBlocks: p.CommitWindow(j.FuelLimit), CourtRevealBlocks: p.RevealBlocks,
		WaitBlocks: p.WaitBlocks, RetryBlocks: p.RetryBlocks, MaxAttempts: p.MaxAttempts,
		StaticCredibility: j.StaticCredibility,
	}
	escrow, err := t.Escrow()
	if err != nil {
		return Terms{}, err
	}
	t.Value = max(j.Value, escrow)
	if err := t.poco("", "", "").Validate(); err != nil {
		return Terms{}, ErrInvalidParams.Wrap(err.Error())
	}
	return t, nil
}

// Escrow returns what one task can cost at most, in ucred; ErrPrice when it exceeds 64 bits.
func (t Terms) Escrow() (uint64, error) {
	escrow, err := poco.Terms{Price: t.Price, AppPrice: t.AppPrice, MaxSeats: t.MaxSeats}.Escrow()
	if err != nil {
		return 0, ErrPrice.Wrap(err.Error())
	}
	return escrow, nil
}

// TermsToPoco returns a deal's terms as the protocol knows them.
func TermsToPoco(chainID string, d Deal) poco.Terms {
	return d.Terms.poco(chainID, d.Requester, d.AppOwner)
}

func (t Terms) poco(chainID, requester, appOwner string) poco.Terms {
	return poco.Terms{
		ChainID: chainID, Policy: t.Policy, Trust: t.Trust,
		AppPrice: t.AppPrice, Price: t.Price, Stake: t.Stake, Value: t.Value, CourtFee: t.CourtFee,
		InformerBps: t.InformerBps, MinReplicas: t.MinReplicas, MaxSeats: t.MaxSeats, FuelLimit: t.FuelLimit,
		Requester: requester, AppOwner: appOwner,
		CommitBlocks: t.CommitBlocks, RevealBlocks: t.RevealBlocks,
		CourtBlocks: t.CourtBlocks, CourtRevealBlocks: t.CourtRevealBlocks,
		WaitBlocks: t.WaitBlocks, RetryBlocks: t.RetryBlocks, MaxAttempts: t.MaxAttempts,
		StaticCredibility: t.StaticCredibility,
	}
}

// satMul and satAdd stop at the largest number; they serve the text of an error.
func satMul(a, b uint64) uint64 {
	if b != 0 && a > math.MaxUint64/b {
		return math.MaxUint64
	}
	return a * b
}

func satAdd(a, b uint64) uint64 {
	if a > math.MaxUint64-b {
		return math.MaxUint64
	}
	return a + b
}
