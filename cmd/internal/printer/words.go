package printer

import "fmt"

// CountOf returns a number and its noun, in the plural unless the number is 1.
func CountOf(n uint64, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// OrDash returns the text, or a dash if the text is empty.
func OrDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
