package voice_test

import (
	"bytes"
	"testing"
	"time"

	"linli/internal/fault"
	"linli/internal/voice"
	"linli/internal/voice/voicetest"
)

func TestHowLongARecordingLasts(t *testing.T) {
	for name, c := range map[string]struct {
		body []byte
		kind string
		long time.Duration
	}{
		"webm":         {voicetest.WebM(42 * time.Second), "audio/webm", 42 * time.Second},
		"ogg":          {voicetest.Ogg(7 * time.Second), "audio/ogg", 7 * time.Second},
		"m4a":          {voicetest.MP4(61 * time.Second), "audio/mp4", 61 * time.Second},
		"mp4 in parts": {voicetest.Pieces(5 * time.Second), "audio/mp4", 5 * time.Second},
		"wav":          {voicetest.WAV(2 * time.Second), "audio/wave", 2 * time.Second},
	} {
		v, err := voice.Read(bytes.NewReader(c.body))
		if err != nil || v.Type != c.kind || v.Length != c.long {
			t.Errorf("%s: %+v, %v", name, v, err)
		}
	}
}

func TestWhatIsNoVoiceNote(t *testing.T) {
	whole := voicetest.Ogg(3 * time.Second)
	liar := voicetest.MP4(time.Second)
	copy(liar[bytes.Index(liar, []byte("moov"))-4:], []byte{0x7f, 0xff, 0xff, 0xff})
	for name, body := range map[string][]byte{
		"nothing":              {},
		"words":                []byte("不是录音，只是几个字"),
		"a film":               voicetest.Film(time.Second),
		"cut short":            whole[:len(whole)-9],
		"a box past its end":   liar,
		"too long":             voicetest.Ogg(voice.MaxLength + time.Second),
		"too large":            append(voicetest.WAV(time.Second), make([]byte, voice.MaxBytes)...),
		"webm without a sound": voicetest.WebM(0)[:30],
	} {
		if v, err := voice.Read(bytes.NewReader(body)); err == nil || fault.KindOf(err) != fault.KindInvalid {
			t.Errorf("%s: %+v, %v", name, v, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, b := range [][]byte{voicetest.WebM(time.Second), voicetest.Ogg(time.Second), voicetest.MP4(time.Second), voicetest.Pieces(time.Second), voicetest.WAV(time.Second / 10)} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := voice.Read(bytes.NewReader(b))
		if err == nil && (v.Length < 0 || v.Length > voice.MaxLength || v.Type == "") {
			t.Errorf("%+v", v)
		}
		if err != nil && fault.KindOf(err) != fault.KindInvalid {
			t.Error(err)
		}
	})
}
