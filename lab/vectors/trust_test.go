package vectors_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/lab/vectors"
)

// The cases have the same shapes with other numbers, some have inputs left out, and some must not pass.
func TestTrustShapes(t *testing.T) {
	cases := []struct {
		name, group, inputs, expected, tolerance, verdict string
	}{
		{"s left out", "mfirst", `{"f":0.35,"eps":0.01}`, `{"m":29}`, "0", vectors.OK},
		{"m-first at the wrong m", "mfirst", `{"f":0.35,"eps":0.01}`, `{"m":30}`, "0", vectors.Fail},
		{"neither m nor eps", "mfirst", `{"f":0.35}`, `{"m":30}`, "0", vectors.Fail},
		{"voting that never helps", "mfirst", `{"f":0.6,"eps":0.01}`, `{"m":30}`, "0", vectors.Fail},
		{"a field nobody produces", "mfirst", `{"f":0.2,"m":2}`, `{"error":0.104,"cost":3}`, "1e-9", vectors.Fail},
		{"within tolerance", "mfirst", `{"f":0.2,"m":2}`, `{"error":0.10400000001}`, "1e-9", vectors.OK},
		{"outside tolerance", "mfirst", `{"f":0.2,"m":2}`, `{"error":0.1040001}`, "1e-9", vectors.Fail},
		{"tolerance 0 and a tail", "mfirst", `{"f":0.2,"m":2}`, `{"error":0.1040000000000002}`, "0", vectors.Fail},
		{"no tolerance is exact", "mfirst", `{"f":0.2,"m":2}`, `{"error":0.104}`, "", vectors.OK},

		{"worst spot check", "spotcheck", `{"q":0.1,"n":50,"f":0.2}`, `{"max_error":0.01672,"bound":0.01839}`, "0.001", vectors.OK},
		{"spot check without q", "spotcheck", `{"n":50,"f":0.2}`, `{"bound":0.01839}`, "0.001", vectors.Fail},

		{"three groups", "credibility", `{"groups":[[0.99],[0.9],[0.9]]}`, `{"CrG":[0.8389830508474576,0.07627118644067797,0.07627118644067797]}`, "1e-12", vectors.OK},
		{"k left out is a newcomer", "credibility", `{"f":0.35,"eps":1e-6}`, `{"n":23}`, "0", vectors.OK},
		{"k = 0", "credibility", `{"f":0.2,"k":0}`, `{"no_blacklist":0.8,"blacklist":0.8}`, "1e-12", vectors.OK},
		{"groups that are no lists", "credibility", `{"groups":[0.9]}`, `{"CrG":[0.9]}`, "0", vectors.Fail},

		{"floor to 0", "poco", `{"score":1,"event":"bad"}`, `{"score_after":0}`, "0", vectors.OK},
		{"alone", "poco", `{"score":5,"event":"good_unreplicated"}`, `{"score_after":5}`, "0", vectors.OK},
		{"unrevealed", "poco", `{"score":5,"event":"unrevealed"}`, `{"score_after":3}`, "0", vectors.OK},
		{"an event nobody knows", "poco", `{"score":5,"event":"retired"}`, `{"score_after":5}`, "0", vectors.Fail},
		{"strictly above", "poco", `{"contributions":[{"resultHash":"X","score":30},{"resultHash":"X","score":0}],"trust":19}`,
			`{"accepted":null,"contributions":2,"trace":[[9,10,false],[18,19,false]]}`, "0", vectors.OK},
		{"alone at 302", "poco", `{"contributions":[{"resultHash":"X","score":302}],"trust":100}`, `{"accepted":null}`, "0", vectors.OK},
		{"alone at 303", "poco", `{"contributions":[{"resultHash":"X","score":303}],"trust":100}`, `{"accepted":"X"}`, "0", vectors.OK},
		{"trust left out is 1", "poco", `{"contributions":[{"resultHash":"X"}]}`, `{"accepted":"X","trace":[[2,3,true]]}`, "0", vectors.OK},
		{"ratios left out", "poco", `{"workerpool_price":1000,"winners_scores":[0,0,0],"losers":2}`,
			`{"worker_stake":300,"total":1600,"workers_reward":1584,"rewards":[528,528,528],"scheduler":16}`, "0", vectors.OK},
		{"more winners than expected", "poco", `{"workerpool_price":1000,"winners_scores":[0,0,0]}`, `{"rewards":[330,330]}`, "0", vectors.Fail},

		{"quorum not in yet", "boinc", `{"min_quorum":2,"results":["a"]}`, `{"canonical":null,"min_valid":2,"next_target_nresults":2}`, "0", vectors.OK},
		{"no agreement", "boinc", `{"min_quorum":2,"results":["a","b"]}`, `{"canonical":null,"next_target_nresults":3}`, "0", vectors.OK},
		{"just above one in ten", "boinc", `{"consecutive_valid":10,"drand":0.1000001}`, `{"trusted":true}`, "0", vectors.OK},
		{"start left out", "boinc", `{"events":["valid_replicated","timeout"]}`, `{"trace":[1,0]}`, "0", vectors.OK},
		{"an unknown host event", "boinc", `{"events":["rebooted"]}`, `{"trace":[0]}`, "0", vectors.Fail},

		{"iterative at one half", "iterative", `{"r":0.5,"d":3}`, `{"error":0.5,"mean_results":9}`, "0", vectors.OK},
		{"iterative without a margin", "iterative", `{"r":0.5}`, `{"error":0.5}`, "0", vectors.Fail},

		{"equality is enough", "coalition", `{"f":0.1,"eps":1e-6}`, `{"n":6,"error":1e-06}`, "1e-12", vectors.OK},
		{"four seats", "coalition", `{"F":40,"P":200,"n":4}`, `{"lifetime_errors_bound":0.0798}`, "1e-3", vectors.OK},

		{"stake for x = 1/5", "economics", `{"x":0.2,"G":1000,"c":8,"r":10}`, `{"S_min":250,"S_min_ceil":250}`, "1e-9", vectors.OK},
		{"cost and reward left out", "economics", `{"x":0.2,"G":1001}`, `{"S_min":250.25,"S_min_ceil":251}`, "1e-9", vectors.OK},
		{"the plan a stake carries", "economics", `{"q":0.2,"S":10}`, `{"n":2,"a":0.11363636363636363}`, "1e-9", vectors.OK},

		{"one unit off", "bits", `{"f":0.2}`, `{"table":{"0":152168,"4095":1020033}}`, "1", vectors.OK},
		{"two units off", "bits", `{"f":0.2}`, `{"table":{"0":152167}}`, "1", vectors.Fail},
		{"a count has no units", "bits", `{"f":0.2,"k_in_draw_order":[0,0,0],"trust":100,"n_floor":1}`, `{"n":2}`, "1", vectors.Fail},
		{"a floor left out", "bits", `{"f":0.2,"k_in_draw_order":[0,0,0],"trust":100}`, `{"n":3,"sum":456507,"target":435412}`, "1", vectors.OK},
		{"too few workers", "bits", `{"f":0.2,"k_in_draw_order":[0,0],"trust":100}`, `{"n":null,"sum":304338}`, "1", vectors.OK},
		{"nothing asked of the table", "bits", `{"f":0.2}`, `{"table":{}}`, "1", vectors.Fail},
		{"a record that is no number", "bits", `{"f":0.2}`, `{"table":{"many":1}}`, "1", vectors.Fail},

		{"no debt, floor left out", "debt", `{"q":"1/5","T":1000000,"N":1000000}`, `{"n":1,"lottery_16ths":10}`, "0", vectors.OK},
		{"an allowance", "debt", `{"q":"1/5","T":1000000,"N":0,"N0":250000,"floor":[1,1]}`, `{"n":2,"lottery_16ths":0,"W":"4611686018427387904"}`, "0", vectors.OK},
		{"no plan fits", "debt", `{"q":"1/5","T":1000000,"D_q64":"18446744073709551616","N":0,"floor":[1,1]}`, `{"n":null,"B":"18446744073709"}`, "0", vectors.OK},
		{"a floor outside the table", "debt", `{"q":"1/5","T":1000000,"N":0,"floor":[99,1]}`, `{"n":99}`, "0", vectors.Fail},

		{"unknown group", "astrology", `{"f":0.2,"m":2}`, `{"error":0.104}`, "0", vectors.Fail},
		{"nothing expected", "mfirst", `{"f":0.2,"m":2}`, `{}`, "0", vectors.Fail},
		{"expected is no object", "mfirst", `{"f":0.2,"m":2}`, `[1]`, "0", vectors.Fail},
		{"an input that is no number", "mfirst", `{"f":"much","m":2}`, `{"error":0.104}`, "0", vectors.Fail},
		{"an input that would not end", "mfirst", `{"f":1e-999999999,"m":2}`, `{"error":0.104}`, "0", vectors.Fail},
		{"a fraction where a count belongs", "mfirst", `{"f":0.2,"m":2.5}`, `{"error":0.104}`, "0", vectors.Fail},
		{"division by zero", "economics", `{"x":1,"G":1000}`, `{"S_min":1}`, "0", vectors.Fail},
		{"a negative tolerance", "mfirst", `{"f":0.2,"m":2}`, `{"error":0.104}`, "-1", vectors.Fail},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			tolerance := ""
			if c.tolerance != "" {
				tolerance = `,"tolerance":` + c.tolerance
			}
			got := text(t, vectors.TrustCases, fmt.Sprintf(`{"id":%q,"group":%q,"inputs":%s,"expected":%s%s}`,
				c.name, c.group, c.inputs, c.expected, tolerance))
			require.Equal(t, c.verdict, got.Verdict, "why %q, got %s", got.Why, got.Got)
			require.Equal(t, c.verdict == vectors.Fail, got.Why != "")
		})
	}
}
