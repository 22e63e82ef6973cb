package registry

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/credence-chain/credence/artifact"
)

// Account is an organisation that may write.
type Account struct {
	// Organisation is the first part of the names of its repositories.
	Organisation string `json:"organisation"`
	// Secret is the digest of the organisation's secret. Secrets are 32 random bytes, so one round of SHA-256 is enough.
	Secret artifact.Digest `json:"secret_digest"`
	// Quota in bytes; 0 means the store's default.
	Quota int64 `json:"quota_bytes,omitempty"`
}

// Accounts are the organisations that may write. Nil accounts let everybody write.
type Accounts []Account

// LoadAccounts reads the file of accounts. If there is no file there are no accounts, and nobody may write.
func LoadAccounts(path string) (Accounts, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Accounts{}, nil
	}
	if err != nil {
		return nil, err
	}
	list := Accounts{}
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("accounts %s: %w", path, err)
	}
	return list, list.checkAccounts(path)
}

func (a Accounts) checkAccounts(path string) error {
	seen := map[string]bool{}
	for i, account := range a {
		switch {
		case !artifact.ValidRepository(account.Organisation) || strings.Contains(account.Organisation, "/"):
			return fmt.Errorf("accounts %s: entry %d: organisation %q: expected lower-case letters and digits, with single . _ - between them", path, i+1, account.Organisation)
		case seen[account.Organisation]:
			return fmt.Errorf("accounts %s: entry %d: organisation %q is there twice", path, i+1, account.Organisation)
		case account.Quota < 0:
			return fmt.Errorf("accounts %s: %s: quota_bytes %d, expected 0 for the default, or more", path, account.Organisation, account.Quota)
		case account.Secret.IsZero():
			return fmt.Errorf("accounts %s: %s: no secret_digest", path, account.Organisation)
		}
		seen[account.Organisation] = true
	}
	return nil
}

// Save writes the file whole or not at all, for its owner alone.
func (a Accounts) Save(path string) error {
	if err := a.checkAccounts(path); err != nil {
		return err
	}
	data, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", append(data, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// Set gives an organisation an account, or gives its account a new quota. In both cases it makes a new secret, which it returns and
// keeps nowhere.
func (a *Accounts) Set(organisation string, quota int64) (secret string, err error) {
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return "", err
	}
	secret = base64.RawURLEncoding.EncodeToString(raw)
	account := Account{Organisation: organisation, Secret: sumSecret(secret), Quota: quota}
	for i := range *a {
		if (*a)[i].Organisation == organisation {
			(*a)[i] = account
			return secret, nil
		}
	}
	*a = append(*a, account)
	slices.SortFunc(*a, func(x, y Account) int { return strings.Compare(x.Organisation, y.Organisation) })
	return secret, nil
}

// Remove removes an account, or returns false if there is none. The organisation's blobs stay.
func (a *Accounts) Remove(organisation string) bool {
	before := len(*a)
	*a = slices.DeleteFunc(*a, func(x Account) bool { return x.Organisation == organisation })
	return len(*a) < before
}

func sumSecret(secret string) artifact.Digest { return sha256.Sum256([]byte(secret)) }

// authenticateRequest finds the account of a request's credentials. It returns nil for a request without credentials, and an error
// for credentials of no account.
func (a Accounts) authenticateRequest(r *http.Request) (*Account, error) {
	name, secret, ok := r.BasicAuth()
	if !ok {
		var bearer bool
		if secret, bearer = strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); !bearer {
			return nil, nil
		}
		name = ""
	}
	// Digests of secrets are compared, not the secrets, because the time that a comparison takes reveals something.
	given := sumSecret(secret)
	for i := range a {
		if a[i].Secret == given && (name == "" || name == "token" || name == a[i].Organisation) {
			return &a[i], nil
		}
	}
	return nil, errors.New("the credentials are those of no account here")
}

// quotaOf returns the quota of an organisation in bytes; 0 means none.
func (a Accounts) quotaOf(organisation string, byDefault int64) int64 {
	for i := range a {
		if a[i].Organisation == organisation && a[i].Quota > 0 {
			return a[i].Quota
		}
	}
	return byDefault
}
