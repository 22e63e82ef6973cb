package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/testutil"
	"github.com/credence-chain/credence/x/poa/types"
)

// TestColludersAfterASeatLeft: a seat that leaves counts on for the blocks in which the rotation of proposers is irregular, longer when another
// one follows. An import forgets it.
func TestColludersAfterASeatLeft(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(8))
	c.NextN(2)
	require.Equal(t, colluders{2, false}, count(c))
	c.Accuse("val-1")
	c.Next()
	require.Equal(t, colluders{2, true}, count(c), "from the block on in which it leaves")
	c.NextN(5)
	c.Accuse("val-2")
	c.Next()
	require.Len(t, activeSeats(c), 6)
	require.Equal(t, colluders{2, true}, count(c), "the eight still count")
	d := testutil.Import(t, c.Export(), testutil.WithSeats(8))
	require.Equal(t, colluders{1, false}, count(d), "the engine of an import begins with a new order")
	c.NextN(int(types.IrregularBlocks(8)))
	require.Equal(t, colluders{2, true}, count(c), "from the second one on")
	c.Next()
	require.Equal(t, colluders{1, false}, count(c))
}

type colluders struct {
	n     int64
	twice bool
}

func count(c *testutil.Chain) (out colluders) {
	var err error
	out.n, out.twice, err = app.PoaKeeper(c.App).Colluders(c.Ctx())
	require.NoError(c.T, err)
	return out
}
