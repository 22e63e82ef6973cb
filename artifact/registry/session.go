package registry

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// uploads are the sessions of blobs that come in pieces. The pieces are in a file, and the session is in the memory of this
// process: after a restart clients must begin again.
type uploads struct {
	folder string
	most   int // for each organisation
	idle   time.Duration

	mu   sync.Mutex
	open map[string]*session
}

// session is the upload of one blob.
type session struct {
	id, repository string
	file           *os.File

	busy  sync.Mutex // held by the request that writes; another one at the same time is refused
	size  int64
	seen  time.Time // guarded by uploads.mu
	ended bool      // guarded by busy
}

func openUploads(folder string, most int, idle time.Duration) (*uploads, error) {
	if err := os.RemoveAll(folder); err != nil { // what a process left that was killed
		return nil, err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	return &uploads{folder: folder, most: most, idle: idle, open: map[string]*session{}}, nil
}

func (u *uploads) closeAll() {
	u.mu.Lock()
	defer u.mu.Unlock()
	for id, s := range u.open {
		s.removeFile()
		delete(u.open, id)
	}
}

func (s *session) removeFile() {
	s.file.Close()
	os.Remove(s.file.Name())
}

// beginSession makes a session, unless the organisation has too many.
func (u *uploads) beginSession(repository string) (*session, error) {
	raw := make([]byte, 16)
	if _, err := rand.Read(raw); err != nil {
		return nil, err
	}
	id := hex.EncodeToString(raw)
	u.mu.Lock()
	defer u.mu.Unlock()
	count := 0
	for _, s := range u.open {
		if organisationOf(s.repository) == organisationOf(repository) {
			count++
		}
	}
	if count >= u.most {
		return nil, refuseRequest(http.StatusTooManyRequests, "TOOMANYREQUESTS", "%s has %d uploads under way, the most that are allowed: end or delete one", organisationOf(repository), count)
	}
	file, err := os.OpenFile(filepath.Join(u.folder, id), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	s := &session{id: id, repository: repository, file: file, seen: time.Now()}
	u.open[id] = s
	return s, nil
}

// takeSession finds a session and locks it for the caller until it is released.
func (u *uploads) takeSession(repository, id string) (*session, error) {
	u.mu.Lock()
	s := u.open[id]
	if s != nil {
		s.seen = time.Now()
	}
	u.mu.Unlock()
	if s == nil || s.repository != repository {
		return nil, refuseRequest(http.StatusNotFound, "BLOB_UPLOAD_UNKNOWN", "no upload of that name is under way in %s", repository)
	}
	if !s.busy.TryLock() {
		return nil, refuseRequest(http.StatusConflict, "BLOB_UPLOAD_INVALID", "another request writes to this upload")
	}
	if s.ended {
		s.busy.Unlock()
		return nil, refuseRequest(http.StatusNotFound, "BLOB_UPLOAD_UNKNOWN", "the upload has ended")
	}
	return s, nil
}

func (u *uploads) releaseSession(s *session) {
	u.mu.Lock()
	s.seen = time.Now()
	u.mu.Unlock()
	s.busy.Unlock()
}

// endSession removes a session that the caller has taken.
func (u *uploads) endSession(s *session) {
	s.ended = true
	u.mu.Lock()
	delete(u.open, s.id)
	u.mu.Unlock()
	s.removeFile()
}

// expiredSessions returns the sessions that have been idle for too long.
func (u *uploads) expiredSessions() (out []*session) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, s := range u.open {
		if time.Since(s.seen) > u.idle {
			out = append(out, s)
		}
	}
	return out
}

func (u *uploads) countSessions() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return len(u.open)
}
