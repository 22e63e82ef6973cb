package main

import (
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	got, err := Check("testdata", "./src")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(got, "\n")
	for _, w := range []string{
		"bad.go:5: import of math/rand",
		"bad.go:9: type float64",
		"bad.go:12: go statement",
		"bad.go:13: select statement",
		"bad.go:18: range over a map",
		"bad.go:26: range over a map", // an excuse without a reason excuses nothing
		"bad.go:33: time.Now",
		"bad.go:33: value of type float64",
	} {
		if !strings.Contains(text, w) {
			t.Errorf("not found: %s\ngot:\n%s", w, text)
		}
	}
	for _, w := range []string{"bad.go:22", "bad.go:29"} {
		if strings.Contains(text, w) {
			t.Errorf("found, but harmless: %s\ngot:\n%s", w, text)
		}
	}
}

func TestCheckFailsOnNothing(t *testing.T) {
	if _, err := Check("testdata", "./nowhere/..."); err == nil {
		t.Error("expected an error: a check of no packages checks nothing")
	}
}
