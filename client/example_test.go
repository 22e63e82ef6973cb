package client_test

import (
	"context"
	"fmt"
	"log"

	"github.com/credence-chain/credence/client"
)

// A whole integration: connect, run a program at a chosen trust, read the accepted answer. docs/integrator.md uses this example.
func Example() {
	ctx := context.Background()
	conn, err := client.Dial(ctx, []string{"127.0.0.1:26601"}, "")
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	key, err := client.LoadKey("requester.key")
	if err != nil {
		log.Fatal(err)
	}

	runner := client.Runner{Conn: conn, Requester: key, Stores: []string{"http://127.0.0.1:26605"}}
	report, err := runner.Run(ctx, client.Job{
		App:   "studio/primes:1.0",
		Trust: 10_000,
		Out:   "result",
	}, func(e client.Event) { log.Print(e.Text) })
	if err != nil {
		log.Fatal(err)
	}
	for _, task := range report.Tasks {
		fmt.Println(task.Index, task.Ending, task.Verdict.Digest, task.Files)
	}
}
