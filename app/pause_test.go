package app_test

import (
	"testing"

	gogoproto "github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/authz"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/testutil"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// TestPauseRefusesNewWork: during a pause the chain refuses exactly the messages that begin work, alone and inside authz. A node refuses
// them before its mempool.
func TestPauseRefusesNewWork(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(1), testutil.WithAccounts("friend"), testutil.WithOrg("acme", orgstypes.ROLE_REQUESTER, orgstypes.ROLE_PROVIDER))
	who, friend := c.Org("acme").Member(), c.Account("friend")
	begins := map[protoreflect.FullName]sdk.Msg{}
	for _, msg := range []sdk.Msg{
		&markettypes.MsgSubmitTask{Requester: who.String()},
		&markettypes.MsgPlaceOrder{Owner: who.String(), Order: markettypes.Order{Owner: who.String()}},
		&markettypes.MsgPresignOrder{Owner: who.String(), Order: markettypes.Order{Owner: who.String()}},
		&markettypes.MsgMatchOrders{Relayer: who.String()},
		&appstypes.MsgPublish{Owner: who.String()},
		&appstypes.MsgPublishDataset{Owner: who.String()},
		&appstypes.MsgSetPrice{Owner: who.String()},
	} {
		begins[protoreflect.FullName(gogoproto.MessageName(msg))] = msg
	}
	marked := 0
	c.App.Encoding.InterfaceRegistry.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		for i := range file.Services().Len() {
			for j := range file.Services().Get(i).Methods().Len() {
				name := file.Services().Get(i).Methods().Get(j).Input().FullName()
				require.Equal(t, begins[name] != nil, c.App.Guard.RefusedInPause(name), "%s", name)
				if begins[name] != nil {
					marked++
				}
			}
		}
		return true
	})
	require.Equal(t, len(begins), marked)

	expires := c.Now().AddDate(1, 0, 0)
	for _, msg := range begins {
		grant, err := authz.NewMsgGrant(who.Addr, friend.Addr, authz.NewGenericAuthorization(sdk.MsgTypeURL(msg)), &expires)
		require.NoError(t, err)
		c.Deliver(who, grant)
	}
	c.Pass(&poatypes.MsgPause{Authority: app.Authority(), Reason: "a fire"})
	pool := c.Mempool(nil)
	for name, msg := range begins {
		c.Refuse(who, poatypes.ErrPaused, msg)
		exec := authz.NewMsgExec(friend.Addr, []sdk.Msg{msg})
		c.Refuse(friend, poatypes.ErrPaused, &exec)
		res, err := pool.Send(c.Sign(who, msg))
		require.NoError(t, err)
		require.Equal(t, []any{poatypes.ModuleName, poatypes.ErrPaused.ABCICode()}, []any{res.Codespace, res.Code}, "%s: %s", name, res.Log)
		require.Contains(t, res.Log, "by the council: a fire")
	}
	require.Zero(t, pool.Size())
	require.NotEqual(t, poatypes.ErrPaused.ABCICode(), c.Try(who, &markettypes.MsgCancelRequest{Requester: who.String(), Id: "ab"}).Code, "to take back is not new work")
	c.Pass(&poatypes.MsgResume{Authority: app.Authority(), Reason: "put out"})
	for name, msg := range begins {
		require.NotEqual(t, poatypes.ModuleName, c.Try(who, msg).Codespace, name)
	}
}

// TestPauseHoldsWork: during a pause, existing deals open no more tasks, and requests of the block before it are not matched. Open tasks
// run to their end. Afterwards all held work continues.
func TestPauseHoldsWork(t *testing.T) {
	c := testutil.NewCompute(t, testutil.ComputeOptions{Seats: 1})
	bag := c.Job()
	bag.Size_, bag.MaxPrice = 130, bag.MaxPrice*130
	first := c.Submit(c.Job())[0]
	ids := c.QueueSubmit(bag)
	c.NextN(2)
	opened := c.OpenTasks()
	require.Less(t, len(opened), len(ids)+1, "the bag is being opened")
	late := c.QueueSubmit(c.Job())[0]
	c.Deliver(c.Seats[0].Operator, &poatypes.MsgVotePause{Operator: c.Seats[0].Operator.String(), Reason: "a fire"})
	opened = c.OpenTasks()
	c.Run(testutil.Honest, opened...)
	require.Equal(t, taskstypes.ENDING_ACCEPTED, c.Task(first).Ending)
	require.Empty(t, c.OpenTasks(), "no others were opened")
	require.False(t, c.HasTask(late))
	c.CheckBooks()

	c.Deliver(c.Seats[0].Operator, &poatypes.MsgVoteResume{Operator: c.Seats[0].Operator.String(), Reason: "put out"})
	c.Run(testutil.Honest, append(ids, late)...)
	require.Equal(t, taskstypes.ENDING_ACCEPTED, c.Task(late).Ending)
	c.CheckBooks()
}
