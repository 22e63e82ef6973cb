package app

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	poakeeper "github.com/credence-chain/credence/x/poa/keeper"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// courtKeys limits the account that answers in courts for a seat. It can only send commits and reveals on the bench of a court,
// directly or through authz. Its key lies on a machine that runs strangers' programs.
type courtKeys struct{ poa poakeeper.Keeper }

// Allow returns an error that says why an account may not send a message.
func (c courtKeys) Allow(ctx context.Context, account sdk.AccAddress, msg any) error {
	seat, is, err := c.poa.SeatByCourt(ctx, account)
	if err != nil || !is {
		return err
	}
	switch m := msg.(type) {
	case *taskstypes.MsgCommit:
		if m.Bench == taskstypes.BENCH_COURT {
			return nil
		}
	case *taskstypes.MsgReveal:
		if m.Bench == taskstypes.BENCH_COURT {
			return nil
		}
	}
	return orgstypes.ErrRole.Wrapf("%s answers in courts for the seat of %s and may send nothing but commits and reveals there", account, seat.OrgId)
}
