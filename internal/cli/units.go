package cli

import (
	"fmt"
	"math/big"
	"strings"
)

// ucredPerCRED is the number of ucred in one CRED.
const ucredPerCRED = 1_000_000

// FormatCRED writes an amount of ucred for people, such as "0.05 CRED".
func FormatCRED(ucred uint64) string {
	whole, part := ucred/ucredPerCRED, ucred%ucredPerCRED
	if part == 0 {
		return fmt.Sprintf("%d CRED", whole)
	}
	return fmt.Sprintf("%d.%s CRED", whole, strings.TrimRight(fmt.Sprintf("%06d", part), "0"))
}

// ParseCRED reads an amount as people write it: "5CRED", "0.25 cred", "250000ucred"; a number without a unit is CRED.
func ParseCRED(text string) (uint64, error) {
	bad := func(why string) (uint64, error) {
		return 0, fmt.Errorf("price %q: %s; expected an amount such as 5CRED, 0.25CRED or 250000ucred", text, why)
	}
	number, scale := strings.ToLower(strings.TrimSpace(text)), int64(ucredPerCRED)
	if rest, ok := strings.CutSuffix(number, "ucred"); ok {
		number, scale = rest, 1
	} else if rest, ok := strings.CutSuffix(number, "cred"); ok {
		number = rest
	}
	number = strings.TrimSpace(number)
	// big.Rat also reads fractions, exponents and signs, which are no amounts.
	if number == "" || strings.Trim(number, "0123456789.") != "" {
		return bad("not an amount")
	}
	amount, ok := new(big.Rat).SetString(number)
	if !ok {
		return bad("not an amount")
	}
	amount.Mul(amount, new(big.Rat).SetInt64(scale))
	if !amount.IsInt() {
		return bad("finer than 1 ucred, a millionth of a CRED")
	}
	if !amount.Num().IsUint64() {
		return bad("too large")
	}
	return amount.Num().Uint64(), nil
}

// ParseFuel reads a fuel limit: a number, or one with k, M, G or T for thousands.
func ParseFuel(text string) (uint64, error) {
	number, scale := strings.TrimSpace(text), int64(1)
	for suffix, factor := range map[string]int64{"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12} {
		if rest, ok := strings.CutSuffix(number, suffix); ok {
			number, scale = rest, factor
			break
		}
	}
	amount, ok := new(big.Rat).SetString(number)
	if !ok || number == "" || strings.Trim(number, "0123456789.") != "" {
		return 0, fmt.Errorf("fuel %q: expected a number such as 2000000000 or 2G", text)
	}
	amount.Mul(amount, new(big.Rat).SetInt64(scale))
	if !amount.IsInt() || !amount.Num().IsUint64() || amount.Num().Uint64() == 0 {
		return 0, fmt.Errorf("fuel %q: expected 1 to 2^64-1 units", text)
	}
	return amount.Num().Uint64(), nil
}

// byteUnits has longer names first, because "b" is the end of all others.
var byteUnits = []struct {
	name  string
	bytes int64
}{
	{"kib", 1 << 10}, {"mib", 1 << 20}, {"gib", 1 << 30}, {"tib", 1 << 40},
	{"kb", 1e3}, {"mb", 1e6}, {"gb", 1e9}, {"tb", 1e12}, {"b", 1},
}

// ParseBytes reads a size as people write it: "512MiB", "1.5 GB"; a number without a unit is bytes.
func ParseBytes(text string) (uint64, error) {
	number, scale := strings.ToLower(strings.TrimSpace(text)), int64(1)
	for _, unit := range byteUnits {
		if rest, ok := strings.CutSuffix(number, unit.name); ok {
			number, scale = strings.TrimSpace(rest), unit.bytes
			break
		}
	}
	amount, ok := new(big.Rat).SetString(number)
	if !ok || number == "" || strings.Trim(number, "0123456789.") != "" {
		return 0, fmt.Errorf("size %q: expected bytes such as 512MiB or 100MB", text)
	}
	amount.Mul(amount, new(big.Rat).SetInt64(scale))
	if !amount.IsInt() || !amount.Num().IsUint64() || amount.Num().Uint64() == 0 {
		return 0, fmt.Errorf("size %q: expected 1 to 2^64-1 bytes", text)
	}
	return amount.Num().Uint64(), nil
}

// FormatFuel writes an amount of fuel for people, such as "1.53G".
func FormatFuel(fuel uint64) string { return scaleUnits(fuel, 1000, "", "k", "M", "G", "T", "P", "E") }

// FormatBytes writes a size for people, such as "3.1 MB".
func FormatBytes(n uint64) string {
	return strings.Replace(scaleUnits(n, 1000, " B", " kB", " MB", " GB", " TB", " PB", " EB"), "  ", " ", 1)
}

func scaleUnits(n, base uint64, units ...string) string {
	div, k := uint64(1), 0
	for k+1 < len(units) && n/div >= base {
		div *= base
		k++
	}
	if k == 0 {
		return fmt.Sprintf("%d%s", n, units[0])
	}
	tenths := n / (div / 10)
	if tenths%10 == 0 || tenths >= 1000 {
		return fmt.Sprintf("%d%s", tenths/10, units[k])
	}
	return fmt.Sprintf("%d.%d%s", tenths/10, tenths%10, units[k])
}
