package scenario

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/testutil"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/tasks/keeper"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// TestWorkersAreToldTheJob: a worker that has to execute a task gets the program's arguments and inputs with the task. The deal's record
// does not have them. A query for the task or the deal returns them too.
func TestWorkersAreToldTheJob(t *testing.T) {
	t.Parallel()
	c := testutil.NewCompute(t, testutil.ComputeOptions{}, fewOpenings(6), testutil.WithParams(nil, shortWindows, nil))
	job := c.Job()
	job.Args = []string{"--tile", "3"}
	job.Inputs = []*dealstypes.Input{{Name: "scene.json", Digest: "sha256:" + strings.Repeat("ab", 32), Size_: 9}}
	id := c.Submit(job)[0]
	tasks := taskstypes.NewQueryClient(c.Conn())
	task, err := tasks.Task(c.Ctx(), &taskstypes.QueryTaskRequest{Id: id})
	require.NoError(t, err)
	assigned, err := tasks.Assignments(c.Ctx(), &taskstypes.QueryAssignmentsRequest{Who: c.Task(id).Seats[0].Who})
	require.NoError(t, err)
	require.Len(t, assigned.Assignments, 1)
	deal, err := dealstypes.NewQueryClient(c.Conn()).Deal(c.Ctx(), &dealstypes.QueryDealRequest{Id: task.Deal.Id})
	require.NoError(t, err)
	for _, d := range []dealstypes.Deal{task.Deal, assigned.Assignments[0].Deal, deal.Deal} {
		require.Equal(t, job.Args, d.Args)
		require.Equal(t, job.Inputs, d.Inputs)
	}
	stored, err := app.DealsKeeper(c.App).GetDeal(c.Ctx(), task.Deal.Id)
	require.NoError(t, err)
	require.Empty(t, stored.Args)
}

// TestTermsArePinned: while a task runs, the council changes every parameter, and the app's owner changes its price. The task ends under
// its first terms.
func TestTermsArePinned(t *testing.T) {
	t.Parallel()
	c := testutil.NewCompute(t, testutil.ComputeOptions{}, testutil.WithParams(nil, func(p *markettypes.Params) {
		shortWindows(p)
		p.CommitBlocks = 40 // longer than a vote
	}, nil))
	job := c.Job()
	job.MinReplicas = 3
	id := c.Submit(job)[0]
	before := c.Task(id)
	deal, err := app.DealsKeeper(c.App).GetDeal(c.Ctx(), before.Deal)
	require.NoError(t, err)

	market, err := app.MarketKeeper(c.App).Params.Get(c.Ctx())
	require.NoError(t, err)
	market.CommitBlocks, market.RevealBlocks, market.InformerBps, market.MaxAttempts, market.WaitBlocks = 1, 1, 0, 1, 1
	market.MinRevealSeconds = 0
	tasks, err := app.TasksKeeper(c.App).Params.Get(c.Ctx())
	require.NoError(t, err)
	tasks.QNum, tasks.QDen = 2, 5
	c.Pass(&markettypes.MsgUpdateParams{Authority: app.Authority(), Params: market},
		&taskstypes.MsgUpdateParams{Authority: app.Authority(), Params: tasks})
	again, err := app.DealsKeeper(c.App).GetDeal(c.Ctx(), before.Deal)
	require.NoError(t, err)
	require.Equal(t, deal.Terms, again.Terms)
	require.Equal(t, before.Deadline, c.Task(id).Deadline)

	first := before.Seats[0].Who
	c.Run(func(t taskstypes.Task, s taskstypes.Seat, b taskstypes.Bench) (poco.Outcome, bool) {
		if s.Who == first {
			return testutil.Lie, true
		}
		return testutil.Truth, true
	}, id)
	end := c.Task(id)
	require.True(t, end.ByCourt)
	informers := uint64(0)
	for _, p := range end.Settlement.Payments {
		if p.Party == "WORKER" && p.Source == "stake" {
			informers += p.Amount
		}
	}
	require.EqualValues(t, (1_000-4*10)*2_000/10_000, informers, "the share of the informers when the deal was made, not the council's zero")
	c.CheckBooks()
}

// TestARevokedOrganisationFinishes: the worker of a revoked organisation is no longer drawn. It still commits, reveals and is paid for its
// open task, and its stake can leave.
func TestARevokedOrganisationFinishes(t *testing.T) {
	t.Parallel()
	c := testutil.NewCompute(t, testutil.ComputeOptions{}, testutil.WithParams(nil, func(p *markettypes.Params) {
		shortWindows(p)
		p.CommitBlocks = 40
	}, nil))
	job := c.Job()
	job.MinReplicas = 6
	job.MaxPrice = 200
	id := c.Submit(job)[0]
	org := c.Task(id).Seats[0].Organisation
	c.Pass(&orgstypes.MsgSetStatus{Authority: app.Authority(), OrgId: org, Status: orgstypes.STATUS_REVOKED})
	c.Run(testutil.Honest, id)
	end := c.Task(id)
	require.Equal(t, taskstypes.ENDING_ACCEPTED, end.Ending)
	require.Equal(t, org, end.Settlement.Seats[0].Organisation)
	require.True(t, end.Settlement.Seats[0].Right)

	later := c.Submit(job)
	c.Run(testutil.Honest, later...)
	for _, s := range c.Task(later[0]).Seats {
		require.NotEqual(t, org, s.Organisation, "a revoked organisation is drawn")
	}
	owner := c.Org(org).Member()
	c.Deliver(owner, &workerstypes.MsgUnbond{Owner: owner.String(), Worker: c.WorkerKey(org).String(), Amount: 1_000_000})
	c.CheckBooks()
}

// TestDraws: over many tasks no excluded organisation is drawn (the requester's, the provider's), and no two workers of one organisation.
// Every draw can be recomputed from the beacon.
func TestDraws(t *testing.T) {
	t.Parallel()
	c := testutil.NewCompute(t, testutil.ComputeOptions{
		Workers: 8, Slots: 40, Roles: map[string][]orgstypes.Role{"lab-1": {orgstypes.ROLE_REQUESTER}},
	}, fewOpenings(6), testutil.WithParams(nil, shortWindows, nil))
	job := c.Job()
	job.Size_, job.MinReplicas, job.MaxPrice = 20, 4, 200
	own := c.QueueSubmitFrom(c.Org("lab-1").Member(), job)
	others := c.QueueSubmit(job)
	c.NextN(2)
	c.Run(testutil.Honest, append(own, others...)...)
	drawnFor := map[string]int{}
	queries := taskstypes.NewQueryClient(c.Conn())
	for i, id := range append(own, others...) {
		task := c.Task(id)
		require.Equal(t, taskstypes.ENDING_ACCEPTED, task.Ending)
		seen := map[string]bool{}
		for _, s := range task.Seats {
			require.False(t, seen[s.Organisation], "%s has two seats", s.Organisation)
			seen[s.Organisation] = true
			drawnFor[s.Organisation]++
			if i < len(own) {
				require.NotEqual(t, "lab-1", s.Organisation, "the requester checks its own task")
			}
		}
		require.GreaterOrEqual(t, len(task.Seats), 4)
		require.Len(t, task.Draws, 2)
		require.Greater(t, task.Draws[1].Height, task.Draws[0].Height, "the second wave's seed is later")
		replay, err := queries.ReplayDraw(c.Ctx(), &taskstypes.QueryReplayDrawRequest{Id: id})
		require.NoError(t, err)
		require.True(t, replay.Equal_)
		require.Len(t, replay.Recomputed, 2)
	}
	require.Len(t, drawnFor, 8, "everyone else takes part: %v", drawnFor)
	require.Positive(t, drawnFor["lab-1"])

	// A recorded draw that was changed is noticed.
	task := c.Task(others[0])
	task.Draws = slices.Clone(task.Draws) // the record that was read is shared
	task.Draws[1].Drawn = slices.Clone(task.Draws[1].Drawn)
	task.Draws[1].Drawn[0]++
	ctx := c.Ctx()
	require.NoError(t, app.TasksKeeper(c.App).Tasks.Set(ctx, task.Id, task))
	replay, err := keeper.NewQueryServer(app.TasksKeeper(c.App)).ReplayDraw(ctx, &taskstypes.QueryReplayDrawRequest{Id: task.Id})
	require.NoError(t, err)
	require.False(t, replay.Equal_)
}

// TestBadRequests sends the bad input of requesters. Each is refused with its registered error and costs nothing.
func TestBadRequests(t *testing.T) {
	t.Parallel()
	c := testutil.NewCompute(t, testutil.ComputeOptions{})
	acme := c.Org(testutil.Requester).Member()
	balance := c.Balance(acme.Addr)
	digest := taskstypes.DigestText([32]byte{7})
	for i, tc := range []struct {
		name     string
		malleate func(*markettypes.Job)
		expErr   error
	}{
		{"unknown app", func(j *markettypes.Job) { j.App = "studio/paint:9.9" }, markettypes.ErrUnknownApp},
		{"unknown organisation", func(j *markettypes.Job) { j.App = "nobody/paint:1.0" }, markettypes.ErrUnknownApp},
		{"no app", func(j *markettypes.Job) { j.App = "" }, markettypes.ErrUnknownApp},
		{"digest nobody published", func(j *markettypes.Job) { j.App = digest }, markettypes.ErrUnknownApp},
		{"wrong digest of an input", func(j *markettypes.Job) {
			j.Inputs = []*dealstypes.Input{{Name: "a", Digest: "sha256:12", Size_: 1}}
		}, markettypes.ErrDigest},
		{"input name with ..", func(j *markettypes.Job) {
			j.Inputs = []*dealstypes.Input{{Name: "../a", Digest: digest, Size_: 1}}
		}, markettypes.ErrInputName},
		{"input over the limit", func(j *markettypes.Job) {
			j.Inputs = []*dealstypes.Input{{Name: "a", Digest: digest, Size_: 1<<30 + 1}}
		}, markettypes.ErrInputs},
		{"trust of one", func(j *markettypes.Job) { j.Trust = 1 }, markettypes.ErrTrust},
		{"trust of nothing", func(j *markettypes.Job) { j.Trust = 0 }, markettypes.ErrTrust},
		{"trust beyond the table", func(j *markettypes.Job) { j.Trust = poco.MaxTrust + 1 }, markettypes.ErrTrust},
		{"no price", func(j *markettypes.Job) { j.MaxPrice = 0 }, markettypes.ErrPrice},
		{"price beyond 64 bits", func(j *markettypes.Job) { j.MaxPrice, j.Size_ = 1<<63, 2 }, markettypes.ErrPrice},
		{"no fuel", func(j *markettypes.Job) { j.FuelLimit = 0 }, markettypes.ErrFuel},
		{"too many replicas", func(j *markettypes.Job) { j.MinReplicas = 25 }, markettypes.ErrReplicas},
		{"unknown policy", func(j *markettypes.Job) { j.Policy = "dice" }, markettypes.ErrPolicy},
		{"unknown pool", func(j *markettypes.Job) { j.Pool = "nowhere" }, markettypes.ErrUnknownPool},
		{"bag too large", func(j *markettypes.Job) { j.Size_ = 1_000_001 }, markettypes.ErrSize},
		{"zero byte in an argument", func(j *markettypes.Job) { j.Args = []string{"a\x00b"} }, markettypes.ErrArgs},
	} {
		t.Run(tc.name, func(t *testing.T) {
			job := c.Job()
			tc.malleate(&job)
			c.Refuse(acme, tc.expErr, &markettypes.MsgSubmitTask{Requester: acme.String(), Nonce: uint64(100 + i), Job: job})
			require.Equal(t, balance, c.Balance(acme.Addr))
		})
	}
	msg := &markettypes.MsgSubmitTask{Requester: acme.String(), Nonce: 500, Job: c.Job()}
	c.Deliver(acme, msg)
	c.Refuse(acme, markettypes.ErrNonce, msg)
	lab := c.Org("lab-1").Member()
	c.Refuse(lab, orgstypes.ErrRole, &markettypes.MsgSubmitTask{Requester: lab.String(), Nonce: 1, Job: c.Job()})
	c.CheckBooks()
}
