package secret

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"filippo.io/age"
	"golang.org/x/crypto/chacha20poly1305"

	"github.com/credence-chain/credence/artifact"
)

// A sealed file is one line that begins with intro and names the agent, and then a file of age. An input or a dataset with such a
// content is opened for the program. The chain does not read the content: digest and size are those of the sealed file.
const (
	intro = "credence-sealed/v1 "
	// maxAgent bounds the URL of an agent in bytes.
	maxAgent = 256
	// maxHeader bounds the header of age in bytes; about a hundred recipients fit into it.
	maxHeader = 16 << 10

	keySize   = 16 // of a file key of age
	nonceSize = 16 // of the nonce in front of age's payload
	chunkSize = 64 << 10
)

// ErrNotOpened means that a sealed file or answer can not be opened: the key is wrong, or the content is damaged or malformed. With
// the right key everybody gets the same error.
var ErrNotOpened = errors.New("it can not be opened")

// Key opens one sealed file: it is the file key of its age file. The header of age holds a code that is made with the key. So one
// file has one key and one content, whatever recipients it is encrypted to.
type Key [keySize]byte

// String keeps the key out of logs.
func (Key) String() string { return "key of a sealed file" }

// GoString keeps the key out of logs.
func (k Key) GoString() string { return k.String() }

// Head is the part before a sealed content.
type Head struct {
	// Agent is the base URL of the agent that gives the key.
	Agent string
	// Header is the header of the age file. A holder of an identity of one of its recipients can read the key from it.
	Header []byte

	line int64 // bytes in front of the age file
}

// CheckAgent says whether a text is the base URL of an agent: http or https, with a host, without user, query and fragment.
func CheckAgent(text string) error {
	u, err := url.Parse(text)
	switch {
	case len(text) > maxAgent:
		return fmt.Errorf("agent: got %d bytes, expected a URL of at most %d", len(text), maxAgent)
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("agent: got %.80q, expected a URL such as https://keys.example.org", text)
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.String() != text || strings.HasSuffix(text, "/"):
		return fmt.Errorf("agent: got %.80q, expected a URL without user, query, fragment and a slash at its end", text)
	}
	return nil
}

// Seal writes a sealed file: plain, encrypted to the agent's recipient, for the agent at a URL.
func Seal(to io.Writer, plain io.Reader, agent string, recipient age.Recipient) error {
	if err := CheckAgent(agent); err != nil {
		return err
	}
	if _, err := io.WriteString(to, intro+agent+"\n"); err != nil {
		return err
	}
	w, err := age.Encrypt(to, recipient)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, plain)
	return errors.Join(err, w.Close())
}

// ReadHead reads the head of a content; sealed is false if the content is an ordinary one. Errors wrap ErrNotOpened if a content
// begins like a sealed file but is malformed; other errors are this machine's.
func ReadHead(content artifact.Content) (head Head, sealed bool, err error) {
	if content == nil {
		return head, false, nil
	}
	r, err := content.Open()
	if err != nil {
		return head, false, err
	}
	defer r.Close()
	in := bufio.NewReader(io.LimitReader(r, int64(len(intro)+maxAgent+1+maxHeader)))
	if begin, err := in.Peek(len(intro)); string(begin) != intro {
		if err == io.EOF {
			err = nil
		}
		return head, false, err
	}
	line, err := in.ReadString('\n')
	if err != nil {
		return head, true, fmt.Errorf("%w: its first line has no end", ErrNotOpened)
	}
	head.Agent, head.line = strings.TrimSuffix(strings.TrimPrefix(line, intro), "\n"), int64(len(line))
	if err := CheckAgent(head.Agent); err != nil {
		return head, true, fmt.Errorf("%w: %w", ErrNotOpened, err)
	}
	if head.Header, err = age.ExtractHeader(in); err != nil {
		return head, true, fmt.Errorf("%w: %w", ErrNotOpened, err)
	}
	return head, true, nil
}

// KeyOf reads the key from the header of age with an identity. The error wraps ErrNotOpened.
func KeyOf(header []byte, identity age.Identity) (key Key, err error) {
	raw, err := age.DecryptHeader(header, identity)
	if err != nil || len(raw) != keySize {
		return key, fmt.Errorf("%w: the header of age is for another key: %w", ErrNotOpened, err)
	}
	return Key(raw), nil
}

// Open returns the content of a sealed file. It reads the file once and checks that every byte is authentic. The content is
// decrypted again for each reader, and is stored nowhere. Errors wrap ErrNotOpened, or are this machine's.
func Open(sealed artifact.Content, head Head, key Key) (artifact.Content, error) {
	payload := sealed.Size() - head.line - int64(len(head.Header)) - nonceSize
	chunks := (payload + chunkSize + chacha20poly1305.Overhead - 1) / (chunkSize + chacha20poly1305.Overhead)
	opened := openedContent{sealed: sealed, head: head, key: key, long: payload - chunks*chacha20poly1305.Overhead}
	if opened.long < 0 {
		return nil, fmt.Errorf("%w: it is cut off", ErrNotOpened)
	}
	if err := artifact.CopyContent(io.Discard, opened); err != nil {
		return nil, err
	}
	return opened, nil
}

// openedContent is the content of a sealed file.
type openedContent struct {
	sealed artifact.Content
	head   Head
	key    Key
	long   int64
}

// Size implements artifact.Content.
func (c openedContent) Size() int64 { return c.long }

// Open implements artifact.Content.
func (c openedContent) Open() (io.ReadCloser, error) {
	source, err := c.sealed.Open()
	if err != nil {
		return nil, err
	}
	if _, err := io.CopyN(io.Discard, source, c.head.line+int64(len(c.head.Header))); err != nil {
		return nil, errors.Join(err, source.Close())
	}
	own := &ownErrors{source: source}
	plain, err := age.Decrypt(io.MultiReader(bytes.NewReader(c.head.Header), own), age.NewInjectedFileKeyIdentity(c.key[:]))
	if err != nil {
		return nil, errors.Join(own.explain(err), source.Close())
	}
	return &openedReader{plain: plain, own: own}, nil
}

// ownErrors separates errors of reading on this machine from errors of decryption.
type ownErrors struct {
	source io.ReadCloser
	err    error
}

func (o *ownErrors) Read(p []byte) (int, error) {
	n, err := o.source.Read(p)
	if err != nil && err != io.EOF {
		o.err = err
	}
	return n, err
}

func (o *ownErrors) explain(err error) error {
	if o.err != nil {
		return o.err
	}
	return fmt.Errorf("%w: %w", ErrNotOpened, err)
}

type openedReader struct {
	plain io.Reader
	own   *ownErrors
}

func (r *openedReader) Read(p []byte) (int, error) {
	n, err := r.plain.Read(p)
	if err != nil && err != io.EOF {
		err = r.own.explain(err)
	}
	return n, err
}

func (r *openedReader) Close() error { return r.own.source.Close() }
