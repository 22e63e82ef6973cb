// Command count runs a program on a devnet, reads its events from the node, and proves the result.
//
//	credenced devnet                                            # in another terminal
//	go run ./client/examples/count count.wasm text.txt result
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/stream/types"
	"github.com/credence-chain/credence/receipt"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// devnet is what devnet.json says of a devnet, as far as the example needs it.
type devnet struct {
	GRPC     []string `json:"grpc"`
	Store    string   `json:"store"`
	Accounts []struct {
		Name    string `json:"name"`
		KeyFile string `json:"key_file"`
	} `json:"accounts"`
	Validators []struct {
		Court string `json:"court"`
	} `json:"validators"`
}

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: count MODULE TEXT FOLDER")
	}
	if err := count(context.Background(), os.Args[1], os.Args[2], os.Args[3]); err != nil {
		log.Fatal(err)
	}
}

// count runs the module with the text as its input, and puts the verified files into the folder.
func count(ctx context.Context, module, text, folder string) error {
	net, err := readDevnet()
	if err != nil {
		return err
	}
	conn, err := client.Dial(ctx, net.GRPC, "")
	if err != nil {
		return err
	}
	defer conn.Close()
	// A verifier has the hash of the validators from somewhere that it trusts. Here it is the node, before the program runs.
	trust, since, _, err := client.TrustOfNode(ctx, conn)
	if err != nil {
		return err
	}
	runner := client.Runner{Conn: conn, Stores: []string{net.Store}}
	if runner.Requester, err = net.key("requester"); err != nil {
		return err
	}
	if runner.Provider, err = net.key("provider"); err != nil {
		return err
	}
	// Who holds an answer that only the court found, the chain does not know.
	for _, v := range net.Validators {
		runner.Holders = append(runner.Holders, v.Court)
	}
	// An answer of the court is final at once. Others are final when nobody has challenged them for a while.
	job := client.Job{
		App: module, Args: []string{"/in/text.txt"}, Inputs: []client.InputFile{{Name: "text.txt", Path: text}},
		Trust: 100, Policy: "court", Out: folder,
	}
	report, err := runner.Run(ctx, job, func(e client.Event) { fmt.Println(e.Kind, e.Text) })
	if err != nil {
		return err
	}
	if report.Accepted != report.Size {
		return fmt.Errorf("%d of %d tasks of request %s have an answer", report.Accepted, report.Size, report.Request)
	}
	if err := showRefusal(ctx, conn, runner.Requester.Address(), job.OrderFor(report.Reference)); err != nil {
		return err
	}
	if err := streamRequest(ctx, conn, report.Request, since.Height); err != nil {
		return err
	}
	for _, task := range report.Tasks {
		if err := proveTask(ctx, conn, task, runner.Holders, trust, since.Height); err != nil {
			return err
		}
	}
	return nil
}

// readDevnet reads the description of the devnet that runs on this machine.
func readDevnet() (net devnet, err error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return net, err
	}
	data, err := os.ReadFile(cmp.Or(os.Getenv("CREDENCE_DEVNET"), filepath.Join(home, ".credence", "devnet", "devnet.json")))
	if err != nil {
		return net, err
	}
	return net, json.Unmarshal(data, &net)
}

// key loads the key of one of the devnet's accounts.
func (net devnet) key(name string) (client.Key, error) {
	for _, account := range net.Accounts {
		if account.Name == name {
			return client.LoadKey(account.KeyFile)
		}
	}
	return nil, fmt.Errorf("the devnet has no account %q", name)
}

// showRefusal asks what a job would cost with less trust than a job can have. Programs decide by the module, the reason and the field
// of a refusal, never by the words.
func showRefusal(ctx context.Context, conn *client.Conn, requester string, job markettypes.Job) error {
	job.Trust = 1
	_, err := conn.Quote(ctx, requester, job)
	refused := client.Refused(err)
	if refused == nil {
		return errors.Join(errors.New("a trust of 1 was not refused"), err)
	}
	field, _, expected, _ := refused.Field()
	fmt.Println("refused", refused.Codespace, refused.Reason(), field, "expected", expected)
	return nil
}

// streamRequest reads the events of a request from the node, beginning at a height, until its first task has ended. The place of each
// answer is where a stream continues after a break.
func streamRequest(ctx context.Context, conn *client.Conn, request string, height int64) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := types.NewWatchClient(conn).Events(ctx, &types.EventsRequest{Request: request, From: &types.Place{Height: height}})
	if err != nil {
		return err
	}
	for {
		res, err := stream.Recv()
		if err != nil {
			return err
		}
		for _, e := range res.Events {
			fmt.Println("event", res.Next.Height, e.Event.TypeUrl)
			if e.Event.TypeUrl == "/credence.tasks.v1.EventEnded" {
				return nil
			}
		}
	}
}

// proveTask takes the receipt of a task, and verifies it and the downloaded files as a third party would, without a node.
func proveTask(ctx context.Context, conn *client.Conn, task *client.TaskReport, holders []string, trust receipt.Trust, since int64) error {
	made, without, err := client.Receipt(ctx, conn, task.ID, client.ReceiptOptions{Sources: holders, Since: since})
	if err := errors.Join(err, without); err != nil {
		return err
	}
	data, err := made.Encode()
	if err != nil {
		return err
	}
	got, err := receipt.Decode(data)
	if err != nil {
		return err
	}
	statement, err := receipt.Verify(got, trust, receipt.Expected{Chain: conn.ChainID(), Task: task.ID})
	if err != nil {
		return err
	}
	if err := receipt.CheckFiles(ctx, got, task.Dir); err != nil {
		return err
	}
	fmt.Println("proven", statement.Answer.Digest, "in", task.Dir)
	return nil
}
