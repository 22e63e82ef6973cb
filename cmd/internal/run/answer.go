package run

import (
	"fmt"
	"strconv"
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

// readConditions reads the values of --when: REQUEST=STATUS or REQUEST=STATUS,STATUS.
func readConditions(texts []string) (out []client.ExitCondition, err error) {
	for _, text := range texts {
		request, list, _ := strings.Cut(text, "=")
		c := client.ExitCondition{Request: strings.ToLower(request)}
		for _, one := range strings.Split(list, ",") {
			exit, err := strconv.ParseUint(one, 10, 32)
			if err != nil || request == "" {
				return nil, &cli.Problem{What: fmt.Sprintf("--when %s: expected REQUEST=STATUS, such as 3f2a5c0e9d8b=0,10", text), Next: "\"task list\" shows your requests"}
			}
			c.Exit = append(c.Exit, uint32(exit))
		}
		out = append(out, c)
	}
	return out, nil
}
