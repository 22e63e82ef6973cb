package runtime

import (
	"errors"
	"io"

	"github.com/credence-chain/credence/artifact"
)

// Close frees the disk that the files of the result take. They cannot be read afterwards. Without it the disk is free when the garbage
// collector finds that nothing refers to the files, which may take minutes in a worker that waits.
func (o Outcome) Close() (err error) {
	closed := map[io.Closer]bool{}
	for _, f := range o.Files {
		part, is := f.Content.(artifact.Part)
		if !is {
			continue
		}
		if file, is := part.In.(io.Closer); is && !closed[file] {
			closed[file] = true
			err = errors.Join(err, file.Close())
		}
	}
	return err
}
