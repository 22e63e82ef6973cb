package progress

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/termtest"
)

func sampleEvents() []client.Event {
	ended := &client.TaskReport{
		ID: "ab", Ending: "ACCEPTED", Verdict: &client.Outcome{Kind: "RESULT", Digest: "sha256:aa"}, ByCourt: true,
		Agreed: []string{"amber"}, Faults: []client.FaultReport{{Organisation: "grove", Fault: "WRONG", Slash: 10_000_000}},
	}
	return []client.Event{
		{Kind: client.EventSubmitted, Text: "submitted: request ab"},
		{Kind: client.EventDrawn, Task: "ab", Organisation: "amber", Wave: 1, Text: "wave 1: amber is drawn and runs it"},
		{Kind: client.EventCommitted, Task: "ab", Organisation: "amber", Wave: 1, Text: "amber has locked its answer"},
		{Kind: client.EventPlanned, Task: "ab", Plan: &client.Plan{Replicas: 2}, Text: "plan: 2 replicas"},
		{Kind: client.EventDrawn, Task: "ab", Organisation: "grove", Wave: 2, Text: "wave 2: grove is drawn and runs it, blind"},
		{Kind: client.EventRevealed, Task: "ab", Organisation: "amber", Wave: 1, Outcome: &client.Outcome{Kind: "RESULT", Digest: "sha256:aa"}, Text: "amber reveals sha256:aa"},
		{Kind: client.EventCourt, Task: "ab", Text: "the answers differ: the court is called"},
		{Kind: client.EventEnded, Task: "ab", Result: ended, Text: "the court decided: sha256:aa"},
		{Kind: client.EventFinished, Text: "1 of 1 accepted", Report: &client.Report{}},
	}
}

func still() func() time.Time {
	at := time.Unix(0, 0)
	return func() time.Time { return at }
}

func TestPlainView(t *testing.T) {
	var out bytes.Buffer
	v := &plainView{out: &out, begin: time.Unix(0, 0), now: still()}
	for _, e := range sampleEvents() {
		v.Observe(e)
	}
	require.Equal(t, `   0.0s submitted: request ab
   0.0s task 0   amber runs it
   0.0s task 0   amber has locked its answer
   0.0s task 0   grove runs it too, and does not know that answer
   0.0s task 0   amber opens its answer
   0.0s task 0   the answers differ: the court is called
   0.0s task 0   verified by the court of validators, which found what amber said; grove gave a wrong answer and loses 10 CRED of stake
`, out.String())
	out.Reset()
	v.verbose = true
	for _, e := range sampleEvents() {
		v.Observe(e)
	}
	require.Equal(t, `   0.0s submitted: request ab
   0.0s task 0   wave 1: amber is drawn and runs it
   0.0s task 0   amber has locked its answer
   0.0s task 0   plan: 2 replicas
   0.0s task 0   wave 2: grove is drawn and runs it, blind
   0.0s task 0   amber reveals sha256:aa
   0.0s task 0   the answers differ: the court is called
   0.0s task 0   the court decided: sha256:aa, as amber said; grove gave a wrong answer and loses 10 CRED of stake
`, out.String())
	require.NotContains(t, out.String(), "\x1b")
}

// wait returns the events of a chain that is quiet for ten minutes and then goes on.
func wait() (events []client.Event) {
	for s := uint64(8); s <= 600; s++ {
		events = append(events, client.Event{Kind: client.EventStalled, Waited: s, Request: "beef", Text: fmt.Sprintf("waiting for the chain for %ds", s)})
	}
	return append(events, client.Event{Kind: client.EventResumed, Waited: 600, Text: "the chain goes on at height 9, after 10m0s"})
}

// Without a terminal, a wait prints a line at growing intervals, and not one a second.
func TestAWaitWithoutATerminal(t *testing.T) {
	var plain, json bytes.Buffer
	for name, out := range map[string]*bytes.Buffer{"plain": &plain, "json": &json} {
		v := View(&plainView{out: out, begin: time.Unix(0, 0), now: still()})
		if name == "json" {
			v = NewJSONView(out)
		}
		for range 2 {
			for _, e := range wait() {
				v.Observe(e)
			}
		}
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		require.Len(t, lines, 2*13, name)
		for i, want := range []string{"for 8s", "for 16s", "for 32s", "for 64s", "for 124s", "for 184s"} {
			require.Contains(t, lines[i], want, name)
			require.Contains(t, lines[13+i], want, "the next wait begins anew")
		}
		require.Contains(t, lines[12], "goes on", name)
	}
}

// On a terminal, a wait counts in a single line. The line disappears when the wait is over.
func TestAWaitOnATerminal(t *testing.T) {
	var out bytes.Buffer
	v := newTTYView(&out, 80)
	v.now, v.begin = still(), time.Unix(0, 0)
	events := sampleEvents()
	for _, e := range events[:6] {
		v.Observe(e)
	}
	before := termtest.Screen(t, out.String(), 200)
	pause := wait()
	for _, e := range pause[:len(pause)-1] {
		v.Observe(e)
	}
	require.Equal(t, append(before, "waiting for the chain for 600s; Ctrl-C leaves it running, and this follows it …"), termtest.Screen(t, out.String(), 200))
	v.Observe(pause[len(pause)-1])
	require.Equal(t, []string{before[0], "   0.0s the chain goes on at height 9, after 10m0s", before[1]}, termtest.Screen(t, out.String(), 200))
}

func TestJSONViewIsALineAnEvent(t *testing.T) {
	var out bytes.Buffer
	v := NewJSONView(&out)
	events := sampleEvents()
	for _, e := range events {
		v.Observe(e)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, len(events))
	for i, line := range lines {
		var got map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &got))
		require.Equal(t, string(events[i].Kind), got["event"])
		require.Contains(t, got, "text")
	}
}

func TestTTYView(t *testing.T) {
	var out bytes.Buffer
	v := newTTYView(&out, 80)
	v.now, v.begin = still(), time.Unix(0, 0)
	events := sampleEvents()
	for _, e := range events[:6] {
		v.Observe(e)
	}
	require.Equal(t, []string{
		"   0.0s submitted: request ab",
		"task 0   amber has locked its answer; grove runs it",
	}, termtest.Screen(t, out.String(), 200))
	for _, e := range events[6:] {
		v.Observe(e)
	}
	require.Equal(t, []string{
		"   0.0s submitted: request ab",
		"   0.0s task 0   the answers differ: the court is called",
		"   0.0s task 0   verified by the court of validators, which found what amber said; grove gave a wrong answer and loses 10 CRED of stake",
		"task 0   verified by the court of validators, which found what amber said; gro…",
	}, termtest.Screen(t, out.String(), 200))
}

func TestTTYViewNeverGrowsBeyondItsBlockNorWraps(t *testing.T) {
	var out bytes.Buffer
	v := newTTYView(&out, 40)
	for i := range 100 {
		v.Observe(client.Event{Kind: client.EventDrawn, Task: "x", Index: uint64(i), Organisation: strings.Repeat("long", 20), Wave: 1})
	}
	v.Close()
	lines := termtest.Screen(t, out.String(), 200)
	require.Len(t, lines, maxTaskLines)
	for _, line := range lines {
		require.Less(t, len([]rune(line)), 40)
	}
	require.Contains(t, lines[0], "0 of 100 tasks ended")
}

// bigBagEvents returns the events of a bag of 100 tasks, of which 90 end, each tenth without a result.
func bigBagEvents() []client.Event {
	events := []client.Event{{Kind: client.EventSubmitted, Size: 100, Locked: 200_000_000, Text: "submitted: request ab"}}
	for i := range uint64(90) {
		r := &client.TaskReport{Ending: "ACCEPTED", Verdict: &client.Outcome{Kind: "RESULT", Digest: "sha256:aa"}, Payments: []client.PaymentReport{{Source: "escrow", Amount: 1_000_000}}}
		if i%10 == 9 {
			r.Verdict, r.Reason, r.ExitCode = &client.Outcome{Kind: "APP_FAILED", Digest: "sha256:bb"}, "exit", 3
		}
		events = append(events, client.Event{Kind: client.EventDrawn, Task: "x", Index: i, Organisation: "amber", Wave: 1, Text: "drawn"},
			client.Event{Kind: client.EventEnded, Task: "x", Index: i, Result: r, Text: "ended"})
	}
	return append(events, client.Event{Kind: client.EventDrawn, Task: "x", Index: 95, Organisation: "grove", Wave: 1})
}

// ticking returns a clock that advances by a tenth of a second with each reading.
func ticking() func() time.Time {
	at := time.Unix(0, 0)
	return func() time.Time { at = at.Add(100 * time.Millisecond); return at }
}

// A big bag is shown as a whole: its progress, its rate and its cost. Failures come first.
func TestBigBag(t *testing.T) {
	var out bytes.Buffer
	tty := newTTYView(&out, 120)
	tty.now, tty.begin = ticking(), time.Unix(0, 0)
	for _, e := range bigBagEvents() {
		tty.Observe(e)
	}
	tty.Close()
	all := termtest.Screen(t, out.String(), 200)
	block := all[len(all)-maxTaskLines:]
	require.Contains(t, block[0], "90 of 100 tasks ended, 81 with a result, 9 without; ")
	require.Contains(t, block[0], " a second, about ")
	require.Contains(t, block[0], "; 90 CRED of 200 CRED spent")
	for i := range 9 {
		require.Contains(t, block[1+i], fmt.Sprintf("task %-3d the program failed with exit status 3", i*10+9))
	}
	require.Contains(t, block[10], "task 95  grove runs it")

	out.Reset()
	plain := &plainView{out: &out, begin: time.Unix(0, 0), now: ticking()}
	for _, e := range bigBagEvents() {
		plain.Observe(e)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Less(t, len(lines), 20)
	require.Equal(t, 9, strings.Count(out.String(), "the program failed"))
	require.GreaterOrEqual(t, strings.Count(out.String(), "tasks ended"), 2)
}

// Several lines of a program's text become one line, in which they can still be told apart.
func TestEventLineOfSeveralLines(t *testing.T) {
	e := client.Event{Task: "ab", Index: 3, Text: "it failed; its last words on stderr, from fjord (not verified):\n    one\n    two"}
	require.Equal(t, "task 3   it failed; its last words on stderr, from fjord (not verified): one | two", (&tally{}).line(e, true))
}

// What the workers say that they do stands in the line of their task until there is other news, and has a line of its own without a terminal.
func TestWhatWorkersSay(t *testing.T) {
	says := client.Event{Kind: client.EventWorking, Task: "ab", Text: "amber says: running for 45s"}
	events := sampleEvents()
	var plain, out bytes.Buffer
	v := &plainView{out: &plain, begin: time.Unix(0, 0), now: still()}
	v.Observe(says)
	require.Equal(t, "   0.0s task 0   amber says: running for 45s\n", plain.String())

	tty := newTTYView(&out, 120)
	tty.now, tty.begin = still(), time.Unix(0, 0)
	for _, e := range events[:2] {
		tty.Observe(e)
	}
	tty.Observe(client.Event{Kind: client.EventStalled, Waited: 9, Text: "waiting for the chain for 9s"})
	tty.Observe(says)
	lines := termtest.Screen(t, out.String(), 200)
	require.Contains(t, lines, "task 0   amber runs it; amber says: running for 45s")
	require.Contains(t, lines, "waiting for the chain for 9s", "the chain is quiet all the same")
	tty.Observe(events[2])
	require.NotContains(t, strings.Join(termtest.Screen(t, out.String(), 200), "\n"), "says", "amber has locked its answer")
}
