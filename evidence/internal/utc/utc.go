// Package utc turns the dates of certificates and collateral into Unix seconds. It never reads a clock.
package utc

import (
	"errors"
	"fmt"
)

// ErrTime says that a text is not a time in the expected form.
var ErrTime = errors.New("time: not in the expected form")

// layout is the form of a time: '0' stands for any digit, and every other byte for itself. The first digits are the year. Month,
// day, hour, minute and second follow, two digits each.
type layout string

// The forms.
const (
	short layout = "000000000000Z"        // UTCTime of DER: the year's last two digits
	long  layout = "00000000000000Z"      // GeneralizedTime of DER
	text  layout = "0000-00-00T00:00:00Z" // RFC 3339
)

// ParseShort reads DER's UTCTime, whose years are 1950 to 2049.
func ParseShort(b []byte) (int64, error) { return short.parseTime(string(b)) }

// ParseLong reads DER's GeneralizedTime.
func ParseLong(b []byte) (int64, error) { return long.parseTime(string(b)) }

// ParseText reads a time of RFC 3339 in UTC, in full seconds.
func ParseText(s string) (int64, error) { return text.parseTime(s) }

func (l layout) parseTime(s string) (int64, error) {
	digits, err := l.readDigits(s)
	if err != nil {
		return 0, err
	}
	var year int64
	if l == short {
		year = 1900 + digits[0]*10 + digits[1]
		if year < 1950 {
			year += 100
		}
		digits = digits[2:]
	} else {
		year = digits[0]*1000 + digits[1]*100 + digits[2]*10 + digits[3]
		digits = digits[4:]
	}
	var parts [5]int64
	for i := range parts {
		parts[i] = digits[2*i]*10 + digits[2*i+1]
	}
	return toUnix(year, parts)
}

// readDigits returns the digits of a text in the layout.
func (l layout) readDigits(s string) (out []int64, err error) {
	if len(s) != len(l) {
		return nil, fmt.Errorf("%w: %d bytes, expected %d", ErrTime, len(s), len(l))
	}
	for i := range len(s) {
		switch {
		case l[i] != '0' && s[i] != l[i], l[i] == '0' && (s[i] < '0' || s[i] > '9'):
			return nil, fmt.Errorf("%w: byte %d", ErrTime, i)
		case l[i] == '0':
			out = append(out, int64(s[i]-'0'))
		}
	}
	return out, nil
}

// toUnix returns the seconds since 1970 of a time in the Gregorian calendar. The year is 1 or later; parts are month, day, hour,
// minute and second.
func toUnix(year int64, parts [5]int64) (int64, error) {
	month, day := parts[0], parts[1]
	if year < 1 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || parts[2] > 23 || parts[3] > 59 || parts[4] > 59 {
		return 0, fmt.Errorf("%w: no such moment", ErrTime)
	}
	var days int64
	for m := int64(1); m < month; m++ {
		days += daysIn(year, m)
	}
	before := year - 1
	days += 365*year + before/4 - before/100 + before/400 + day - 1
	const daysTo1970 = 365*1970 + 1969/4 - 1969/100 + 1969/400
	return ((days-daysTo1970)*24+parts[2])*3600 + parts[3]*60 + parts[4], nil
}

func daysIn(year, month int64) int64 {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}
