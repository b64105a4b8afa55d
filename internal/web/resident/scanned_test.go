package resident_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fixture"
	"linli/internal/geo"
	"linli/internal/place"
	"linli/internal/staff"
)

// Whoever scans the label of a fixture reports that very one: place and code are filled in, and the case keeps it.
func TestScannedLabel(t *testing.T) {
	each(t, func(w *town) {
		root := staff.Actor{Login: "command", Via: staff.ViaCommand}
		list := []fixture.Fixture{{Class: "part-01-03", Where: geo.Point{Lon: 111.205, Lat: 34.785}, Spot: "市场东门"}}
		dbtest.Write(w.T, w.shared.DB, func(tx *db.Tx) error {
			square := `{"type":"Polygon","coordinates":[[[111.2,34.78],[111.21,34.78],[111.21,34.79],[111.2,34.79],[111.2,34.78]]]}`
			if err := place.SetOutline(tx, place.Change{}, "411202001001", []byte(square)); err != nil {
				return err
			}
			if err := fixture.PutClasses(tx, root, []fixture.Class{{Code: "part-01-03", Name: "雨水井盖"}}); err != nil {
				return err
			}
			return (&fixture.Fixtures{Places: w.shared.Places}).AddMany(tx, root, list)
		})
		v := w.visitor()
		_, body := v.get("/submit?flow=mailbox&fixture=" + list[0].Code)
		v.wants(body, `value="雨水井盖（`+list[0].Code+`）"`)
		status, body := v.upload("/submit/what", url.Values{"draft": {draftIn(v, body)}, "subject": {"雨水井盖松动"}, "content": {"井盖松动，车过就响，晚上吵人。"}}, nil)
		if status != http.StatusOK || !strings.Contains(body, "市场东门") || !strings.Contains(body, `value="411202001001" selected`) {
			w.Fatalf("first step: %d %s", status, body)
		}
		status, body = v.post("/submit/where", url.Values{"draft": {draftIn(v, body)}, "place-1": {"411202"}, "place-2": {"411202001"}, "place-3": {"411202001001"}, "spot": {"市场东门"}})
		if status != http.StatusOK {
			w.Fatalf("second step: %d %s", status, text(body))
		}
		if status, body = v.post("/submit/send", url.Values{"draft": {draftIn(v, body)}, "sender": {"王小明"}, "same": {"-"}}); status != http.StatusOK {
			w.Fatalf("%d %s", status, text(body))
		}
		dbtest.Read(w.T, w.shared.DB, func(tx *db.Tx) error {
			cases, err := w.shared.Cases.AboutThing(tx, w.who["desk"], list[0].ID, 9)
			if len(cases) != 1 || cases[0].Title != "雨水井盖松动" || err != nil {
				w.Errorf("the desk sees %+v, %v", cases, err)
				return err
			}
			where, err := w.shared.Cases.Where(tx, w.who["desk"], cases[0].ID)
			if where == nil || geo.Distance(where.Point, list[0].Where) > 1 {
				w.Errorf("the case is at %+v", where)
			}
			if others, err := w.shared.Cases.AboutThing(tx, w.who["wang"], list[0].ID, 9); len(others) != 0 || err != nil {
				w.Errorf("a resident sees %+v, %v", others, err)
			}
			return err
		})
		if status, _ := v.get("/submit?fixture=none"); status != http.StatusNotFound {
			w.Errorf("an unknown label gives %d", status)
		}
	})
}
