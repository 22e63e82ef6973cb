package release

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"filippo.io/age"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/secret"
)

// Record is what an agent keeps of a sealed file: the rules by which it gives the key. The key itself is in Header, encrypted for the
// agent's identity.
type Record struct {
	// Blob is the digest of the sealed file.
	Blob artifact.Digest `json:"blob"`
	// Name is shown to people.
	Name string `json:"name,omitempty"`
	// Agent is the URL that the sealed file names.
	Agent string `json:"agent"`
	// Header is the sealed file's header in the format of age.
	Header []byte `json:"header"`
	// Apps that may read the file: "organisation/name" for every version, "organisation/name:version", or a version's digest.
	Apps []string `json:"apps"`
	// Requesters whose tasks may read the file: accounts, or ids of organisations.
	Requesters []string `json:"requesters"`
	// Pools whose workers may read the file; empty means any.
	Pools []string `json:"pools,omitempty"`
	// AnyEnv allows containers whose variables or working folder the requester sets. Many languages load further code by these, so that
	// an allowed program could run code that the owner has never read.
	AnyEnv bool `json:"any_env,omitempty"`
	// SealedAnswers gives the key only for jobs whose answer is sealed for a recipient.
	SealedAnswers bool `json:"sealed_answers,omitempty"`
	// RequireEnclave gives the key only to enclaves whose session counts on the chain, for tasks whose answer an enclave signs.
	RequireEnclave bool `json:"require_enclave,omitempty"`
	// Measurements of those enclaves; empty means the measurements that the app's version lists.
	Measurements []string `json:"measurements,omitempty"`
	// Made is when the file was sealed.
	Made time.Time `json:"made"`
}

// allows returns nil if the owner gives the key for a deal, and a refusal otherwise.
func (r Record) allows(c Case) *Refusal {
	app := []string{c.Deal.App, c.Deal.App + ":" + c.Deal.AppVersion, c.Deal.Digest}
	switch {
	case !meets(r.Apps, app...):
		return refuse(AppNotAllowed, "the owner of %s does not allow it for the app %s:%s (%s)", r.Blob, c.Deal.App, c.Deal.AppVersion, c.Deal.Digest)
	case !meets(r.Requesters, c.Deal.Requester, c.Deal.RequesterOrganisation):
		return refuse(RequesterNotAllowed, "the owner of %s does not allow it for tasks of %s", r.Blob, c.Deal.Requester)
	case len(r.Pools) > 0 && !meets(r.Pools, c.Deal.Pool):
		return refuse(PoolNotAllowed, "the owner of %s does not allow it for the pool %s", r.Blob, c.Deal.Pool)
	case r.SealedAnswers && c.Deal.Execution.Contract().Recipient == "":
		return refuse(AnswerNotSealed, "the owner of %s allows it for sealed answers alone, and the job names no recipient", r.Blob)
	}
	if !r.AnyEnv {
		if refusal := r.refuseEnv(c); refusal != nil {
			return refusal
		}
	}
	if r.RequireEnclave {
		return r.refuseOutside(c)
	}
	return nil
}

// refuseEnv refuses a container for which the requester sets variables, rows (which may have variables) or a working folder. With
// PYTHONPATH=/in, for example, an image of Python loads the requester's modules. It returns nil for other jobs.
func (r Record) refuseEnv(c Case) *Refusal {
	e := c.Deal.Execution.Contract()
	if rules, err := contract.FindRuntime(c.Deal.Runtime); err == nil && !rules.Image {
		return nil
	}
	for _, set := range []struct {
		is   bool
		what string
	}{{len(e.Env) > 0, "variables"}, {e.Rows != "", "rows"}, {e.Workdir != "", "a working folder"}} {
		if set.is {
			return refuse(AppNotAllowed, "the owner of %s does not allow it for the app %s in a container with %s of the requester, by which it could load other code; "+
				"send the job without, or ask the owner to allow it with --any-env", r.Blob, c.Deal.App, set.what)
		}
	}
	return nil
}

// meets says whether any of the names is on a list.
func meets(list []string, names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return name != "" && slices.Contains(list, name) })
}

// Folder keeps the records of an agent, one in each file. They are read again for every request, so that a change holds at once.
type Folder string

func (f Folder) path(blob artifact.Digest) string {
	return filepath.Join(string(f), blob.Hex()+".json")
}

// Save writes a record durably, and replaces an older one of the same file.
func (f Folder) Save(r Record) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(string(f), 0o700); err != nil {
		return err
	}
	temp, err := os.CreateTemp(string(f), ".record-*") // for its owner alone
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name())
	_, err = temp.Write(append(text, '\n'))
	if err = errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return err
	}
	return os.Rename(temp.Name(), f.path(r.Blob))
}

// Load reads the record of a file. The error wraps fs.ErrNotExist when there is none.
func (f Folder) Load(blob artifact.Digest) (r Record, err error) {
	text, err := os.ReadFile(f.path(blob))
	if err != nil {
		return r, err
	}
	if err = json.Unmarshal(text, &r); err == nil && r.Blob != blob {
		err = fmt.Errorf("it is the record of %s", r.Blob)
	}
	if err != nil {
		return r, fmt.Errorf("record %s: %w", f.path(blob), err)
	}
	return r, nil
}

// List reads all records, the oldest first.
func (f Folder) List() (out []Record, err error) {
	files, err := filepath.Glob(filepath.Join(string(f), "*.json"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		blob, err := artifact.ParseHex(strings.TrimSuffix(filepath.Base(file), ".json"))
		if err != nil {
			continue // not ours
		}
		r, err := f.Load(blob)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	slices.SortStableFunc(out, func(a, b Record) int { return a.Made.Compare(b.Made) })
	return out, nil
}

// Remove drops the record of a file.
func (f Folder) Remove(blob artifact.Digest) error { return os.Remove(f.path(blob)) }

// Owner is the vault of an agent: records, and the identity that opens their headers.
type Owner struct {
	Records  Folder
	Identity age.Identity
}

// Holds implements Holder: requests for files that were never sealed here cost no chain read.
func (o Owner) Holds(_ string, blob artifact.Digest) *Refusal {
	if _, err := os.Stat(o.Records.path(blob)); errors.Is(err, fs.ErrNotExist) {
		return refuse(UnknownSecret, "there is no key of %s here", blob)
	}
	return nil
}

// Key implements Vault.
func (o Owner) Key(c Case, blob artifact.Digest) (key secret.Key, _ *Refusal) {
	r, err := o.Records.Load(blob)
	if errors.Is(err, fs.ErrNotExist) {
		return key, refuse(UnknownSecret, "there is no key of %s here", blob)
	}
	if err != nil {
		return key, refuse(Unavailable, "the record of %s can not be read", blob)
	}
	if refusal := r.allows(c); refusal != nil {
		return key, refusal
	}
	if key, err = secret.KeyOf(r.Header, o.Identity); err != nil {
		return key, refuse(UnknownSecret, "the key of %s is for another identity than that of this agent", blob)
	}
	return key, nil
}
