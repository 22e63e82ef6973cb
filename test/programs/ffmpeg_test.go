package programs

import (
	"bytes"
	"crypto/md5" // FLAC has the MD5 of its samples
	"encoding/binary"
	"fmt"
	"image"
	"image/jpeg"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
)

// The film has pictures of this size, on which a square of 16 by 16 points goes to the right, from the left edge on.
const filmWidth, filmHeight, filmPictures = 64, 48, 8

// filmPoint is the colour of a point of a picture, red, green and blue.
func filmPoint(picture, x, y int) [3]int {
	if left := 4 * picture; x >= left && x < left+16 && y >= 16 && y < 32 {
		return [3]int{255, 255, 0}
	}
	return [3]int{3 * x, 4 * y, 64}
}

// film makes a film of pictures: doubled in size, as in a mirror, and packed as JPEG. Go's decoder reads it.
var film = program{
	name: "ffmpeg", args: []string{"-loglevel", "error", "-i", "/in/pictures/%d.ppm", "-vf", "hflip,scale=128:96", "-c:v", "mjpeg", "-q:v", "2", "/out/film.avi"},
	inputs: func(t *testing.T) []client.InputFile {
		folder := filepath.Join(t.TempDir(), "pictures")
		require.NoError(t, os.Mkdir(folder, 0o755))
		for i := range filmPictures {
			data := fmt.Appendf(nil, "P6\n%d %d\n255\n", filmWidth, filmHeight)
			for y := range filmHeight {
				for x := range filmWidth {
					for _, c := range filmPoint(i, x, y) {
						data = append(data, byte(c))
					}
				}
			}
			require.NoError(t, os.WriteFile(filepath.Join(folder, fmt.Sprintf("%d.ppm", i+1)), data, 0o600))
		}
		return []client.InputFile{{Path: folder}}
	},
	check: func(t *testing.T, out string, _ uint32) {
		data, err := os.ReadFile(filepath.Join(out, "film.avi"))
		require.NoError(t, err)
		pictures := chunks(t, data, "00dc")
		require.Len(t, pictures, filmPictures)
		for i, data := range pictures {
			picture, err := jpeg.Decode(bytes.NewReader(data))
			require.NoError(t, err)
			require.Equal(t, image.Rect(0, 0, 2*filmWidth, 2*filmHeight), picture.Bounds())
			differs := 0
			for y := range filmHeight {
				for x := range filmWidth {
					r, g, b, _ := picture.At(2*(filmWidth-1-x), 2*y).RGBA()
					for c, got := range []uint32{r, g, b} {
						differs += max(filmPoint(i, x, y)[c]-int(got>>8), int(got>>8)-filmPoint(i, x, y)[c])
					}
				}
			}
			// JPEG makes 1.7. The picture before or after makes 7.
			require.Less(t, float64(differs)/(3*filmWidth*filmHeight), 3.0, "of 255, by which a colour differs on average in picture %d", i)
		}
	},
}

// chunks are the contents of the chunks of a RIFF file that have an id, in order.
func chunks(t *testing.T, riff []byte, id string) (found [][]byte) {
	t.Helper()
	for data := riff; len(data) >= 8; {
		size := int(binary.LittleEndian.Uint32(data[4:]))
		if kind := string(data[:4]); kind == "RIFF" || kind == "LIST" {
			data = data[12:] // what it holds follows the kind of the list
			continue
		}
		require.LessOrEqual(t, size, len(data)-8)
		if string(data[:4]) == id {
			found = append(found, data[8:8+size])
		}
		data = data[min(len(data), 8+size+size%2):]
	}
	return found
}

// tone is a second of an A at this rate, 16 bits a sample.
func tone(rate int) []int16 {
	samples := make([]int16, rate)
	for i := range samples {
		samples[i] = int16(math.Round(16000 * math.Sin(2*math.Pi*440*float64(i)/float64(rate))))
	}
	return samples
}

func samplesOf(data []byte) []int16 {
	samples := make([]int16, len(data)/2)
	for i := range samples {
		samples[i] = int16(binary.LittleEndian.Uint16(data[2*i:]))
	}
	return samples
}

func bytesOf(samples []int16) (data []byte) {
	for _, s := range samples {
		data = binary.LittleEndian.AppendUint16(data, uint16(s))
	}
	return data
}

// wav is a file of one channel.
func wav(rate int, samples []int16) string {
	data := bytesOf(samples)
	head := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00")
	binary.LittleEndian.PutUint32(head[4:], uint32(36+len(data)))
	head = binary.LittleEndian.AppendUint32(head, uint32(rate))
	head = binary.LittleEndian.AppendUint32(head, uint32(2*rate))
	head = append(head, "\x02\x00\x10\x00data"...)
	return string(append(binary.LittleEndian.AppendUint32(head, uint32(len(data))), data...))
}

// packed is the FLAC that packTone made of tone, which unpackTone reads.
var packed []byte

// packTone packs without loss: FLAC has the number of samples and their MD5.
var packTone = program{
	name: "ffmpeg", args: []string{"-loglevel", "error", "-i", "/in/tone.wav", "/out/tone.flac"},
	inputs: func(t *testing.T) []client.InputFile {
		return []client.InputFile{file(t, "tone.wav", wav(48_000, tone(48_000)))}
	},
	check: func(t *testing.T, out string, _ uint32) {
		data, err := os.ReadFile(filepath.Join(out, "tone.flac"))
		require.NoError(t, err)
		require.Less(t, len(data), 60_000)
		require.Equal(t, "fLaC", string(data[:4]))
		require.EqualValues(t, 48_000, binary.BigEndian.Uint64(data[18:])&(1<<36-1), "samples")
		require.Equal(t, fmt.Sprintf("%x", md5.Sum(bytesOf(tone(48_000)))), fmt.Sprintf("%x", data[26:42]))
		packed = data
	},
}

// unpackTone unpacks what packTone made, at a third of the rate: the same tone.
var unpackTone = program{
	name: "ffmpeg", args: []string{"-loglevel", "error", "-i", "/in/tone.flac", "-ar", "16000", "/out/tone.wav"},
	inputs: func(t *testing.T) []client.InputFile {
		require.NotEmpty(t, packed, "the run before this one makes it")
		return []client.InputFile{file(t, "tone.flac", string(packed))}
	},
	check: func(t *testing.T, out string, _ uint32) {
		data, err := os.ReadFile(filepath.Join(out, "tone.wav"))
		require.NoError(t, err)
		parts := chunks(t, data, "data")
		require.Len(t, parts, 1)
		got, want := samplesOf(parts[0]), tone(16_000)
		require.Len(t, got, len(want))
		for i := 100; i < len(got)-100; i++ { // at both ends the filter reads silence
			require.InDelta(t, want[i], got[i], 16, "sample %d", i)
		}
	},
}
