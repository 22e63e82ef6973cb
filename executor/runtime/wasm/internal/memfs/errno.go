package memfs

import "fmt"

// Errno is a WASI preview 1 error number.
type Errno uint32

// The numbers that the host returns.
const (
	Success     Errno = 0
	BadFile     Errno = 8
	Exists      Errno = 20
	Fault       Errno = 21
	FileTooBig  Errno = 22
	Invalid     Errno = 28
	IsDirectory Errno = 31
	TooManyOpen Errno = 33
	NameTooLong Errno = 37
	NoEntry     Errno = 44
	NoSpace     Errno = 51
	NoSystem    Errno = 52
	NotDir      Errno = 54
	NotEmpty    Errno = 55
	NotSocket   Errno = 57
	NotSupp     Errno = 58
	Overflow    Errno = 61
	ReadOnly    Errno = 69
	NotSeekable Errno = 70
	CrossDevice Errno = 75
	NotCapable  Errno = 76
	// OutputFull is not a number of WASI. It says that /out holds more than the task allows, and then the host stops the app.
	OutputFull Errno = 1 << 16
)

// Error returns the number as text.
func (e Errno) Error() string { return fmt.Sprintf("WASI errno %d", uint32(e)) }
