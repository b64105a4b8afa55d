package field_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"linli/internal/blob"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/field"
	"linli/internal/voice"
	"linli/internal/voice/voicetest"
)

func TestAVoiceNoteIsKeptWithItsCase(t *testing.T) {
	each(t, func(x *street) {
		spoken, film := voicetest.WebM(9*time.Second), voicetest.Film(time.Second)
		it := x.report("report-voice", "井盖松动")
		it.Voices = []string{hashOf(spoken), hashOf(film)}
		r := x.sync(it)[0]
		if r.State != field.WantsPhoto || len(r.Marks) != 2 {
			x.t.Fatalf("it does not wait for what was said: %+v", r)
		}
		if fresh, err := x.bring(spoken, hashOf(spoken)); err != nil || !fresh {
			x.t.Fatal(fresh, err)
		}
		if _, err := x.bring(film, hashOf(film)); fault.KindOf(err) != fault.KindInvalid {
			x.t.Errorf("a film for a voice note: %v", err)
		}
		x.work()
		if r = x.ask(it.ID); r.State != field.Taken || !slices.Contains(r.Marks, "bad-photo:"+hashOf(film)) {
			x.t.Fatalf("%+v", r)
		}
		var links []blob.Link
		x.Read(x.t, func(tx *db.Tx) (err error) { links, err = blob.List(tx, "case:"+r.Case.ID.String()); return err })
		if len(links) != 1 || links[0].Hash != hashOf(spoken) || links[0].Type != "audio/webm" || links[0].Name != "现场语音（9 秒）.weba" {
			x.t.Errorf("%+v", links)
		}
		if again := x.sync(it)[0]; again.State != field.Taken {
			x.t.Errorf("sent again: %+v", again)
		}
	})
}

func TestBoundsOfVoiceNotes(t *testing.T) {
	each(t, func(x *street) {
		long := voicetest.Ogg(voice.MaxLength + 2*time.Second)
		if _, err := x.bring(long, hashOf(long)); fault.KindOf(err) != fault.KindInvalid || !strings.Contains(err.Error(), "最多 180 秒") {
			x.t.Errorf("too long: %v", err)
		}
		it := x.report("report-voices", "路灯不亮")
		it.Voices = slices.Repeat([]string{hashOf(long)}, field.MaxVoices+1)
		if r := x.sync(it)[0]; r.State != field.Refused {
			x.t.Errorf("too many: %+v", r)
		}
	})
}
