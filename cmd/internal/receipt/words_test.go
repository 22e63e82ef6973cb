package receipt

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/receipt"
)

func TestAnswerText(t *testing.T) {
	one := []receipt.File{{Path: "a"}}
	for want, a := range map[string]receipt.Answer{
		"INPUT_UNAVAILABLE":               {Kind: "INPUT_UNAVAILABLE"},
		"RESULT, 7 fuel":                  {Kind: "RESULT", Fuel: 7},
		"RESULT, exit status 0, 1 file":   {Kind: "RESULT", HasManifest: true, Files: one},
		"RESULT, exit status 10, 0 files": {Kind: "RESULT", HasManifest: true, ExitStatus: 10},
		"APP_FAILED, exit status 1, reason out of fuel, 0 files, 9 fuel": {
			Kind: "APP_FAILED", HasManifest: true, ExitStatus: 1, Reason: "out of fuel", Fuel: 9,
		},
	} {
		require.Equal(t, want, answerText(a))
	}
}

func TestEvidenceText(t *testing.T) {
	for want, e := range map[string]receipt.Evidence{
		"":                                {},
		"workers of acme gave the answer": {GaveIt: []string{"acme"}},
		"workers of acme, base and core gave the answer": {GaveIt: []string{"acme", "base", "core"}},
		"workers of acme gave the answer; the validators of amber and birch found the same in court": {
			GaveIt: []string{"acme"}, Court: []string{"amber", "birch"},
		},
		"the court of the validators decided it by more than two thirds of its power (amber); the court overturned the answer sha256:ab": {
			ByCourt: true, Court: []string{"amber"}, Overturned: "sha256:ab",
		},
	} {
		require.Equal(t, want, evidenceText(e))
	}
}

// The meaning of a trust is stated only under a policy that bounds wrong results. For a single task it is stated only if replicas were
// drawn for it.
func TestTrustText(t *testing.T) {
	bounded := receipt.Evidence{Policy: "credence", Bounded: true, Trust: 1_000, Replicas: 3, X: "0.004", Faction: 2, Eligible: 9}
	require.Equal(t, "policy credence: of all tasks with the trust 1000, at most one in 1000 is to be expected wrong; "+
		"of this one, all blind replicas collude with a chance of 0.004 if at most 2 of 9 organisations do", trustText(bounded))
	bounded.ByCourt = true
	require.NotContains(t, trustText(bounded), "of this one")
	bounded.ByCourt, bounded.Replicas = false, 0
	require.NotContains(t, trustText(bounded), "of this one")
	require.Equal(t, "the policy single gives no bound on wrong results; the answer is only as trustworthy as those who gave it",
		trustText(receipt.Evidence{Policy: "single", Trust: 1_000}))
}

func TestFinalText(t *testing.T) {
	for audit, want := range map[string]string{
		"none":       "accepted at height 9, without a window for challenges",
		"unopposed":  "accepted at height 9; its window for challenges passed without one",
		"upheld":     "accepted at height 9; the court looked at it again and upheld it",
		"overturned": "accepted at height 9; the court looked at it again and put this answer in place of the first",
		"undecided":  "accepted at height 9; the court looked at it again, and what it found was: undecided",
	} {
		s := &receipt.Statement{Answer: receipt.Answer{Ended: 9}, Evidence: receipt.Evidence{Audit: audit}}
		require.Equal(t, want, finalText(s))
	}
}

func TestSmallWords(t *testing.T) {
	require.Equal(t, "the same validators signed the block", changesText(0))
	require.Equal(t, "the validators changed once from there to the block", changesText(1))
	require.Equal(t, "the validators changed 4 times from there to the block", changesText(4))
	require.Equal(t, "cred1x", askedBy(receipt.Work{Requester: "cred1x"}))
	require.Equal(t, "lab (cred1x)", askedBy(receipt.Work{Requester: "cred1x", Organisation: "lab"}))
	require.Equal(t, `-n 'two words' 'it'\''s'`, quoteArgs([]string{"-n", "two words", "it's"}))
}

// TestAsksEvidence: a receipt without evidence gets a remark under the policies that ask for evidence, and under no other policy.
func TestAsksEvidence(t *testing.T) {
	for policy, want := range map[string]bool{"proven": true, "attested": true, "credence": false, "single": false, "of a later chain": false} {
		require.Equal(t, want, asksEvidence(policy), policy)
	}
}
