package types

import (
	"fmt"
	"math/bits"
	"slices"

	"cosmossdk.io/core/address"
)

// Unended returns how many tasks of the deal have not ended, opened or not.
func (d Deal) Unended() uint64 { return d.Size_ - d.Ended }

// MaxStalls is how many times in a row a deal waits because nobody was given work on a task of it; then it is cancelled. The pauses double
// from retry_blocks on: by default they are 81,915 blocks together, some eleven hours of half seconds.
const MaxStalls = 14

// Stalled says that nobody was given work on a task of the deal, and that it has opened none since.
func (d Deal) Stalled() bool { return d.Pace == 1 }

// Unopened returns how many tasks of the deal have not been opened.
func (d Deal) Unopened() uint64 { return d.Size_ - d.Opened }

// Progress returns the part of the deal that changes.
func (d Deal) Progress() DealProgress {
	return DealProgress{
		Opened: d.Opened, Ended: d.Ended, Accepted: d.Accepted,
		Escrow: d.Escrow, Paid: d.Paid, Refunded: d.Refunded, Cancelled: d.Cancelled, Unused: d.Unused, Released: d.Released,
		Premiums: d.Premiums, Gone: d.Gone, Done: d.Done, Stalls: d.Stalls, Pace: d.Pace, Resumes: d.Resumes,
		Failed: d.Failed, Awaited: d.Awaited,
	}
}

// With returns the deal with a progress in it.
func (d Deal) With(p DealProgress) Deal {
	d.Opened, d.Ended, d.Accepted = p.Opened, p.Ended, p.Accepted
	d.Escrow, d.Paid, d.Refunded, d.Cancelled = p.Escrow, p.Paid, p.Refunded, p.Cancelled
	d.Unused, d.Released, d.Premiums = p.Unused, p.Released, p.Premiums
	d.Gone, d.Done = p.Gone, p.Done
	d.Failed, d.Awaited = p.Failed, p.Awaited
	d.Stalls, d.Pace, d.Resumes = p.Stalls, p.Pace, p.Resumes
	return d
}

// Stored returns the deal in the form of its record: without the progress, which is stored separately, and without the arguments, inputs
// and execution, which its request has.
func (d Deal) Stored() Deal {
	d = d.With(DealProgress{})
	d.Args, d.Inputs, d.Execution = nil, nil, nil
	return d
}

// DatasetsOf returns the datasets that a task reads, by its index in the request's bag: all, or its slice where they are split.
func (d Deal) DatasetsOf(index uint64) []PinnedDataset {
	k, n := uint64(d.DatasetsPerTask), uint64(len(d.Datasets))
	if k == 0 || n == 0 {
		return d.Datasets
	}
	if index > (n-1)/k {
		return nil
	}
	return d.Datasets[index*k : min((index+1)*k, n)]
}

// Orders returns the ids of the orders that the deal met.
func (d Deal) Orders() []string {
	ids := []string{d.PoolOrder}
	if d.AppOrder != "" {
		ids = append(ids, d.AppOrder)
	}
	for _, s := range d.Datasets {
		if s.Order != "" {
			ids = append(ids, s.Order)
		}
	}
	return ids
}

// Payer returns who paid the escrow: the voucher's id, the sponsor's address, or the requester's.
func (d Deal) Payer() string {
	switch {
	case d.Voucher != "":
		return d.Voucher
	case d.Sponsor != "":
		return d.Sponsor
	}
	return d.Requester
}

// Parties returns the parties by which the deal is found in the index, each once.
func (d Deal) Parties() []string {
	out := []string{
		PartyRequester + d.Requester, PartyRequest + d.Request, PartyApp + d.App, PartyAppOwner + d.AppOwner,
		PartyPool + d.Pool, PartyBeneficiary + d.Beneficiary,
	}
	for _, s := range d.Datasets {
		out = append(out, PartyDataset+s.Dataset)
	}
	for _, o := range d.Orders() {
		out = append(out, PartyOrder+o)
	}
	if d.Sponsor != "" {
		out = append(out, PartySponsor+d.Sponsor)
	}
	if d.Voucher != "" {
		out = append(out, PartyVoucher+d.Voucher)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// State returns whether the deal is running or has ended.
func (d Deal) State() DealState {
	if d.Unended() == 0 {
		return DEAL_STATE_ENDED
	}
	return DEAL_STATE_RUNNING
}

// CheckSettlement checks that payments, premium and refund are exactly one task's escrow, and that a task is left to end. The task must
// have been opened, unless the deal was cancelled: then unopened tasks are counted as ended already. It returns the sum of the
// payments.
func (d Deal) CheckSettlement(s TaskSettlement) (paid uint64, err error) {
	if d.Unended() == 0 || !d.Cancelled && d.Ended >= d.Opened {
		return 0, ErrSettlement.Wrapf("deal %s: %d of %d tasks opened, %d ended: none left to end", d.Id, d.Opened, d.Size_, d.Ended)
	}
	each, err := d.Terms.Escrow()
	if err != nil {
		return 0, err
	}
	if paid, err = SumPays(s.Pays); err != nil {
		return 0, err
	}
	if s.Accepted && s.Premium != 0 && s.Premium != d.Terms.Premium {
		return 0, ErrSettlement.Wrapf("deal %s: premium %d of an accepted task, expected 0 or the %d of its terms", d.Id, s.Premium, d.Terms.Premium)
	}
	if left := each - min(s.Premium, each); s.Premium > each || paid > left || s.Refund != left-paid {
		return 0, ErrSettlement.Wrapf("deal %s: payments %d, premium %d and refund %d, expected %d together", d.Id, paid, s.Premium, s.Refund, each)
	}
	return paid, nil
}

// Validate checks a deal by itself, as the state has it; the error names the field.
func (d Deal) Validate(codec address.Codec) error {
	for _, who := range []string{d.Requester, d.AppOwner, d.PoolOwner} {
		if _, err := codec.StringToBytes(who); err != nil {
			return fmt.Errorf("%q: %w", who, err)
		}
	}
	if err := TermsToPoco("", d, d.First).Validate(); err != nil {
		return err
	}
	if err := d.checkCounts(); err != nil {
		return err
	}
	if d.MaxOnchain > MaxOnchainResult || d.MaxOnchain > 0 && d.Onchain == "" {
		return fmt.Errorf("max_onchain: got %d bytes of the file %q, expected at most %d, and none without a file", d.MaxOnchain, d.Onchain, MaxOnchainResult)
	}
	if len(d.Args) > 0 || len(d.Inputs) > 0 {
		return fmt.Errorf("expected no args and no inputs: its request has them")
	}
	return d.checkEscrow()
}

// checkCounts checks that the counts of tasks fit each other and the bag.
func (d Deal) checkCounts() error {
	if d.Size_ < 1 || d.Opened > d.Size_ || d.Ended > d.Size_ || d.Accepted > d.Ended {
		return fmt.Errorf("size %d, opened %d, ended %d, accepted %d: expected accepted <= ended <= size and opened <= size",
			d.Size_, d.Opened, d.Ended, d.Accepted)
	}
	if d.Failed > d.Accepted {
		return fmt.Errorf("failed %d, accepted %d: expected failed <= accepted", d.Failed, d.Accepted)
	}
	if d.Released > d.Unused || d.Unused > d.Ended-d.Accepted {
		return fmt.Errorf("unused %d, released %d: expected released <= unused <= ended - accepted", d.Unused, d.Released)
	}
	if d.Gone > d.Opened || d.Done < 0 {
		return fmt.Errorf("gone %d, opened %d, done %d: expected gone <= opened, and no negative height", d.Gone, d.Opened, d.Done)
	}
	if d.Stalls > MaxStalls || d.Resumes < 0 || d.Unopened() == 0 && (d.Stalls != 0 || d.Pace != 0 || d.Resumes != 0) {
		return fmt.Errorf("stalls %d, pace %d, resumes %d: expected at most %d stalls, and none where no task is left to open", d.Stalls, d.Pace, d.Resumes, MaxStalls)
	}
	if d.First > d.Bag || d.Size_ > d.Bag-d.First {
		return fmt.Errorf("first %d, size %d: expected a part of the bag of %d", d.First, d.Size_, d.Bag)
	}
	return nil
}

// checkEscrow checks that the deal holds the escrow of one task for each task that has not ended.
func (d Deal) checkEscrow() error {
	each, err := d.Terms.Escrow()
	if err != nil {
		return err
	}
	if hi, lo := bits.Mul64(each, d.Unended()); hi != 0 || lo != d.Escrow {
		return fmt.Errorf("escrow: expected that of every task that has not ended")
	}
	return nil
}

// WholeEscrow returns what all tasks of the deal can cost at most, in ucred; ErrPrice when it exceeds 64 bits.
func (d Deal) WholeEscrow() (uint64, error) {
	each, err := d.Terms.Escrow()
	if err != nil {
		return 0, err
	}
	hi, escrow := bits.Mul64(each, d.Size_)
	if hi != 0 {
		return 0, ErrPrice.Wrapf("price: %d times %d tasks exceeds 64 bits", each, d.Size_)
	}
	return escrow, nil
}

// EndTask returns the deal after one more task has ended, of whose escrow the given amounts were paid and refunded.
func (d Deal) EndTask(s TaskSettlement, paid, refunded uint64) Deal {
	d.Escrow -= paid + s.Premium + refunded
	d.Paid += paid
	d.Premiums += s.Premium
	d.Refunded += refunded
	d.Ended++
	if s.Accepted {
		d.Accepted++
	}
	if s.Accepted && s.Failed {
		d.Failed++
	}
	if s.Unused() {
		d.Unused++
	}
	return d
}
