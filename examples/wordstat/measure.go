package main

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// stats is what there is to say about one text. Numbers with a decimal part are kept in
// hundredths, rounded half away from zero: integers are the same everywhere.
type stats struct {
	Name                             string
	Bytes, Lines                     int64
	Words, Distinct                  int64
	Letters, Sentences, Syllables    int64
	Long                             int64 // words of three syllables or more
	LongestSentence                  int64 // in words
	PerSentence, PerWord             int64 // words a sentence, letters a word
	FleschEase, FleschKincaid        int64
	GunningFog, Automated, ColemanLi int64
	Top                              []count
}

type count struct {
	Word  string
	Times int64
}

// check refuses what is not prose, with a reason.
func check(name, text string) error {
	switch {
	case len(text) > maxBytes:
		return errors.New(name + ": more than " + strconv.Itoa(maxBytes) + " bytes")
	case strings.IndexByte(text, 0) >= 0:
		return errors.New(name + ": holds a zero byte, it is not a text")
	case !utf8.ValidString(text):
		for i, r := range text {
			if r == utf8.RuneError {
				if _, size := utf8.DecodeRuneInString(text[i:]); size == 1 {
					return errors.New(name + ": byte " + strconv.Itoa(i) + " is not UTF-8")
				}
			}
		}
	case strings.IndexFunc(text, unicode.IsLetter) < 0:
		return errors.New(name + ": no words in it")
	}
	return nil
}

// measure counts. A word is letters, with apostrophes and hyphens between letters; a
// sentence ends with . ! or ? before a space, or where the text does or a blank line.
func measure(name, text string, top int) stats {
	s := stats{Name: name, Bytes: int64(len(text)), Lines: int64(strings.Count(text, "\n"))}
	if text != "" && !strings.HasSuffix(text, "\n") {
		s.Lines++
	}
	times := map[string]int64{}
	var inSentence int64
	endSentence := func() {
		if inSentence > 0 {
			s.Sentences++
			s.LongestSentence = max(s.LongestSentence, inSentence)
		}
		inSentence = 0
	}
	runes := []rune(text)
	for i := 0; i < len(runes); i++ {
		switch r := runes[i]; {
		case unicode.IsLetter(r):
			end := wordEnd(runes, i)
			word := strings.ReplaceAll(strings.ToLower(string(runes[i:end])), "’", "'")
			i = end - 1
			times[word]++
			inSentence++
			s.Words++
			s.Letters += letters(word)
			n := syllables(word)
			s.Syllables += n
			if n >= 3 {
				s.Long++
			}
		case r == '.' || r == '!' || r == '?':
			if i+1 == len(runes) || !unicode.IsLetter(runes[i+1]) && !unicode.IsDigit(runes[i+1]) {
				endSentence()
			}
		case r == '\n' && i+1 < len(runes) && runes[i+1] == '\n':
			endSentence()
		}
	}
	endSentence()
	s.Distinct = int64(len(times))
	s.Top = mostFrequent(times, top)
	s.indices()
	return s
}

func wordEnd(runes []rune, at int) int {
	for at++; at < len(runes); at++ {
		r := runes[at]
		if unicode.IsLetter(r) || unicode.Is(unicode.Mn, r) {
			continue
		}
		joins := r == '\'' || r == '’' || r == '-'
		if !joins || at+1 == len(runes) || !unicode.IsLetter(runes[at+1]) {
			break
		}
	}
	return at
}

func letters(word string) (n int64) {
	for _, r := range word {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n
}

// syllables estimates: groups of vowels, less a silent e at the end, at least one. Right
// for about nine English words in ten, and the same for everybody.
func syllables(word string) (n int64) {
	before := false
	for _, r := range word {
		vowel := strings.ContainsRune("aeiouyàáâäæèéêëìíîïòóôöœùúûü", r)
		if vowel && !before {
			n++
		}
		before = vowel
	}
	if n > 1 && strings.HasSuffix(word, "e") && !strings.HasSuffix(word, "le") {
		n--
	}
	return max(1, n)
}

func mostFrequent(times map[string]int64, top int) []count {
	all := make([]count, 0, len(times))
	for word, n := range times {
		all = append(all, count{word, n})
	}
	// The order of a map is random, that of the words under this rule is not.
	slices.SortFunc(all, func(a, b count) int {
		return cmp.Or(cmp.Compare(b.Times, a.Times), cmp.Compare(a.Word, b.Word))
	})
	return all[:min(top, len(all))]
}

// indices fills the averages and the readability indices from the counts:
//
//	Flesch reading ease       206.835 - 1.015 words/sentences - 84.6 syllables/words
//	Flesch-Kincaid grade      0.39 words/sentences + 11.8 syllables/words - 15.59
//	Gunning fog               0.4 (words/sentences + 100 long/words)
//	automated readability     4.71 letters/words + 0.5 words/sentences - 21.43
//	Coleman-Liau              5.88 letters/words - 29.6 sentences/words - 15.8
func (s *stats) indices() {
	if s.Words == 0 || s.Sentences == 0 {
		return
	}
	s.PerSentence = ratio(100*s.Words, s.Sentences)
	s.PerWord = ratio(100*s.Letters, s.Words)
	// Quotients in millionths, coefficients in thousandths. A text of maxBytes keeps every
	// product below 10^17, and the rounding of a quotient shows in the last digit of a
	// result only next to a tie.
	perSentence := ratio(1_000_000*s.Words, s.Sentences)
	perWord := func(n int64) int64 { return ratio(1_000_000*n, s.Words) }
	hundredths := func(thousandfold int64) int64 { return ratio(thousandfold, 10_000_000) }
	s.FleschEase = hundredths(206_835_000_000 - 1015*perSentence - 84_600*perWord(s.Syllables))
	s.FleschKincaid = hundredths(390*perSentence + 11_800*perWord(s.Syllables) - 15_590_000_000)
	s.GunningFog = hundredths(400 * (perSentence + 100*perWord(s.Long)))
	s.Automated = hundredths(4710*perWord(s.Letters) + 500*perSentence - 21_430_000_000)
	s.ColemanLi = hundredths(5880*perWord(s.Letters) - 29_600*perWord(s.Sentences) - 15_800_000_000)
}

// ratio is a/b rounded half away from zero.
func ratio(a, b int64) int64 {
	if a < 0 {
		return -ratio(-a, b)
	}
	return (a + b/2) / b
}
