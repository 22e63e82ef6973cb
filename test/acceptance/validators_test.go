package acceptance

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/devnet"
	poatypes "github.com/credence-chain/credence/x/poa/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// Four validators run as processes with tasks in all phases. One of them is killed and started again. All reach the same app hash. A task
// that draws every organisation certainly has the saboteur among its seats, and so the court of all four seats decides it.
func TestFourValidatorsAgree(t *testing.T) {
	const dead = 3
	n := start(t, 15*time.Minute, devnet.Options{Validators: 4, Saboteurs: 1, Cooling: 1, Forgiveness: 1, EditGenesis: func(g devnet.Genesis) error {
		return errors.Join(windows(40, 40, 60)(g), lenient(g))
	}})
	saboteur := n.Info.Saboteurs[0]
	app := n.publish("echo", echo(), appPrice)
	before := n.open()
	seen := map[taskstypes.Phase]bool{}
	open := func() (running []string) {
		for _, deal := range n.deals() {
			for _, task := range n.tasks(deal.Id) {
				seen[task.Phase] = true
				if task.Phase != taskstypes.PHASE_DONE {
					running = append(running, deal.Id)
				}
			}
		}
		return running
	}

	// The court has four seats, while all validators are up.
	everyone := uint32(len(n.Info.Workers))
	court := n.submit(job(app, lyingTrust, everyone))
	n.until("the first verdict", func() bool { return len(open()) == 0 })
	n.convicted(n.task(court.Id), saboteur, 4)

	// One validator falls while tasks are in several phases. Three seats are more than two thirds of the court.
	n.submit(job(app, lyingTrust, 2))
	n.until("the saboteur is out of its cooling", func() bool { return n.worker(saboteur).CoolingUntil <= n.height() })
	court = n.submit(job(app, lyingTrust, everyone))
	n.until("a task at work", func() bool { return n.task(court.Id).Phase >= taskstypes.PHASE_SECOND })
	n.Validator(dead).Kill()
	fell := n.height()
	n.submit(job(app, lyingTrust, 2))
	n.until("the second verdict", func() bool { return len(open()) == 0 })
	n.blocks(5)
	n.convicted(n.task(court.Id), saboteur, 3)

	// The validator is back, catches up, and its executor sits in court.
	rose := n.height()
	require.Greater(t, rose, fell+5)
	require.NoError(t, n.Validator(dead).Start())
	late := n.submit(job(app, lyingTrust, 2))
	conns := make([]*client.Conn, len(n.Info.GRPC))
	for i, endpoint := range n.Info.GRPC {
		i, endpoint := i, endpoint
		n.until("validator "+n.Info.Validators[i].Name+" has caught up", func() bool {
			conn, err := client.Dial(n.ctx, []string{endpoint}, n.Info.ChainID)
			if err != nil {
				return false
			}
			if height, _, err := conn.Height(n.ctx); err != nil || height < rose {
				conn.Close()
				return false
			}
			conns[i] = conn
			return true
		})
		defer conns[i].Close()
	}
	n.ended(late.Id)
	n.until("the court executor of the validator works again", func() bool {
		res, err := http.Get(n.Info.Validators[dead].Court + "/readyz")
		if err != nil {
			return false
		}
		res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
	// On a busy machine the validator's node may fall behind again while a court sits. Then its seat misses that court only.
	for try := 1; ; try++ {
		n.until("the saboteur is out of its cooling", func() bool { return n.worker(saboteur).CoolingUntil <= n.height() })
		court = n.submit(job(app, lyingTrust, everyone))
		n.until("the third verdict", func() bool { return len(open()) == 0 })
		task := n.task(court.Id)
		if revealed := revealedSeats(task.Court); len(revealed) == 3 && try < 3 {
			t.Logf("try %d: a seat was silent in the court called at height %d, again %d times: %v", try, task.CourtCalled, task.Recalls, task.Court)
			n.convicted(task, saboteur, 3)
			continue
		}
		n.convicted(task, saboteur, 4)
		break
	}

	end := n.height()
	n.blocks(2)
	for height := int64(2); height <= end; height++ {
		want := appHash(n, conns[0], height)
		require.NotEmpty(t, want)
		for i, conn := range conns[1:] {
			require.Equal(t, want, appHash(n, conn, height), "app hash at height %d of validator %d", height, i+2)
		}
	}
	t.Logf("four validators agree on every height up to %d; one was away from %d to %d; phases seen: %v", end, fell, rose, seen)
	// The other phases pass within a block.
	for _, phase := range []taskstypes.Phase{
		taskstypes.PHASE_FIRST, taskstypes.PHASE_LOCKED, taskstypes.PHASE_SECOND, taskstypes.PHASE_REVEAL,
		taskstypes.PHASE_COURT_COMMIT, taskstypes.PHASE_COURT_REVEAL, taskstypes.PHASE_DONE,
	} {
		require.True(t, seen[phase], "no task was seen in %s: %v", phase, seen)
	}

	var pieces []piece
	for _, deal := range n.deals() {
		task := n.task(deal.Id)
		require.Equal(t, taskstypes.ENDING_ACCEPTED, task.Ending)
		pieces = append(pieces, piece{task, deal})
	}
	n.until("the fees are handed out once", func() bool { return n.height() > feeBlocks })
	n.audit(before, pieces)
}

// lenient lets a seat be silent in court and miss blocks more often than the falling validator does. On a busy machine it is away for more
// than the hundred blocks that jail a seat, and a jailed seat is in no court.
func lenient(g devnet.Genesis) error {
	err := genesis.Edit(g.State, g.Codec, poatypes.ModuleName, &poatypes.GenesisState{}, func(s *poatypes.GenesisState) error {
		s.Params.DowntimeWindow, s.Params.MaxMissed = 2000, 1000
		return nil
	})
	if err != nil {
		return err
	}
	return genesis.Edit(g.State, g.Codec, taskstypes.ModuleName, &taskstypes.GenesisState{}, func(s *taskstypes.GenesisState) error {
		s.Params.CourtStrikes = 100
		return nil
	})
}

// convicted checks that the court decided against the saboteur, with the given number of seats on the truth.
func (n *network) convicted(task taskstypes.Task, saboteur string, seats int) {
	n.t.Helper()
	n.t.Log(story(task))
	require.True(n.t, task.ByCourt, story(task))
	require.Equal(n.t, n.truth(task, n.deal(task.Deal)), *task.Verdict)
	require.Len(n.t, task.Court, 4)
	revealed := revealedSeats(task.Court)
	require.Len(n.t, revealed, seats, "court seats that revealed")
	for _, s := range revealed {
		require.Equal(n.t, *task.Verdict, *s.Outcome, "the court executor of %s", s.Organisation)
	}
	for _, end := range task.Settlement.Seats {
		require.Equal(n.t, end.Organisation == saboteur, end.Slash > 0, end.Organisation)
	}
}

func revealedSeats(court []taskstypes.Seat) []taskstypes.Seat {
	return slices.DeleteFunc(slices.Clone(court), func(s taskstypes.Seat) bool { return s.State != taskstypes.SEAT_STATE_REVEALED })
}

// appHash returns the app hash in a block's header, which is that of the state after the block before.
func appHash(n *network, conn *client.Conn, height int64) []byte {
	n.t.Helper()
	res, err := cmtservice.NewServiceClient(conn).GetBlockByHeight(n.ctx, &cmtservice.GetBlockByHeightRequest{Height: height})
	require.NoError(n.t, err, "block %d of %s", height, conn.Endpoint())
	return res.SdkBlock.Header.AppHash
}
