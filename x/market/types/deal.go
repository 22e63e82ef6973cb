package types

// Unended returns how many tasks of the deal have not ended, opened or not.
func (d Deal) Unended() uint64 { return d.Size_ - d.Ended }

// Unopened returns how many tasks of the deal have not been opened.
func (d Deal) Unopened() uint64 { return d.Size_ - d.Opened }

// CheckSettlement checks that payments and refund are exactly one task's escrow, and that there is a task left to end:
// one that was opened, unless the deal was cancelled, which ends its unopened tasks first. It returns what is paid.
func (d Deal) CheckSettlement(pays []EscrowPay, refund uint64) (paid uint64, err error) {
	if d.Unended() == 0 || !d.Cancelled && d.Ended >= d.Opened {
		return 0, ErrSettlement.Wrapf("deal %s: %d of %d tasks opened, %d ended: none left to end", d.Id, d.Opened, d.Size_, d.Ended)
	}
	each, err := d.Terms.Escrow()
	if err != nil {
		return 0, err
	}
	if paid, err = SumPays(pays); err != nil {
		return 0, err
	}
	if paid > each || refund != each-paid {
		return 0, ErrSettlement.Wrapf("deal %s: payments %d and refund %d, expected %d together", d.Id, paid, refund, each)
	}
	return paid, nil
}
