package poco

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// released are the policies without those that tests add.
var released = slices.Clone(policies)

// Each policy is documented. It has a row in section 3.1 of the specification, rows in the outcome table, and its seats in section 9.4.
func TestPoliciesAreDocumented(t *testing.T) {
	text, err := os.ReadFile(outcomeFile)
	require.NoError(t, err)
	_, seats, found := strings.Cut(string(text), "at least what the policy draws")
	require.True(t, found)
	seats, _, _ = strings.Cut(seats, "The dataset price")
	rows := readOutcomeTable(t)
	for _, p := range released {
		require.Contains(t, string(text), "\n| `"+p.Name()+"` |", "%s: a row of the table of section 3.1", p.Name())
		require.Contains(t, seats, "`"+p.Name()+"`", "%s: how many seats it draws, in section 9.4", p.Name())
		how := p.Name()
		if how == DefaultPolicy {
			how = "replicas"
		}
		require.True(t, slices.ContainsFunc(rows, func(r outcomeRow) bool { return r.how == how }), "%s: rows of the outcome table of section 8", p.Name())
	}
}

// Each policy says what breaks its promise. Where the plan assumes a coalition, its size is said, and where a plan is the court, what breaks
// the court.
func TestPoliciesSayWhatBreaksThem(t *testing.T) {
	seen := map[string]string{}
	for _, p := range released {
		text := p.Rules().BreaksUnder(Plan{Faction: 6, Eligible: 30})
		require.NotEmpty(t, text, p.Name())
		require.Empty(t, seen[text], "%s says what %s says", p.Name(), seen[text])
		seen[text] = p.Name()
		require.Equal(t, p.Rules().Ledgers, strings.HasPrefix(text, "more than 6 organisations collude, of 30 that can be drawn; "), text)
	}
	court := Plan{Court: true, Faction: 6, Eligible: 30}
	require.Equal(t, FullCourt{}.Rules().Breaks, Credence{}.Rules().BreaksUnder(court))
	require.Equal(t, Single{}.Rules().Breaks, Single{}.Rules().BreaksUnder(court), "no court judges there")
}

// A paragraph that names three policies without a court is a list of them. It must name all of them.
func TestListsOfCourtlessPoliciesAreWhole(t *testing.T) {
	var names []string
	for _, p := range released {
		if r := p.Rules(); r.Court == CourtNever && r.Evidence == EvidenceNone {
			names = append(names, "`"+p.Name()+"`")
		}
	}
	for _, page := range []string{"apps", "provider", "receipts", "faq"} {
		text, err := os.ReadFile("../docs/" + page + ".md")
		require.NoError(t, err)
		lists := 0
		for _, paragraph := range strings.Split(string(text), "\n\n") {
			missing := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return strings.Contains(paragraph, name) })
			if len(names)-len(missing) >= 3 {
				lists++
				require.Empty(t, missing, "%s lists policies without a court: %.300s", page, strings.TrimSpace(paragraph))
			}
		}
		require.Positive(t, lists, "%s has no list of the policies without a court", page)
	}
}
