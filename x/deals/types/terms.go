package types

import "github.com/credence-chain/credence/poco"

// MaxSeats is the most seats of a task's plan: 24 replicas and the lottery's.
const MaxSeats = poco.MaxReplicas + 1

// Escrow returns what one task can cost at most, in ucred; ErrPrice when it exceeds 64 bits.
func (t Terms) Escrow() (uint64, error) {
	escrow, err := poco.Terms{Price: t.Price, AppPrice: t.AppPrice, DatasetPrice: t.DatasetPrice, MaxSeats: t.MaxSeats, Premium: t.Premium, CourtDeposit: t.CourtDeposit}.Escrow()
	if err != nil {
		return 0, ErrPrice.Wrap(err.Error())
	}
	return escrow, nil
}

func (t Terms) toPoco(chainID, requester, appOwner, poolOwner string) poco.Terms {
	return poco.Terms{
		ChainID: chainID, Policy: t.Policy, Trust: t.Trust,
		AppPrice: t.AppPrice, DatasetPrice: t.DatasetPrice, Price: t.Price, UsePrice: t.UsePrice.ToPoco(), Seconds: t.Seconds, CommissionBps: t.CommissionBps,
		Stake: t.Stake, Value: t.Value, CourtFee: t.CourtFee, CourtDeposit: t.CourtDeposit, InformerBps: t.InformerBps, MinReplicas: t.MinReplicas, MaxSeats: t.MaxSeats, FuelLimit: t.FuelLimit,
		Requester: requester, AppOwner: appOwner, PoolOwner: poolOwner,
		CommitBlocks: t.CommitBlocks, RevealBlocks: t.RevealBlocks,
		CourtBlocks: t.CourtBlocks, CourtRevealBlocks: t.CourtRevealBlocks, AnswerBlocks: t.AnswerBlocks,
		WaitBlocks: t.WaitBlocks, RetryBlocks: t.RetryBlocks, MaxAttempts: t.MaxAttempts,
		StaticCredibility: t.StaticCredibility, AuditBlocks: t.AuditBlocks, Premium: t.Premium,
	}
}

// ToPoco returns the price by use in the type of package poco; nil gives the zero value.
func (p *UsePrice) ToPoco() poco.UsePrice {
	if p == nil {
		return poco.UsePrice{}
	}
	return poco.UsePrice{Base: p.Base, PerGfuel: p.PerGfuel, PerSecond: p.PerSecond}
}

// Validate checks that a task can run under the terms.
func (t Terms) Validate() error { return t.toPoco("", "", "", "").Validate() }

// TermsToPoco returns the terms of a task in the type of package poco, by the task's index in the request's bag.
func TermsToPoco(chainID string, d Deal, index uint64) poco.Terms {
	t := d.Terms.toPoco(chainID, d.Requester, d.AppOwner, d.PoolOwner)
	for _, s := range d.DatasetsOf(index) {
		if s.Price > 0 {
			t.Royalties = append(t.Royalties, poco.Royalty{To: s.Owner, Amount: s.Price})
		}
	}
	return t
}
