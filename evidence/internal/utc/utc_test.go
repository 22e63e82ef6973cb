package utc_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/evidence/internal/utc"
)

// The package agrees with the standard library's calendar.
func TestAgreesWithTheCalendar(t *testing.T) {
	first, last := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).Unix(), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC).Unix()
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.Int64Range(first, last).Draw(t, "seconds")
		at := time.Unix(want, 0).UTC()
		got, err := utc.ParseText(at.Format("2006-01-02T15:04:05Z"))
		require.NoError(t, err)
		require.Equal(t, want, got)
		got, err = utc.ParseLong([]byte(at.Format("20060102150405Z")))
		require.NoError(t, err)
		require.Equal(t, want, got)
		if at.Year() >= 1950 && at.Year() < 2050 {
			got, err = utc.ParseShort([]byte(at.Format("060102150405Z")))
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
	})
}

func TestRefusesWhatIsNoMoment(t *testing.T) {
	for _, s := range []string{
		"", "2025-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2025-13-01T00:00:00Z", "2025-00-01T00:00:00Z", "2025-01-00T00:00:00Z",
		"2025-04-31T00:00:00Z", "2025-01-01T24:00:00Z", "2025-01-01T00:60:00Z", "2025-01-01T00:00:60Z", "2025-01-01T00:00:00",
		"2025-01-01T00:00:00+", "2025-01-01 00:00:00Z", "2025-01-01T00:00:0 Z", "2025-1-01T00:00:000Z",
	} {
		_, err := utc.ParseText(s)
		require.ErrorIs(t, err, utc.ErrTime, s)
	}
	_, err := utc.ParseShort([]byte("20250101000000Z"))
	require.ErrorIs(t, err, utc.ErrTime)
	_, err = utc.ParseLong([]byte("250101000000Z"))
	require.ErrorIs(t, err, utc.ErrTime)
}
