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
