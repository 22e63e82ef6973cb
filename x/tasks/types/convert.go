package types

import (
	"fmt"
	"math"

	errorsmod "cosmossdk.io/errors"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/internal/steps"
	"github.com/credence-chain/credence/poco"
)

// Package poco knows nothing about protobuf. The functions of this file convert its state to the stored form and back. The enums
// of the store are those of poco plus one, so that zero stays "unspecified".

// ParseID reads a task id in hex.
func ParseID(id string) (out [32]byte, err error) {
	if out, err = ids.Parse(id); err != nil {
		return out, errorsmod.Wrapf(ErrInvalid, "task: %s", err)
	}
	return out, nil
}

// IDText returns the text of an id: lower-case hex.
func IDText(id [32]byte) string { return ids.Format(id) }

// DigestText returns the text of a digest: "sha256:" and hex, or "" for no digest (all zeroes).
func DigestText(d [32]byte) string {
	if d == [32]byte{} {
		return ""
	}
	return artifact.Digest(d).String()
}

// ParseDigest reads a text of DigestText. It refuses the text of a digest of zeroes, whose only text is "".
func ParseDigest(s string) (out [32]byte, err error) {
	if s == "" {
		return out, nil
	}
	d, err := artifact.ParseDigest(s)
	if err != nil || d.IsZero() {
		return [32]byte{}, errorsmod.Wrapf(ErrInvalid, "digest: got %.80q, expected %s, not all zero", s, artifact.DigestForm)
	}
	return d, nil
}

// ToPoco converts an outcome to the type of package poco.
func (o Outcome) ToPoco() (poco.Outcome, error) {
	d, err := ParseDigest(o.Digest)
	if err != nil {
		return poco.Outcome{}, err
	}
	if o.Kind < KIND_UNSPECIFIED || o.Kind > KIND_ABSTAIN {
		return poco.Outcome{}, errorsmod.Wrapf(ErrInvalid, "outcome.kind: got %d, expected 1 to 4", o.Kind)
	}
	return poco.Outcome{Kind: poco.Kind(o.Kind), Digest: d, Fuel: o.Fuel}, nil
}

// OutcomeFromPoco is the inverse.
func OutcomeFromPoco(o poco.Outcome) Outcome {
	return Outcome{Kind: Kind(o.Kind), Digest: DigestText(o.Digest), Fuel: o.Fuel}
}

// ToPoco converts a bench to the type of package poco.
func (b Bench) ToPoco() (poco.Bench, error) {
	switch b {
	case BENCH_WORKERS:
		return poco.BenchWorkers, nil
	case BENCH_COURT:
		return poco.BenchCourt, nil
	}
	return 0, errorsmod.Wrapf(ErrInvalid, "bench: got %d, expected BENCH_WORKERS or BENCH_COURT", b)
}

// ToPoco converts a reason to the type of package poco.
func (r DeclineReason) ToPoco() (poco.DeclineReason, error) {
	if r < 0 || r > math.MaxUint8 {
		return 0, errorsmod.Wrapf(ErrInvalid, "reason: got %d, expected at most %d", r, DECLINE_REASON_OTHER)
	}
	reason := poco.DeclineReason(r)
	if err := reason.Validate(); err != nil {
		return 0, errorsmod.Wrapf(ErrInvalid, "%s", err)
	}
	return reason, nil
}

func declinesToPoco(declines []Decline) (out []poco.Decline, err error) {
	for _, d := range declines {
		reason, err := d.Reason.ToPoco()
		if err != nil {
			return out, err
		}
		out = append(out, poco.Decline{Who: d.Who, Org: d.Organisation, Attempt: d.Attempt, Reason: reason, Height: d.Height})
	}
	return out, nil
}

func declinesFromPoco(declines []poco.Decline) (out []Decline) {
	for _, d := range declines {
		out = append(out, Decline{Who: d.Who, Organisation: d.Org, Attempt: d.Attempt, Reason: DeclineReason(d.Reason), Height: d.Height})
	}
	return out
}

func seatToPoco(s Seat) (poco.Seat, error) {
	out := poco.Seat{Who: s.Who, Org: s.Organisation, Wave: s.Wave, Power: s.Power, State: poco.SeatState(s.State - 1), Score: s.Score, Missed: s.Missed}
	copy(out.Commitment[:], s.Commitment)
	if s.State == SEAT_STATE_COMMITTED || s.Missed != 0 {
		out.Committed = s.Height // the height of its last step; of a late opening, of the step before
	}
	if s.Outcome != nil {
		o, err := s.Outcome.ToPoco()
		if err != nil {
			return out, err
		}
		out.Outcome = o
	}
	return out, nil
}

// seatsFromPoco converts seats. A seat that did not change keeps its height; a seat that changed gets this one.
func seatsFromPoco(seats []poco.Seat, before []Seat, height int64) []Seat {
	out := make([]Seat, len(seats))
	for i, s := range seats {
		out[i] = Seat{Who: s.Who, Organisation: s.Org, Wave: s.Wave, Power: s.Power, State: SeatState(s.State) + 1, Height: height, Score: s.Score, Missed: s.Missed}
		if s.Commitment != [32]byte{} {
			out[i].Commitment = append([]byte(nil), s.Commitment[:]...)
		}
		if s.State == poco.SeatRevealed {
			o := OutcomeFromPoco(s.Outcome)
			out[i].Outcome = &o
		}
		same := i < len(before) && before[i].Who == out[i].Who
		if same && (before[i].State == out[i].State || s.Missed != 0) {
			out[i].Height = before[i].Height
		}
	}
	return out
}

// ToPoco converts a stored plan to the type of package poco.
func (p Plan) ToPoco() (poco.Plan, error) {
	out := poco.Plan{
		Court: p.Court, Replicas: p.Replicas, Lottery: p.Lottery, Long: p.Long, Faction: p.Faction,
		Eligible: p.Eligible, Bound: poco.Bound(p.Bound), StakeFloor: p.StakeFloor,
	}
	err := readNumbers([]number[poco.Q64]{{p.X, &out.X}, {p.Charge, &out.Charge}, {p.Allowance, &out.Allowance}}, poco.Q64FromBytes)
	if err != nil {
		return out, err
	}
	out.Risk, err = readRisk(p.Risk)
	return out, err
}

// number is a stored number and the variable into which it is read.
type number[T any] struct {
	from []byte
	to   *T
}

// readNumbers reads stored numbers, and stops at the first that is not valid.
func readNumbers[T any](list []number[T], read func([]byte) (T, error)) (err error) {
	for _, n := range list {
		if *n.to, err = read(n.from); err != nil {
			return err
		}
	}
	return nil
}

// PlanFromPoco is the inverse of ToPoco. It adds the plan's text in the words of its policy.
func PlanFromPoco(terms poco.Terms, p poco.Plan) Plan {
	out := Plan{
		Court: p.Court, Replicas: p.Replicas, Lottery: p.Lottery, X: p.X.Bytes(), Charge: p.Charge.Bytes(),
		Long: p.Long, Faction: p.Faction, Eligible: p.Eligible, Bound: string(p.Bound),
		Allowance: p.Allowance.Bytes(), StakeFloor: p.StakeFloor, Text: terms.Describe(p),
	}
	if !p.Risk.IsZero() {
		out.Risk = p.Risk.Bytes()
	}
	return out
}

// ToPoco converts a stored task, under the terms of its deal, to the type of package poco.
func (t Task) ToPoco(terms poco.Terms) (poco.Task, error) {
	id, err := ParseID(t.Id)
	if err != nil {
		return poco.Task{}, err
	}
	if t.Phase == PHASE_UNSPECIFIED {
		return poco.Task{}, fmt.Errorf("task %s has no phase", t.Id)
	}
	out := poco.Task{
		ID: id, Terms: terms, Attempt: t.Attempt, Phase: poco.Phase(t.Phase - 1), Deadline: t.Deadline, From: t.From,
		Took: t.Took, Delay: t.Delay, WaitEnd: t.WaitEnd, Planned: t.Plan != nil, Seated: t.Seated, Ending: poco.Ending(t.Ending), Cancelled: t.Cancelled, ByCourt: t.ByCourt,
		RevealEnd: t.RevealEnd, CourtCalled: t.CourtCalled, Recalls: t.Recalls,
	}
	err = steps.Run(
		func() (err error) { out.Audit, err = t.Audit.ToPoco(); return },
		func() (err error) { out.Risk, err = readRisk(t.Risk); return },
		func() (err error) { out.Plan, err = t.Plan.toPocoOrNone(); return },
		func() (err error) { out.Verdict, err = t.Verdict.toPocoOrNone(); return },
		func() (err error) { out.Seats, err = seatsToPoco(t.Seats); return },
		func() (err error) { out.Court, err = seatsToPoco(t.Court); return },
		func() (err error) { out.Declines, err = declinesToPoco(t.Declines); return },
	)
	return out, err
}

// readRisk reads the risk of plans that were refused. Most tasks have none.
func readRisk(b []byte) (poco.Q64, error) {
	if len(b) == 0 {
		return poco.Q64{}, nil
	}
	return poco.Q64FromBytes(b)
}

func (p *Plan) toPocoOrNone() (poco.Plan, error) {
	if p == nil {
		return poco.Plan{}, nil
	}
	return p.ToPoco()
}

func (o *Outcome) toPocoOrNone() (poco.Outcome, error) {
	if o == nil {
		return poco.Outcome{}, nil
	}
	return o.ToPoco()
}

func seatsToPoco(seats []Seat) (out []poco.Seat, err error) {
	for _, s := range seats {
		seat, err := seatToPoco(s)
		if err != nil {
			return out, err
		}
		out = append(out, seat)
	}
	return out, nil
}

// Take copies the protocol's state into the stored task. Seats that changed get this height.
func (t *Task) Take(p poco.Task, height int64) {
	t.Attempt, t.Phase, t.Deadline, t.From = p.Attempt, Phase(p.Phase)+1, p.Deadline, p.From
	t.Took, t.WaitEnd, t.Ending, t.Cancelled, t.ByCourt = p.Took, p.WaitEnd, Ending(p.Ending), p.Cancelled, p.ByCourt
	t.Delay, t.Seated, t.RevealEnd, t.CourtCalled, t.Recalls = p.Delay, p.Seated, p.RevealEnd, p.CourtCalled, p.Recalls
	t.Seats = seatsFromPoco(p.Seats, t.Seats, height)
	t.Court = seatsFromPoco(p.Court, t.Court, height)
	t.Declines = declinesFromPoco(p.Declines)
	t.takePlan(p)
	if !p.Risk.IsZero() {
		t.Risk = p.Risk.Bytes()
	}
	t.takeAudit(p.Audit)
	if p.Verdict.Kind != poco.KindUnspecified {
		v := OutcomeFromPoco(p.Verdict)
		t.Verdict = &v
	}
}

// takePlan copies the protocol's plan if it has changed, because writing a plan's text takes long.
func (t *Task) takePlan(p poco.Task) {
	switch {
	case !p.Planned:
		t.Plan = nil
	case t.Plan == nil || !t.Plan.draws(p.Plan):
		plan := PlanFromPoco(p.Terms, p.Plan)
		t.Plan = &plan
	}
}

// draws says whether both plans draw the same seats.
func (p *Plan) draws(other poco.Plan) bool {
	return p.Replicas == other.Replicas && p.Lottery == other.Lottery && p.Court == other.Court && p.Eligible == other.Eligible
}
