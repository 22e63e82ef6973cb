package release

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"filippo.io/age"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/executor/attester"
)

// askTimeout bounds one request for a key.
const askTimeout = 10 * time.Second

// Asker asks for keys in the name of an account.
type Asker struct {
	// Key of the account that holds the seat.
	Key client.Key
	// Recipient is the public key for which answers are encrypted.
	Recipient *age.X25519Recipient
	// Session signs requests in addition to Key, if Recipient is a key of the session's enclave; nil outside an enclave.
	Session attester.Attester
	// HTTP makes the requests. Nil means a client that follows no redirection, so that only the named server is asked.
	HTTP *http.Client
}

var defaultHTTP = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// Ask asks the server at a base URL for a key. The answer is still encrypted; OpenGrant opens it. The error is a *Refusal if the server
// refuses.
func (a Asker) Ask(ctx context.Context, url string, r Request) ([]byte, error) {
	nonce, err := NewNonce()
	if err != nil {
		return nil, err
	}
	r.Who, r.Recipient, r.Asked, r.Time, r.Nonce = a.Key.Address(), a.Recipient.String(), url, time.Now().Unix(), nonce
	if a.Session != nil {
		key := a.Session.Key()
		r.Session = key[:]
	}
	signed, err := r.Sign(a.Key)
	if err == nil && a.Session != nil {
		err = signed.SignAlso(ctx, a.Session)
	}
	if err != nil {
		return nil, err
	}
	return Send(ctx, a.HTTP, url, signed)
}

// Send posts a signed request to the server at a base URL, and returns the encrypted answer.
func Send(ctx context.Context, by *http.Client, url string, signed Signed) ([]byte, error) {
	if by == nil {
		by = defaultHTTP
	}
	body, err := json.Marshal(signed)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+Path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := by.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(io.LimitReader(res.Body, maxBody+1))
	switch {
	case err != nil:
		return nil, err
	case len(data) > maxBody:
		return nil, fmt.Errorf("%s answered with more than %d bytes", url, maxBody)
	case res.StatusCode == http.StatusOK:
		return data, nil
	}
	var refusal Refusal
	if json.Unmarshal(data, &refusal) == nil && refusal.Reason != "" {
		refusal.Words = clip(refusal.Words, 300)
		return nil, &refusal
	}
	return nil, fmt.Errorf("%s answered with status %d, expected a key", url, res.StatusCode)
}

func clip(text string, n int) string { return text[:min(n, len(text))] }

// IsPassing says whether asking again may help. It does, unless the error is a refusal that will come again.
func IsPassing(err error) bool {
	var refusal *Refusal
	return !errors.As(err, &refusal) || refusal.Passing()
}
