package client

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco/contract"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

// Every field of a job reaches the chain. The test fails if a new field is not copied.
func TestEveryFieldOfAJobIsCopied(t *testing.T) {
	// These fields are not copied. They name things that are uploaded, published or packed first, or are inputs, or they concern this machine, the
	// message or the book.
	apart := []string{"App", "Platform", "Inputs", "Answers", "Datasets", "Rows", "Nonce", "Out", "Expiry", "Rest", "RestFor"}
	filled := map[string]any{
		"Resources": appstypes.Resources{CpuMillis: 1}, "PoolsOf": orgstypes.Audience{Organisations: []string{"lab"}},
		"Execution": contract.Execution{Stdout: "x"}, "RestFor": time.Minute, "Inputs": []InputFile{{Path: "x"}},
		"When": []ExitCondition{{Request: "x", Exit: []uint32{1}}},
	}
	kind := reflect.TypeOf(Job{})
	for i := range kind.NumField() {
		field := kind.Field(i)
		if slices.Contains(apart, field.Name) {
			continue
		}
		var job Job
		value := reflect.ValueOf(&job).Elem().Field(i)
		own, given := filled[field.Name]
		switch kind := value.Kind(); {
		case given:
			value.Set(reflect.ValueOf(own))
		case kind == reflect.String:
			value.SetString("x")
		case kind == reflect.Bool:
			value.SetBool(true)
		case kind == reflect.Uint32, kind == reflect.Uint64:
			value.SetUint(7)
		case kind == reflect.Int64:
			value.SetInt(7)
		case kind == reflect.Slice:
			value.Set(reflect.ValueOf([]string{"x"}))
		default:
			require.Fail(t, "the test has no value for "+field.Name)
		}
		require.NotEqual(t, Job{}.OrderFor("a"), job.OrderFor("a"), "%s is copied by nobody", field.Name)
	}
}
