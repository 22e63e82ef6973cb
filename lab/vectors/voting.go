package vectors

import (
	"math/big"

	"github.com/credence-chain/credence/lab/baseline"
)

// phi is f*s, s being 1 where it is left out, or the input phi itself.
func phi(in *inputs) *big.Rat {
	if in.has("phi") {
		return in.rat("phi", "")
	}
	f := in.rat("f", "")
	return f.Mul(f, in.rat("s", "1"))
}

// solveMFirst: {f, s, m} -> error, mean_results; {f, s, eps} -> m and both at
// that m.
func solveMFirst(in *inputs, _ map[string]any) (object, error) {
	if !in.has("f") && !in.has("phi") {
		return nil, errShape
	}
	p := phi(in)
	var m int
	switch {
	case in.has("m"):
		m = in.int("m", "")
	case in.has("eps"):
		var err error
		if m, err = baseline.MinVotes(p, in.rat("eps", "")); err != nil {
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
	if !in.has("q", "n", "f") {
		return nil, errShape
	}
	q, n, f := in.rat("q", ""), in.int("n", ""), in.rat("f", "")
	if in.err != nil {
		return nil, in.err
	}
	var out object
	if in.has("s") {
		wrong, err := baseline.SpotCheckError(q, n, f, in.rat("s", ""))
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
	case in.has("groups"):
		return groupCredibility(in)
	case in.has("f", "eps"):
		c, err := baseline.CrP(in.rat("f", ""), int64(in.int("k", "0")))
		if err != nil {
			return nil, err
		}
		n, err := baseline.Unanimous(c, in.rat("eps", ""))
		return object{{"n", count(n)}}, err
	case in.has("f"):
		f, k := in.rat("f", ""), int64(in.int("k", "0"))
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
	for _, g := range in.list("groups") {
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
	if !in.has("r", "d") {
		return nil, errShape
	}
	wrong, results, err := baseline.Iterative(in.rat("r", ""), in.int("d", ""))
	return object{{"error", wrong}, {"mean_results", results}}, err
}
