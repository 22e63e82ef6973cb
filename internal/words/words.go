// Package words checks the characters of names that people choose on the chain: a-z, 0-9 and a few signs. It also finds the name that was
// probably meant by one that does not exist.
package words

import "strings"

const letters = "abcdefghijklmnopqrstuvwxyz0123456789"

// IsMade says whether s consists only of a-z, 0-9 and the given signs. Signs must be ASCII. An empty s is allowed.
func IsMade(s, signs string) bool { return strings.Trim(s, letters+signs) == "" }
