package web

import (
	"context"
	"strings"

	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

type moneyView struct {
	Payments []payment `json:"payments"`
	Refund   big       `json:"refund"`
	Premium  big       `json:"premium"`
	Burnt    big       `json:"burnt"`
	BondBack big       `json:"bond_back"`
	BondKept big       `json:"bond_kept"`
}

type payment struct {
	Party        string `json:"party"`
	To           string `json:"to"`
	Organisation string `json:"organisation"`
	Amount       big    `json:"amount"`
	Source       string `json:"source"`
}

func (c *chain) moneyOf(ctx context.Context, t taskstypes.Task) *moneyView {
	if t.Settlement == nil {
		return nil
	}
	m := &moneyView{Payments: []payment{}, Refund: big(t.Settlement.Refund), Premium: big(t.Settlement.Premium), Burnt: big(t.Settlement.Burnt)}
	add := func(payments []taskstypes.Payment) {
		for _, p := range payments {
			m.Payments = append(m.Payments, payment{strings.ToLower(p.Party), p.To, c.organisationOf(ctx, p.To), big(p.Amount), p.Source})
		}
	}
	add(t.Settlement.Payments)
	if t.Audit != nil && t.Audit.Settlement != nil {
		add(t.Audit.Settlement.Payments)
		m.BondBack, m.BondKept = big(t.Audit.Settlement.BondBack), big(t.Audit.Settlement.BondKept)
	}
	return m
}
