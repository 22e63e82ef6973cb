package order

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/poco"
	appstypes "github.com/credence-chain/credence/x/apps/types"
)

// formatResources returns resources in words; "" for none.
func formatResources(r appstypes.Resources) string {
	var parts []string
	if r.CpuMillis > 0 {
		parts = append(parts, strings.TrimRight(strings.TrimRight(fmt.Sprintf("%d.%03d", r.CpuMillis/1000, r.CpuMillis%1000), "0"), ".")+" cores")
	}
	if r.MemoryBytes > 0 {
		parts = append(parts, cli.FormatBytes(r.MemoryBytes)+" of memory")
	}
	if r.DiskBytes > 0 {
		parts = append(parts, cli.FormatBytes(r.DiskBytes)+" of files")
	}
	if r.Gpus > 0 {
		parts = append(parts, fmt.Sprintf("%d GPUs", r.Gpus))
	}
	return strings.Join(parts, ", ")
}

// parseTrustFlag reads a demanded trust; 0 for none.
func parseTrustFlag(text string) (uint64, error) {
	if text == "" {
		return 0, nil
	}
	trust, err := poco.ParseTrust(text)
	if err != nil {
		return 0, fmt.Errorf("--%w", err)
	}
	return trust, nil
}

// formatTrust returns a demanded trust as a percentage.
func formatTrust(trust uint64) string {
	if trust == 0 {
		return "any"
	}
	miss := new(big.Rat).SetFrac64(100, 1)
	miss.Quo(miss, new(big.Rat).SetFrac(new(big.Int).SetUint64(trust), big.NewInt(1)))
	text := new(big.Rat).Sub(big.NewRat(100, 1), miss).FloatString(12)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".") + "%"
}

// parseShare reads a percentage, or basis points such as "500bps".
func parseShare(text string) (uint32, error) {
	number, scale := strings.TrimSpace(text), int64(100)
	if rest, ok := strings.CutSuffix(number, "bps"); ok {
		number, scale = rest, 1
	} else {
		number = strings.TrimSuffix(number, "%")
	}
	share, ok := new(big.Rat).SetString(number)
	if ok && strings.Trim(number, "0123456789.") == "" {
		if share.Mul(share, big.NewRat(scale, 1)); share.IsInt() && share.Num().IsUint64() && share.Num().Uint64() <= 10_000 {
			return uint32(share.Num().Uint64()), nil
		}
	}
	return 0, fmt.Errorf("--commission %q: expected a percentage up to 100%% such as 5%% or 2.5%%", text)
}

// formatShare returns basis points as a percentage.
func formatShare(bps uint32) string {
	text := fmt.Sprintf("%d.%02d", bps/100, bps%100)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".") + " %"
}

// describeTrust says what a demanded trust means under a policy.
func describeTrust(policy string, trust uint64) string {
	p, found := poco.PolicyByName(policy)
	if found && p.Rules().Evidence != poco.EvidenceNone {
		return fmt.Sprintf("policy %s: %s. An answer is as right as its evidence; the error debt makes no claim about it", policy, p.Rules().Summary)
	}
	if found && !p.Rules().Bounded {
		return fmt.Sprintf("policy %s: %s. It promises no bound on wrong results", policy, p.Rules().Summary)
	}
	return fmt.Sprintf("%s (one wrong result expected in %d), policy %s", formatTrust(trust), trust, policy)
}
