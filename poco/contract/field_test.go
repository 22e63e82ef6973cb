package contract

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// someValue sets a value to something other than its zero.
func someValue(t require.TestingT, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int64:
		v.SetInt(7)
	case reflect.Uint32:
		v.SetUint(7)
	case reflect.Slice:
		one := reflect.New(v.Type().Elem()).Elem()
		someValue(t, one)
		v.Set(reflect.Append(v, one))
	default:
		require.Fail(t, "no value of "+v.Kind().String())
	}
}

// Each field of the type is in the table at its place. A field that is added only to the type would be in no message and would never be
// shown.
func TestEveryFieldOfAnExecutionIsInTheTable(t *testing.T) {
	kind := reflect.TypeFor[Execution]()
	require.Len(t, new(Execution).fields(), kind.NumField())
	for i := range kind.NumField() {
		name := kind.Field(i).Name
		var e Execution
		someValue(t, reflect.ValueOf(&e).Elem().Field(i))
		for k, f := range e.fields() {
			require.EqualValues(t, k+1, f.number)
			require.Equal(t, i == k, f.isSet(), "%s by field %d of the table", name, f.number)
		}
		require.False(t, e.Empty(), name)
		back, err := DecodeExecution(e.Encode())
		require.NoError(t, err)
		require.Equal(t, e, back, name)
		if name != "Rows" {
			lines := e.Describe()
			require.Len(t, lines, 1, name)
			require.NotEmpty(t, lines[0].Label, name)
			require.NotEmpty(t, lines[0].Text, name)
		}
		text, err := json.Marshal(e)
		require.NoError(t, err)
		require.Equal(t, 1, strings.Count(string(text), ":"), "%s: a field that is not set is left out of %s", name, text)
	}
	require.True(t, Execution{OkExit: []uint32{}, Env: []string{}}.Empty(), "a list without items asks for nothing")
	require.Empty(t, Execution{}.Describe())
}

// drawExecution draws an execution with a value for every field.
func drawExecution(t *rapid.T) (e Execution) {
	v := reflect.ValueOf(&e).Elem()
	for i := range v.NumField() {
		name, text := v.Type().Field(i).Name, rapid.StringN(0, 5, -1)
		switch p := v.Field(i).Addr().Interface().(type) {
		case *string:
			*p = text.Draw(t, name)
		case *[]string:
			*p = rapid.SliceOfN(text, 0, 3).Draw(t, name)
		case *[]uint32:
			*p = rapid.SliceOfN(rapid.Uint32(), 0, 4).Draw(t, name)
		case *uint32:
			*p = rapid.Uint32().Draw(t, name)
		case *int64:
			*p = rapid.Int64().Draw(t, name)
		case *bool:
			*p = rapid.Bool().Draw(t, name)
		default:
			require.Fail(t, "no values of the kind of "+name)
		}
	}
	return e
}

// An execution has one encoding. What is decoded encodes to the same bytes, and two different executions have different encodings.
func TestEncodingOfAnExecution(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawExecution(t)
		b := e.Encode()
		back, err := DecodeExecution(b)
		require.NoError(t, err)
		require.Equal(t, b, back.Encode())
		other := drawExecution(t)
		same := reflect.DeepEqual(back, mustDecode(t, other.Encode()))
		require.Equal(t, same, string(b) == string(other.Encode()))
	})
}

func mustDecode(t require.TestingT, b []byte) Execution {
	e, err := DecodeExecution(b)
	require.NoError(t, err)
	return e
}

func TestDecodeExecutionRefuses(t *testing.T) {
	for name, b := range map[string][]byte{
		"no tag":                  {0xff},
		"a text that is cut":      {2<<3 | 2, 5, 'a'},
		"a text that is a number": {2 << 3, 1},
		"a text that is no UTF-8": {2<<3 | 2, 1, 0xff},
		"a number that is a text": {6<<3 | 2, 1, 'a'},
		"statuses that are cut":   {1<<3 | 2, 1, 0x80},
		"a truth that is a text":  {8<<3 | 2, 1, 1},
	} {
		_, err := DecodeExecution(b)
		require.Error(t, err, name)
	}
	e, err := DecodeExecution(append(Execution{Seed: "s"}.Encode(), 0xfa, 0x3f, 1, 'x')) // a field 1023 of a later chain
	require.NoError(t, err)
	require.Equal(t, Execution{Seed: "s"}, e)
	for b, want := range map[string]bool{
		string(Execution{Seed: "s", Recipient: "age1r"}.Encode()):                    false,
		string(append(Execution{Seed: "s"}.Encode(), 0xfa, 0x3f, 1, 'x')):            true,
		string(append([]byte{0xfa, 0x3f, 1, 'x'}, Execution{Seed: "s"}.Encode()...)): true,
	} {
		unknown, err := HasUnknownField([]byte(b))
		require.NoError(t, err)
		require.Equal(t, want, unknown, "%x", b)
	}
	_, err = HasUnknownField([]byte{0xff})
	require.Error(t, err)
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")
		if e, err := DecodeExecution(b); err == nil {
			_, err = DecodeExecution(e.Encode())
			require.NoError(t, err)
		}
	})
}

// Evidence covers a field that is added later without another line of code. A job without that field keeps its statement.
func TestLaterFieldsAreCovered(t *testing.T) {
	shape, color, place := text(""), truth(false), text("a")
	fields := []field{
		{number: 2, value: &place, covered: coveredInPlace}, {number: 1000, value: &shape}, {number: 1001, value: &color},
		{number: 1002, value: &place, covered: neverCovered},
	}
	require.Empty(t, encodeCovered(fields))
	shape = "round"
	encoded := append([]byte{0xc2, 0x3e, 5}, "round"...) // 1000<<3 | 2, as a varint
	require.Equal(t, [][]byte{encoded}, encodeCovered(fields))
	color = true
	require.Equal(t, [][]byte{encoded, {0xc8, 0x3e, 1}}, encodeCovered(fields))
	require.Empty(t, Execution{
		OkExit: []uint32{1}, Stdout: "a", Stdin: "a", Env: []string{"A=1"}, Seconds: 1, Clock: 1, Seed: "s", Writable: true, Workdir: "in", OutputPath: "o", Rows: "r",
	}.CoveredByNumber(), "these are older than the rule")
}

// The fields that evidence covers in place are a closed list. A new field that copied the line of its neighbour would be in no statement.
func TestFieldsCoveredInPlace(t *testing.T) {
	var inPlace []int
	for _, f := range new(Execution).fields() {
		if f.covered == coveredInPlace {
			inPlace = append(inPlace, int(f.number))
		}
	}
	require.Equal(t, []int{1, 2, 3, 4, 6, 7, 8, 9, 10, 11}, inPlace, "leave `covered` out of the line of a new field: its number covers it")
}

func TestDescribeExecution(t *testing.T) {
	require.Equal(t, []Description{
		{"success", "exit status 0, 10"}, {"stdout", "o"}, {"stdin", "i"}, {"environment", "A=1 B=2"}, {"time", "90 s for one execution"},
		{"clock", "2026-01-02T03:04:05Z"}, {"seed", "s"}, {"writable", "below /in, and dropped at the end"}, {"workdir", "/in/a"}, {"result", "what lies in /out/p"},
	}, Execution{
		OkExit: []uint32{0, 10}, Stdout: "o", Stdin: "i", Env: []string{"A=1", "B=2"}, Seconds: 90, Clock: 1_767_323_045, Seed: "s", Writable: true,
		Workdir: "in/a", OutputPath: "p", Rows: "rows",
	}.Describe())
}
