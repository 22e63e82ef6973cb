package client

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// A call that no node ever answers is given up after the stall time.
func TestPulseGivesUpAsking(t *testing.T) {
	p := newPulse(nil, 100*time.Millisecond, 0)
	err := p.insistOn(within(t), func(context.Context) error { return ErrNoEndpoint })
	require.ErrorIs(t, err, ErrStalled)
	require.ErrorContains(t, err, ErrNoEndpoint.Error())
	refusal := errors.New("no")
	require.ErrorIs(t, p.insistOn(within(t), func(context.Context) error { return refusal }), refusal)
}

// Any handled block ends the pause, even the block that ends the last task.
func TestTheLastBlockEndsThePause(t *testing.T) {
	for _, end := range []error{nil, errDone} {
		var told []Event
		p := newPulse(func(e Event) { told = append(told, e) }, time.Hour, 0)
		p.seen = time.Now().Add(-20 * time.Second)
		require.NoError(t, p.noteIdle("no new block"))
		require.ErrorIs(t, p.noteAfter(7, ErrNoEndpoint), ErrNoEndpoint)
		require.Len(t, told, 1, "what was not dealt with is no news")
		require.Equal(t, end, p.noteAfter(7, end))
		require.Len(t, told, 2)
		require.Equal(t, EventResumed, told[1].Kind)
	}
}

// The observer hears of a quiet chain at most once a second, however often the pulse is asked.
func TestPulseCountsOnceASecond(t *testing.T) {
	var told []Event
	p := newPulse(func(e Event) { told = append(told, e) }, time.Hour, 0)
	p.setAbout("beef", "")
	p.noteBlock(7)
	for range 100 {
		require.NoError(t, p.noteIdle("no new block"))
	}
	require.Empty(t, told, "a pause of moments is no news")
	p.seen = time.Now().Add(-20 * time.Second)
	for range 100 {
		require.NoError(t, p.noteIdle("no new block"))
	}
	require.Len(t, told, 1)
	require.Equal(t, EventStalled, told[0].Kind)
	require.EqualValues(t, 20, told[0].Waited)
	require.EqualValues(t, 7, told[0].Height)
	require.Equal(t, "beef", told[0].Request)
	p.told = time.Now().Add(-2 * time.Second)
	require.NoError(t, p.noteIdle("no new block"))
	require.Len(t, told, 2)
	p.noteBlock(8)
	p.noteBlock(9)
	require.Len(t, told, 3)
	require.Equal(t, EventResumed, told[2].Kind)
}

// TestTimesOfAPulse: times that are not given have defaults. The observer hears of the quiet before the caller gives up.
func TestTimesOfAPulse(t *testing.T) {
	for _, tc := range []struct{ stall, notice, wantStall, wantNotice time.Duration }{
		{0, 0, DefaultStall, noticeAfter},
		{time.Second, 0, time.Second, time.Second / 2},
		{time.Hour, time.Minute, time.Hour, time.Minute},
	} {
		p := newPulse(nil, tc.stall, tc.notice)
		require.Equal(t, tc.wantStall, p.stall)
		require.Equal(t, tc.wantNotice, p.notice)
	}
	p := newPulse(nil, time.Second, 0)
	p.seen = time.Now().Add(-time.Hour)
	require.Equal(t, time.Millisecond, p.timeLeft(), "a wait that is over has no negative rest")
}

// TestAPulseOfNobody: a nil pulse reports nothing and never gives up.
func TestAPulseOfNobody(t *testing.T) {
	var p *pulse
	p.setAbout("beef", "")
	p.noteBlock(7)
	require.NoError(t, p.noteIdle("no new block"))
}

// TestWhatPasses: asking again may help if a node is down or behind. It does not help after any other error.
func TestWhatPasses(t *testing.T) {
	require.True(t, isPassing(ErrNoEndpoint))
	require.True(t, isPassing(status.Error(codes.NotFound, "no task")))
	require.True(t, isPassing(status.Error(codes.Unavailable, "down")))
	require.False(t, isPassing(errors.New("no")))
	require.False(t, isNodesAbsence(status.Error(codes.NotFound, "no task")))
}

// TestUnfinishedError: the error says what is still to be watched, and whether the chain stood still.
func TestUnfinishedError(t *testing.T) {
	require.NoError(t, unfinishedError(nil, "beef", "", ""))
	known := &Error{Code: CodeExpired}
	require.Same(t, known, unfinishedError(known, "beef", "", "1 of 2"))
	var e *Error
	require.ErrorAs(t, unfinishedError(context.Canceled, "beef", "cafe", "1 of 2 ended"), &e)
	require.Equal(t, CodeUnfinished, e.Code)
	require.Equal(t, "beef", e.Request)
	require.Equal(t, "cafe", e.Deal)
	require.Equal(t, "stopped watching before the end: context canceled; 1 of 2 ended", e.What)
	require.ErrorAs(t, unfinishedError(ErrStalled, "", "", ""), &e)
	require.ErrorIs(t, e, ErrStalled)
	require.Contains(t, e.What, "the chain stands still, or no node answers: ")
}

func TestWithoutRPC(t *testing.T) {
	require.Equal(t, "no task", WithoutRPC("rpc error: code = Unknown desc = rpc error: code = NotFound desc = no task"))
	require.Equal(t, "node a: down", WithoutRPC("node a: rpc error: code = Unavailable desc = down"))
}
