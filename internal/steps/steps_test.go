package steps_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/steps"
)

func TestRunStopsAtTheFirstError(t *testing.T) {
	var ran []string
	step := func(name string, err error) func() error {
		return func() error {
			ran = append(ran, name)
			return err
		}
	}
	broken := errors.New("broken")
	require.NoError(t, steps.Run())
	require.NoError(t, steps.Run(step("a", nil), step("b", nil)))
	require.ErrorIs(t, steps.Run(step("c", nil), step("d", broken), step("e", errors.New("late"))), broken)
	require.Equal(t, []string{"a", "b", "c", "d"}, ran)
}
