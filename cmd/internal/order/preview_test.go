package order

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/gogoproto/proto"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/order"
	"github.com/credence-chain/credence/cmd/internal/nodetest"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/poco/contract"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
)

// sides are the files of a pool's order and a request, each signed by its owner. signedSides may change the job first.
type sides struct {
	key           credence.Key
	keyFile       string
	pool, request string
	requestID     string
	base          []string // the arguments of a match of both
}

func signedSides(t *testing.T, change func(j *markettypes.Job)) sides {
	t.Helper()
	key, keyFile := keyOf(t)
	s := sides{key: key, keyFile: keyFile}
	write := func(name string, o markettypes.Order) string {
		signed, err := order.Sign(o.Normal(), nodetest.ChainID, key)
		require.NoError(t, err)
		text, err := order.Format(signed)
		require.NoError(t, err)
		file := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(file, text, 0o600))
		return file
	}
	o := offer("", 40_000, func(*markettypes.OrderRecord) {}).Order
	o.Owner = key.Address()
	s.pool = write("pool.json", o)
	job := markettypes.Job{App: "studio/ray:1", Size_: 3, Trust: 1000, MaxPrice: 1_000_000, FuelLimit: 1000}
	change(&job)
	r := markettypes.Order{Owner: key.Address(), Nonce: 8, Request: &job}
	s.request, s.requestID = write("job.json", r), order.ID(r.Normal(), nodetest.ChainID)
	s.base = []string{"match", "--pool", s.pool, "--request", s.request, "--key-file", keyFile}
	return s
}

// someTerms are the terms of a task in the deals of these tests.
var someTerms = dealstypes.Terms{
	Policy: "credence", Trust: 1000, AppPrice: 20_000, DatasetPrice: 500, Price: 40_000, Stake: 10_000_000, Value: 5_000_000, MaxSeats: 3, FuelLimit: 1e9,
	CommissionBps: 250, CommitBlocks: 30, RevealBlocks: 10, AuditBlocks: 100, Premium: 9_000, CourtFee: 1,
}

// A dry run says what would be traded on which terms, and sends nothing.
func TestDryRun(t *testing.T) {
	s := signedSides(t, func(*markettypes.Job) {})
	n := assetNode(t)
	taken := nodetest.TakeTransactions(t, n, answerAll)
	answer := markettypes.QueryVolumeResponse{Volume: 3, Escrow: 600_000, Terms: someTerms}
	nodetest.Answer(n, marketOf+"Volume", func(q *markettypes.QueryVolumeRequest) (*markettypes.QueryVolumeResponse, error) {
		require.Equal(t, s.key.Address(), q.Relayer)
		require.NotNil(t, q.Pool.Signature)
		require.NotNil(t, q.Request.Signature)
		return &answer, nil
	})
	out, err := n.RunCommand(t, NewCommand(), append(s.base, "--dry-run")...)
	require.NoError(t, err)
	each, err := someTerms.Escrow()
	require.NoError(t, err)
	require.Equal(t, [][]string{
		{"These orders would trade 3 tasks now, for at most 0.6 CRED."},
		{"trust", "99.9% (one wrong result expected in 1000), policy credence"},
		{"app", "0.02 CRED a task"}, {"datasets", "at most 0.0005 CRED a task"},
		{"replica", "0.04 CRED, 2.5 % of it for the operator; at most 3 replicas a task"},
		{"premium", "0.009 CRED a task, destroyed when its answer is accepted"},
		{"escrow", cli.FormatCRED(each) + " a task; what is not spent comes back"},
		{"stake", "10 CRED locked for each assignment, value at risk 5 CRED"},
		{"fuel", "up to 1G"}, {"windows", "30 blocks to run, 10 to reveal, 100 to challenge the answer"},
	}, fields(out))

	out, err = n.RunCommand(t, NewCommand(), append(s.base, "--dry-run", "--output", "json")...)
	require.NoError(t, err)
	var said map[string]any
	require.NoError(t, json.Unmarshal([]byte(out), &said))
	require.Equal(t, "3", said["volume"])
	require.Equal(t, "600000", said["escrow"])
	require.Equal(t, "40000", said["terms"].(map[string]any)["price"])

	answer.Terms = dealstypes.Terms{Policy: "single", Trust: 1, Price: 1}
	out, err = n.RunCommand(t, NewCommand(), append(s.base, "--dry-run")...)
	require.NoError(t, err)
	require.Contains(t, out, "It promises no bound on wrong results")
	for _, none := range []string{"  app ", "  datasets ", "  premium "} {
		require.NotContains(t, out, none, "what costs nothing is left out")
	}

	answer = markettypes.QueryVolumeResponse{Reason: "the pool order has expired"}
	for _, output := range []string{"text", "json"} {
		out, err = n.RunCommand(t, NewCommand(), append(s.base, "--dry-run", "--output", output)...)
		require.ErrorContains(t, err, "these orders trade nothing now: the pool order has expired")
		require.Equal(t, cli.ExitNoVerdict, cli.ExitStatus(err))
		require.Equal(t, output == "json", strings.Contains(out, `"volume": "0"`))
		require.NotContains(t, out, "terms")
	}
	require.Empty(t, taken.All())
}

// If the payer of the escrow has too little, the dry run says so. The payer is the requester, the sponsor or the voucher.
func TestDryRunSaysWhoCanNotPay(t *testing.T) {
	id := strings.Repeat("cd", 32)
	for _, tc := range []struct {
		name   string
		change func(*markettypes.Job)
		escrow uint64
		says   string // the text after "BUT ", with ME for the requester's address
	}{
		{"enough", func(*markettypes.Job) {}, 5_000_000, ""},
		{"the requester", func(*markettypes.Job) {}, 5_000_001, "BUT ME has 5 CRED now: the deal is not made unless it has 5.000001 CRED.\n"},
		{"the sponsor", func(j *markettypes.Job) { j.Sponsor = otherOwner }, 6_000_000, "BUT " + otherOwner + " has 5 CRED now"},
		{"the voucher", func(j *markettypes.Job) { j.Voucher = id }, 5_000_000, "BUT voucher " + id + " has 1 CRED now"},
		{"the voucher, which has enough", func(j *markettypes.Job) { j.Voucher = id }, 1_000_000, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := signedSides(t, tc.change)
			n := assetNode(t)
			nodetest.Answer(n, "/credence.vouchers.v1.Query/Voucher", func(q *voucherstypes.QueryVoucherRequest) (*voucherstypes.QueryVoucherResponse, error) {
				require.Equal(t, id, q.Id)
				return &voucherstypes.QueryVoucherResponse{Voucher: voucherstypes.Voucher{Balance: 1_000_000}}, nil
			})
			nodetest.Answer(n, marketOf+"Volume", func(*markettypes.QueryVolumeRequest) (*markettypes.QueryVolumeResponse, error) {
				return &markettypes.QueryVolumeResponse{Volume: 3, Escrow: tc.escrow, Terms: someTerms}, nil
			})
			out, err := n.RunCommand(t, NewCommand(), append(s.base, "--dry-run")...)
			require.NoError(t, err)
			if tc.says == "" {
				require.NotContains(t, out, "BUT")
				return
			}
			require.Contains(t, out, strings.ReplaceAll(tc.says, "ME", s.key.Address()))
		})
	}
}

// A match is proposed. The command then tells the result in the next block: a deal, or the reason why there is none.
func TestMatch(t *testing.T) {
	match := strings.Repeat("ef", 32)
	deal := dealstypes.Deal{Id: someOrderID, Height: 102, Size_: 3, Bag: 3, Pool: "north", App: "studio/ray", AppVersion: "1", Terms: someTerms, Escrow: 600_000}
	for _, tc := range []struct {
		name   string
		events func(s sides) map[int64][]proto.Message
		reason string
		exit   int
	}{
		{"a deal", func(s sides) map[int64][]proto.Message {
			return map[int64][]proto.Message{102: {
				&markettypes.EventMatch{Id: "another", Reason: "no"}, &dealstypes.EventDeal{Id: "another", Request: "another"},
				&dealstypes.EventDeal{Id: deal.Id, Request: s.requestID},
			}}
		}, "", cli.ExitDone},
		{"none", func(sides) map[int64][]proto.Message {
			return map[int64][]proto.Message{102: {&markettypes.EventMatch{Id: match, Reason: "the pool order is used up"}}}
		}, "the pool order is used up", cli.ExitNoVerdict},
	} {
		for _, output := range []string{"text", "json"} {
			t.Run(tc.name+" in "+output, func(t *testing.T) {
				s := signedSides(t, func(*markettypes.Job) {})
				n := assetNode(t)
				nodetest.AnswerBlocks(t, n, 103, tc.events(s))
				nodetest.Answer(n, marketOf+"Match", func(*markettypes.QueryMatchRequest) (*markettypes.QueryMatchResponse, error) {
					return nil, status.Error(codes.NotFound, "it is gone from the queue")
				})
				nodetest.Answer(n, "/credence.deals.v1.Query/Deal", func(q *dealstypes.QueryDealRequest) (*dealstypes.QueryDealResponse, error) {
					require.Equal(t, deal.Id, q.Id)
					return &dealstypes.QueryDealResponse{Deal: deal}, nil
				})
				taken := nodetest.TakeTransactions(t, n, func(sdk.Msg) proto.Message { return &markettypes.MsgMatchOrdersResponse{Id: match} })
				out, err := n.RunCommand(t, NewCommand(), append(s.base, "--output", output)...)
				require.Equal(t, tc.exit, cli.ExitStatus(err), err)
				if tc.reason != "" {
					require.ErrorContains(t, err, "the next block made no deal of it: "+tc.reason)
					require.ErrorContains(t, err, "nothing was spent but the fee")
				}
				sent := taken.Only(t).(*markettypes.MsgMatchOrders)
				require.Equal(t, s.key.Address(), sent.Relayer)
				require.EqualValues(t, 40_000, sent.Pool.Order.Pool.Price)
				require.Equal(t, "studio/ray:1", sent.Request.Order.Request.App)
				require.Nil(t, sent.App, "the app's list price is paid")
				if output == "text" {
					require.Contains(t, out, "match "+match+" is proposed at height 101; waiting for the next block\n")
					require.Equal(t, tc.reason == "", strings.Contains(out, "Deal "+deal.Id+" at height 102"))
					return
				}
				var said struct {
					Match, Reason, Hash, Height string
					Deal                        *struct{ ID, Pool string }
				}
				require.NoError(t, json.Unmarshal([]byte(out), &said), out)
				require.Equal(t, match, said.Match)
				require.Equal(t, tc.reason, said.Reason)
				require.Equal(t, "101", said.Height)
				require.Equal(t, tc.reason == "", said.Deal != nil)
			})
		}
	}
}

// An error in one of the two orders names the flag of that order, before anything is sent.
func TestMatchRefusesItsSides(t *testing.T) {
	s := signedSides(t, func(*markettypes.Job) {})
	reads := signedSides(t, func(j *markettypes.Job) { j.Datasets = []string{"base/rates:7"} })
	unsigned := writeOffer(t, s.key.Address(), func(*markettypes.Order) {})
	elsewhere := func() string {
		o := offer("", 1, func(*markettypes.OrderRecord) {}).Order
		o.Owner = s.key.Address()
		signed, err := order.Sign(o.Normal(), "another-1", s.key)
		require.NoError(t, err)
		text, err := order.Format(signed)
		require.NoError(t, err)
		file := filepath.Join(t.TempDir(), "elsewhere.json")
		require.NoError(t, os.WriteFile(file, text, 0o600))
		return file
	}()
	for _, tc := range []struct {
		name string
		args []string
		says []string
	}{
		{"sides that are swapped", []string{"--pool", s.request, "--request", s.pool}, []string{"--pool " + s.request + ": it is a request, expected a pool order"}},
		{"without a signature", []string{"--pool", unsigned, "--request", s.request}, []string{"it has no signature, and the chain does not know it", "credenced order sign '" + unsigned + "' --out '"}},
		{"signed for another chain", []string{"--pool", elsewhere, "--request", s.request}, []string{"--pool " + elsewhere, "credenced order inspect "}},
		{"no such file", []string{"--pool", "gone.json", "--request", s.request}, []string{"--pool gone.json: there is no such file, and it is no id"}},
		{"a dataset too many", []string{"--pool", s.pool, "--request", s.request, "--dataset", "list"}, []string{"--dataset: got 1, but the request reads no datasets"}},
		{"datasets too few", []string{"--pool", reads.pool, "--request", reads.request, "--dataset", "list", "--dataset", "list"}, []string{"--dataset: got 2, but the request reads 1 dataset: base/rates:7", `"list" where its list price is paid`}},
		{"a pool's order for the app", []string{"--app", s.pool, "--pool", s.pool, "--request", s.request}, []string{"it is a pool order, expected an app order"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			n := assetNode(t)
			taken := nodetest.TakeTransactions(t, n, answerAll)
			_, err := n.RunCommand(t, NewCommand(), append(append([]string{"match"}, tc.args...), "--key-file", s.keyFile)...)
			for _, says := range tc.says {
				require.ErrorContains(t, err, says)
			}
			require.Empty(t, taken.All())
		})
	}
}

// Texts in other people's orders never act on a terminal, as text or as JSON.
func TestHostileOrders(t *testing.T) {
	const hostile = "\x1b[2J\u202egood\u009b31m\r\nOrder forged"
	r := markettypes.Request{
		Requester: someOwner, Nonce: 7, Status: markettypes.REQUEST_STATUS_RESTING, Reason: hostile, Height: 9,
		Job: markettypes.Job{App: "studio/ray:1", Size_: 1, Trust: 1000, MaxPrice: 1, FuelLimit: 1, Args: []string{hostile}, Callback: hostile, Onchain: hostile, Tags: []string{hostile},
			Execution: dealstypes.NewExecution(contract.Execution{Env: []string{"A=" + hostile}})}.Normal(),
	}
	r.Id = order.ID(r.Order(), nodetest.ChainID)
	n := assetNode(t)
	knowOrder(n, nil)
	knowRequest(n, &r)
	nodetest.Answer(n, marketOf+"RestingRequests", func(*markettypes.QueryRestingRequestsRequest) (*markettypes.QueryRestingRequestsResponse, error) {
		return &markettypes.QueryRestingRequestsResponse{Requests: []markettypes.Request{r}}, nil
	})
	for _, args := range [][]string{{"inspect", r.Id}, {"requests"}} {
		for _, output := range []string{"text", "json"} {
			out, _ := n.RunCommand(t, NewCommand(), append(args, "--output", output)...)
			require.Contains(t, out, "good", "%v %s: it is shown", args, output)
			for _, acts := range []string{"\x1b", "\u202e", "\u009b", "\r", "\nOrder forged"} {
				require.NotContains(t, out, acts, "%v %s", args, output)
			}
		}
	}
}
