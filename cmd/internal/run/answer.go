package run

import (
	"fmt"
	"strings"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
)

// readAnswers reads the values of --answer: NAME=REQUEST or NAME=REQUEST,SIZE.
func readAnswers(texts []string) (out []client.Answer, err error) {
	for _, text := range texts {
		name, rest, found := strings.Cut(text, "=")
		request, size, sized := strings.Cut(rest, ",")
		if !found || name == "" || request == "" {
			return nil, &cli.Problem{What: fmt.Sprintf("--answer %s: expected NAME=REQUEST or NAME=REQUEST,SIZE", text), Next: "\"task list\" shows your requests"}
		}
		a := client.Answer{Name: name, Request: strings.ToLower(request)}
		if sized {
			if a.Most, err = cli.ParseBytes(size); err != nil {
				return nil, fmt.Errorf("--answer %s: %w", text, err)
			}
		}
		out = append(out, a)
	}
	return out, nil
}
