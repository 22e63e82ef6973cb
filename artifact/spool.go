package artifact

import (
	"bytes"
	"io"
	"os"
)

// spool receives a download that is not verified yet, and can start again from the beginning.
type spool interface {
	io.Writer
	Restart() error
}

// spoolFile is a temporary file that is removed when it is closed.
type spoolFile struct{ *os.File }

func (s *spoolFile) Restart() error {
	if _, err := s.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return s.Truncate(0)
}

func (s *spoolFile) Close() error {
	err := s.File.Close()
	if removeErr := os.Remove(s.Name()); err == nil {
		err = removeErr
	}
	return err
}

type spoolMemory struct{ bytes.Buffer }

func (s *spoolMemory) Restart() error {
	s.Reset()
	return nil
}
