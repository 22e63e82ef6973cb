package types

import (
	"fmt"

	"github.com/credence-chain/credence/internal/steps"
	"github.com/credence-chain/credence/poco"
)

// These functions carry ledgers, the records of their turns and their accounts in money to the store and back.

// ToPoco converts a stored ledger to the type of package poco.
func (l Ledger) ToPoco() (poco.Ledger, error) {
	out := poco.Ledger{
		Trust: l.Trust, N: l.Counted, Unsettled: l.Unsettled, UnsettledLong: l.UnsettledLong, Next: l.Next,
		Head: l.Head, HeadN: l.HeadCounted, WindowStart: l.WindowStart,
	}
	if len(l.Peak) > 2 || len(l.Charges) > 2 || len(l.Limits) > len(out.Limits) {
		return out, fmt.Errorf("ledger %s: statistics of unexpected length", l.Key)
	}
	copy(out.Peak[:], l.Peak)
	copy(out.Charges[:], l.Charges)
	for i, n := range l.Limits {
		out.Limits[i] = uint16(n)
	}
	err := steps.Run(
		func() error {
			return readNumbers([]number[poco.Q64]{{l.Debt, &out.D}, {l.UnsettledCharges, &out.U}, {l.HeadDebt, &out.HeadD}}, poco.Q64FromBytes)
		},
		func() (err error) { out.Value, err = l.Value.ToPoco(); return },
		func() (err error) { out.HeadValue, err = l.HeadValue.ToPoco(); return },
	)
	if err != nil {
		return out, fmt.Errorf("ledger %s: %w", l.Key, err)
	}
	return out, nil
}

// LedgerFromPoco is the inverse.
func LedgerFromPoco(key string, l poco.Ledger) Ledger {
	out := Ledger{
		Key: key, Trust: l.Trust, Debt: l.D.Bytes(), Counted: l.N, UnsettledCharges: l.U.Bytes(), Unsettled: l.Unsettled,
		UnsettledLong: l.UnsettledLong, Next: l.Next, Head: l.Head, HeadDebt: l.HeadD.Bytes(), HeadCounted: l.HeadN,
		WindowStart: l.WindowStart, Peak: l.Peak[:], Charges: l.Charges[:],
		Value: valueAccountFromPoco(l.Value), HeadValue: valueAccountFromPoco(l.HeadValue),
	}
	top := len(l.Limits)
	for top > 0 && l.Limits[top-1] == 0 {
		top--
	}
	for _, n := range l.Limits[:top] {
		out.Limits = append(out.Limits, uint32(n))
	}
	return out
}

// ToPoco converts a stored turn record to the type of package poco.
func (r TurnRecord) ToPoco() (poco.TurnRecord, error) {
	w, err := poco.Q64FromBytes(r.Charge)
	if err != nil {
		return poco.TurnRecord{}, err
	}
	c, err := poco.Q64FromBytes(r.Charged)
	if err != nil {
		return poco.TurnRecord{}, err
	}
	v, err := poco.MoneyFromBytes(r.ValueCharge)
	return poco.TurnRecord{Charge: w, Settled: r.Settled, Charged: c, Counted: r.Counted, Long: r.Long, Value: v, Premium: r.Premium}, err
}

// TurnRecordFromPoco is the inverse.
func TurnRecordFromPoco(r poco.TurnRecord) TurnRecord {
	return TurnRecord{
		Charge: r.Charge.Bytes(), Settled: r.Settled, Charged: r.Charged.Bytes(), Counted: r.Counted, Long: r.Long,
		ValueCharge: moneyBytes(r.Value), Premium: r.Premium,
	}
}

// ToPoco converts a stored account in money to the type of package poco.
func (v ValueAccount) ToPoco() (out poco.ValueAccount, err error) {
	err = readNumbers([]number[poco.Money]{
		{v.Debt, &out.D}, {v.Premiums, &out.P}, {v.UnsettledCharges, &out.U}, {v.UnsettledPremiums, &out.Q},
	}, poco.MoneyFromBytes)
	if err != nil {
		return out, fmt.Errorf("account in money: %w", err)
	}
	return out, nil
}

func valueAccountFromPoco(v poco.ValueAccount) ValueAccount {
	return ValueAccount{
		Debt: moneyBytes(v.D), Premiums: moneyBytes(v.P), UnsettledCharges: moneyBytes(v.U), UnsettledPremiums: moneyBytes(v.Q),
	}
}

// moneyBytes encodes an amount; zero, which is frequent, becomes nil.
func moneyBytes(m poco.Money) []byte {
	if m == (poco.Money{}) {
		return nil
	}
	return m.Bytes()
}

// ToPoco converts stored sums to the type of package poco.
func (s TurnSums) ToPoco() (poco.Sums, error) {
	d, err := poco.Q64FromBytes(s.Debt)
	if err != nil {
		return poco.Sums{}, err
	}
	u, err := poco.Q64FromBytes(s.UnsettledCharges)
	if err != nil {
		return poco.Sums{}, err
	}
	v, err := s.Value.ToPoco()
	return poco.NewSums(d, s.Counted, u, s.Unsettled, v), err
}

// TurnSumsFromPoco is the inverse.
func TurnSumsFromPoco(s poco.Sums) TurnSums {
	return TurnSums{Debt: s.D.Bytes(), Counted: s.N, UnsettledCharges: s.U.Bytes(), Unsettled: s.Unsettled(), Value: valueAccountFromPoco(s.Value)}
}
