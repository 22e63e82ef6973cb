package types

import "github.com/credence-chain/credence/poco"

// ToPoco turns stored absences into the protocol's.
func (a Absences) ToPoco() poco.Absences {
	return poco.Absences{Count: a.Count, Since: a.Since, Silent: a.Silent}
}

// AbsencesFromPoco is the inverse.
func AbsencesFromPoco(org string, a poco.Absences) Absences {
	return Absences{Organisation: org, Count: a.Count, Since: a.Since, Silent: a.Silent}
}
