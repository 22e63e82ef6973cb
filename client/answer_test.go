package client

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	dealstypes "github.com/credence-chain/credence/x/deals/types"
)

// A job that reads the result of another has it as an input without a digest, and ends at some time.
func TestAnswersAreInputs(t *testing.T) {
	j := Job{Answers: []Answer{{Name: "a", Request: "ab"}, {Name: "b", Request: "cd", Most: 7}}, After: []string{"ef"}}
	require.Equal(t, []*dealstypes.Input{
		{Name: "a", Size_: DefaultAnswerBytes, Locators: []string{"http://s"}, Tree: true, Of: "ab"},
		{Name: "b", Size_: 7, Locators: []string{"http://s"}, Tree: true, Of: "cd"},
	}, j.answerInputs([]string{"http://s"}))
	require.Equal(t, []string{"ef"}, j.OrderFor("app").After)
	j.limitWaiting()
	require.Equal(t, 24*time.Hour, j.RestFor)
	j = Job{After: []string{"ef"}, Rest: 9}
	j.limitWaiting()
	require.Zero(t, j.RestFor, "it says itself for how long")
	j = Job{}
	j.limitWaiting()
	require.Zero(t, j.RestFor, "it waits for nothing")
}

// Requests that a job waits for can be named by the beginning of their ids. The job of the caller keeps what was written.
func TestAwaitedRequestsAreResolved(t *testing.T) {
	m := newFakeMarket(t)
	m.ids = ids{KindRequest: {whole("aaaa1"), whole("aaaa2"), whole("bbbb")}}
	r, _, _ := m.runner()
	j := Job{After: []string{"bbbb", whole("cc")}, Answers: []Answer{{Name: "a", Request: "aaaa2"}}}
	was := j.After
	require.NoError(t, r.completeIDs(t.Context(), &j))
	require.Equal(t, []string{whole("bbbb"), whole("cc")}, j.After)
	require.Equal(t, []Answer{{Name: "a", Request: whole("aaaa2")}}, j.Answers)
	require.Equal(t, []string{"bbbb", whole("cc")}, was)
	require.ErrorContains(t, r.completeIDs(t.Context(), &Job{After: []string{"aaaa"}}), "After[0]: ")
	require.ErrorContains(t, r.completeIDs(t.Context(), &Job{Answers: []Answer{{Request: "dddd"}}}), "Answers[0]: ")
}
