package jobflags

import (
	"fmt"
	"strings"

	orgstypes "github.com/credence-chain/credence/x/orgs/types"

	credence "github.com/credence-chain/credence/client"
)

// ParseAudience reads the addresses, organisations and roles that a flag names.
func ParseAudience(flag string, texts []string) (a orgstypes.Audience, err error) {
	for _, t := range texts {
		role, isRole := strings.CutPrefix(t, "role:")
		switch {
		case isRole:
			value, known := orgstypes.Role_value["ROLE_"+strings.ToUpper(strings.ReplaceAll(role, "-", "_"))]
			if !known || value == 0 {
				return a, fmt.Errorf("%s %q: there is no such role; expected one such as role:requester, role:provider or role:pool-operator", flag, t)
			}
			a.Roles = append(a.Roles, orgstypes.Role(value))
		case strings.HasPrefix(t, credence.Bech32Prefix+"1"):
			if _, err := credence.Addresses().StringToBytes(t); err != nil {
				return a, fmt.Errorf("%s %q: not an address: %w", flag, t, err)
			}
			a.Accounts = append(a.Accounts, t)
		default:
			a.Organisations = append(a.Organisations, t)
		}
	}
	return a, nil
}
