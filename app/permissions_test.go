package app_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/testutil"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

var update = flag.Bool("write-permissions", false, "write docs/permissions.md")

const permissionsFile = "../docs/permissions.md"

const permissionsHead = `# Who may send what

Generated from the messages' roles (` + "`go test ./app -run TestPermissionsAreDocumented -write-permissions`" + `); do not edit. What an account is
follows from its organisation: [section 10](protocol.md#10-organisations-roles-seats). A message of role *anyone* may be limited by
what it names: a commit by the seat, an acceptance by the offer. The court account of a seat sends commits and reveals on the bench of
a court and nothing else, whatever is said here. A grant (authz) carries what its granter may send, and no more. What is marked
*not in a pause* begins new work, and an emergency pause refuses it.
`

// TestPermissionsAreDocumented: docs/permissions.md lists every message that the router takes, under the role that the guard demands.
func TestPermissionsAreDocumented(t *testing.T) {
	want := permissions(t, testutil.New(t).App)
	if *update {
		require.NoError(t, os.WriteFile(permissionsFile, []byte(want), 0o644))
	}
	got, err := os.ReadFile(permissionsFile)
	require.NoError(t, err)
	require.Equal(t, want, string(got), "docs/permissions.md is stale: go test ./app -run TestPermissionsAreDocumented -write-permissions")
}

// permissions writes the page, with roles in their order and modules and messages by name.
func permissions(t *testing.T, a *app.App) string {
	byRole := map[orgstypes.Role][]string{}
	a.Encoding.InterfaceRegistry.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		for i := range file.Services().Len() {
			service := file.Services().Get(i)
			for j := range service.Methods().Len() {
				name := service.Methods().Get(j).Input().FullName()
				if service.Name() != "Msg" || a.MsgServiceRouter().HandlerByTypeURL("/"+string(name)) == nil {
					continue
				}
				role, err := a.Guard.RoleOf(name)
				require.NoError(t, err)
				if !slices.Contains(byRole[role], string(name)) {
					byRole[role] = append(byRole[role], string(name))
				}
			}
		}
		return true
	})
	var out strings.Builder
	out.WriteString(permissionsHead)
	for role := orgstypes.ROLE_ANYONE; role <= orgstypes.ROLE_POOL_OPERATOR; role++ {
		slices.Sort(byRole[role])
		fmt.Fprintf(&out, "\n## %s\n\n", role.Word())
		for _, name := range byRole[role] {
			fmt.Fprintf(&out, "- `%s`", name)
			if a.Guard.RefusedInPause(protoreflect.FullName(name)) {
				out.WriteString(", *not in a pause*")
			}
			out.WriteByte('\n')
		}
	}
	return out.String()
}
