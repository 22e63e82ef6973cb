package vectors

import (
	"fmt"

	"github.com/credence-chain/credence/lab/plain"
)

// solveDebt: {q, T, D_q64, N, N0, floor} -> n, lottery_16ths, W, B. Inputs that are left out mean no debt, no allowance and the
// floor [1, 0]. For a budget that no plan fits, all outputs but B are null: the court decides.
func solveDebt(in *inputs, _ map[string]any) (object, error) {
	if !in.hasAll("q", "T", "N") {
		return nil, errShape
	}
	q, debt := in.readRat("q", ""), in.readBig("D_q64", "0")
	tasks, allowance, trust := in.readBig("N", ""), in.readBig("N0", "0"), in.readBig("T", "")
	floor, err := seatsOf(in.readList("floor"))
	if err != nil {
		return nil, fmt.Errorf("input floor: %w", err)
	}
	if in.err != nil {
		return nil, in.err
	}
	budget, err := plain.Budget(tasks, allowance, trust)
	if err != nil {
		return nil, err
	}
	seats, charge, planned, err := plain.Plan(q, debt, budget, floor)
	if err != nil {
		return nil, err
	}
	var n, lottery, w any
	if planned {
		n, lottery, w = count(seats.N), count(seats.Lottery), digits{charge}
	}
	return object{{"n", n}, {"lottery_16ths", lottery}, {"W", w}, {"B", digits{budget}}}, nil
}

func seatsOf(list []any) (plain.Seats, error) {
	floor := plain.Seats{N: 1}
	for i, v := range list {
		u, err := toUint64(v)
		if err != nil {
			return floor, err
		}
		if u > plain.MaxReplicas {
			return floor, fmt.Errorf("%d is out of range", u)
		}
		switch i {
		case 0:
			floor.N = int(u)
		case 1:
			floor.Lottery = int(u)
		default:
			return floor, fmt.Errorf("expected [n, j], got %d numbers", len(list))
		}
	}
	return floor, nil
}
