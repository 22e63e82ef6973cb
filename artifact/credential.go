package artifact

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"

	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/credentials"
)

// tokens holds the tokens that registries gave this process for its user's credentials.
var tokens = auth.NewCache()

// dockerCredentials finds the user's credentials where docker, podman, skopeo and oras keep them: $DOCKER_CONFIG/config.json,
// ~/.docker/config.json and the helpers that these name.
var dockerCredentials = sync.OnceValue(func() auth.CredentialFunc {
	store, err := credentials.NewStoreFromDocker(credentials.StoreOptions{})
	if err != nil { // an unreadable file: what is public can still be read
		return nil
	}
	return credentials.Credential(store)
})

// doRequest sends a request to a registry. A Token goes along at once; without one the registry's challenge is answered with the
// user's credentials for that host, or anonymously. A redirect to another host takes no credentials along.
func (c *Client) doRequest(req *http.Request) (*http.Response, error) {
	if c.Token != "" && c.isKnown(req.URL.Scheme, req.URL.Host) {
		name, secret, found := strings.Cut(c.Token, ":")
		if !found {
			name, secret = "token", c.Token
		}
		req.SetBasicAuth(name, secret)
	}
	client := &auth.Client{Client: c.httpClient(), Credential: dockerCredentials(), Cache: tokens}
	resp, err := client.Do(req)
	if errors.Is(err, auth.ErrBasicCredentialNotFound) {
		return nil, errors.Join(ErrRefused, err)
	}
	return resp, err
}

// isKnown says whether a host is one of those that the client was given: a token is for no other.
func (c *Client) isKnown(scheme, host string) bool {
	for _, base := range c.BaseURLs {
		if l, err := ParseLocation(base); err == nil && l.Scheme == scheme && l.Host == host {
			return true
		}
	}
	return false
}

// withScope says which rights on a repository a request needs, so that a token for them is asked for once.
func withScope(ctx context.Context, l Location, actions ...string) context.Context {
	return auth.WithScopesForHost(ctx, l.Host, auth.ScopeRepository(l.Repository, actions...))
}
