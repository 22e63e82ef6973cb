package client

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"filippo.io/age"

	"github.com/credence-chain/credence/secret"
)

// OpenSealed opens a sealed answer that Download has brought, with an identity of its recipient. It writes the files beside the sealed one,
// which stays, and notes them in the report. Each file is checked against the manifest inside. It does nothing for an answer that is not
// sealed, nor without an identity. An *Error says that the answer does not open.
func OpenSealed(ctx context.Context, t *TaskReport, identities ...age.Identity) error {
	if len(identities) == 0 || !t.sealed || t.Dir == "" {
		return nil
	}
	path := filepath.Join(t.Dir, secret.AnswerFile)
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	m, err := secret.OpenAnswer(ctx, f, t.Dir, identities...)
	if err != nil {
		return &Error{
			Code: CodeUnavailable, Field: "Identities", Task: t, Err: err,
			What: fmt.Sprintf("the sealed answer %s is here and verified, and it does not open: %v", path, err),
		}
	}
	t.takeResult(m)
	return nil
}
