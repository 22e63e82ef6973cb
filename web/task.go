package web

import (
	"context"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/credence-chain/credence/internal/printable"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// This file has the page of one task. It puts together what the chain keeps in several places: the task with its plan, seats and draws; the
// terms of its deal; its settlement (taskmoney.go); and its timeline (tasksteps.go). A task can be settled twice: when its answer is
// accepted, and again after a court has judged it under audit. Where the two differ, the later settlement counts (endsOf).

// taskPage is everything that the page of a task shows.
type taskPage struct {
	taskRow
	Attempt  uint32       `json:"attempt"`
	Deadline int64        `json:"deadline"`
	Terms    termsView    `json:"terms"`
	Plan     *planView    `json:"plan,omitempty"`
	Seats    []seatView   `json:"seats"`
	Court    []seatView   `json:"court"`
	Draws    []drawView   `json:"draws"`
	Steps    []step       `json:"steps"`
	Fuel     big          `json:"fuel"`
	Gate     string       `json:"gate"`
	Place    uint64       `json:"court_place"`
	Waiting  uint64       `json:"court_waiting"`
	Recalls  uint32       `json:"recalls"`
	Pruned   int64        `json:"pruned,omitempty"` // height of the block that pruned it; the state before that block has the rest
	Audit    *auditView   `json:"audit,omitempty"`
	Money    *moneyView   `json:"money,omitempty"`
	Onchain  *onchainView `json:"onchain,omitempty"`
}

// onchainView is the part of the answer that is stored on the chain, as text.
type onchainView struct {
	File string `json:"file"`
	Text string `json:"text"`
}

type termsView struct {
	Policy  string        `json:"policy"`
	Pool    string        `json:"pool"`
	Price   big           `json:"price"`
	Use     *usePriceView `json:"use_price,omitempty"`
	App     big           `json:"app_price"`
	Stake   big           `json:"stake"`
	Value   big           `json:"value"`
	Fuel    big           `json:"fuel_limit"`
	Commit  int64         `json:"commit_blocks"`
	Reveal  int64         `json:"reveal_blocks"`
	Audit   int64         `json:"audit_blocks"`
	Runtime string        `json:"runtime"`
	Digest  string        `json:"digest"`
}

// planView is how a task is checked. Chances are decimal numbers, as text.
type planView struct {
	Court     bool   `json:"court"`
	Replicas  uint32 `json:"replicas"`
	Lottery   uint32 `json:"lottery"`
	X         string `json:"x"`
	Charge    string `json:"charge"`
	Allowance string `json:"allowance"`
	Faction   uint64 `json:"faction"`
	Eligible  uint64 `json:"eligible"`
	Bound     string `json:"bound"`
	Text      string `json:"text"`
}

// seatView is a seat of a task: of a worker or of the court.
type seatView struct {
	Who          string       `json:"who"`
	Organisation string       `json:"organisation"`
	Wave         uint32       `json:"wave"`
	Power        uint64       `json:"power"`
	State        string       `json:"state"`
	Outcome      *outcomeView `json:"outcome,omitempty"`
	Score        uint64       `json:"score"`
	Committed    int64        `json:"committed"`
	Revealed     int64        `json:"revealed"`
	Fault        string       `json:"fault"`
	Slash        big          `json:"slash"`
	Right        bool         `json:"right"`
}

type outcomeView struct {
	Kind   string `json:"kind"`
	Digest string `json:"digest"`
	Fuel   big    `json:"fuel"`
}

type drawView struct {
	Attempt       uint32   `json:"attempt"`
	Wave          uint32   `json:"wave"`
	Height        int64    `json:"height"`
	Seed          string   `json:"seed"`
	Tickets       uint64   `json:"tickets"`
	Passed        int      `json:"passed"`
	Organisations []string `json:"organisations"`
}

type auditView struct {
	End        int64        `json:"end"`
	Cause      string       `json:"cause"`
	Challenger string       `json:"challenger"`
	Bond       big          `json:"bond"`
	Result     string       `json:"result"`
	Answer     *outcomeView `json:"answer,omitempty"`
}

func outcomeOf(o *taskstypes.Outcome) *outcomeView {
	if o == nil || o.Kind == taskstypes.KIND_UNSPECIFIED {
		return nil
	}
	return &outcomeView{wordOf(o.Kind, "KIND_"), o.Digest, big(o.Fuel)}
}

func (c *chain) readTask(ctx context.Context, p params) (any, error) {
	if err := checkID(p["id"]); err != nil {
		return nil, err
	}
	res, err := c.conn.Tasks().Task(ctx, &taskstypes.QueryTaskRequest{Id: p["id"]})
	if err != nil {
		return nil, err
	}
	t := res.Task
	row, err := c.taskRow(ctx, t)
	if err != nil {
		return nil, err
	}
	v := &taskPage{
		taskRow: row, Attempt: t.Attempt, Deadline: t.Deadline, Terms: termsOf(res.Deal), Plan: planOf(t.Plan), Gate: t.Gate,
		Place: res.CourtPlace, Waiting: res.CourtWaiting, Recalls: t.Recalls, Pruned: t.Pruned, Draws: []drawView{},
	}
	if t.Verdict != nil {
		v.Fuel = big(t.Verdict.Fuel)
	}
	moments := c.readMoments(ctx, t)
	v.Seats, v.Court = seatsOf(t.Seats, t, moments), seatsOf(t.Court, t, moments)
	for _, d := range t.Draws {
		v.Draws = append(v.Draws, drawView{d.Attempt, d.Wave, d.Height, hex.EncodeToString(d.Seed), d.Tickets, len(d.Passed), append([]string{}, d.Organisations...)})
	}
	if a := t.Audit; a != nil {
		v.Audit = &auditView{a.End, wordOf(a.Cause, "AUDIT_CAUSE_"), a.Challenger, big(a.Bond), wordOf(a.Result, "AUDIT_RESULT_"), outcomeOf(&a.Answer)}
	}
	if o := res.Onchain; o != nil {
		v.Onchain = &onchainView{o.File, printable.Data(o.Data)}
	}
	v.Money = c.moneyOf(ctx, t)
	v.Steps = stepsOf(t, res.Deal, v, moments)
	for i := range v.Steps {
		v.Steps[i].Time = c.timeOf(ctx, v.Steps[i].Height)
	}
	return v, nil
}

func termsOf(d dealstypes.Deal) termsView {
	t := d.Terms
	return termsView{
		t.Policy, d.Pool, big(t.Price), usePriceOf(t.UsePrice), big(t.AppPrice), big(t.Stake), big(t.Value), big(t.FuelLimit), t.CommitBlocks, t.RevealBlocks, t.AuditBlocks,
		d.Runtime, d.Digest,
	}
}

func planOf(p *taskstypes.Plan) *planView {
	if p == nil {
		return nil
	}
	return &planView{p.Court, p.Replicas, p.Lottery, formatDecimal(p.X), formatDecimal(p.Charge), formatDecimal(p.Allowance), p.Faction, p.Eligible, p.Bound, p.Text}
}

// endsOf returns how each seat ended, by its address. If there are two settlements, the later one counts.
func endsOf(t taskstypes.Task) map[string]taskstypes.SeatEnd {
	out := map[string]taskstypes.SeatEnd{}
	if t.Settlement != nil {
		for _, s := range t.Settlement.Seats {
			out[s.Who] = s
		}
	}
	if t.Audit != nil && t.Audit.Settlement != nil {
		for _, s := range t.Audit.Settlement.Seats {
			out[s.Who] = s
		}
	}
	return out
}

func seatsOf(seats []taskstypes.Seat, t taskstypes.Task, at map[moment]int64) []seatView {
	ends := endsOf(t)
	out := make([]seatView, 0, len(seats))
	for _, s := range seats {
		v := seatView{
			Who: s.Who, Organisation: s.Organisation, Wave: s.Wave, Power: s.Power, State: wordOf(s.State, "SEAT_STATE_"), Outcome: outcomeOf(s.Outcome),
			Score: s.Score, Committed: at[moment{"committed", s.Who}], Revealed: at[moment{"revealed", s.Who}],
		}
		switch s.State { // without an index of transactions the state still has the last step
		case taskstypes.SEAT_STATE_COMMITTED:
			v.Committed = s.Height
		case taskstypes.SEAT_STATE_REVEALED:
			v.Revealed = s.Height
		}
		if end, ok := ends[s.Who]; ok {
			v.Slash, v.Right = big(end.Slash), end.Right
			if end.Fault != "NONE" {
				v.Fault = strings.ToLower(end.Fault)
			}
		}
		if slices.Contains(courtList(t, true), s.Who) {
			v.Fault = "wrong"
		} else if slices.Contains(courtList(t, false), s.Who) {
			v.Fault = "silent"
		}
		out = append(out, v)
	}
	return out
}

// courtList returns the court seats that answered wrong (if wrong is set), or that did not answer.
func courtList(t taskstypes.Task, wrong bool) (out []string) {
	if s := t.Settlement; s != nil {
		if wrong {
			out = append(out, s.CourtWrong...)
		} else {
			out = append(out, s.CourtSilent...)
		}
	}
	if t.Audit != nil && t.Audit.Settlement != nil {
		if wrong {
			out = append(out, t.Audit.Settlement.CourtWrong...)
		} else {
			out = append(out, t.Audit.Settlement.CourtSilent...)
		}
	}
	return out
}
