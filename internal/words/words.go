// Package words says what the names that people choose on the chain are made of: a-z, 0-9 and a few signs.
package words

import "strings"

const letters = "abcdefghijklmnopqrstuvwxyz0123456789"

// IsMade says whether s is made of a-z, 0-9 and the signs alone, all of which are ASCII. The empty word is.
func IsMade(s, signs string) bool { return strings.Trim(s, letters+signs) == "" }
