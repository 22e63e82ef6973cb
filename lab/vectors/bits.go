package vectors

import (
	"fmt"
	"math/big"
	"strconv"

	"github.com/credence-chain/credence/poco/credibility"
)

// solveBits: {f, k_in_draw_order, trust, n_floor} -> n, sum, target; {f} ->
// table, for the records that the expected table names; {f, k} -> L.
func solveBits(in *inputs, want map[string]any) (object, error) {
	if in.hasAll("k_in_draw_order", "trust") {
		return bitsPlan(in)
	}
	if !in.hasAll("f") {
		return nil, errShape
	}
	f := in.readRat("f", "")
	if in.err != nil {
		return nil, in.err
	}
	if in.hasAll("k") {
		l, err := bitsOf(f, in.values["k"])
		return object{{"L", l}}, err
	}
	asked, ok := want["table"].(map[string]any)
	if !ok || len(asked) == 0 {
		return nil, errShape
	}
	var table object
	for _, k := range sortedKeys(asked) {
		l, err := bitsOf(f, k)
		if err != nil {
			return nil, err
		}
		table = append(table, field{k, l})
	}
	return object{{"table", table}}, nil
}

// bitsPlan: f is the governed fraction and n_floor 1 where they are left out.
func bitsPlan(in *inputs) (object, error) {
	f := in.readRat("f", credibility.GovernedFraction().String())
	floor := in.readInt("n_floor", "1")
	target, err := credibility.Target(in.readRat("trust", ""))
	if err != nil {
		return nil, err
	}
	var drawn []uint64
	for i, k := range in.readList("k_in_draw_order") {
		l, err := bitsOf(f, k)
		if err != nil {
			return nil, fmt.Errorf("input k_in_draw_order[%d]: %w", i, err)
		}
		drawn = append(drawn, l.Uint64())
	}
	n, sum, enough := credibility.Draw(drawn, target, floor)
	var planned any
	if enough {
		planned = count(n)
	}
	return object{{"n", planned}, {"sum", fromUint64(sum)}, {"target", fromUint64(target)}}, nil
}

func bitsOf(f *big.Rat, record any) (*big.Int, error) {
	v, err := toUint64(record)
	if err != nil {
		return nil, err
	}
	if _, err := strconv.ParseUint(strconv.FormatUint(v, 10), 10, 32); err != nil {
		return nil, fmt.Errorf("record k is %d, expected at most 2^32-1", v)
	}
	l, err := credibility.Exact(f, uint32(v))
	return fromUint64(l), err
}
