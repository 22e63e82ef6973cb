package task

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"sigs.k8s.io/yaml"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/gogoproto/proto"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/nodetest"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/receipt"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

var (
	someDeal    = strings.Repeat("de", 32)
	someRequest = strings.Repeat("fe", 32)
	newRequest  = strings.Repeat("99", 32)
)

// ladder returns a node that knows one task, its deal and its request. Each is found by its id or the beginning of its id.
func ladder(t *testing.T, task taskstypes.Task, request markettypes.Request) *nodetest.Node {
	t.Helper()
	task.Deal, request.Id, request.Requester = someDeal, someRequest, someOwner
	n := taskNode(t, task)
	deal := dealstypes.Deal{Id: someDeal, Request: someRequest, Size_: 1, Terms: dealstypes.Terms{Policy: "credence", Trust: 100}}
	nodetest.Answer(n, "/credence.market.v1.Query/Resolve", func(r *markettypes.QueryResolveRequest) (*markettypes.QueryResolveResponse, error) {
		if strings.HasPrefix(someRequest, r.Prefix) {
			return &markettypes.QueryResolveResponse{Requests: []string{someRequest}}, nil
		}
		return &markettypes.QueryResolveResponse{}, nil
	})
	nodetest.Answer(n, "/credence.deals.v1.Query/Resolve", func(r *dealstypes.QueryResolveRequest) (*dealstypes.QueryResolveResponse, error) {
		if strings.HasPrefix(someDeal, r.Prefix) {
			return &dealstypes.QueryResolveResponse{Deals: []string{someDeal}}, nil
		}
		return &dealstypes.QueryResolveResponse{}, nil
	})
	nodetest.Answer(n, "/credence.deals.v1.Query/Deal", func(*dealstypes.QueryDealRequest) (*dealstypes.QueryDealResponse, error) {
		return &dealstypes.QueryDealResponse{Deal: deal}, nil
	})
	nodetest.Answer(n, "/credence.market.v1.Query/Request", func(*markettypes.QueryRequestRequest) (*markettypes.QueryRequestResponse, error) {
		return &markettypes.QueryRequestResponse{Request: request}, nil
	})
	nodetest.Answer(n, "/credence.tasks.v1.Query/Task", func(*taskstypes.QueryTaskRequest) (*taskstypes.QueryTaskResponse, error) {
		return &taskstypes.QueryTaskResponse{Task: task, Deal: deal}, nil
	})
	nodetest.Answer(n, "/credence.tasks.v1.Query/TasksOfDeal", func(*taskstypes.QueryTasksOfDealRequest) (*taskstypes.QueryTasksOfDealResponse, error) {
		return &taskstypes.QueryTasksOfDealResponse{Tasks: []taskstypes.Task{task}}, nil
	})
	return n
}

// payer makes the key of a paying account in a file, and returns the account's address and the file.
func payer(t *testing.T) (address, file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "payer.key")
	key, err := client.LoadOrGenerateKey(file)
	require.NoError(t, err)
	return key.Address(), file
}

func answerAll(msg sdk.Msg) proto.Message {
	switch msg.(type) {
	case *markettypes.MsgSubmitTask:
		return &markettypes.MsgSubmitTaskResponse{Id: newRequest}
	case *markettypes.MsgCancelRequest:
		return &markettypes.MsgCancelRequestResponse{}
	case *taskstypes.MsgChallenge:
		return &taskstypes.MsgChallengeResponse{Bond: 250_000}
	}
	return nil
}

// matched returns a matched request for one task of at most two CRED. It would have rested for 40 blocks.
func matched() markettypes.Request {
	return markettypes.Request{
		Height: 10, Expiry: 50, Status: markettypes.REQUEST_STATUS_MATCHED, Deal: someDeal, Deals: 1,
		Job: markettypes.Job{App: "studio/ray:1", Size_: 1, MaxPrice: 2_000_000, Trust: 100, Sponsor: someOwner, Args: []string{"a b"}},
	}
}

// A request is repeated or cancelled by its own id, by that of its deal or by that of its task. The beginning of an id is enough.
func TestRequestsAreRepeatedAndCancelled(t *testing.T) {
	me, file := payer(t)
	for _, id := range []string{someRequest, someDeal, someID, "fefe", "dede", "abab"} {
		n := ladder(t, taskstypes.Task{Id: someID}, matched())
		taken := nodetest.TakeTransactions(t, n, answerAll)
		out, err := n.RunCommand(t, NewCommand(), "cancel", id, "--key-file", file)
		require.NoError(t, err, id)
		require.Equal(t, &markettypes.MsgCancelRequest{Requester: me, Id: someRequest}, taken.Only(t))
		require.Equal(t, "request fefefefefefe is cancelled since height 101; what no worker was drawn for is refunded\nSee what runs on:\n  credenced task show fefefefefefe\n", out)

		n = ladder(t, taskstypes.Task{Id: someID}, matched())
		taken = nodetest.TakeTransactions(t, n, answerAll)
		out, err = n.RunCommand(t, NewCommand(), "retry", id, "--key-file", file)
		require.NoError(t, err, id)
		sent := taken.Only(t).(*markettypes.MsgSubmitTask)
		require.Equal(t, me, sent.Requester)
		require.Equal(t, []string{"a b"}, sent.Job.Args)
		require.EqualValues(t, 2_000_000, sent.Job.MaxPrice)
		require.EqualValues(t, nodetest.Height+40, sent.Expiry, "it rests as long as the old one did")
		require.Empty(t, sent.Job.Sponsor, "it pays by itself")
		require.Equal(t, "request 999999999999 has the job of fefefefefefe again; 2 CRED locked\nFollow it with:\n  credenced task watch 999999999999 --out DIR\n", out)
	}
}

func TestRetryAsJSONForAnotherPrice(t *testing.T) {
	_, file := payer(t)
	n := ladder(t, taskstypes.Task{Id: someID}, matched())
	taken := nodetest.TakeTransactions(t, n, answerAll)
	out, err := n.RunCommand(t, NewCommand(), "retry", someRequest, "--key-file", file, "--max-price", "5CRED", "--output", "json")
	require.NoError(t, err)
	require.EqualValues(t, 5_000_000, taken.Only(t).(*markettypes.MsgSubmitTask).Job.MaxPrice)
	require.JSONEq(t, `{"request":"`+newRequest+`","of":"`+someRequest+`","hash":"`+taken.All()[0].Hash+`","height":"101"}`, out)

	n = ladder(t, taskstypes.Task{Id: someID}, matched())
	taken = nodetest.TakeTransactions(t, n, answerAll)
	out, err = n.RunCommand(t, NewCommand(), "cancel", someRequest, "--key-file", file, "--output", "json")
	require.NoError(t, err)
	require.JSONEq(t, `{"request":"`+someRequest+`","hash":"`+taken.All()[0].Hash+`","height":"101"}`, out)

	n = ladder(t, taskstypes.Task{Id: someID}, matched())
	taken = nodetest.TakeTransactions(t, n, answerAll)
	_, err = n.RunCommand(t, NewCommand(), "retry", someRequest, "--key-file", file, "--max-price", "5000001ucred")
	require.ErrorContains(t, err, "has 5 CRED, and 5.000001 CRED are locked for the request")
	require.Equal(t, cli.ExitUnfunded, cli.ExitStatus(err))
	require.Empty(t, taken.All())
}

// A challenge names one task. It may ask for a new judgement, or for the bytes of the answer.
func TestChallenge(t *testing.T) {
	me, file := payer(t)
	for _, tc := range []struct {
		args []string
		sent *taskstypes.MsgChallenge
		says string
	}{
		{nil, &taskstypes.MsgChallenge{Challenger: me, Task: someID, MaxBond: 10_000_000}, "task abababababab is challenged since height 101, with a bond of 0.25 CRED\n"},
		{[]string{"--bytes", "--max-bond", "1CRED"}, &taskstypes.MsgChallenge{Challenger: me, Task: someID, MaxBond: 1_000_000, Bytes: true}, "task abababababab is asked for its bytes since height 101, with a bond of 0.25 CRED\n"},
	} {
		n := ladder(t, taskstypes.Task{Id: someID}, matched())
		taken := nodetest.TakeTransactions(t, n, answerAll)
		out, err := n.RunCommand(t, NewCommand(), append([]string{"challenge", "ABAB", "--key-file", file}, tc.args...)...)
		require.NoError(t, err)
		require.Equal(t, tc.sent, taken.Only(t))
		require.Equal(t, tc.says+"Follow it with:\n  credenced task show abababababab\n", out)
		out, err = n.RunCommand(t, NewCommand(), append([]string{"challenge", someID, "--key-file", file, "--output", "json"}, tc.args...)...)
		require.NoError(t, err)
		var said challenged
		require.NoError(t, json.Unmarshal([]byte(out), &said))
		require.Equal(t, challenged{Task: someID, Bond: 250_000, Hash: taken.All()[1].Hash, Height: 101}, said)
	}
}

// An impossible command is refused before anything is sent. The error has the next step and the exit status of its class.
func TestTaskCommandsRefuse(t *testing.T) {
	_, file := payer(t)
	for _, tc := range []struct {
		name string
		args []string
		says []string
		exit int
	}{
		{"a bond in words", []string{"challenge", someID, "--max-bond", "much"}, []string{"--max-bond: "}, cli.ExitFailed},
		{"a price in words", []string{"retry", someID, "--max-price", "much"}, []string{"--max-price: "}, cli.ExitFailed},
		{"nobody to pay", []string{"retry", someID}, []string{"no key was given to pay with", "--key-file FILE or --from NAME"}, cli.ExitFailed},
		{"two keys", []string{"cancel", someID, "--key-file", file, "--from", "me"}, []string{"--key-file and --from name one key each"}, cli.ExitFailed},
		{"no id", []string{"cancel"}, []string{"ID: missing; expected credence task cancel ID"}, cli.ExitUsage},
		{"another id than any", []string{"cancel", "7777"}, []string{"7777"}, cli.ExitFailed},
		{"output", []string{"cancel", someID, "--output", "id"}, []string{`--output "id"`}, cli.ExitUsage},
		{"output of a challenge", []string{"challenge", someID, "--output", "table"}, []string{`--output "table"`}, cli.ExitUsage},
		{"a height before all", []string{"receipt", someID, "--since", "-1"}, []string{"--since -1: expected a height from 1"}, cli.ExitFailed},
	} {
		t.Run(tc.name, func(t *testing.T) {
			n := ladder(t, taskstypes.Task{Id: someID}, matched())
			taken := nodetest.TakeTransactions(t, n, answerAll)
			out, err := n.RunCommand(t, NewCommand(), tc.args...)
			for _, says := range tc.says {
				require.ErrorContains(t, err, says)
			}
			require.Equal(t, tc.exit, cli.ExitStatus(err), err)
			require.Empty(t, out)
			require.Empty(t, taken.All())
		})
	}
}

// A request that ended without a deal has no task to follow. The error says so with the reason, and the command fails.
func TestRequestsWithoutADeal(t *testing.T) {
	r := matched()
	r.Deal, r.Deals, r.Status, r.Reason = "", 0, markettypes.REQUEST_STATUS_UNMATCHED, "no pool takes it."
	for _, args := range [][]string{{"show", "fefe"}, {"watch", "fefe"}, {"fetch", "fefe", "--out", t.TempDir()}} {
		n := ladder(t, taskstypes.Task{Id: someID}, r)
		_, err := n.RunCommand(t, NewCommand(), args...)
		require.ErrorContains(t, err, "the request was unmatched and refunded. no pool takes it.", args)
		require.Equal(t, cli.ExitNoVerdict, cli.ExitStatus(err))
	}
}

// A task that has ended is shown with its story and its money, by any of its ids. JSON has a line for each event.
func TestTaskShow(t *testing.T) {
	task := taskstypes.Task{
		Id: someID, Index: 4, Attempt: 1, Phase: taskstypes.PHASE_DONE, Ending: taskstypes.ENDING_VOID, Opened: 20, Done: 60,
		Settlement: &taskstypes.Settlement{Refund: 2_000_000},
	}
	for _, id := range []string{someID, "dede", someRequest} {
		n := ladder(t, task, matched())
		out, err := n.RunCommand(t, NewCommand(), "show", id)
		require.NoError(t, err, id)
		require.Contains(t, out, "task 4   ")
		require.Contains(t, out, "2 CRED  from the requester's escrow  back to the requester")
		out, err = n.RunCommand(t, NewCommand(), "show", id, "--output", "json")
		require.NoError(t, err, id)
		for line := range strings.Lines(out) {
			var e client.Event
			require.NoError(t, json.Unmarshal([]byte(line), &e), line)
			require.Equal(t, someID, e.Task)
		}
		require.NotContains(t, out, "-> requester")
	}
}

// Texts that a program, a worker or a node chose stay on their line, and do not act on the terminal.
func TestHostileTasks(t *testing.T) {
	const hostile = "\x1b[2J\u202egood\nforged: accepted"
	var out strings.Builder
	printFetched(&out, []*client.TaskReport{{
		Index: 1, Ending: "ACCEPTED", Verdict: &client.Outcome{Kind: "APP_FAILED", Digest: "sha256:aa"}, Reason: hostile, ExitCode: 1, Agreed: []string{hostile},
		Onchain: &client.Onchain{File: hostile, Data: []byte(hostile)},
	}, {Index: 2, Ending: "ACCEPTED", Verdict: &client.Outcome{Kind: "RESULT", Digest: "sha256:bb"}, Dir: "out", Files: []string{hostile}}}, false)
	writeEnding(&out, &client.Ending{Kind: "APP_FAILED", Reason: hostile, Stderr: hostile})
	writeEnding(&out, &client.Ending{Ended: "VOID", Logs: []client.WorkerLog{{Organisation: "amber", Stdout: hostile, Stderr: hostile, Note: hostile}, {Organisation: "birch", Error: hostile}, {Organisation: "cedar"}}})
	require.GreaterOrEqual(t, strings.Count(out.String(), "good"), 9, out.String())
	for _, acts := range []string{"\x1b", "\u202e", "\nforged"} {
		require.NotContains(t, out.String(), acts)
	}
	require.Contains(t, out.String(), "VOID: no answer was accepted\n")
	require.Contains(t, out.String(), "it printed nothing")

	n := nodetest.NewNode(t)
	nodetest.Answer(n, "/credence.market.v1.Query/Requests", func(*markettypes.QueryRequestsRequest) (*markettypes.QueryRequestsResponse, error) {
		return &markettypes.QueryRequestsResponse{Requests: []markettypes.Request{{Id: someRequest, Status: markettypes.REQUEST_STATUS_UNMATCHED, Reason: hostile, Job: markettypes.Job{App: hostile, Size_: 1}}}}, nil
	})
	for _, output := range []string{"table", "wide", "json"} {
		listed, err := n.RunCommand(t, NewCommand(), "list", "--requester", someOwner, "--output", output)
		require.NoError(t, err)
		require.Contains(t, listed, "good")
		for _, acts := range []string{"\x1b", "\u202e", "\nforged"} {
			require.NotContains(t, listed, acts, output)
		}
	}
}

func TestListOfNothing(t *testing.T) {
	n := nodetest.NewNode(t)
	nodetest.Answer(n, "/credence.market.v1.Query/Requests", func(*markettypes.QueryRequestsRequest) (*markettypes.QueryRequestsResponse, error) {
		return &markettypes.QueryRequestsResponse{}, nil
	})
	for output, want := range map[string]string{"text": "There are none.\n", "table": "There are none.\n", "wide": "There are none.\n", "json": "[]\n", "yaml": "[]\n"} {
		out, err := n.RunCommand(t, NewCommand(), "list", "--requester", someOwner, "--output", output)
		require.NoError(t, err)
		require.Equal(t, want, out, output)
	}
	_, err := n.RunCommand(t, NewCommand(), "list", "--requester", someOwner, "--output", "csv")
	require.ErrorContains(t, err, `--output "csv"`)
	require.Equal(t, cli.ExitUsage, cli.ExitStatus(err))
}

// A receipt is about one final answer. If there is none, the exit status says whether waiting helps.
func TestReceiptsThatThereAreNot(t *testing.T) {
	for _, tc := range []struct {
		reason receipt.Reason
		next   string
		exit   int
	}{
		{receipt.ReasonRunning, "wait for its end: credenced task watch abababababab", cli.ExitNotEnded},
		{receipt.ReasonProvisional, "wait until it is final: credenced task receipt abababababab --final", cli.ExitNotEnded},
		{receipt.ReasonRefunded, "", cli.ExitNoVerdict},
		{receipt.ReasonOverturned, "", cli.ExitUnproven},
	} {
		why := &receipt.Refusal{Reason: tc.reason, What: "because"}
		err := receiptProblem(someID, why)
		require.ErrorContains(t, err, "there is no receipt of task abababababab: "+why.Error())
		require.ErrorContains(t, err, tc.next)
		require.Equal(t, tc.exit, cli.ExitStatus(err), tc.reason)
		require.ErrorIs(t, err, why)
	}
	broken := errors.New("the node is down")
	require.Equal(t, broken, receiptProblem(someID, broken), "whoever can't look has not seen that there is none")
}

// TestReceiptWaitsForTheFinalAnswer: the command waits as long as the answer can be challenged, and says so once. It waits for nothing
// else, and its wait can be stopped.
func TestReceiptWaitsForTheFinalAnswer(t *testing.T) {
	provisional := &receipt.Refusal{Reason: receipt.ReasonProvisional, What: "the answer can be challenged until height 9"}
	broken := errors.New("no chain")
	for name, tc := range map[string]struct {
		answers []error
		want    error
	}{
		"final at once":   {[]error{nil}, nil},
		"final later":     {[]error{provisional, provisional, nil}, nil},
		"overturned":      {[]error{provisional, &receipt.Refusal{Reason: receipt.ReasonOverturned}}, &receipt.Refusal{Reason: receipt.ReasonOverturned}},
		"running":         {[]error{&receipt.Refusal{Reason: receipt.ReasonRunning}}, &receipt.Refusal{Reason: receipt.ReasonRunning}},
		"a broken answer": {[]error{provisional, broken}, broken},
	} {
		var said strings.Builder
		asked := 0
		r, _, err := waitForFinal(t.Context(), &said, 0, func() (*receipt.Receipt, error, error) {
			asked++
			return &receipt.Receipt{Task: someID}, nil, tc.answers[asked-1]
		})()
		require.Equal(t, tc.want, err, name)
		require.Equal(t, someID, r.Task, name)
		require.Len(t, tc.answers, asked, name)
		require.Equal(t, min(1, len(tc.answers)-1), strings.Count(said.String(), "waiting: "), name)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := waitForFinal(ctx, io.Discard, time.Hour, func() (*receipt.Receipt, error, error) { return nil, nil, provisional })()
	require.Equal(t, provisional, err, "whoever stops it learns why there is none yet")
}

// A receipt's file is named after its task unless a name is given. A new folder is made, and "-" is standard output.
func TestReceiptsAreWritten(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	r := &receipt.Receipt{Task: someID, Height: 5}
	write := func(without error, out string) (string, error) {
		var said bytes.Buffer
		cmd := &cobra.Command{}
		cmd.SetOut(&said)
		err := writeReceipt(cmd, r, without, out)
		return said.String(), err
	}
	said, err := write(nil, "")
	require.NoError(t, err)
	file, err := os.ReadFile("abababababab.receipt.json")
	require.NoError(t, err)
	require.Contains(t, said, fmt.Sprintf("abababababab.receipt.json proves the answer of task abababababab as of height 5, in %d bytes.\n", len(file)))
	require.Contains(t, said, "receipt verify abababababab.receipt.json --trust HASH")
	require.NotContains(t, said, "manifest")

	said, err = write(errors.New("nobody serves it"), filepath.Join("my proofs", "one.json"))
	require.NoError(t, err)
	require.FileExists(t, filepath.Join(dir, "my proofs", "one.json"))
	require.Contains(t, said, "It has no manifest, so that files cannot be checked against it: nobody serves it\n")
	require.Contains(t, said, "receipt verify 'my proofs/one.json' --trust HASH")

	said, err = write(nil, "-")
	require.NoError(t, err)
	require.Equal(t, string(file), said, "and nothing else")

	_, err = write(nil, filepath.Join("abababababab.receipt.json", "x"))
	require.ErrorContains(t, err, "--out: ")
}

// A deal with several tasks does not say which one is meant, so the commands about one task refuse it.
func TestOneOfSeveralTasks(t *testing.T) {
	n := ladder(t, taskstypes.Task{Id: someID}, matched())
	nodetest.Answer(n, "/credence.tasks.v1.Query/TasksOfDeal", func(*taskstypes.QueryTasksOfDealRequest) (*taskstypes.QueryTasksOfDealResponse, error) {
		return &taskstypes.QueryTasksOfDealResponse{Tasks: []taskstypes.Task{{Id: someID}, {Id: someDeal}}}, nil
	})
	_, file := payer(t)
	taken := nodetest.TakeTransactions(t, n, answerAll)
	for _, tc := range []struct {
		args []string
		says string
	}{
		{[]string{"receipt", "dede"}, "the deal dededededede has 2 tasks, and a receipt is of one"},
		{[]string{"logs", someRequest}, "the request fefefefefefe has 2 tasks, and these are the logs of one"},
		{[]string{"challenge", "fefe", "--key-file", file}, "the request fefefefefefe has 2 tasks, and a challenge is of one"},
	} {
		_, err := n.RunCommand(t, NewCommand(), tc.args...)
		require.ErrorContains(t, err, tc.says)
		require.ErrorContains(t, err, "--output table lists them with their ids")
	}
	require.Empty(t, taken.All())
	out, err := n.RunCommand(t, NewCommand(), "show", "fefe", "--output", "id")
	require.NoError(t, err)
	require.Equal(t, someID+"\n"+someDeal+"\n", out)
}

// Every command about one task takes the id that "run" printed, which is the request's, and that of its deal, if there is one task.
func TestOneTaskByAnyID(t *testing.T) {
	for _, id := range []string{someID, someRequest, someDeal, "fefe", "dede", "ABAB"} {
		me, file := payer(t)
		n := ladder(t, taskstypes.Task{Id: someID}, matched())
		taken := nodetest.TakeTransactions(t, n, answerAll)
		_, err := n.RunCommand(t, NewCommand(), "challenge", id, "--key-file", file)
		require.NoError(t, err, id)
		require.Equal(t, &taskstypes.MsgChallenge{Challenger: me, Task: someID, MaxBond: 10_000_000}, taken.Only(t), id)

		_, err = n.RunCommand(t, NewCommand(), "logs", id)
		require.ErrorContains(t, err, "task "+someID+" has not ended", id)
	}
	waits := matched()
	waits.Status, waits.Deal, waits.Deals = markettypes.REQUEST_STATUS_RESTING, "", 0
	n := ladder(t, taskstypes.Task{Id: someID}, waits)
	_, err := n.RunCommand(t, NewCommand(), "logs", "fefe")
	require.ErrorContains(t, err, "the request fefefefefefe has no task yet")
	require.ErrorContains(t, err, "credenced task watch fefefefefefe")
}

// Scripts get ids, and rows in YAML, without looking for them in a text.
func TestFormsForScripts(t *testing.T) {
	task := taskstypes.Task{
		Id: someID, Attempt: 1, Phase: taskstypes.PHASE_DONE, Ending: taskstypes.ENDING_ACCEPTED, Verdict: &taskstypes.Outcome{Kind: taskstypes.KIND_RESULT, Digest: "sha256:" + someID},
		Settlement: &taskstypes.Settlement{
			Seats:    []taskstypes.SeatEnd{{Organisation: "amber", Right: true}, {Organisation: "birch", Right: true}},
			Payments: []taskstypes.Payment{{Party: "WORKER", Amount: 50_000, Source: "escrow"}},
		},
	}
	n := ladder(t, task, matched())
	show := func(output string) string {
		out, err := n.RunCommand(t, NewCommand(), "show", "fefe", "--output", output)
		require.NoError(t, err, output)
		return out
	}
	require.Equal(t, someID+"\n", show("id"))
	lines := strings.Split(show("table"), "\n")
	require.Equal(t, []string{"TASK", "ID", "STATUS", "BY", "PAID"}, strings.Fields(lines[0]))
	require.Equal(t, []string{"0", "abababababab", "accepted", "amber,birch", "0.05", "CRED"}, strings.Fields(lines[1]))
	var events []client.Event
	require.NoError(t, yaml.Unmarshal([]byte(show("yaml")), &events))
	last := events[len(events)-1]
	require.Equal(t, client.EventEnded, last.Kind)
	require.Equal(t, []string{"amber", "birch"}, last.Result.Agreed)
	require.Equal(t, "credence", last.Result.Policy)
	require.Contains(t, show("text"), "verified by amber and birch\n")
	require.NotContains(t, show("text"), "sha256:")
	theory, err := n.RunCommand(t, NewCommand(), "show", "fefe", "-v")
	require.NoError(t, err)
	require.Contains(t, theory, "accepted: sha256:abababababab, by agreement of amber and birch")

	nodetest.Answer(n, "/credence.market.v1.Query/Requests", func(*markettypes.QueryRequestsRequest) (*markettypes.QueryRequestsResponse, error) {
		return &markettypes.QueryRequestsResponse{Requests: []markettypes.Request{matched()}}, nil
	})
	_, file := payer(t)
	out, err := n.RunCommand(t, NewCommand(), "list", "--requester", someOwner, "--output", "id")
	require.NoError(t, err)
	require.Equal(t, matched().Id+"\n", out)
	nodetest.TakeTransactions(t, n, answerAll)
	out, err = n.RunCommand(t, NewCommand(), "retry", "fefe", "--key-file", file, "--output", "id")
	require.NoError(t, err)
	require.Equal(t, newRequest+"\n", out)

	var b strings.Builder
	reports := []*client.TaskReport{client.ReportOf(task), {ID: someDeal, Index: 1, Ending: "VOID"}}
	require.NoError(t, printReports(&b, reports, "table", false))
	lines = strings.Split(b.String(), "\n")
	require.Equal(t, []string{"0", "abababababab", "accepted", "0", "0", "-", "-"}, strings.Fields(lines[1]))
	require.Equal(t, []string{"1", "dededededede", "refunded", "-", "0", "-", "-"}, strings.Fields(lines[2]))
	b.Reset()
	require.NoError(t, printReports(&b, nil, "yaml", false))
	require.Equal(t, "[]\n", b.String())
	b.Reset()
	require.NoError(t, printEndingTable(&b, &client.Ending{Task: someID, Kind: "APP_FAILED", ExitCode: 3, Reason: "exit", Stderr: "one\ntwo\x1b\n"}))
	require.Equal(t, []string{"abababababab", "APP_FAILED", "3", "exit", `two\x1b`}, strings.Fields(strings.Split(b.String(), "\n")[1]))
}
