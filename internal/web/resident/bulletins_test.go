package resident_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/duty"
	"linli/internal/indicator"
	"linli/internal/notice"
)

func TestOnlyOpenBulletinsAreShown(t *testing.T) {
	each(t, func(w *town) {
		v := w.visitor()
		_, body := v.get("/bulletins")
		v.wants(body, "还没有公布的通报")
		v.submit()
		w.clock.Set(time.Date(2027, 1, 5, 9, 0, 0, 0, civil.Shanghai))
		b := w.draft()
		if status, _ := v.get("/bulletins/" + b.ID.String()); status != http.StatusNotFound {
			w.Errorf("a draft is shown: %d", status)
		}
		dbtest.Write(w, w.shared.DB, func(tx *db.Tx) error {
			_, err := w.notices.Sign(tx, w.who["supervisor"], b.ID, notice.Signing{Number: "三政办通〔2027〕1号", Open: true, Digest: b.Digest})
			return err
		})
		_, body = v.get("/")
		v.wants(body, "最近的通报", b.Title)
		_, body = v.get("/bulletins/" + b.ID.String())
		v.wants(body, b.Title, "三政办通〔2027〕1号", "件数太少，不公开")
		if strings.Contains(body, "漏水") || strings.Contains(body, "SZXX-") {
			w.Errorf("a case is named to the public:\n%s", text(body))
		}
		if status, file := v.get("/bulletins/" + b.ID.String() + "/figures.csv"); status != http.StatusOK || strings.Contains(file, "漏水") {
			w.Errorf("the figures as a file: %d %s", status, file)
		}
		if _, body = v.get("/public"); !strings.Contains(body, b.Title) {
			w.Error("/public does not lead to the bulletins")
		}
	})
}

// draft makes the bulletin of the last quarter.
func (w *town) draft() (b notice.Bulletin) {
	w.Helper()
	dbtest.Write(w, w.shared.DB, func(tx *db.Tx) (err error) {
		b, err = w.notices.Make(tx, w.who["supervisor"], "sm12-69", "mailbox-bulletin", civil.MustDate("2026-10-01"))
		return err
	})
	return b
}

// publish gives the town its bulletins.
func (w *town) publish() {
	law, packs := civil.CivilCode(), w.shared.Packs
	w.notices = notice.New(notice.Options{Packs: packs, Counts: indicator.New(indicator.Options{Law: law, Packs: packs}),
		Duties: duty.New(duty.Options{Law: law, Packs: packs})})
}
