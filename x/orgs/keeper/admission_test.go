package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/testutil"
	"github.com/credence-chain/credence/x/orgs/keeper"
	"github.com/credence-chain/credence/x/orgs/types"
)

// TestAdmissionsHaveACap: as many organisations as the parameters say are admitted within any stretch of blocks, and no more; those
// of genesis do not count.
func TestAdmissionsHaveACap(t *testing.T) {
	c := testutil.New(t, testutil.WithAccounts("a", "b", "c", "d", "e"), testutil.WithOrg("acme", types.ROLE_WORKER), testutil.WithOrg("beta", types.ROLE_WORKER))
	k, ctx := app.OrgsKeeper(c.App), c.Ctx()
	require.NoError(t, k.Params.Set(ctx, types.Params{MaxAdmissions: 2, AdmissionBlocks: 10}))
	server := keeper.NewMsgServer(k)
	admitted := 0
	admit := func(height int64) error {
		admitted++
		_, err := server.Admit(ctx.WithBlockHeight(height), &types.MsgAdmit{
			Authority: k.GetAuthority(), Id: fmt.Sprintf("new-%d", admitted), Name: "New",
			Admins: []string{c.Account(string(rune('a' + admitted - 1))).String()}, Roles: []types.Role{types.ROLE_WORKER},
		})
		if err != nil {
			admitted--
		}
		return err
	}
	require.NoError(t, admit(100))
	require.NoError(t, admit(105))
	require.ErrorContains(t, admit(105), "from height 110 on")
	require.ErrorIs(t, admit(109), types.ErrAdmissionRate)
	require.NoError(t, admit(110))

	require.ErrorIs(t, admit(114), types.ErrAdmissionRate, "105 and 110")
	require.NoError(t, admit(115))
	require.NoError(t, k.Params.Set(ctx, types.Params{}))
	require.NoError(t, admit(115), "0 is no cap")
}

func TestAdmissionParams(t *testing.T) {
	require.NoError(t, types.DefaultParams().Validate())
	require.ErrorContains(t, types.Params{MaxAdmissions: 1}.Validate(), "admission_blocks: 0")
	require.ErrorContains(t, types.Params{MaxAdmissions: 1, AdmissionBlocks: 1<<40 + 1}.Validate(), "admission_blocks")
	require.NoError(t, types.Params{AdmissionBlocks: -1}.Validate(), "no cap, no window")
}
