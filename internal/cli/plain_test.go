package cli

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/poco"
)

// theory are the words and signs of the theory. Whoever asks for no more than a result needs none of them.
var theory = regexp.MustCompile(`sha256:|0\.\d{6}|of 16 cases|chance|debt|budget|ledger|wave|plan\b|quote|[*=]|\bN\b|\bD\b|\bB\b`)

// Plain words have no theory in them. The same event has it in the words for --verbose.
func TestPlainText(t *testing.T) {
	const digest = "sha256:abcdefabcdef"
	plan := &client.Plan{Replicas: 2, Lottery: 6, X: "0.104166", Text: "2 replicas and one more with chance 6/16; a lie of the first passes with chance at most 0.104166"}
	result := &client.TaskReport{Ending: "ACCEPTED", Verdict: &client.Outcome{Kind: "RESULT", Digest: digest}, Agreed: []string{"fjord", "delta", "cedar"}, FinalHeight: 70}
	for _, tc := range []struct {
		event client.Event
		want  string
	}{
		{client.Event{Kind: client.EventUploaded, Size: 2_700_000, Text: "uploaded a.wasm, 2700000 bytes, " + digest}, "uploaded a.wasm, 2.7 MB"},
		{client.Event{Kind: client.EventPublished, Text: "published as studio/a:1 (" + digest + "): workers run exactly these bytes"}, "published as studio/a:1: workers run exactly these bytes"},
		{client.Event{Kind: client.EventQuoted, Plan: plan, Expected: 150_015, MaxPrice: 300_030, Size: 1, Text: "quote: " + plan.Text},
			"price: about 0.15 CRED, at most 0.30003 CRED; what is not spent comes back. 2 organisations run it, and by lot a third one"},
		{client.Event{Kind: client.EventQuoted, Plan: plan, Expected: 150_000, MaxPrice: 300_000, Size: 8, Text: "quote: " + plan.Text},
			"price: about 0.15 CRED a task, at most 2.4 CRED for all 8; what is not spent comes back. 2 organisations run it, and by lot a third one"},
		{client.Event{Kind: client.EventMatched, Deal: strings.Repeat("ab", 32), Text: "matched with pool public: deal abababababab, 8 tasks"}, "matched with pool public: 8 tasks"},
		{client.Event{Kind: client.EventDrawn, Wave: 1, Organisation: "fjord", Text: "wave 1: fjord is drawn and runs it"}, "fjord runs it"},
		{client.Event{Kind: client.EventDrawn, Wave: 2, Organisation: "delta", Text: "wave 2: delta is drawn and runs it, blind"}, "delta runs it too, and does not know that answer"},
		{client.Event{Kind: client.EventDrawn, Wave: 3, Organisation: "ember", Text: "wave 3: ember is drawn and runs it"}, "ember runs it too"},
		{client.Event{Kind: client.EventPlanned, Plan: plan, Text: "plan: " + plan.Brief()}, ""},
		{client.Event{Kind: client.EventCommitted, Text: "fjord has locked its answer"}, "fjord has locked its answer"},
		{client.Event{Kind: client.EventRevealed, Organisation: "fjord", Outcome: result.Verdict, Text: "fjord reveals " + digest}, "fjord opens its answer"},
		{client.Event{Kind: client.EventRevealed, Organisation: "fjord", Outcome: &client.Outcome{Kind: "APP_FAILED", Digest: digest}, Text: "fjord reveals the app fails"}, "fjord opens its answer: the program fails"},
		{client.Event{Kind: client.EventRevealed, Outcome: &client.Outcome{Kind: "ABSTAIN"}, Text: "fjord reveals no answer: its machine had trouble"}, "fjord reveals no answer: its machine had trouble"},
		{client.Event{Kind: client.EventTurn, Gate: "open", Text: "the ledgers have room for its risk"}, ""},
		{client.Event{Kind: client.EventTurn, Gate: "wait", Text: "all agree; provisional until earlier tasks of the ledger are settled"}, "all agree; it ends once earlier tasks have"},
		{client.Event{Kind: client.EventCourt, Text: "the ledgers have no room: the court is called, 4 validators run it again"},
			"the trust that was asked for needs more than these answers: the court is called, 4 validators run it again"},
		{client.Event{Kind: client.EventEnded, Result: result}, "verified by fjord, delta and cedar; final at height 70 unless somebody challenges it"},
		{client.Event{Kind: client.EventFinished, Report: &client.Report{Tasks: []*client.TaskReport{result}}}, "1 of 1 verified by fjord, delta and cedar"},
	} {
		got := PlainText(tc.event)
		require.Equal(t, tc.want, got)
		require.NotRegexp(t, theory, got, tc.event.Kind)
		require.NotEmpty(t, EventText(tc.event), tc.event.Kind)
	}
	require.Contains(t, Words(true)(client.Event{Kind: client.EventPlanned, Text: "plan: " + plan.Brief()}), "chance at most 0.104166")
	require.Empty(t, Words(false)(client.Event{Kind: client.EventPlanned, Text: "plan: " + plan.Brief()}))
}

func TestAboutCRED(t *testing.T) {
	for ucred, want := range map[uint64]string{
		0: "0 CRED", 7: "0.000007 CRED", 999: "0.000999 CRED", 118_780: "0.119 CRED", 150_015: "0.15 CRED", 999_600: "1 CRED", 12_345_678: "12.3 CRED", 18_446_744_073_709_551_615: "18400000000000 CRED",
	} {
		require.Equal(t, want, AboutCRED(ucred))
	}
}

func TestPlanText(t *testing.T) {
	for want, p := range map[string]*client.Plan{
		"it is not known yet who will run it": nil, "the court of validators runs it": {Court: true}, "1 organisation runs it": {Replicas: 1},
		"1 organisation runs it, and by lot a second one": {Replicas: 1, Lottery: 3}, "3 organisations run it": {Replicas: 3},
		"9 organisations run it, and by lot a tenth one": {Replicas: 9, Lottery: 1}, "10 organisations run it, and by lot one more": {Replicas: 10, Lottery: 1},
	} {
		require.Equal(t, want, PlanText(p))
	}
}

// "verified" is said only where another one than who answered found the same, or where evidence came with the answer.
func TestVerifiedIsNotSaidLightly(t *testing.T) {
	of := func(policy string, agreed ...string) *client.TaskReport {
		return &client.TaskReport{Ending: "ACCEPTED", Verdict: &client.Outcome{Kind: "RESULT"}, Policy: policy, Agreed: agreed}
	}
	court := of("credence")
	court.ByCourt = true
	fails := of("credence", "amber", "birch")
	fails.Verdict.Kind, fails.Reason, fails.ExitCode = "APP_FAILED", "exit", 3
	for want, tasks := range map[string][]*client.TaskReport{
		"1 of 1 verified by amber and birch":                                     {of("credence", "amber", "birch")},
		"1 of 1 accepted":                                                        {of("")},
		"1 of 1 answered by amber alone":                                         {of("single", "amber")},
		"1 of 1 verified by a proof of amber":                                    {of("proven", "amber")},
		"1 of 1 attested by the enclave of amber":                                {of("attested", "amber")},
		"1 of 1 decided by the court of validators":                              {court},
		"2 of 2 verified by the court of validators":                             {court, court},
		"2 of 2 verified by amber and birch":                                     {of("credence", "amber", "birch"), of("credence", "amber", "birch")},
		"2 of 2 verified, each by 2 organisations":                               {of("credence", "amber", "birch"), of("credence", "amber", "cedar")},
		"2 of 2 verified, each by 2 to 3 organisations":                          {of("credence", "amber", "birch"), of("credence", "amber", "cedar", "delta")},
		"2 of 2 verified, 1 by the court of validators and 1 by 2 organisations": {of("credence", "amber", "birch"), court},
		"2 of 2 with a result, 1 of them run by others too":                      {of("credence", "amber", "birch"), of("credence", "amber")},
		"1 of 2 verified by amber and birch; the program failed in 1":            {of("credence", "amber", "birch"), fails},
		"0 of 1 with a result; the program failed in 1":                          {fails},
		"0 of 1 with a result":                                                   {{Ending: "VOID"}},
	} {
		require.Equal(t, want, VerdictText(&client.Report{Tasks: tasks}))
	}
	require.Equal(t, "the program failed with exit status 3, verified by amber and birch", PlainTaskText(fails))
	require.False(t, IsVerified(fails))
	for _, p := range poco.Policies() {
		evidence := p.Rules().Evidence != poco.EvidenceNone
		require.Equal(t, evidence, IsVerified(of(p.Name(), "amber")), "%s: one answer alone is verified where evidence comes with it", p.Name())
		require.Equal(t, !evidence, strings.HasSuffix(checkedText(of(p.Name(), "amber")), "alone"), p.Name())
	}
	require.False(t, IsVerified(of("of a later chain", "amber")))
}

// Without a terminal there are no colours, whatever the environment says.
func TestColoursAreForTerminals(t *testing.T) {
	t.Setenv("NO_COLOR", "")
	t.Setenv("TERM", "xterm")
	c := ColoursOf(&bytes.Buffer{})
	require.Equal(t, "a", c.Good("a"))
	c.on = true
	require.Equal(t, "\x1b[31ma\x1b[0m", c.Bad("a"))
	require.Equal(t, "", c.Odd(""))
	require.NotEqual(t, "a", c.Faint("a"))
}
