package footprint

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// span is a part of the address space that shows a part of the program's file as it is on disk.
type span struct{ from, to uintptr }

// dropProgram unmaps the pages of the program's file that nothing has changed.
func dropProgram() (bytes uint64, err error) {
	program, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return 0, err
	}
	file, err := os.Open("/proc/self/smaps")
	if err != nil {
		return 0, err
	}
	defer file.Close()
	spans, err := cleanSpans(file, program)
	if err != nil {
		return 0, err
	}
	for _, s := range spans {
		size := s.to - s.from
		// A kernel that has the file in huge pages would map 2 MiB for each byte that is read again. One without huge pages refuses this.
		_, _, _ = unix.Syscall(unix.SYS_MADVISE, s.from, size, unix.MADV_NOHUGEPAGE)
		if _, _, code := unix.Syscall(unix.SYS_MADVISE, s.from, size, unix.MADV_DONTNEED); code != 0 {
			return bytes, fmt.Errorf("give back %d bytes of %s: %w", size, program, code)
		}
		bytes += uint64(size)
	}
	return bytes, nil
}

// cleanSpans returns the spans of a /proc/PID/smaps that show the program's file, cannot be written, and have no page that was changed: a
// page of constants that the loader has relocated would come back without its addresses.
func cleanSpans(smaps io.Reader, program string) (spans []span, err error) {
	var (
		current span
		ours    bool
	)
	lines := bufio.NewScanner(smaps)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		switch {
		case len(words) >= 2 && !strings.HasSuffix(words[0], ":"):
			ours = len(words) >= 6 && !strings.Contains(words[1], "w") && strings.Join(words[5:], " ") == program
			if current, err = parseSpan(words[0]); err != nil {
				return nil, err
			}
		case ours && len(words) == 3 && words[0] == "Anonymous:" && words[1] == "0":
			spans = append(spans, current)
		}
	}
	return spans, lines.Err()
}

func parseSpan(text string) (s span, err error) {
	from, to, found := strings.Cut(text, "-")
	if !found {
		return s, fmt.Errorf("/proc/self/smaps: got %q, expected FROM-TO", text)
	}
	for _, end := range []struct {
		text string
		into *uintptr
	}{{from, &s.from}, {to, &s.to}} {
		n, err := strconv.ParseUint(end.text, 16, 64)
		if err != nil {
			return s, fmt.Errorf("/proc/self/smaps: got %q, expected an address: %w", end.text, err)
		}
		*end.into = uintptr(n)
	}
	return s, nil
}
