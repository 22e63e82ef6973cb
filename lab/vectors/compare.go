package vectors

import (
	"encoding/json"
	"fmt"
	"math/big"
	"sort"
	"strings"
)

// tolerance is how far a number may be off.
type tolerance struct {
	limit    *big.Rat // 0: exact
	absolute bool     // limit is absolute, else relative to the expected number
}

// compareValues lists how got differs from the expected JSON value, each with the
// path of the field.
func compareValues(path string, want, got any, tol tolerance) []string {
	switch w := want.(type) {
	case map[string]any:
		return compareObject(path, w, got, tol)
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return listDifferences(path, want, got)
		}
		var out []string
		for i := range w {
			out = append(out, compareValues(fmt.Sprintf("%s[%d]", path, i), w[i], g[i], tol)...)
		}
		return out
	case json.Number:
		return compareNumber(path, want, got, tol)
	case string:
		if s, ok := got.(string); ok {
			if s == w {
				return nil
			}
			return listDifferences(path, want, got)
		}
		return compareNumber(path, want, got, tol)
	default: // nil, bool
		if got == want {
			return nil
		}
		return listDifferences(path, want, got)
	}
}

func compareObject(path string, want map[string]any, got any, tol tolerance) []string {
	g, ok := got.(object)
	if !ok {
		return listDifferences(path, want, got)
	}
	var out []string
	for _, key := range sortedKeys(want) {
		at := strings.TrimPrefix(path+"."+key, ".")
		value, ok := g.getField(key)
		if !ok {
			out = append(out, fmt.Sprintf("%s: expected %s, not produced", at, showValue(want[key])))
			continue
		}
		out = append(out, compareValues(at, want[key], value, tol)...)
	}
	return out
}

func compareNumber(path string, want, got any, tol tolerance) []string {
	g, exact := asRat(got)
	if g == nil {
		return listDifferences(path, want, got)
	}
	w, err := toRat(want)
	if err != nil {
		return listDifferences(path, want, got)
	}
	if g.Cmp(w) == 0 {
		return nil
	}
	if exact || tol.limit == nil || tol.limit.Sign() == 0 {
		if number, ok := want.(json.Number); ok && !exact && isDouble(number, w, g) {
			return nil
		}
		return listDifferences(path, want, got)
	}
	off := new(big.Rat).Sub(g, w)
	off.Abs(off)
	limit := new(big.Rat).Set(tol.limit)
	if !tol.absolute {
		limit.Mul(limit, new(big.Rat).Abs(w))
	}
	if off.Cmp(limit) <= 0 {
		return nil
	}
	return listDifferences(path, want, got)
}

// asRat returns a computed value as a rational; exact says that no tolerance applies to it.
func asRat(got any) (r *big.Rat, exact bool) {
	switch g := got.(type) {
	case *big.Int:
		return new(big.Rat).SetInt(g), false
	case digits:
		return new(big.Rat).SetInt(g.Int), false
	case *big.Rat:
		return g, false
	case count:
		return new(big.Rat).SetInt64(int64(g)), true
	default:
		return nil, false
	}
}

// isDouble says whether an expected fraction is the shortest text of the double nearest to the exact number. Files hold doubles,
// which cannot represent most rationals, so such a fraction counts as equal. Integers must be equal.
func isDouble(text json.Number, want, got *big.Rat) bool {
	if got.IsInt() || !strings.ContainsAny(text.String(), ".eE") {
		return false
	}
	// Half a unit in the last place of 17 significant digits.
	off := new(big.Rat).Sub(got, want)
	off.Abs(off)
	ulp := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Lsh(big.NewInt(1), 53))
	return off.Cmp(ulp.Mul(ulp, new(big.Rat).Abs(got))) <= 0
}

func listDifferences(path string, want, got any) []string {
	return []string{fmt.Sprintf("%s: expected %s, got %s", path, showValue(want), showValue(got))}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m { //determinism:ok sorted below
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
