package scenario

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"
	gogoproto "github.com/cosmos/gogoproto/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/testutil"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	feedstypes "github.com/credence-chain/credence/x/feeds/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// name gives an id a name for the following output.
func (s *stage) name(id, name string) { s.names[id] = name }

// short replaces ids by their names.
func (s *stage) short(text string) string {
	return anID.ReplaceAllStringFunc(text, func(id string) string {
		if name, found := s.names[id]; found {
			return name
		}
		return id
	})
}

var anID = regexp.MustCompile(`[0-9a-f]{64}`)

// dealt names a new deal and its tasks. The following steps are about them.
func (s *stage) dealt(e *dealstypes.EventDeal) {
	deal, err := taskstypes.ParseID(e.Id)
	require.NoError(s.t, err)
	s.deals = append(s.deals, e.Id)
	s.name(e.Id, fmt.Sprintf("d%d", len(s.deals)))
	if s.fresh {
		s.at, s.fresh = len(s.ids), false
	}
	for i := range e.Size_ {
		id := taskstypes.IDText(poco.TaskID(deal, e.First+i))
		s.ids = append(s.ids, id)
		s.name(id, fmt.Sprintf("t%d", len(s.ids)))
	}
}

func (s *stage) events(events []abci.Event) (out []string) {
	for _, e := range events {
		if !strings.HasPrefix(e.Type, "credence.") {
			continue
		}
		// The attributes that baseapp adds are no fields of the event.
		e.Attributes = slices.DeleteFunc(slices.Clone(e.Attributes), func(a abci.EventAttribute) bool {
			return a.Key == "mode" || a.Key == "msg_index"
		})
		msg, err := sdk.ParseTypedEvent(e)
		require.NoError(s.t, err, e.Type)
		if deal, ok := msg.(*dealstypes.EventDeal); ok {
			s.dealt(deal)
		}
		line := s.event(msg)
		if line == "" && s.market {
			line = s.bookEvent(msg)
		}
		if line != "" {
			out = append(out, strings.Split(s.short(s.chain.Named(line)), "\n")...)
		}
	}
	return out
}

// event describes an event in words. It returns "" for an event without news.
func (s *stage) event(msg gogoproto.Message) string {
	switch e := msg.(type) {
	case *markettypes.EventRequest:
		name, found := s.names[e.Id]
		if !found {
			name = "request"
		}
		line := name + " " + e.What
		if e.Refunded > 0 {
			line += fmt.Sprintf(", %d refunded", e.Refunded)
		}
		if e.Reason != "" {
			line += ": " + e.Reason
		}
		return line
	case *dealstypes.EventDealClosed:
		name, found := s.names[e.Request]
		if !found {
			name = "request"
		}
		return fmt.Sprintf("%s refunded, %d refunded", name, e.Refunded)
	case *taskstypes.EventDrawn:
		switch e.Wave {
		case 0:
			return fmt.Sprintf("%s  court: %s", e.Task, e.Organisation)
		case 1:
			return fmt.Sprintf("%s  first: %s (attempt %d)", e.Task, e.Organisation, e.Attempt)
		}
		return fmt.Sprintf("%s  blind: %s", e.Task, e.Organisation)
	case *taskstypes.EventCourtWaits:
		return fmt.Sprintf("%s  waits for the court, %d in the line", e.Task, e.Waiting)
	case *taskstypes.EventCourtRecalled:
		line := fmt.Sprintf("%s  no verdict: %s silent", e.Task, strings.Join(e.Silent, " "))
		if e.GivenUp {
			return line + "; given up"
		}
		return line + "; the court is called again"
	case *taskstypes.EventPlanned:
		return fmt.Sprintf("%s  plan: %s", e.Task, e.Plan.Text)
	case *taskstypes.EventPhase:
		line := fmt.Sprintf("%s  %s", e.Task, strings.TrimPrefix(e.Phase.String(), "PHASE_"))
		if left := e.Deadline - s.chain.Height(); e.Deadline > 0 && left > 0 {
			line += fmt.Sprintf(" (below height %d, %d blocks)", e.Deadline, left)
		}
		return line
	case *taskstypes.EventTurn:
		if !e.Decided {
			return fmt.Sprintf("%s  turn: %s", e.Task, e.Gate)
		}
		charged, err := poco.Q64FromBytes(e.Charged)
		require.NoError(s.t, err)
		return fmt.Sprintf("%s  ledgers: charged %s (turn %s)", e.Task, charged, e.Gate)
	case *taskstypes.EventEnded:
		return s.ended(e)
	case *taskstypes.EventAudit:
		line := fmt.Sprintf("%s  court for the audit: %s, bond %d", e.Task, strings.ToLower(strings.TrimPrefix(e.Cause.String(), "AUDIT_CAUSE_")), e.Bond)
		if e.Challenger != "" {
			line += " of " + e.Challenger
		}
		return line
	case *taskstypes.EventBytes:
		return s.askedBytes(e)
	case *taskstypes.EventFinal:
		return s.final(e)
	case *taskstypes.EventItemFailed:
		return e.Task + "  FAILED"
	case *workerstypes.EventWorkerChanged:
		return fmt.Sprintf("%s is %s", e.Organisation, e.What)
	case *poatypes.EventJailed:
		return fmt.Sprintf("%s is jailed: %s", e.OrgId, e.Reason)
	case *poatypes.EventPaused:
		return fmt.Sprintf("the chain is paused by %s: %s", strings.Join(e.Seats, " "), e.Reason)
	case *poatypes.EventResumed:
		return "the pause is over: " + e.Reason
	case *poatypes.EventJailForbidden:
		return fmt.Sprintf("%s would be jailed (%s), but too few seats are left", e.OrgId, e.Reason)
	}
	return ""
}

// bookEvent describes the events of the book, pools, apps and datasets.
func (s *stage) bookEvent(msg gogoproto.Message) string {
	status := func(o fmt.Stringer) string { return strings.ToLower(strings.TrimPrefix(o.String(), "ORDER_STATUS_")) }
	switch e := msg.(type) {
	case *markettypes.EventOrderPlaced:
		return fmt.Sprintf("order %s of %s is %s", e.Record.Id, e.Record.Order.Owner, status(e.Record.Status))
	case *markettypes.EventOrderFilled:
		return fmt.Sprintf("order %s meets %d, %d in all", e.Id, e.Tasks, e.Filled)
	case *markettypes.EventOrderReleased:
		return fmt.Sprintf("order %s has %d back, %d in all: %s", e.Id, e.Tasks, e.Filled, status(e.Status))
	case *markettypes.EventOrderClosed:
		return fmt.Sprintf("order %s is %s", e.Id, status(e.Status))
	case *markettypes.EventFloor:
		return fmt.Sprintf("%s orders of %s below nonce %d are cancelled", e.Floor.Kind.Word(), e.Floor.Owner, e.Floor.Below)
	case *dealstypes.EventDeal:
		orders := e.PoolOrder
		if e.AppOrder != "" {
			orders += ", " + e.AppOrder
		}
		for _, d := range e.DatasetOrders {
			if d != "" {
				orders += ", " + d
			}
		}
		return fmt.Sprintf("%s  deal: first %d, size %d, of %s by %s; escrow %d from %s", e.Id, e.First, e.Size_, e.Request, orders, e.Escrow, e.Payer)
	case *markettypes.EventMatch:
		return "match comes to nothing: " + e.Reason
	case *dealstypes.EventCallback:
		if e.Failed {
			return fmt.Sprintf("%s  callback %s failed", e.Task, e.Name)
		}
		return fmt.Sprintf("%s  callback %s was told", e.Task, e.Name)
	case *voucherstypes.EventVoucher:
		if e.Amount == 0 {
			return fmt.Sprintf("voucher %s: %s", e.Id, e.What)
		}
		return fmt.Sprintf("voucher %s: %s %d, balance %d", e.Id, strings.ReplaceAll(e.What, "_", " "), e.Amount, e.Balance)
	case *workerstypes.EventPoolCreated:
		return fmt.Sprintf("pool %s is opened by %s", e.Pool, e.Operator)
	case *workerstypes.EventPoolChanged:
		line := fmt.Sprintf("pool %s: %s", e.Pool, e.What)
		for _, who := range []string{e.Organisation, e.Worker} {
			if who != "" {
				line += " " + who
			}
		}
		if e.Next != nil {
			line += fmt.Sprintf(" stake %d, price %d, commission %d, from height %d", e.Next.Stake, e.Next.MinPrice, e.Next.MaxCommissionBps, e.NextHeight)
		}
		return line
	case *feedstypes.EventCreated:
		return fmt.Sprintf("feed %s/%s is created", e.Owner, e.Name)
	case *feedstypes.EventDeleted:
		return fmt.Sprintf("feed %s/%s is deleted", e.Owner, e.Name)
	case *feedstypes.EventUpdated:
		if e.Late {
			return fmt.Sprintf("feed %s/%s has %q of %s, late", e.Owner, e.Name, e.Value.Data, e.Value.Task)
		}
		return fmt.Sprintf("feed %s/%s says %q of %s", e.Owner, e.Name, e.Value.Data, e.Value.Task)
	case *feedstypes.EventRefused:
		return fmt.Sprintf("feed %s/%s takes nothing of %s: %s", e.Owner, e.Name, e.Task, e.Reason)
	case *appstypes.EventPublished:
		return e.Reference + " is published"
	case *appstypes.EventAppChanged:
		line := e.App + ": " + e.What
		if e.Owner != "" {
			line += " to " + e.Owner
		}
		if e.Version != "" {
			line += fmt.Sprintf(" of %s is %d", e.Version, e.Price)
		}
		return line
	}
	return ""
}

func (s *stage) ended(e *taskstypes.EventEnded) string {
	by := ""
	if e.ByCourt {
		by = " by the court"
	}
	line := fmt.Sprintf("%s  ended: %s%s", e.Task, strings.TrimPrefix(e.Ending.String(), "ENDING_"), by)
	if e.Verdict != nil {
		line += ": " + s.answer(*e.Verdict)
	}
	for _, p := range e.Settlement.Payments {
		line += fmt.Sprintf("\n      %s pays %s %d (%s)", p.Source, p.To, p.Amount, strings.ToLower(p.Party))
	}
	line += fmt.Sprintf("\n      escrow gives back %d", e.Settlement.Refund)
	for _, seat := range e.Settlement.Seats {
		verdict := "right"
		if seat.Fault != "NONE" {
			verdict = seat.Fault
		} else if !seat.Right {
			verdict = "no fault"
		}
		line += fmt.Sprintf("\n      %s: %s", seat.Organisation, verdict)
		if seat.Slash > 0 {
			line += fmt.Sprintf(", slashed %d", seat.Slash)
		}
	}
	if e.Settlement.Premium > 0 {
		line += fmt.Sprintf("\n      escrow pays the premium %d, which is destroyed", e.Settlement.Premium)
	}
	if e.Settlement.Burnt > 0 {
		line += fmt.Sprintf("\n      burnt %d", e.Settlement.Burnt)
	}
	for _, list := range []struct {
		name string
		who  []string
	}{{"silent", e.Settlement.CourtSilent}, {"wrong", e.Settlement.CourtWrong}} {
		if len(list.who) > 0 {
			line += fmt.Sprintf("\n      court, %s: %s", list.name, strings.Join(list.who, " "))
		}
	}
	return line
}

func (s *stage) answer(o taskstypes.Outcome) string {
	switch p, err := o.ToPoco(); {
	case err != nil:
		return err.Error()
	case p == testutil.Truth:
		return "the truth"
	case s.value != "" && p == s.outcome("truth"):
		return "the truth, " + s.value
	case p == testutil.Lie:
		return "THE LIE"
	}
	return strings.TrimPrefix(o.Kind.String(), "KIND_")
}
