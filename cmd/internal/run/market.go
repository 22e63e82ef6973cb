package run

import (
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/pflag"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/jobflags"
	"github.com/credence-chain/credence/internal/cli"
)

// marketFlags are the flags that say what a job asks of the market.
type marketFlags struct {
	jobflags.Flags
	pools   []string
	poolsOf []string
	after   []string
	answers []string
	when    []string
	expiry  int64
	rest    string

	platform string
}

func (m *marketFlags) addFlags(f *pflag.FlagSet) {
	m.Flags.Add(f)
	f.StringSliceVar(&m.pools, "pool", nil, "pool of workers to use, by id; repeatable (default: any)")
	f.StringSliceVar(&m.poolsOf, "only-pool-of", nil, "whose pools to use, beside those of --pool: an address, an organisation's id, or role:NAME; repeatable")
	f.Int64Var(&m.expiry, "expiry", 0, "height until which what can't be met at once rests on the book (default: it is refunded)")
	f.StringVar(&m.platform, "platform", "", "which image of several, such as linux/arm64 (default: the only one, or the one for this machine)")
	f.StringArrayVar(&m.after, "after", nil, "id of an earlier request of yours that must end with results first; the chain waits for it, and refunds this one if it fails; repeatable")
	f.StringArrayVar(&m.answers, "answer", nil, "NAME=REQUEST: the result of an earlier request of yours, of one task, as a folder under /in; the chain waits for it. NAME=REQUEST,SIZE says the most that it may have (default: 64MiB); repeatable")
	f.StringArrayVar(&m.when, "when", nil, "REQUEST=STATUS,STATUS: an earlier request of yours, of one task, that must end with one of these exit statuses; it needs --onchain /exit and --ok-exit; the chain waits for it, and refunds this one otherwise; repeatable")
	f.StringVar(&m.rest, "rest", "", "the same as a time such as 10m, or in blocks from now such as 1000")
}

// fillJob sets the fields of a job for which only "run" has flags. Errors name the flag.
func (m *marketFlags) fillJob(job *client.Job) error {
	job.Pools, job.Expiry, job.Platform, job.After = m.pools, m.expiry, m.platform, m.after
	var err error
	if job.Answers, err = readAnswers(m.answers); err != nil {
		return err
	}
	if job.When, err = readConditions(m.when); err != nil {
		return err
	}
	if job.PoolsOf, err = jobflags.ParseAudience("--only-pool-of", m.poolsOf); err != nil {
		return err
	}
	job.Rest, job.RestFor, err = parseRest(m.rest)
	return err
}

// parseRest reads a duration or a number of blocks; both are 0 for an empty text.
func parseRest(text string) (blocks int64, t time.Duration, err error) {
	if text == "" {
		return 0, 0, nil
	}
	if blocks, err = strconv.ParseInt(text, 10, 64); err == nil && blocks > 0 {
		return blocks, 0, nil
	}
	if t, err = time.ParseDuration(text); err == nil && t > 0 {
		return 0, t, nil
	}
	return 0, 0, &cli.Problem{What: fmt.Sprintf("--rest %s: expected a time such as 10m, or a number of blocks such as 1000", text)}
}
