package scenario

import (
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
)

// words are the arguments of a step: plain words in order, and key=value. An argument that the step does not use is a mistake.
type words struct {
	*stage
	line  string
	plain []string
	named map[string]string
}

func (w *words) read(args []string) {
	w.named = map[string]string{}
	for _, a := range args {
		if key, value, found := strings.Cut(a, "="); found {
			w.named[key] = value
		} else {
			w.plain = append(w.plain, a)
		}
	}
}

func (w *words) end() {
	require.Empty(w.t, w.plain, "unknown words in: %s", w.line)
	require.Empty(w.t, w.named, "unknown fields in: %s", w.line)
}

// next takes the next plain word.
func (w *words) next() string {
	require.NotEmpty(w.t, w.plain, "a word is missing in: %s", w.line)
	word := w.plain[0]
	w.plain = w.plain[1:]
	return word
}

// flag takes a plain word, and returns false if it is not there.
func (w *words) flag(word string) bool {
	for i, p := range w.plain {
		if p == word {
			w.plain = append(w.plain[:i:i], w.plain[i+1:]...)
			return true
		}
	}
	return false
}

func (w *words) text(key, otherwise string) string {
	value, found := w.named[key]
	delete(w.named, key)
	if !found {
		return otherwise
	}
	return value
}

func (w *words) list(key string) []string {
	if value := w.text(key, ""); value != "" {
		return strings.Split(value, ",")
	}
	return nil
}

func (w *words) amount(key string, otherwise uint64) uint64 {
	value := w.text(key, "")
	if value == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(value, 10, 64)
	require.NoError(w.t, err, "%s in: %s", key, w.line)
	return n
}

// height reads a number of blocks and adds it to the last height.
func (w *words) height(key string) int64 {
	if n := w.amount(key, 0); n > 0 {
		return w.chain.Height() + int64(n)
	}
	return 0
}

func (w *words) trust(otherwise uint64) uint64 {
	value := w.text("trust", "")
	if value == "" {
		return otherwise
	}
	trust, err := poco.ParseTrust(value)
	require.NoError(w.t, err)
	return trust
}
