package scenario

import (
	"strings"

	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// addAwaited lets a job wait for the requests with the names that "after" lists, read the answers of those that "reads" lists, and run on the
// exit statuses that "when" has behind a name.
func (s *stage) addAwaited(w *words, job *markettypes.Job) {
	for _, name := range w.list("after") {
		job.After = append(job.After, s.known[name].id)
	}
	for _, name := range w.list("reads") {
		job.Inputs = append(job.Inputs, &dealstypes.Input{Name: name, Size_: 1 << 10, Tree: true, Of: s.known[name].id})
	}
	for _, condition := range w.list("when") {
		name, exits, _ := strings.Cut(condition, ":")
		c := &markettypes.ExitCondition{Request: s.known[name].id}
		for _, exit := range strings.Split(exits, "/") {
			c.Exit = append(c.Exit, uint32(s.number(exit)))
		}
		job.When = append(job.When, c)
	}
}
