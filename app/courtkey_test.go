package app_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/testutil"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// TestCourtKeyAnswersAndNothingElse: an attacker takes the key that answers in courts. It gets neither the organisation's vote nor coins,
// with the key alone or through authz. A grant from before the account became a court key does not help either.
func TestCourtKeyAnswersAndNothingElse(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(4), testutil.WithAccounts("thief", "next"))
	c.Next()
	thief, next, s := c.Account("thief"), c.Account("next"), c.Seat("val-1")
	exec := func(msgs ...sdk.Msg) sdk.Msg { m := authz.NewMsgExec(thief.Addr, msgs); return &m }
	expires := c.Now().Add(time.Hour)
	grant, err := authz.NewMsgGrant(next.Addr, thief.Addr, authz.NewGenericAuthorization(sdk.MsgTypeURL(&banktypes.MsgSend{})), &expires)
	require.NoError(t, err)
	c.Deliver(next, grant)
	rotated := *s
	rotated.Court = next
	m := &poatypes.MsgRotateCourtKey{Operator: s.Operator.String()}
	m.Pubkey, m.Possession = c.Possession(&rotated, poatypes.KeyCourt)
	c.Deliver(s.Operator, m)

	send := banktypes.NewMsgSend(next.Addr, thief.Addr, coin(1))
	grant, err = authz.NewMsgGrant(next.Addr, thief.Addr, authz.NewGenericAuthorization(sdk.MsgTypeURL(&govv1.MsgVote{})), &expires)
	require.NoError(t, err)
	for _, msg := range []sdk.Msg{
		send, grant, govv1.NewMsgVote(next.Addr, 1, govv1.OptionYes, ""), &poatypes.MsgUnjail{Operator: next.String()},
		&orgstypes.MsgAcceptMembership{Member: next.String(), OrgId: "val-1"},
		&taskstypes.MsgCommit{Who: next.String(), Bench: taskstypes.BENCH_WORKERS}, &taskstypes.MsgDecline{Who: next.String(), Reason: taskstypes.DECLINE_REASON_OTHER},
	} {
		c.Refuse(next, orgstypes.ErrRole, msg)
	}
	c.Refuse(thief, orgstypes.ErrRole, exec(send))
	require.Equal(t, testutil.Funds, c.Balance(thief.Addr))
	// An answer, the purpose of the key, passes the guard. It fails because there is no such task.
	c.Refuse(next, taskstypes.ErrNotFound, &taskstypes.MsgCommit{
		Who: next.String(), Task: strings.Repeat("a", 64), Bench: taskstypes.BENCH_COURT, Commitment: bytes.Repeat([]byte{1}, 32),
	})
	// The replaced court key is an ordinary account again.
	c.Deliver(s.Operator, banktypes.NewMsgSend(s.Operator.Addr, s.Court.Addr, coin(2)))
	c.Deliver(s.Court, banktypes.NewMsgSend(s.Court.Addr, thief.Addr, coin(1)))
}

// TestCourtsFollowTheKey: the court keys at the call of a court answer in it, and its fees go to the operators. A key rotation during the
// session takes effect in later courts.
func TestCourtsFollowTheKey(t *testing.T) {
	c := testutil.NewCompute(t, testutil.ComputeOptions{Seats: 4, Workers: 3})
	before := map[string]int64{}
	for _, s := range c.Seats {
		before[s.OrgID] = c.Balance(s.Operator.Addr)
	}
	job := c.Job()
	job.Policy, job.MaxPrice = poco.PolicyCourt, 10_000
	id := c.Submit(job)[0]
	for len(c.Task(id).Court) == 0 {
		c.QueueWork(id, testutil.Honest)
		c.Next()
	}
	for _, seat := range c.Task(id).Court {
		require.Equal(t, c.Seat(seat.Organisation).Court.String(), seat.Who)
	}
	s := c.Seat("val-2")
	rotated := c.NewSeat("val-2", s.Operator, "val-2 rotated")
	m := &poatypes.MsgRotateCourtKey{Operator: s.Operator.String()}
	m.Pubkey, m.Possession = c.Possession(rotated, poatypes.KeyCourt)
	c.Deliver(s.Operator, m)
	gone := c.Seat("val-3") // it leaves during the session, still answers, and its organisation is paid
	admin := c.Balance(c.Org("val-3").Admin.Addr)
	c.Deliver(gone.Operator, &poatypes.MsgLeaveSeat{Operator: gone.Operator.String()})
	for c.Task(id).Phase != taskstypes.PHASE_DONE {
		c.QueueWork(id, testutil.Honest)
		c.Next()
	}
	require.Empty(t, c.Task(id).Settlement.CourtSilent)
	require.Greater(t, c.Balance(c.Org("val-3").Admin.Addr), admin)
	for _, s := range c.Seats {
		require.Zero(t, c.Balance(s.Court.Addr))
		if s != gone {
			require.Greater(t, c.Balance(s.Operator.Addr), before[s.OrgID], s.OrgID)
		}
	}
}
