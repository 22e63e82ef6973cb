package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/examples/internal/wasitest"
)

// known holds the SHA-256 of the reports about each text: report.json, followed by report.txt.
var known = map[string]string{
	"lighthouse.txt": "a939c3d79ba7a746c24002dae6a0454013dac9eecfe569335753844faa438147",
	"tides.txt":      "02b653fc59aa2ba650a2a3021b57ea422286f37497a624e378d27898e704620b",
}

func text(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("texts", name))
	require.NoError(t, err)
	return string(data)
}

func hash(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

func TestModuleReportsAreKnown(t *testing.T) {
	app := wasitest.Build(t, ".")
	for name, want := range known {
		t.Run(name, func(t *testing.T) {
			got := app.Run(wasitest.Run{In: map[string]string{name: text(t, name)}})
			require.Zero(t, got.Exit, got.Stderr)
			asJSON, err := os.ReadFile(got.Out + "/report.json")
			require.NoError(t, err)
			asText, err := os.ReadFile(got.Out + "/report.txt")
			require.NoError(t, err)
			r := report{[]stats{measure(name, text(t, name), 20)}}
			require.Equal(t, r.json(), string(asJSON), "native and module agree")
			require.Equal(t, want, hash(string(asJSON), string(asText)), "%s", asText)
		})
	}

	both := map[string]string{"b": text(t, "tides.txt"), "a": text(t, "lighthouse.txt")}
	t.Run("a bag shares the files", func(t *testing.T) {
		for i, name := range []string{"a", "b"} {
			got := app.Run(wasitest.Run{In: both, Env: []string{"CREDENCE_BAG_SIZE=2", "CREDENCE_TASK_INDEX=" + string(rune('0'+i))}})
			require.Zero(t, got.Exit, got.Stderr)
			asText, err := os.ReadFile(got.Out + "/report.txt")
			require.NoError(t, err)
			require.Equal(t, report{[]stats{measure(name, both[name], 20)}}.text(), string(asText))
		}
	})

	t.Run("bad input", func(t *testing.T) {
		for _, tc := range []struct {
			name string
			run  wasitest.Run
			exit uint32
			says string
		}{
			{"no texts", wasitest.Run{}, exitUsage, "/in is empty"},
			{"absent", wasitest.Run{Args: []string{"c"}, In: both}, exitInput, "/in/c"},
			{"a picture", wasitest.Run{In: map[string]string{"a": "\x89PNG\r\n\x1a\n\x00"}}, exitInput, "zero byte"},
			{"Latin-1", wasitest.Run{In: map[string]string{"a": "caf\xe9"}}, exitInput, "byte 3 is not UTF-8"},
			{"numbers only", wasitest.Run{In: map[string]string{"a": "1 2 3"}}, exitInput, "no words"},
			{"too long", wasitest.Run{In: map[string]string{"a": strings.Repeat("a ", maxBytes/2+1)}}, exitInput, "more than 16777216 bytes"},
			{"unknown flag", wasitest.Run{Args: []string{"-x"}, In: both}, exitUsage, "unknown flag -x"},
			{"top without number", wasitest.Run{Args: []string{"-top"}, In: both}, exitUsage, "wants a number"},
			{"top too large", wasitest.Run{Args: []string{"-top", "1001"}, In: both}, exitUsage, "from 0 to 1000"},
			{"more tasks than texts", wasitest.Run{In: both, Env: []string{"CREDENCE_BAG_SIZE=3", "CREDENCE_TASK_INDEX=2"}}, exitUsage, "there are only 2"},
			{"bag index outside", wasitest.Run{In: both, Env: []string{"IEXEC_BOT_SIZE=2", "IEXEC_TASK_INDEX=2"}}, exitUsage, `index "2" of "2"`},
		} {
			t.Run(tc.name, func(t *testing.T) {
				got := app.Run(tc.run)
				require.Equal(t, tc.exit, got.Exit, got.Stderr)
				require.Contains(t, got.Stderr, tc.says)
				left, err := os.ReadDir(got.Out)
				require.NoError(t, err)
				require.Empty(t, left)
			})
		}
	})
}

func TestMeasure(t *testing.T) {
	s := measure("x", "The cat sat. The cat's 3.5 well-known cats sat! \"No?\" said I\n\nA heading\n\nDone", 3)
	require.EqualValues(t, 6, s.Sentences, "said I, A heading and Done end with their paragraphs")
	require.EqualValues(t, 14, s.Words)
	require.EqualValues(t, 12, s.Distinct)
	require.Equal(t, []count{{"sat", 2}, {"the", 2}, {"a", 1}}, s.Top)
	require.EqualValues(t, 5, s.Lines)
	for word, n := range map[string]int64{"cat": 1, "table": 2, "the": 1, "like": 1, "beautiful": 3, "rhythm": 1, "hm": 1, "naïve": 1} {
		require.Equal(t, n, syllables(word), word)
	}
}

// The integer arithmetic agrees with the printed formulas.
func TestIndices(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := stats{Words: rapid.Int64Range(1, 8_000_000).Draw(t, "words")}
		s.Sentences = rapid.Int64Range(1, s.Words).Draw(t, "sentences")
		s.Letters = rapid.Int64Range(s.Words, maxBytes).Draw(t, "letters")
		s.Syllables = rapid.Int64Range(s.Words, maxBytes).Draw(t, "syllables")
		s.Long = rapid.Int64Range(0, s.Words).Draw(t, "long")
		s.indices()
		w, n, l, y, long := float64(s.Words), float64(s.Sentences), float64(s.Letters), float64(s.Syllables), float64(s.Long)
		for name, pair := range map[string][2]float64{
			"ease":      {float64(s.FleschEase), 206.835 - 1.015*w/n - 84.6*y/w},
			"kincaid":   {float64(s.FleschKincaid), 0.39*w/n + 11.8*y/w - 15.59},
			"fog":       {float64(s.GunningFog), 0.4 * (w/n + 100*long/w)},
			"automated": {float64(s.Automated), 4.71*l/w + 0.5*w/n - 21.43},
			"coleman":   {float64(s.ColemanLi), 5.88*l/w - 29.6*n/w - 15.8},
		} {
			if math.Abs(pair[0]/100-pair[1]) > 0.0051 {
				t.Fatalf("%s: %v hundredths, expected %v", name, pair[0], pair[1])
			}
		}
	})
}

func TestReportIsJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name, words := rapid.String().Draw(t, "name"), rapid.String().Draw(t, "text")
		var got struct {
			Texts []struct {
				Name string
				Top  []struct {
					Word  string
					Times int64
				}
			}
		}
		s := measure(name, words, 5)
		if err := json.Unmarshal([]byte(report{[]stats{s, s}}.json()), &got); err != nil {
			t.Fatal(err)
		}
		if len(got.Texts) != 2 || got.Texts[1].Name != name || len(got.Texts[1].Top) != len(s.Top) {
			t.Fatalf("%+v", got)
		}
	})
}
