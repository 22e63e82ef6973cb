package main

import (
	"strconv"
	"strings"
)

// report is written twice, for programs and for people.
type report struct{ Texts []stats }

// fields are the numbers of a text in the order of both reports.
func (s *stats) fields() []field {
	return []field{
		{"bytes", "bytes", s.Bytes, false},
		{"lines", "lines", s.Lines, false},
		{"words", "words", s.Words, false},
		{"distinct_words", "distinct words", s.Distinct, false},
		{"letters", "letters", s.Letters, false},
		{"syllables", "syllables (estimated)", s.Syllables, false},
		{"long_words", "words of 3 syllables or more", s.Long, false},
		{"sentences", "sentences", s.Sentences, false},
		{"longest_sentence", "words in the longest sentence", s.LongestSentence, false},
		{"words_per_sentence", "words a sentence", s.PerSentence, true},
		{"letters_per_word", "letters a word", s.PerWord, true},
		{"flesch_reading_ease", "Flesch reading ease", s.FleschEase, true},
		{"flesch_kincaid_grade", "Flesch-Kincaid grade", s.FleschKincaid, true},
		{"gunning_fog", "Gunning fog index", s.GunningFog, true},
		{"automated_readability", "automated readability index", s.Automated, true},
		{"coleman_liau", "Coleman-Liau index", s.ColemanLi, true},
	}
}

type field struct {
	key, label string
	value      int64
	hundredths bool
}

func (f field) number() string {
	if !f.hundredths {
		return strconv.FormatInt(f.value, 10)
	}
	sign, v := "", f.value
	if v < 0 {
		sign, v = "-", -v
	}
	cents := strconv.FormatInt(v%100, 10)
	return sign + strconv.FormatInt(v/100, 10) + "." + strings.Repeat("0", 2-len(cents)) + cents
}

func (r report) json() string {
	var b strings.Builder
	b.WriteString("{\n  \"texts\": [")
	for i, s := range r.Texts {
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString("\n    {\n      \"name\": " + quote(s.Name))
		for _, f := range s.fields() {
			b.WriteString(",\n      " + quote(f.key) + ": " + f.number())
		}
		b.WriteString(",\n      \"top\": [")
		for j, c := range s.Top {
			if j > 0 {
				b.WriteString(",")
			}
			b.WriteString("\n        {\"word\": " + quote(c.Word) + ", \"times\": " + strconv.FormatInt(c.Times, 10) + "}")
		}
		if len(s.Top) > 0 {
			b.WriteString("\n      ")
		}
		b.WriteString("]\n    }")
	}
	b.WriteString("\n  ]\n}\n")
	return b.String()
}

// quote is a JSON string.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < 0x20:
			const hex = "0123456789abcdef"
			b.WriteString(`\u00`)
			b.WriteByte(hex[r>>4])
			b.WriteByte(hex[r&15])
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func (r report) text() string {
	var b strings.Builder
	for i, s := range r.Texts {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(s.Name + "\n" + strings.Repeat("=", len([]rune(s.Name))) + "\n\n")
		for _, f := range s.fields() {
			b.WriteString(pad(f.label, 32) + f.number() + "\n")
		}
		if len(s.Top) > 0 {
			b.WriteString("\nmost frequent words\n\n")
		}
		for _, c := range s.Top {
			bar := int(ratio(40*c.Times, s.Top[0].Times))
			b.WriteString("  " + pad(c.Word, 18) + pad(strconv.FormatInt(c.Times, 10), 6) + strings.Repeat("#", bar) + "\n")
		}
	}
	return b.String()
}

func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(1, width-len([]rune(s))))
}
