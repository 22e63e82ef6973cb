package order

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/cmd/internal/jobflags"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

func TestParseAudience(t *testing.T) {
	const account = "cred1qypqxpq9qcrsszg2pvxq6rs0zqg3yyc557u83x"
	a, err := jobflags.ParseAudience("--only-requester", []string{"lab", "role:pool-operator", account, "role:REQUESTER"})
	require.NoError(t, err)
	require.Equal(t, orgstypes.Audience{
		Accounts: []string{account}, Organisations: []string{"lab"}, Roles: []orgstypes.Role{orgstypes.ROLE_POOL_OPERATOR, orgstypes.ROLE_REQUESTER},
	}, a)
	for text, why := range map[string]string{
		"role:king": `--only-app-of "role:king": there is no such role`, "role:": `--only-app-of "role:"`,
		account + "x": `--only-app-of "` + account + `x": not an address`,
	} {
		_, err := jobflags.ParseAudience("--only-app-of", []string{text})
		require.ErrorContains(t, err, why)
	}
}
