package vectors

import (
	"math/big"

	"github.com/credence-chain/credence/lab/baseline"
)

// readPhi is f*s, s being 1 where it is left out, or the input phi itself.
func readPhi(in *inputs) *big.Rat {
	if in.hasAll("phi") {
		return in.readRat("phi", "")
	}
	f := in.readRat("f", "")
	return f.Mul(f, in.readRat("s", "1"))
}

// solveMFirst: {f, s, m} -> error, mean_results; {f, s, eps} -> m and both at
// that m.
func solveMFirst(in *inputs, _ map[string]any) (object, error) {
	if !in.hasAll("f") && !in.hasAll("phi") {
		return nil, errShape
	}
	p := readPhi(in)
	var m int
	switch {
	case in.hasAll("m"):
		m = in.readInt("m", "")
	case in.hasAll("eps"):
		var err error
		if m, err = baseline.MinVotes(p, in.readRat("eps", "")); err != nil {
			return nil, err
		}
	default:
		return nil, errShape
	}
	wrong, results, err := baseline.MFirst(p, m)
	if err != nil {
		return nil, err
	}
	return object{{"m", count(m)}, {"error", wrong}, {"mean_results", results}}, nil
}

// solveSpotCheck: {q, n, f, s} -> error; {q, n, f} -> bound, max_error,
// argmax_s.
func solveSpotCheck(in *inputs, _ map[string]any) (object, error) {
	if !in.hasAll("q", "n", "f") {
		return nil, errShape
	}
	q, n, f := in.readRat("q", ""), in.readInt("n", ""), in.readRat("f", "")
	if in.err != nil {
		return nil, in.err
	}
	var out object
	if in.hasAll("s") {
		wrong, err := baseline.SpotCheckError(q, n, f, in.readRat("s", ""))
		if err != nil {
			return nil, err
		}
		out = append(out, field{"error", wrong})
	}
	s, worst, err := baseline.SpotCheckWorst(q, n, f)
	if err != nil {
		return nil, err
	}
	out = append(out, field{"max_error", worst}, field{"argmax_s", s})
	if bound, err := baseline.SpotCheckBound(q, n, f); err == nil {
		out = append(out, field{"bound", bound})
	}
	return out, nil
}

// solveCredibility: {groups} -> CrG and CrW, the largest; {f, eps, k} -> n;
// {f, k} -> no_blacklist, blacklist. k is 0 where it is left out.
func solveCredibility(in *inputs, _ map[string]any) (object, error) {
	switch {
	case in.hasAll("groups"):
		return groupCredibility(in)
	case in.hasAll("f", "eps"):
		c, err := baseline.CrP(in.readRat("f", ""), int64(in.readInt("k", "0")))
		if err != nil {
			return nil, err
		}
		n, err := baseline.Unanimous(c, in.readRat("eps", ""))
		return object{{"n", count(n)}}, err
	case in.hasAll("f"):
		f, k := in.readRat("f", ""), int64(in.readInt("k", "0"))
		plain, err := baseline.CrP(f, k)
		if err != nil {
			return nil, err
		}
		black, err := baseline.CrPBlacklist(f, k)
		return object{{"no_blacklist", plain}, {"blacklist", black}}, err
	default:
		return nil, errShape
	}
}

func groupCredibility(in *inputs) (object, error) {
	var groups [][]*big.Rat
	for _, g := range in.readList("groups") {
		members, ok := g.([]any)
		if !ok {
			return nil, errShape
		}
		var group []*big.Rat
		for _, m := range members {
			c, err := toRat(m)
			if err != nil {
				return nil, err
			}
			group = append(group, c)
		}
		groups = append(groups, group)
	}
	cr, err := baseline.CrG(groups)
	if err != nil {
		return nil, err
	}
	list, best := make([]any, len(cr)), cr[0]
	for i, c := range cr {
		list[i] = c
		if c.Cmp(best) > 0 {
			best = c
		}
	}
	return object{{"CrG", list}, {"CrW", best}}, nil
}

// solveIterative: {r, d} -> error, mean_results.
func solveIterative(in *inputs, _ map[string]any) (object, error) {
	if !in.hasAll("r", "d") {
		return nil, errShape
	}
	wrong, results, err := baseline.Iterative(in.readRat("r", ""), in.readInt("d", ""))
	return object{{"error", wrong}, {"mean_results", results}}, err
}
