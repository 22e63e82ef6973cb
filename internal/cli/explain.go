package cli

import "github.com/credence-chain/credence/client"

// This file turns errors of package client into texts for people. The library names a field and a code. The tables of wording.go say in
// words what is wrong and what to do next, and those here name the flag and the exit status.

// flags has the flag for each field of a job, a file or a call that a client.Error may name.
var flags = map[string]string{
	"Trust": "--trust", "MinReplicas": "--min-replicas", "Out": "--out", "Inputs": "--input", "Datasets": "--dataset",
	"DatasetsPerTask": "--datasets-per-task", "Bag": "--bag", "Rows": "--map, row", "Nonce": "--once", "Rest": "--rest", "MaxPrice": "--max-price",
	"KeyFile": "key file", "Endpoint": "--node",
}

// exits are the exit statuses for the codes of client.Error.
var exits = map[client.Code]int{
	client.CodeUnfunded: ExitUnfunded, client.CodeExpired: ExitUnfunded, client.CodeUnmet: ExitUnfunded, client.CodeTooFew: ExitNoVerdict,
	client.CodeSkipped:  ExitNoVerdict,
	client.CodeNoAnswer: ExitNoVerdict, client.CodeAppFailed: ExitAppFailed, client.CodeRunning: ExitNotEnded,
	client.CodeUnavailable: ExitNetwork, client.CodeAmbiguous: ExitUsage,
}

// explainClient turns an error of the library into a Problem, which names flags and says what to do next.
func explainClient(e *client.Error) *Problem {
	p := &Problem{What: descriptions.wordFor(e), Next: advice.wordFor(e), Exit: exits[e.Code], Err: e}
	switch {
	case e.Code == client.CodeAppFailed && e.Task != nil:
		p.What, p.Next = appFailed(e.Task)
	case (e.Field == "ID" || e.Field == "Endpoint" || isMisnamed(e)) && e.Code == client.CodeInvalid:
		p.Exit = ExitUsage
	case e.Field == "Version":
		p.Exit = ExitRefused
	case e.Err != nil && p.Exit == 0 && e.ID() != "": // the work was begun, and its end is not known
		p.Exit = ExitStatus(Explain(e.Err))
	}
	return p
}
