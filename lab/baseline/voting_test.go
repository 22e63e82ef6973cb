package baseline_test

import (
	"fmt"
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/lab/baseline"
)

func num(r *big.Rat) float64 { v, _ := r.Float64(); return v }

// vote plays every sequence of votes from the state (good, bad) on. It returns the error and the expected number of results.
func vote(phi *big.Rat, m, good, bad int) (wrong, results *big.Rat) {
	votes := big.NewRat(int64(good+bad), 1)
	switch {
	case good == m:
		return new(big.Rat), votes
	case bad == m:
		return big.NewRat(1, 1), votes
	}
	right := new(big.Rat).Sub(big.NewRat(1, 1), phi)
	wg, rg := vote(phi, m, good+1, bad)
	wb, rb := vote(phi, m, good, bad+1)
	wrong = new(big.Rat).Add(wg.Mul(wg, right), wb.Mul(wb, phi))
	results = new(big.Rat).Add(rg.Mul(rg, right), rb.Mul(rb, phi))
	return wrong, results
}

func TestMFirstTwin(t *testing.T) {
	for _, phi := range []*big.Rat{new(big.Rat), big.NewRat(1, 20), big.NewRat(1, 5), big.NewRat(7, 20), big.NewRat(1, 2), big.NewRat(1, 1)} {
		for m := 1; m <= 6; m++ {
			wrong, results, err := baseline.MFirst(phi, m)
			require.NoError(t, err)
			w, r := vote(phi, m, 0, 0)
			require.Zero(t, w.Cmp(wrong), "phi %s, m %d: error", phi, m)
			require.Zero(t, r.Cmp(results), "phi %s, m %d: results", phi, m)
		}
	}
}

// These are the printed values of Watanabe and Fukushi, and two of our own.
func TestMinVotes(t *testing.T) {
	for _, c := range []struct {
		phi, eps *big.Rat
		m        int
	}{
		{big.NewRat(7, 20), big.NewRat(5, 100), 15}, {big.NewRat(7, 20), big.NewRat(1, 100), 29},
		{big.NewRat(7, 20), big.NewRat(1, 1000), 51}, {big.NewRat(7, 20), big.NewRat(1, 1_000_000), 121},
		{big.NewRat(1, 5), big.NewRat(1, 1_000_000), 26}, {big.NewRat(1, 2), big.NewRat(1, 2), 1}, {new(big.Rat), new(big.Rat), 1},
	} {
		m, err := baseline.MinVotes(c.phi, c.eps)
		require.NoError(t, err)
		require.Equal(t, c.m, m, "phi %s, eps %s", c.phi, c.eps)
		if m > 1 {
			wrong, _, err := baseline.MFirst(c.phi, m)
			require.NoError(t, err)
			require.True(t, wrong.Cmp(c.eps) <= 0)
			more, _, err := baseline.MFirst(c.phi, m-1)
			require.NoError(t, err)
			require.True(t, more.Cmp(c.eps) > 0, "m-1 would do")
		}
	}
	for _, c := range [][2]*big.Rat{
		{big.NewRat(1, 2), big.NewRat(1, 3)}, {big.NewRat(1, 5), new(big.Rat)}, {big.NewRat(6, 5), big.NewRat(1, 3)},
		{big.NewRat(499, 1000), big.NewRat(1, 1_000_000)},
	} {
		_, err := baseline.MinVotes(c[0], c[1])
		require.ErrorIs(t, err, baseline.ErrRange)
	}
	_, _, err := baseline.MFirst(big.NewRat(1, 5), 0)
	require.ErrorIs(t, err, baseline.ErrRange)
}

func spot(q float64, n int, f, s float64) float64 {
	survive := math.Pow(1-q*s, float64(n))
	return s * f * survive / ((1 - f) + f*survive)
}

func TestSpotCheck(t *testing.T) {
	for _, c := range []struct{ q, n, f int64 }{{10, 100, 20}, {10, 50, 20}, {10, 100, 35}, {10, 1000, 5}, {100, 1, 50}, {1, 1, 20}, {0, 100, 20}} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			q, f := big.NewRat(c.q, 100), big.NewRat(c.f, 100)
			best, at := 0.0, 0.0
			for i := range 20_001 {
				s := float64(i) / 20_000
				e := spot(num(q), int(c.n), num(f), s)
				if e > best {
					best, at = e, s
				}
				if i%997 != 0 { // exact powers are slow
					continue
				}
				got, err := baseline.SpotCheckError(q, int(c.n), f, big.NewRat(int64(i), 20_000))
				require.NoError(t, err)
				require.InDelta(t, e, num(got), 1e-12)
			}
			s, worst, err := baseline.SpotCheckWorst(q, int(c.n), f)
			require.NoError(t, err)
			require.InEpsilon(t, best, num(worst), 1e-5)
			require.InDelta(t, at, num(s), 2e-3)
			if c.q > 0 {
				bound, err := baseline.SpotCheckBound(q, int(c.n), f)
				require.NoError(t, err)
				require.InEpsilon(t, num(f)/(1-num(f))/(num(q)*float64(c.n)*math.E), num(bound), 1e-12)
				require.True(t, bound.Cmp(worst) >= 0)
			}
		})
	}
}

func TestSpotCheckErrors(t *testing.T) {
	ok, two := big.NewRat(1, 10), big.NewRat(2, 1)
	for _, c := range []struct {
		q, f, s *big.Rat
		n       int
	}{{two, ok, ok, 1}, {ok, two, ok, 1}, {ok, ok, two, 1}, {ok, ok, ok, -1}, {ok, ok, ok, 2_000_000}} {
		_, err := baseline.SpotCheckError(c.q, c.n, c.f, c.s)
		require.ErrorIs(t, err, baseline.ErrRange)
	}
	for _, c := range []struct {
		q, f *big.Rat
		n    int
	}{{new(big.Rat), ok, 1}, {ok, big.NewRat(1, 1), 1}, {ok, ok, 0}} {
		_, err := baseline.SpotCheckBound(c.q, c.n, c.f)
		require.ErrorIs(t, err, baseline.ErrRange)
	}
}

// CrG is compared with iExec's form of it, which uses odds.
func TestCrGTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		groups := rapid.SliceOfN(rapid.SliceOfN(rapid.Int64Range(0, 99), 1, 4), 1, 4).Draw(t, "groups")
		in := make([][]*big.Rat, len(groups))
		sum := big.NewRat(1, 1)
		products := make([]*big.Rat, len(groups))
		for i, g := range groups {
			products[i] = big.NewRat(1, 1)
			for _, c := range g {
				in[i] = append(in[i], big.NewRat(c, 100))
				products[i].Mul(products[i], big.NewRat(c, 100-c))
			}
			sum.Add(sum, products[i])
		}
		got, err := baseline.CrG(in)
		require.NoError(t, err)
		total := new(big.Rat)
		for i := range got {
			require.Zero(t, products[i].Quo(products[i], sum).Cmp(got[i]), "group %d", i)
			total.Add(total, got[i])
		}
		require.True(t, total.Cmp(big.NewRat(1, 1)) <= 0)
	})
	certain := big.NewRat(1, 1)
	got, err := baseline.CrG([][]*big.Rat{{certain}, {big.NewRat(9, 10)}})
	require.NoError(t, err)
	require.Zero(t, got[0].Cmp(certain))
	for _, bad := range [][][]*big.Rat{nil, {{}}, {{big.NewRat(2, 1)}}, {{certain}, {certain}}} {
		_, err := baseline.CrG(bad)
		require.ErrorIs(t, err, baseline.ErrRange)
	}
}

func TestCrP(t *testing.T) {
	f := big.NewRat(1, 5)
	for _, c := range []struct {
		k            int64
		plain, black float64
	}{{0, 0.8, 0.8}, {3, 0.933333, 0.969343}, {6, 0.966667, 0.984672}, {100, 0.998, 0.999080}} {
		plain, err := baseline.CrP(f, c.k)
		require.NoError(t, err)
		require.InDelta(t, c.plain, num(plain), 1e-6)
		black, err := baseline.CrPBlacklist(f, c.k)
		require.NoError(t, err)
		require.InDelta(t, c.black, num(black), 1e-6)
		if c.k > 0 {
			require.InEpsilon(t, 1-0.2/(0.8*float64(c.k)*math.E), num(black), 1e-15)
		}
	}
	_, err := baseline.CrP(f, -1)
	require.ErrorIs(t, err, baseline.ErrRange)
	_, err = baseline.CrPBlacklist(big.NewRat(1, 1), 1)
	require.ErrorIs(t, err, baseline.ErrRange)
}

// The search is compared with CrG itself.
func TestUnanimousTwin(t *testing.T) {
	for _, c := range []struct {
		f, eps *big.Rat
		n      int
	}{
		{big.NewRat(1, 5), big.NewRat(1, 100), 4}, {big.NewRat(1, 5), big.NewRat(1, 10_000), 7}, {big.NewRat(1, 5), big.NewRat(1, 1_000_000), 10},
		{big.NewRat(7, 20), big.NewRat(1, 100), 8}, {big.NewRat(7, 20), big.NewRat(1, 10_000), 15}, {big.NewRat(7, 20), big.NewRat(1, 1_000_000), 23},
		{big.NewRat(1, 20), big.NewRat(1, 1_000_000), 5},
	} {
		credibility, err := baseline.CrP(c.f, 0)
		require.NoError(t, err)
		n, err := baseline.Unanimous(credibility, c.eps)
		require.NoError(t, err)
		require.Equal(t, c.n, n)
		theta := new(big.Rat).Sub(big.NewRat(1, 1), c.eps)
		var group []*big.Rat
		for i := 1; i <= n; i++ {
			group = append(group, credibility)
			cr, err := baseline.CrG([][]*big.Rat{group})
			require.NoError(t, err)
			require.Equal(t, i == n, cr[0].Cmp(theta) >= 0, "%d of %d", i, n)
		}
	}
	_, err := baseline.Unanimous(big.NewRat(1, 2), big.NewRat(1, 100))
	require.ErrorIs(t, err, baseline.ErrRange)
}

// The closed form is compared with walking the margin until the walk is over.
func TestIterativeTwin(t *testing.T) {
	for _, c := range []struct {
		r float64
		n *big.Rat
		d int
	}{{0.7, big.NewRat(7, 10), 4}, {0.8, big.NewRat(4, 5), 10}, {0.5, big.NewRat(1, 2), 3}, {0.4, big.NewRat(2, 5), 5}, {1, big.NewRat(1, 1), 3}} {
		at := map[int]float64{0: 1}
		wrong, results := 0.0, 0.0
		for step := 1; step < 4000; step++ {
			next := map[int]float64{}
			for lead, p := range at {
				next[lead+1] += p * c.r
				next[lead-1] += p * (1 - c.r)
			}
			results += float64(step) * (next[c.d] + next[-c.d])
			wrong += next[-c.d]
			delete(next, c.d)
			delete(next, -c.d)
			at = next
		}
		w, res, err := baseline.Iterative(c.n, c.d)
		require.NoError(t, err)
		require.InDelta(t, wrong, num(w), 1e-9)
		require.InDelta(t, results, num(res), 1e-6)
	}
	for _, d := range []int{0, 200_000} {
		_, _, err := baseline.Iterative(big.NewRat(1, 2), d)
		require.ErrorIs(t, err, baseline.ErrRange)
	}
}

func TestAuditErrors(t *testing.T) {
	for _, c := range [][3]int{{5, 4, 1}, {-1, 4, 1}, {2, 4, 0}, {2, 4, 5}} {
		_, err := baseline.UnanimityError(c[0], c[1], c[2])
		require.ErrorIs(t, err, baseline.ErrRange, "%v", c)
		_, err = baseline.UnanimityCost(c[0], c[1], c[2], 7)
		require.ErrorIs(t, err, baseline.ErrRange, "%v", c)
	}
	for _, p := range []*big.Rat{big.NewRat(0, 1), big.NewRat(-1, 2), big.NewRat(3, 2), nil} {
		_, err := baseline.AuditedLies(p)
		require.ErrorIs(t, err, baseline.ErrRange, "%v", p)
		_, err = baseline.AuditStake(p, big.NewRat(1, 1), big.NewRat(1, 1), big.NewRat(1, 1))
		require.ErrorIs(t, err, baseline.ErrRange, "%v", p)
	}
	// Two of four collude. All pairs are counted.
	pairs, lies := 0, 0
	for i := range 4 {
		for j := range 4 {
			if i != j {
				pairs++
				if i < 2 && j < 2 {
					lies++
				}
			}
		}
	}
	e, err := baseline.UnanimityError(2, 4, 2)
	require.NoError(t, err)
	require.Equal(t, big.NewRat(int64(lies), int64(pairs)).RatString(), e.RatString())
	cost, err := baseline.UnanimityCost(2, 4, 2, 7)
	require.NoError(t, err)
	require.Equal(t, new(big.Rat).Add(big.NewRat(2, 1), big.NewRat(int64(7*(pairs-2*lies)), int64(pairs))).RatString(), cost.RatString())
}
