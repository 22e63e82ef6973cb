package poco

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func anyQ64() *rapid.Generator[Q64] {
	return rapid.Custom(func(t *rapid.T) Q64 {
		hi := rapid.OneOf(rapid.Just(uint64(0)), rapid.Uint64Range(0, 10), rapid.Uint64()).Draw(t, "hi")
		return Q64{hi, rapid.Uint64().Draw(t, "lo")}
	})
}

// clamp returns a number limited to the range from zero to MaxQ64. Every operation returns its exact result, limited in this way.
func clamp(n *big.Int) *big.Int {
	if n.Sign() < 0 {
		return new(big.Int)
	}
	if n.Cmp(MaxQ64.Big()) > 0 {
		return MaxQ64.Big()
	}
	return n
}

func TestQ64IsExactArithmeticClamped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyQ64().Draw(t, "a"), anyQ64().Draw(t, "b")
		num := rapid.OneOf(rapid.Uint64Range(0, 20), rapid.Uint64()).Draw(t, "num")
		den := rapid.OneOf(rapid.Uint64Range(1, 20), rapid.Uint64Min(1)).Draw(t, "den")
		// Compare as numbers: a big.Int that became zero and one that was zero from the start differ in memory.
		require.Zero(t, clamp(new(big.Int).Add(a.Big(), b.Big())).Cmp(a.Add(b).Big()), "%v + %v", a, b)
		require.Zero(t, clamp(new(big.Int).Sub(a.Big(), b.Big())).Cmp(a.Sub(b).Big()), "%v - %v", a, b)
		require.Equal(t, a.Big().Cmp(b.Big()), a.Cmp(b))
		down, rest := new(big.Int).QuoRem(new(big.Int).Mul(a.Big(), new(big.Int).SetUint64(num)), new(big.Int).SetUint64(den), new(big.Int))
		up := down
		if rest.Sign() != 0 {
			up = new(big.Int).Add(down, big.NewInt(1))
		}
		require.Zero(t, clamp(up).Cmp(a.MulDivUp(num, den).Big()), "%v * %d / %d, up", a, num, den)
		require.Zero(t, new(big.Int).Div(a.Big(), new(big.Int).SetUint64(den)).Cmp(a.DivDown(den).Big()), "%v / %d, down", a, den)
		back, err := Q64FromBytes(a.Bytes())
		require.NoError(t, err)
		require.Equal(t, a, back)
	})
}

func TestFractions(t *testing.T) {
	require.Equal(t, Q64{Lo: 1 << 63}, FracDown(1, 2))
	require.Equal(t, Q64{Hi: 1}, FracDown(7, 7))
	require.Equal(t, Q64{Hi: 2, Lo: 1 << 62}, FracDown(9, 4))
	require.Equal(t, FracDown(1, 3).Add(Q64{Lo: 1}), FracUp(1, 3), "a third is not exact: up is one unit above down")
	require.Equal(t, QuarterQ64, FracUp(1, 4))
	require.Equal(t, "0.250000", QuarterQ64.String())
	_, err := Q64FromBytes(make([]byte, 15))
	require.ErrorContains(t, err, "15")
}
