package agent

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/result"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// This file decides by the window of a seat: whether there is still time for an answer, and until when the chain takes a decline.

// stage is a stage of the work on a task.
type stage int

const (
	fetching stage = iota
	compiling
	running
	stages
)

// String names the stage in logs and reasons.
func (s stage) String() string {
	return [...]string{result.StageFetching, result.StageCompiling, result.StageRunning}[s]
}

// progress is how far the work on a task has come.
type progress struct {
	stage  stage
	height int64 // at which the stage began
	start  time.Time
	spent  [stages]time.Duration // in stages that ended
	begun  int64                 // height at which the work began
	from   time.Time             // time at which the work began
}

func newProgress(height int64, now time.Time) progress {
	return progress{height: height, start: now, begun: height, from: now}
}

// enterStage begins the next stage.
func (p *progress) enterStage(next stage, height int64, now time.Time) {
	p.spent[p.stage] += now.Sub(p.start)
	p.stage, p.height, p.start = next, height, now
}

// describeStages says how much time each stage took.
func (p *progress) describeStages(now time.Time) string {
	spent := p.spent
	spent[p.stage] += now.Sub(p.start)
	var parts []string
	for s := fetching; s <= p.stage; s++ {
		parts = append(parts, fmt.Sprintf("%s %s", formatSeconds(spent[s]), s))
	}
	return strings.Join(parts, ", ")
}

func formatSeconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }

// commitWindow returns how many blocks the seat has from its draw to commit.
func (s sight) commitWindow() int64 {
	switch terms := s.Deal.Terms; {
	case s.isFirst():
		return terms.CommitBlocks
	case s.asksBytes():
		return poco.FollowingWindow(terms.CourtBlocks, s.Task.Took) + terms.AnswerBlocks
	case s.Bench == taskstypes.BENCH_COURT:
		return poco.FollowingWindow(terms.CourtBlocks, s.Task.Took)
	default:
		return poco.FollowingWindow(terms.CommitBlocks, s.Task.Took)
	}
}

// lastDecline returns the last height at which the chain takes a decline of the seat, which must be a first worker's.
func (s sight) lastDecline() int64 {
	return dealstypes.TermsToPoco("", s.Deal, s.Task.Index).LastDecline(s.Task.Deadline)
}

// noticeBlocks returns how many blocks are reserved for a message to be included.
func (s sight) noticeBlocks() int64 { return min(5, max(1, s.commitWindow()/4)) }

// isClosing says whether, at a height, there is only just time left to say that there will be no answer.
func (s sight) isClosing(height int64) bool { return height+1+s.noticeBlocks() >= s.Task.Deadline }

// isDeciding says whether a first worker must decide now whether it declines: later the chain takes no decline.
func (s sight) isDeciding(height int64) bool {
	last := s.lastDecline()
	return height+1 <= last && height+1+s.noticeBlocks() > last
}

// hasTime estimates whether the work will end within the window. A task that waits for a slot has no time, because another worker may
// have a free slot. The time of a download or a compilation is not known beforehand: the current stage is expected to take as long again
// as it has taken, and each later stage as long as that. A running program has time, because the window was computed from its fuel.
func (s sight) hasTime(p *progress, height int64) bool {
	switch {
	case p == nil:
		return false
	case p.stage == running:
		return true
	}
	expected := int64(stages-p.stage) * (height - p.height)
	return expected+s.noticeBlocks() <= s.Task.Deadline-(height+1)
}

// tooLate returns an error if there is no time left for an answer. It returns nil if there is time, or if giving up would not help: a
// first worker whose decline the chain no longer takes goes on trying, because giving up would be silence too.
func (a *Agent) tooLate(s sight, p *progress) error {
	height := max(s.height, a.height.Load())
	switch {
	case s.view != Wanted:
		return nil
	case s.isFirst():
		if !s.isDeciding(height) || s.hasTime(p, height) {
			return nil
		}
	case !s.isClosing(height):
		return nil
	}
	late := &windowError{what: errTooLate, text: s.windowText(p, height, time.Now()), unbegun: p == nil}
	if p != nil && p.stage == fetching {
		late.absent = errAbsent // a source that is too slow counts as one without the bytes
	}
	return late
}

// windowError says for which work a window was too short.
type windowError struct {
	what   error // errTooLate or errGone
	absent error // errAbsent if the time passed while fetching; nil otherwise
	text   string
	// unbegun says that the work never began, for want of a slot.
	unbegun bool
}

func (e *windowError) Error() string { return e.text }

func (e *windowError) Unwrap() []error {
	if e.absent == nil {
		return []error{e.what}
	}
	return []error{e.what, e.absent}
}

// windowText describes the window, how the time was spent, and what makes the window longer.
func (s sight) windowText(p *progress, height int64, now time.Time) string {
	window := s.commitWindow()
	text := fmt.Sprintf("no time left in the window of %d blocks", window)
	switch {
	case p == nil:
		return text + ": all slots were busy; more --slots, or fewer registered, let it begin earlier"
	case height > p.begun:
		pace := now.Sub(p.from) / time.Duration(height-p.begun)
		text += fmt.Sprintf(" (some %.0f s)", (pace * time.Duration(window)).Seconds())
	}
	longer := "a larger --fuel"
	if s.Deal.Category != "" {
		longer = "a category with more time"
	}
	return text + ": " + p.describeStages(now) + "; " + longer + " makes the window longer"
}

// mayDecline says whether the chain takes a decline in the next block.
func (a *Agent) mayDecline(s sight) bool {
	return max(s.height, a.height.Load())+1 <= s.lastDecline()
}

// enterStage notes that the work on a task enters its next stage.
func (a *Agent) enterStage(s sight, next stage) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if j := a.active[s.key]; j != nil {
		j.progress.enterStage(next, a.height.Load(), time.Now())
	}
}

// isWindow says whether a job was cancelled because of its window.
func isWindow(cause error) bool {
	var w *windowError
	return errors.As(cause, &w)
}
