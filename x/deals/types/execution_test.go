package types

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco/contract"
)

func TestNewExecution(t *testing.T) {
	require.Nil(t, NewExecution(contract.Execution{}))
	require.Nil(t, NewExecution(contract.Execution{OkExit: []uint32{0}}), "0 is success without being named")
	var none *Execution
	require.True(t, none.Contract().Empty())
	e := NewExecution(contract.Execution{OkExit: []uint32{20, 0}, Stdout: "o", Stdin: "i", Env: []string{"B=1", "A=2"}, Seconds: 7})
	require.Equal(t, &Execution{OkExit: []uint32{0, 20}, Stdout: "o", Stdin: "i", Env: []string{"A=2", "B=1"}, Seconds: 7}, e)
	require.Equal(t, e, NewExecution(e.Contract()))
}
