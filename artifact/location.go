package artifact

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// DefaultRepository is where blobs are looked for on a server whose URL names no repository.
const DefaultRepository = "credence"

// MaxRepositoryName bounds the bytes of a repository's name, as registries do.
const MaxRepositoryName = 255

// repositoryName is the grammar of names in the OCI distribution specification 1.1.
var repositoryName = regexp.MustCompile(`^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$`)

// ValidRepository says whether name can be a repository's.
func ValidRepository(name string) bool {
	return len(name) <= MaxRepositoryName && repositoryName.MatchString(name)
}

// Location is a repository on a server that speaks the OCI distribution protocol. Its text is
// "https://host[:port][/repository]"; without a repository it is DefaultRepository.
type Location struct {
	// Scheme is http or https; Host has the port, if any.
	Scheme, Host string
	// Repository is the name within the server, such as "amber/inputs".
	Repository string
}

// ParseLocation reads the text of a location. The error says what was expected.
func ParseLocation(text string) (Location, error) {
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return Location{}, fmt.Errorf("store %q: expected http:// or https://, a host, and a repository if any, such as https://store.example/amber/inputs", clipText(text))
	}
	l := Location{Scheme: u.Scheme, Host: u.Host, Repository: strings.Trim(u.Path, "/")}
	if l.Repository == "" {
		l.Repository = DefaultRepository
	}
	if !ValidRepository(l.Repository) {
		return Location{}, fmt.Errorf("store %q: repository %q: expected lower-case letters, digits and single . _ - between them, in parts with / between", clipText(text), clipText(l.Repository))
	}
	return l, nil
}

// String is the text form.
func (l Location) String() string { return l.Scheme + "://" + l.Host + "/" + l.Repository }

// blobURL returns the URL of a blob, manifestURL that of a tag or of a manifest's digest, and uploadsURL the one where an upload
// begins.
func (l Location) blobURL(d Digest) string             { return l.joinURL("blobs/" + d.String()) }
func (l Location) manifestURL(reference string) string { return l.joinURL("manifests/" + reference) }
func (l Location) uploadsURL() string                  { return l.joinURL("blobs/uploads/") }

func (l Location) joinURL(rest string) string {
	return l.Scheme + "://" + l.Host + "/v2/" + l.Repository + "/" + rest
}

// clipText shortens a text from outside, so that hostile text does not fill the logs.
func clipText(text string) string {
	if len(text) > 80 {
		return text[:80] + "..."
	}
	return text
}
