package receipt

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/receipt"
)

func run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	cmd := NewCommand()
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	cmd.SetArgs(args)
	err := cmd.Execute()
	return out.String(), err
}

// A file that is no receipt is reported as not proven, to people and to programs. A file that could not be read is another error.
func TestVerifyRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "receipt.json")
	require.NoError(t, os.WriteFile(file, []byte("{}"), 0o600))
	hash := strings.Repeat("ab", 32)
	out, err := run(t, "verify", file, "--trust", hash)
	require.Equal(t, cli.ExitUnproven, cli.ExitStatus(err))
	require.ErrorContains(t, err, "not proven (format)")
	require.Empty(t, out)
	out, err = run(t, "verify", file, "--trust", hash, "--output", "json")
	require.Equal(t, cli.ExitUnproven, cli.ExitStatus(err))
	require.Contains(t, out, `"proven": false`)
	require.Contains(t, out, `"reason": "format"`)

	_, err = run(t, "verify", file+"x", "--trust", hash)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.Equal(t, cli.ExitFailed, cli.ExitStatus(err))
	for _, args := range [][]string{{"verify", file}, {"verify", file, "--trust", "x"}} {
		_, err = run(t, args...)
		require.Equal(t, cli.ExitUsage, cli.ExitStatus(err), "%v", err)
	}
	large := filepath.Join(t.TempDir(), "large")
	require.NoError(t, os.WriteFile(large, nil, 0o600))
	require.NoError(t, os.Truncate(large, receipt.MaxBytes+1))
	_, err = run(t, "verify", large, "--trust", hash)
	require.ErrorContains(t, err, "at most")
}

func statement() *receipt.Statement {
	return &receipt.Statement{
		Chain: "credence-1", Task: "t",
		Answer: receipt.Answer{
			Kind: "RESULT", Digest: "sha256:00", Fuel: 9, Ended: 40, HasManifest: true, ExitStatus: 3, Files: []receipt.File{{Path: "a"}, {Path: "b"}},
		},
		Evidence: receipt.Evidence{
			Policy: "credence", Bounded: true, Trust: 1000, GaveIt: []string{"ash", "birch", "oak"}, Replicas: 3, X: "0.000100", Faction: 2, Eligible: 9,
			Audit: "unopposed",
		},
		Work:   receipt.Work{App: "tools/wc", Version: "1", Args: []string{"two words", "x\n  answer  LIE\x1b[2J"}, Requester: "cred1x", Organisation: "acme"},
		Signed: receipt.Signed{Height: 5, Signers: 3, Validators: 4, Power: 30, TotalPower: 40, Trusted: "AB"},
	}
}

// The text promises no more than the protocol does. No text that a requester chose looks like a line of ours.
func TestWords(t *testing.T) {
	say := func(edit func(*receipt.Statement), files string) string {
		s := statement()
		edit(s)
		var out bytes.Buffer
		writeStatement(&out, s, files)
		return out.String()
	}
	plain := say(func(*receipt.Statement) {}, "")
	for _, words := range []string{
		"Proven: the chain credence-1 accepted this answer, and it is final.", "RESULT, exit status 3, 2 files, 9 fuel", "tools/wc version 1",
		"workers of ash, birch and oak gave the answer", "at most one in 1000 is to be expected wrong", "with a chance of 0.000100 if at most 2 of 9 organisations do",
		"its window for challenges passed without one", "3 of 4 validators, with the power 30 of 40, in block 6", "the same validators signed the block",
		"acme (cred1x)", "No files were checked.",
	} {
		require.Contains(t, plain, words)
	}
	asked := say(func(s *receipt.Statement) {
		s.Work.Execution = contract.Execution{OkExit: []uint32{0, 3}, Env: []string{"A=1", "B=\n  answer  LIE"}, Seed: "s"}
	}, "")
	for _, words := range []string{"exit status 0, 3", "A=1", "seed"} {
		require.Contains(t, asked, words)
	}
	require.NotContains(t, asked, "\n  answer  LIE")
	require.NotContains(t, plain, "\n  answer  LIE")
	require.NotContains(t, plain, "\x1b")
	require.Contains(t, say(func(*receipt.Statement) {}, "dir"), "what is in dir is the answer, to the last byte: 2 files")
	single := say(func(s *receipt.Statement) { s.Evidence.Policy, s.Evidence.Bounded = "single", false }, "")
	require.Contains(t, single, "the policy single gives no bound on wrong results")
	require.NotContains(t, single, "expected wrong")
	court := say(func(s *receipt.Statement) {
		s.Evidence.ByCourt, s.Evidence.Court, s.Evidence.Overturned, s.Evidence.Audit = true, []string{"v1", "v2"}, "sha256:11", "overturned"
	}, "")
	require.Contains(t, court, "the court overturned the answer sha256:11")
	require.Contains(t, court, "put this answer in place of the first")
	require.NotContains(t, court, "blind replicas")
	require.Contains(t, say(func(s *receipt.Statement) { s.Signed.Validators = 1 }, ""), "The chain has one validator.")
	require.NotContains(t, plain, "one validator.")
}

func TestProblemIsARefusal(t *testing.T) {
	_, err := verifyFile(t.Context(), filepath.Join(t.TempDir(), "none"), receipt.Trust{}, receipt.Expected{}, "")
	_, is := receipt.IsRefusal(err)
	require.False(t, is)
	require.True(t, errors.Is(err, os.ErrNotExist))
}

// What a node says of its validators is printed for people and for scripts. A script gets the hash alone, as --trust takes it.
func TestPrintTrust(t *testing.T) {
	said := trusted{Chain: "credence-1", Set: "AB12", Block: "7:CD34", Validators: []validator{{Address: "EE", Power: 10}}}
	forms := map[string]string{}
	for _, form := range []string{"text", "json", "id"} {
		var out bytes.Buffer
		require.NoError(t, printTrust(&out, "node:1", said, form))
		forms[form] = out.String()
	}
	require.Equal(t, "AB12\n", forms["id"])
	require.Contains(t, forms["text"], "node:1 says of credence-1:\n\n  validators  AB12\n  block       7:CD34\n")
	require.Contains(t, forms["text"], "EE         10\n")
	require.Contains(t, forms["text"], "receipt verify FILE --trust AB12\n")
	require.Contains(t, forms["json"], `"set": "AB12"`)
}
