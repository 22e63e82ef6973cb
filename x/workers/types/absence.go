package types

import "github.com/credence-chain/credence/poco"

// ToPoco converts stored absences to the type of package poco.
func (a Absences) ToPoco() poco.Absences {
	return poco.Absences{Count: a.Count, Since: a.Since, Silent: a.Silent}
}

// AbsencesFromPoco is the inverse of ToPoco.
func AbsencesFromPoco(org string, a poco.Absences) Absences {
	return Absences{Organisation: org, Count: a.Count, Since: a.Since, Silent: a.Silent}
}
