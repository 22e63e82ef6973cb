package sim

import "github.com/credence-chain/credence/poco"

// In a long run nothing happens most of the time: the coalition has been banned, and honest workers answer right. Then each task
// ends as planned. Its ledgers count it and charge nothing, and the number of its executions follows from the plan and the lottery.
// The functions here make the same plans from the same ledgers, but do not run the tasks.

// isQuiet says whether no worker can err any more.
func (c *chain) isQuiet() bool {
	w := c.trial.World
	_, colluding := c.crowd.countDrawable(w.Organisations)
	_, peace := c.trial.Population.(Peace)
	calm := w.FaultRate == 0 && w.Outage == 0 && w.StormEvery == 0 && w.OutageEvery == 0
	steady := w.AbsentShare == 0 && w.LongShare == 0 && w.DearShare == 0 && w.Slots == 0 && w.AuditTasks == 0
	return (colluding == 0 && !w.ReEntry || peace) && calm && steady && w.Requesters <= 1 && w.InFlight <= 1
}

// countByPlans counts tasks until the end of the run, or until a task whose plan is the court.
func (c *chain) countByPlans() {
	w := c.trial.World
	for c.started < w.Tasks {
		c.crowd.moveTo(c.started, c.dice)
		f := flight{victim: c.started >= w.FarmTasks}
		f.task.Terms = c.terms
		plan := c.planTask(&f)
		if plan.Court {
			return
		}
		seats := int(plan.Replicas)
		if c.dice.Flip(float64(plan.Lottery) / poco.LotterySteps) {
			seats++
		}
		c.tally.Replicas += seats
		c.tally.Honest += seats
		c.tally.Waves += min(seats, 2)
		c.tally.countAccepted(c.started, right)
		c.books.countQuiet(&f, c.currentHeight()+1)
		c.tally.markHorizon(c.decided)
		c.started++
		c.decided++
	}
}

// countQuiet counts a task that was charged nothing. It does the work of Enter and Settle for a ledger without other tasks in
// flight.
func (b *books) countQuiet(f *flight, height int64) {
	for _, in := range []*book{&b.class, b.askerOf(f)} {
		in.RollWindow(height, windowBlocks)
		in.Peak[0] = max(in.Peak[0], 1)
		in.N++
		in.HeadN++
		in.Next++
		in.Head++
	}
}
