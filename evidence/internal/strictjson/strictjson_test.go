package strictjson_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/evidence/internal/strictjson"
)

func TestParse(t *testing.T) {
	o, err := strictjson.Parse([]byte(`{"a":"x","n":7,"h":"0aFF","list":[{"n":1},{"n":2}],"in":{"n":3},"more":[1,[2]]}`))
	require.NoError(t, err)
	require.Equal(t, "x", o.String("a"))
	require.EqualValues(t, 7, o.Uint("n", 8))
	require.Equal(t, []byte{10, 255}, o.Hex("h", 2))
	list := o.Objects("list", 2)
	require.Len(t, list, 2)
	require.EqualValues(t, 2, list[1].Uint("n", 8))
	in := o.Object("in")
	require.EqualValues(t, 3, in.Uint("n", 8))
	in.Close()
	o.Skip("more", "nothing")
	o.Close()
	require.NoError(t, o.Err())
}

func TestParseRefuses(t *testing.T) {
	for _, s := range []string{
		``, `[]`, `1`, `{`, `{"a":1}{}`, `{"a":1} x`, `{"a":1,"a":2}`, `{"b":{"a":1,"a":1}}`, `{"a":1,}`,
		strings.Repeat(`{"a":`, 20) + `1` + strings.Repeat(`}`, 20), `{"a":"` + strings.Repeat("x", strictjson.MaxSize) + `"}`,
	} {
		_, err := strictjson.Parse([]byte(s))
		require.ErrorIs(t, err, strictjson.ErrFormat, "%.40s", s)
	}
}

// Names are exact: "A" is not "a".
func TestNamesAreExact(t *testing.T) {
	o, err := strictjson.Parse([]byte(`{"A":1}`))
	require.NoError(t, err)
	require.False(t, o.Has("a"))
	o.Uint("a", 8)
	require.ErrorIs(t, o.Err(), strictjson.ErrFormat)
}

func TestFieldsRefuse(t *testing.T) {
	for name, read := range map[string]func(strictjson.Object){
		"text":      func(o strictjson.Object) { _ = o.String("n") },
		"number":    func(o strictjson.Object) { o.Uint("a", 64) },
		"too large": func(o strictjson.Object) { o.Uint("big", 8) },
		"negative":  func(o strictjson.Object) { o.Uint("minus", 8) },
		"fraction":  func(o strictjson.Object) { o.Uint("half", 8) },
		"hex":       func(o strictjson.Object) { o.Hex("a", 1) },
		"length":    func(o strictjson.Object) { o.Hex("h", 2) },
		"list":      func(o strictjson.Object) { o.Objects("a", 9) },
		"long list": func(o strictjson.Object) { o.Objects("list", 1) },
		"numbers":   func(o strictjson.Object) { o.Objects("list", 9) },
		"object":    func(o strictjson.Object) { o.Object("a") },
		"not there": func(o strictjson.Object) { _ = o.String("none") },
		"left over": func(o strictjson.Object) { o.Close() },
	} {
		o, err := strictjson.Parse([]byte(`{"a":"x","n":7,"h":"0a","big":256,"minus":-1,"half":1.5,"list":[1,2]}`))
		require.NoError(t, err)
		read(o)
		require.ErrorIs(t, o.Err(), strictjson.ErrFormat, name)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"a":"x","list":[{"n":1}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if o, err := strictjson.Parse(b); err == nil {
			o.Objects("list", 3)
			o.Close()
		}
	})
}
