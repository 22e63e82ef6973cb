package printable

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

func TestName(t *testing.T) {
	for name, want := range map[string]string{
		"report.txt": "report.txt", "a/b-c_d.e": "a/b-c_d.e", "é": "é", "e\u0301": "e\u0301", "😀": "😀", "-rf": "-rf",
		"": `""`, "with space": `"with space"`, "a, b": `"a, b"`, "a;b": `"a;b"`, `a\b`: `"a\\b"`, `"`: `"\""`,
		"new\nVerdict 1 of 1": `"new\nVerdict 1 of 1"`, "\x1b[31mred": `"\x1b[31mred"`, "\t": `"\t"`, "\u202ertl": `"\u202ertl"`,
		"\u2028": `"\u2028"`, "\u009b2J": `"\u009b2J"`, "\x7f": `"\x7f"`, "\u200b": `"\u200b"`, "\xe9": `"\xe9"`,
	} {
		if got := Name(name); got != want {
			t.Errorf("%q: got %s, want %s", name, got, want)
		}
	}
}

func TestTexts(t *testing.T) {
	const text = "one\ttwo\r\n\x1b[2J\u202e\xff\n"
	if got, want := Line(text), `one\ttwo\r\n\x1b[2J\u202e\xff\n`; got != want {
		t.Errorf("line: got %s, want %s", got, want)
	}
	if got, want := Text(text), "one\\ttwo\\r\n\\x1b[2J\\u202e\\xff\n"; got != want {
		t.Errorf("text: got %q, want %q", got, want)
	}
	if got, want := Lines(text, "  | "), "  | one\ttwo\n  | \\x1b[2J\\u202e\\xff\n"; got != want {
		t.Errorf("lines: got %q, want %q", got, want)
	}
	if got := Lines("", "> "); got != "" {
		t.Errorf("no lines: got %q", got)
	}
}

// TestNothingActs: for any text, the output holds nothing that a terminal acts upon. JSON keeps the same value.
func TestNothingActs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.Custom(func(t *rapid.T) string { return string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")) })).Draw(t, "text")
		var encoded bytes.Buffer
		value := []string{strings.ToValidUTF8(s, "")}
		if err := json.NewEncoder(JSON(&encoded)).Encode(value); err != nil {
			t.Fatal(err)
		}
		var back []string
		if err := json.Unmarshal(encoded.Bytes(), &back); err != nil || !reflect.DeepEqual(back, value) {
			t.Fatalf("JSON: got %q, %v, want %q", back, err, value)
		}
		for what, out := range map[string]string{
			"name": Name(s), "line": Line(s), "text": strings.ReplaceAll(Text(s), "\n", ""),
			"lines": strings.NewReplacer("\n", "", "\t", "").Replace(Lines(s, "")), "JSON": strings.TrimSuffix(encoded.String(), "\n"),
		} {
			if strings.ContainsFunc(out, func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Fatalf("%s of %q: %q", what, s, out)
			}
		}
	})
}
