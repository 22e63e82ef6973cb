package poco

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestAttestedTakesAttestations: an answer is accepted only with the attestation of its enclave. An attestation of another statement, or of
// another size or kind, is refused as if there were none.
func TestAttestedTakesAttestations(t *testing.T) {
	p, good := toShownReveal(t, PolicyAttested, truth)
	require.Len(t, good.Evidence, AttestationSize)
	_, proof := toShownReveal(t, PolicyProven, truth)
	for name, evidence := range map[string][]byte{
		"none": nil, "one byte": {1}, "a proof": proof.Evidence, "cut": good.Evidence[1:], "with a tail": append(good.Evidence[:AttestationSize:AttestationSize], 0),
		"another's": append([]byte{good.Evidence[0] ^ 1}, good.Evidence[1:]...),
	} {
		bad := good
		bad.Evidence = evidence
		require.ErrorIs(t, p.user(bad), ErrEvidence, name)
	}
	require.NoError(t, p.user(good))
	p.due(p.task.Deadline)
	require.Equal(t, EndAccepted, p.task.Ending)
	require.Equal(t, truth, p.task.Verdict)
	p.checkEnd()
}

// TestAttestedPlansOne: the policy plans one worker and locks the pool's stake, whatever a replica costs.
func TestAttestedPlansOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		eligible := rapid.Uint64Range(0, 30).Draw(t, "eligible")
		plan := Attested{}.Plan(PlanInput{Eligible: eligible, MaxSeats: 1})
		require.EqualValues(t, 1, plan.Replicas)
		require.Equal(t, eligible == 0, plan.Bound == BoundFew)
		stake, price := rapid.Uint64().Draw(t, "stake"), rapid.Uint64().Draw(t, "price")
		require.Equal(t, stake, StakeUnder(PolicyAttested, stake, price))
	})
	rules := Attested{}.Rules()
	require.False(t, rules.Ledgers || rules.Bounded || rules.Confirms, "no claim of the error debt, no ledger, no record")
}

// TestSessionData: the 64 bytes of a quote depend on each value that the quote vouches for. The ids of machines and measurements depend on
// each of their parts too.
func TestSessionData(t *testing.T) {
	key, seed := [SessionKeySize]byte{1}, []byte{2, 3}
	base := SessionData("chain-1", "cred1w", "lab", key, 7, seed)
	require.Equal(t, make([]byte, 32), base[32:])
	require.Equal(t, base, SessionData("chain-1", "cred1w", "lab", key, 7, seed))
	for name, other := range map[string][64]byte{
		"chain":        SessionData("chain-2", "cred1w", "lab", key, 7, seed),
		"worker":       SessionData("chain-1", "cred1v", "lab", key, 7, seed),
		"organisation": SessionData("chain-1", "cred1w", "lib", key, 7, seed),
		"a moved text": SessionData("chain-1", "cred1wl", "ab", key, 7, seed),
		"key":          SessionData("chain-1", "cred1w", "lab", [SessionKeySize]byte{2}, 7, seed),
		"height":       SessionData("chain-1", "cred1w", "lab", key, 8, seed),
		"seed":         SessionData("chain-1", "cred1w", "lab", key, 7, []byte{2, 4}),
	} {
		require.NotEqual(t, base, other, name)
	}
	value := []byte{1, 2}
	require.NotEqual(t, MeasurementID(1, value), MeasurementID(2, value), "of another platform")
	require.NotEqual(t, MeasurementID(1, value), MachineID(1, value), "a machine is no measurement")
	require.NotEqual(t, MachineID(1, value), MachineID(1, []byte{1, 3}))
}

// TestAttestedIsJudgedInAuditAlone: the court judges an answer only after it was accepted. A verdict against the answer takes the stake. A
// court that does not have an input, or does not agree, takes nothing, because the worker does not owe it the inputs. The bond pays that
// court. So a challenger that serves its own inputs to only a part of the court gets no court for free.
func TestAttestedIsJudgedInAuditAlone(t *testing.T) {
	rules := Attested{}.Rules()
	require.Equal(t, CourtInAudit, rules.Court)
	require.False(t, rules.CourtDecides())
	missing, lie := Outcome{Kind: KindInputUnavailable}, Outcome{Kind: KindResult, Digest: [32]byte{9}}
	for name, c := range map[string]struct {
		seats []Outcome
		want  AuditResult
		slash uint64
	}{
		"the same":      {[]Outcome{truth, truth, truth}, AuditUpheld, 0},
		"another":       {[]Outcome{lie, lie, lie}, AuditOverturned, 1},
		"no input":      {[]Outcome{missing, missing, missing}, AuditNoAnswer, 0},
		"split":         {[]Outcome{lie, truth, missing}, AuditNoAnswer, 0},
		"half no input": {[]Outcome{missing, missing, truth, truth}, AuditNoAnswer, 0},
		"a third":       {[]Outcome{missing, truth, truth}, AuditNoAnswer, 0},
		"no time":       {[]Outcome{abstain, truth, truth, abstain}, AuditNoAnswer, 0},
	} {
		p, good := toShownReveal(t, PolicyAttested, truth)
		p.task.Terms.AuditBlocks, p.task.Terms.CourtFee = 30, 7
		require.NoError(t, p.user(good), name)
		p.due(p.task.Deadline)
		require.Equal(t, PhaseAudit, p.task.Phase, name)
		task := p.task
		apply := func(ev Event) []Effect {
			next, effects, err := task.Apply(ev)
			require.NoError(t, err, name)
			task = next
			return effects
		}
		apply(Challenged{Height: p.height, By: "stranger", Bond: 100})
		require.Equal(t, []Effect{OpenCourt{}}, apply(Due{Height: p.height}), name)
		seats := make([]Seat, len(c.seats))
		for i := range seats {
			seats[i] = Seat{Who: string(rune('a' + i)), Org: string(rune('a' + i)), Power: 1}
		}
		apply(CourtOpened{Height: p.height, Seats: seats})
		for i, o := range c.seats {
			task.Court[i].State, task.Court[i].Outcome = SeatRevealed, o
		}
		task.Phase = PhaseCourtReveal
		effects := apply(Due{Height: p.height})
		require.Len(t, effects, 1, name)
		end := effects[0].(FinishAudit).Settlement
		require.Equal(t, c.want, end.Result, name)
		require.Equal(t, c.slash*task.Terms.Stake, end.Seats[0].Slash, name)
		require.Equal(t, task.Terms.Stake, end.Seats[0].Unlock, name)
		pays := []uint64{end.BondBack, total(end.FromBond), end.BondKept}
		if c.slash > 0 {
			require.Equal(t, []uint64{100, 0, 0}, pays, name)
		} else {
			paid := 7 * uint64(len(seats))
			want := []uint64{100 - paid, paid, 0} // the rest comes back: the challenger may have been right
			if c.want == AuditUpheld {
				want = []uint64{0, paid, 100 - paid}
			}
			require.Equal(t, want, pays, name)
		}
	}
}
