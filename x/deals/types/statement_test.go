package types_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/x/deals/types"
)

// fillField gives a field of a struct another value than its zero.
func fillField(t *testing.T, field reflect.Value) {
	switch field.Kind() {
	case reflect.String:
		field.SetString("x")
	case reflect.Bool:
		field.SetBool(true)
	case reflect.Int64:
		field.SetInt(7)
	case reflect.Uint32, reflect.Uint64:
		field.SetUint(7)
	case reflect.Slice:
		one := reflect.New(field.Type().Elem()).Elem()
		fillField(t, one)
		field.Set(reflect.Append(field, one))
	default:
		t.Fatalf("a field of kind %s", field.Kind())
	}
}

// TestEveryFieldOfAnExecutionCounts: each field of an execution comes through both conversions, and evidence covers it, but for the
// time that the windows leave room for, on which no answer depends.
func TestEveryFieldOfAnExecutionCounts(t *testing.T) {
	const digest = "sha256:0101010101010101010101010101010101010101010101010101010101010101"
	inputs := func(e contract.Execution) [32]byte {
		d := types.Deal{Digest: digest, Runtime: contract.RuntimeWasm, Execution: types.NewExecution(e), OutputPath: e.OutputPath}
		s := poco.Statement{Task: [32]byte{1}}
		_, err := d.CompleteStatement(&s, 3)
		require.NoError(t, err)
		return s.Inputs
	}
	plain, kind := inputs(contract.Execution{}), reflect.TypeFor[contract.Execution]()
	for i := range kind.NumField() {
		var e contract.Execution
		fillField(t, reflect.ValueOf(&e).Elem().Field(i))
		name := kind.Field(i).Name
		require.Equal(t, e, types.NewExecution(e).Contract(), name)
		require.Equal(t, name != "Seconds", inputs(e) != plain, name)
	}
}
