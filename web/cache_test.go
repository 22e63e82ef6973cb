package web

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// The attack: computing an answer panics. The panic becomes the error of this answer alone: the process goes on, and the next question
// is answered.
func TestAPanicIsAnError(t *testing.T) {
	c := newCache()
	_, err := c.getAnswer(t.Context(), 1, "/api/broken", nil, func(context.Context) ([]byte, error) { panic("index out of range") })
	require.ErrorContains(t, err, "index out of range")
	body, err := c.getAnswer(t.Context(), 1, "/api/broken", nil, func(context.Context) ([]byte, error) { return []byte("now"), nil })
	require.NoError(t, err)
	require.Equal(t, "now", string(body))
}
