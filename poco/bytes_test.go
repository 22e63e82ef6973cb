package poco

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco/contract"
)

// askBytes plays an accepted answer until the court looks for its bytes.
func askBytes(t *testing.T, answer Outcome, change ...func(*Terms)) *play {
	p := audited(t, answer, change...)
	p.due(p.height + 3)
	require.NoError(t, p.user(Challenged{Height: p.height, By: "stranger", Bond: 100, Bytes: true}))
	require.ErrorIs(t, p.user(Challenged{Height: p.height, By: "another", Bond: 100}), ErrAlready)
	p.due(p.height)
	return p
}

// TestBytesThatAreServed: the party that asked for the bytes pays the court. No worker is at fault. The audit goes on for the time that was
// left.
func TestBytesThatAreServed(t *testing.T) {
	p := askBytes(t, lie)
	asked, end := p.height, p.task.Audit.End
	p.courtSays(lie, lie, lie, noInput)
	require.Equal(t, PhaseAudit, p.task.Phase)
	require.Equal(t, AuditUpheld, p.task.Audit.Bytes)
	require.Equal(t, []Pay{{PartyCourt, "v1", 10}, {PartyCourt, "v2", 10}, {PartyCourt, "v3", 10}}, p.asked.FromBond)
	require.EqualValues(t, 70, p.asked.BondKept)
	require.Empty(t, p.asked.CourtWrong, "whoever was not served has done nothing wrong")
	require.Empty(t, p.asked.Seats)
	require.Equal(t, end+p.height-asked, p.task.Deadline, "the time that it took does not count")
	require.Equal(t, end, p.task.Audit.DrawHeight(), "nobody moves the height whose seed draws the patrol")
	require.Len(t, p.held, 3, "the stakes stand")

	// The bytes of a lie can be there. Asking for them does not use up the one challenge of the answer.
	require.ErrorIs(t, p.user(Challenged{Height: p.height, By: "stranger", Bond: 100, Bytes: true}), ErrAlready, "once")
	before := p.task.AttemptOn(BenchCourt)
	require.NoError(t, p.user(Challenged{Height: p.height, By: "stranger", Bond: 100}))
	p.due(p.height)
	require.EqualValues(t, 2, before, "what was committed in the other session opens nothing in this one")
	p.courtSays(truth, truth, truth, truth)
	require.Equal(t, AuditOverturned, p.final.Result)
	p.checkEnd()
}

// TestBytesThatAreWithheld: the paid workers do not serve the bytes of the answer. They pay the court and the requester, each at most the
// cost of a court. All answers that they withhold at one time count as one missed reveal. The bond comes back, and the rest of the stakes
// still secures the answer.
func TestBytesThatAreWithheld(t *testing.T) {
	p := askBytes(t, lie)
	accepted := p.task.Audit.End - 20
	p.courtSays(noInput, noInput, noInput, Outcome{})
	require.Equal(t, PhaseAudit, p.task.Phase)
	require.Equal(t, AuditUnserved, p.task.Audit.Bytes)
	s := *p.asked
	require.EqualValues(t, 100, s.BondBack)
	require.Equal(t, []Pay{
		{PartyCourt, "v1", 10}, {PartyCourt, "v2", 10}, {PartyCourt, "v3", 10}, {PartyRequester, "requester", 45}, {PartyAudits, "", 45},
	}, s.FromStake)
	require.Equal(t, []string{"v4"}, s.CourtSilent)
	require.Len(t, s.Seats, 3)
	for _, e := range s.Seats {
		require.Equal(t, FaultWithheld, e.Fault)
		require.EqualValues(t, 40, e.Slash)
		require.Equal(t, Outage{Committed: accepted, Missed: p.height}, e.Outage)
		require.EqualValues(t, 960, p.held[e.Who])
	}
	// A worker hides the bytes of a lie. It loses the rest of its stake when the court finds the lie.
	require.NoError(t, p.user(Challenged{Height: p.height, By: "stranger", Bond: 100}))
	p.due(p.height)
	p.courtSays(truth, truth, truth, truth)
	require.Equal(t, AuditOverturned, p.final.Result)
	require.EqualValues(t, 3*960, slashes(p.final.Seats))
	p.checkEnd()

	p = askBytes(t, truth)
	p.courtSays(noInput, noInput, noInput, noInput)
	p.due(p.task.Deadline)
	require.Equal(t, AuditUnopposed, p.final.Result)
	p.checkEnd()
}

// TestBytesServedToHalfOfTheCourt: a worker asks for its own bytes and serves only half of the court. No two thirds agree, and no worker is
// at fault. The bond pays each seat, so the worker gets no court for free.
func TestBytesServedToHalfOfTheCourt(t *testing.T) {
	p := askBytes(t, truth)
	p.courtSays(truth, truth, noInput, noInput)
	require.Equal(t, AuditUndecided, p.task.Audit.Bytes)
	require.Equal(t, PhaseAudit, p.task.Phase, "the answer itself can still be challenged")
	require.Equal(t, []Pay{{PartyCourt, "v1", 10}, {PartyCourt, "v2", 10}, {PartyCourt, "v3", 10}, {PartyCourt, "v4", 10}}, p.asked.FromBond)
	require.EqualValues(t, 60, p.asked.BondBack)
	require.Empty(t, p.asked.Seats, "two seats that were bribed or cut off cost an honest worker nothing")
	require.Empty(t, p.asked.CourtWrong)
	p.due(p.task.Deadline)
	p.checkEnd()
}

// TestBytesThatNobodyKnowsOf: two thirds of the court agree neither that the bytes are served nor that they are withheld. No worker is at
// fault. The bond pays the seats that said either, and the rest comes back. All of it comes back when the court is given up or the task
// breaks.
func TestBytesThatNobodyKnowsOf(t *testing.T) {
	for _, answers := range [][]Outcome{
		{truth, truth, abstain, noInput}, {abstain, abstain, abstain, abstain}, {lie, lie, lie, lie}, {truth, {}, {}, noInput},
	} {
		p := askBytes(t, truth)
		p.courtSays(answers...)
		require.Equal(t, PhaseAudit, p.task.Phase, "%v", answers)
		require.Equal(t, AuditUndecided, p.task.Audit.Bytes)
		require.EqualValues(t, 100, p.asked.BondBack+total(p.asked.FromBond))
		said := 0
		for _, o := range answers {
			if o == truth || o == noInput {
				said++
			}
		}
		if answers[1] == (Outcome{}) {
			said = 0 // a court that was given up is not paid
		}
		require.Len(t, p.asked.FromBond, said, "a seat that says neither is not paid")
		require.Empty(t, p.asked.CourtWrong, "and has no two thirds against it")
		require.Empty(t, p.asked.FromStake)
		require.False(t, p.asked.FlagApp)
		p.due(p.task.Deadline)
		p.checkEnd()
	}
	p := askBytes(t, truth)
	p.hook(Broke{p.height})
	require.EqualValues(t, 100, p.final.BondBack)
	p.checkEnd()
}

// TestSeatsThatSayNothingOfTheBytes: a lazy seat abstains from every court about bytes, or names another answer, in order to be paid without
// fetching anything. Each honest seat can say whether it has the bytes. So the lazy seat is not paid, and it is at fault when two
// thirds of the court said either of the two. A seat that was served while the others were not, or was not while the others were, is not at fault.
func TestSeatsThatSayNothingOfTheBytes(t *testing.T) {
	for _, found := range []Outcome{truth, noInput} {
		for _, lazy := range []Outcome{abstain, lie, failing} {
			p := askBytes(t, truth)
			p.courtSays(found, found, found, lazy)
			require.Equal(t, []string{"v4"}, p.asked.CourtWrong, "%v", lazy)
			require.Empty(t, p.asked.CourtSilent)
			for _, pay := range append(p.asked.FromBond, p.asked.FromStake...) {
				require.NotEqual(t, "v4", pay.To)
			}
			p.due(p.task.Deadline)
			p.checkEnd()
		}
		other := truth
		if found == truth {
			other = noInput
		}
		p := askBytes(t, truth)
		p.courtSays(found, found, found, other)
		require.Empty(t, p.asked.CourtWrong)
	}
	// Two thirds say neither: whoever told the truth against them is not at fault.
	p := askBytes(t, truth)
	p.courtSays(abstain, abstain, abstain, truth)
	require.Equal(t, AuditUndecided, p.task.Audit.Bytes)
	require.Empty(t, p.asked.CourtWrong)
	require.Equal(t, []Pay{{PartyCourt, "v4", 10}}, p.asked.FromBond)
}

// TestTheBytesHaveTime: a requester has a small task write the largest answer that is allowed, and asks for the bytes. An honest worker
// with an ordinary link must be able to serve a seat within the window, or the requester would be paid out of honest stakes.
func TestTheBytesHaveTime(t *testing.T) {
	const ordinary = 500_000 // bytes a block, as input_bytes_per_block
	for _, most := range []uint64{1, 1 << 20, contract.DefaultOutputBytes, contract.MaxOutputBytes} {
		blocks := WindowRates{InputBytesPerBlock: ordinary}.Answer(Work{OutputBytes: most})
		require.True(t, uint64(blocks)*ordinary >= most && uint64(blocks-1)*ordinary < most, "%d blocks for %d bytes", blocks, most)
	}
	p := askBytes(t, truth, func(terms *Terms) { terms.AnswerBlocks = 135 })
	require.Equal(t, p.height+p.task.Terms.CourtBlocks+135, p.task.Deadline)
	p.courtSays(truth, truth, truth, truth)
	require.NoError(t, p.user(Challenged{Height: p.height, By: "stranger", Bond: 100}))
	p.due(p.height)
	require.Equal(t, p.height+p.task.Terms.CourtBlocks, p.task.Deadline, "a court about the answer itself has the task's window")
}
