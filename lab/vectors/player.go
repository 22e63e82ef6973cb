package vectors

import (
	"fmt"
	"math/big"
	"strconv"

	"github.com/credence-chain/credence/poco/iexec"
)

// player plays a scenario: it keeps the clock, the balances and the scores
// around an iexec.Task.
type player struct {
	scenario scenario
	task     *iexec.Task
	clock    uint64
	balances map[iexec.Party]*balance // read by key only
	scores   map[int]uint64           // read by key only
	letters  map[iexec.Digest]string  // result hash -> result; read by key only
	shortcut bool                     // a contribute-and-finalize has happened
}

// balance is the change of a party's balances since before the deal.
type balance struct{ stake, frozen *big.Int }

func newPlayer(s scenario) (*player, error) {
	task, err := iexec.NewTask(iexec.TaskID{}, s.terms)
	if err != nil {
		return nil, err
	}
	p := &player{
		scenario: s, task: task, clock: initializedAt,
		balances: map[iexec.Party]*balance{}, scores: map[int]uint64{}, letters: map[iexec.Digest]string{},
	}
	for w := 1; w <= s.workers; w++ {
		p.scores[w] = s.scores[w]
	}
	p.applyMoves(s.terms.Match())
	return p, nil
}

func (p *player) balanceOf(party iexec.Party) *balance {
	b, ok := p.balances[party]
	if !ok {
		b = &balance{newZero(), newZero()}
		p.balances[party] = b
	}
	return b
}

func (p *player) applyMoves(moves []iexec.Move) {
	for _, m := range moves {
		b := p.balanceOf(m.Party)
		b.stake.Add(b.stake, m.Stake)
		b.frozen.Add(b.frozen, m.Frozen)
	}
}

// playStep plays one step. Every step except t takes a second, also a step that is refused.
func (p *player) playStep(st step) error {
	if st.kind == "t" {
		p.clock = st.clock
		return nil
	}
	p.clock++
	effects, err := p.applyStep(st)
	if err != nil {
		return err
	}
	p.applyMoves(effects.Moves)
	for _, s := range effects.Scores {
		if w, err := strconv.Atoi(s.Worker); err == nil {
			p.scores[w] = iexec.Score(p.scores[w], s.Event)
		}
	}
	return nil
}

func (p *player) applyStep(st step) (iexec.Effects, error) {
	worker, digest := strconv.Itoa(st.worker), []byte(st.text)
	hash := iexec.ResultHash(p.task.ID, digest)
	switch st.kind {
	case "c", "cbad":
		p.letters[hash] = st.text
		seal := iexec.ResultSeal(worker, p.task.ID, digest)
		if st.kind == "cbad" {
			seal = iexec.Digest{} // junk: no digest has this seal
		}
		return p.task.Contribute(p.clock, worker, hash, seal, p.scores[st.worker])
	case "r":
		return p.task.Reveal(p.clock, worker, digest)
	case "f":
		return p.task.Finalize(p.clock, st.text, p.balanceOf(iexec.Kitty).frozen)
	case "ro":
		return p.task.Reopen(p.clock)
	case "cl":
		return p.task.Claim(p.clock)
	case "caf":
		effects, err := p.task.ContributeAndFinalize(p.clock, worker, digest, defaultLink, p.balanceOf(iexec.Kitty).frozen)
		p.shortcut = p.shortcut || err == nil
		return effects, err
	default:
		return iexec.Effects{}, fmt.Errorf("unknown kind of step %q", st.kind)
	}
}

// observeStep returns the values that the format records after a step that ended in err.
func (p *player) observeStep(st step, err error) object {
	result := "ok"
	if err != nil {
		result = revert + " " + err.Error()
	}
	var consensus any
	if p.task.HasConsensus {
		if letter, ok := p.letters[p.task.Winner]; ok {
			consensus = letter
		}
	}
	out := object{
		{"step", st.raw}, {"res", result}, {"status", p.task.Status.String()}, {"consensus", consensus},
		{"winnerCounter", fromUint64(p.task.WinnerCounter)}, {"revealCounter", fromUint64(p.task.RevealCounter)},
		{"revealDeadlineRel", fromUint64(p.task.RevealDeadline)},
	}
	if st.worker > 0 {
		c := p.task.Contribution(strconv.Itoa(st.worker))
		if c.Status != iexec.Unset {
			out = append(out, field{"logWeight", fromUint64(c.LogWeight)})
		}
	}
	return out
}

// listParties returns the parties whose balances the format records, in its order, with their names.
func (p *player) listParties() (names []string, parties []iexec.Party) {
	names = []string{"requester", "sponsor", "scheduler", "app", "dataset", "kitty"}
	parties = []iexec.Party{
		iexec.Requester, iexec.Sponsor, iexec.Scheduler, iexec.AppOwner, iexec.DataOwner, iexec.Kitty,
	}
	for w := 1; w <= p.scenario.workers; w++ {
		names = append(names, workerName(w))
		parties = append(parties, iexec.Worker(strconv.Itoa(w)))
	}
	return names, parties
}

func workerName(w int) string { return "w" + strconv.Itoa(w) }

// observeEnd returns the values that the format records at the end.
func (p *player) observeEnd() object {
	names, parties := p.listParties()
	locked, delta := object{}, object{}
	matched := map[iexec.Party]*big.Int{}
	for _, m := range p.scenario.terms.Match() {
		matched[m.Party] = m.Frozen
	}
	for i, party := range parties {
		if v, ok := matched[party]; ok {
			locked = append(locked, field{names[i], digits{v}})
		}
		b := p.balanceOf(party)
		delta = append(delta, field{names[i], object{{"stake", digits{b.stake}}, {"frozen", digits{b.frozen}}}})
	}
	scores, statuses := object{}, object{}
	for w := 1; w <= p.scenario.workers; w++ {
		scores = append(scores, field{workerName(w), digits{fromUint64(p.scores[w])}})
		statuses = append(statuses, field{workerName(w), p.task.Contribution(strconv.Itoa(w)).Status.String()})
	}
	return object{
		{"workerStake", digits{p.scenario.terms.WorkerStake()}}, {"lockedAtMatch", locked},
		{"delta", delta}, {"scores", scores}, {"contributionStatus", statuses}, {"results", p.task.Results},
	}
}
