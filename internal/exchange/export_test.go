package exchange_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"linli/internal/db"
	"linli/internal/exchange"
	"linli/internal/fault"
	"linli/internal/lexicon"
	"linli/internal/register"
	"linli/internal/sheet"
	"linli/internal/staff"
	"linli/test/town"
)

func export(w *town.Town, by staff.Actor, place string, purpose register.Purpose, reason string, fields ...string) (string, error) {
	x := &exchange.PersonExport{DB: w.DB, Words: lexicon.Standard(), Tree: w.Places, By: by, Place: place, Fields: fields, Purpose: purpose, Reason: reason}
	if err := x.Allowed(context.Background()); err != nil {
		return "", err
	}
	var b bytes.Buffer
	out, err := sheet.NewCSV(&b)
	if err != nil {
		return "", err
	}
	if _, err := x.Write(context.Background(), out); err != nil {
		return "", err
	}
	err = out.Close()
	return b.String(), err
}

func logged(t *testing.T, w *town.Town, verb string) (n int) {
	t.Helper()
	w.Read(t, func(tx *db.Tx) error {
		return tx.QueryRow("select count(*) from audit_entry where verb = ?", verb).Scan(&n)
	})
	return n
}

func TestExport(t *testing.T) {
	eachRegister(t, func(t *testing.T, w *town.Town) {
		id := numberOf("1961-03-08", 2)
		bring(t, persons(w), written(t, "a.csv", []byte("姓名,身份证号,联系电话,居住地址,宗教信仰,职业\n赵小满,"+id+",13900000001,\"=1+1，和平路\",某教,@瓦工\n")))
		text, err := export(w, clerk, town.East, register.ForVisit, "清查老年人口", "name", "id_number", "phone", "address", "religion", "occupation")
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(text, "赵小满,9900************20,139****0001,") || strings.Contains(text, id) || strings.Contains(text, "某教") {
			t.Errorf("exported %s", text)
		}
		if !strings.Contains(text, "'=1+1，和平路") || !strings.Contains(text, "'@瓦工") {
			t.Errorf("a cell is a formula: %s", text)
		}
		worker := staff.Actor{Account: 4, Grants: []staff.Grant{{Role: staff.Community, Place: town.City + "/" + town.East + "/" + town.Riverrow + "/" + town.Willow + "/"}}}
		if text, err := export(w, worker, town.Willow, register.ForVisit, "上门看望老人"); err != nil || !strings.Contains(text, "赵小满") {
			t.Errorf("a community worker exports %q, %v", text, err)
		}
		for _, c := range []struct {
			by            staff.Actor
			place, reason string
			kind          fault.Kind
		}{
			{clerk, town.West, "清查老年人口", fault.KindForbidden}, {clerk, town.City, "清查老年人口", fault.KindForbidden},
			{staff.Actor{Account: 3, Grants: []staff.Grant{{Role: staff.Handler, Unit: town.Water}}}, town.East, "清查老年人口", fault.KindForbidden},
			{worker, town.Riverrow, "上门看望老人", fault.KindForbidden}, {clerk, town.East, " ", fault.KindInvalid}, {clerk, "nowhere", "清查老年人口", fault.KindInvalid},
		} {
			if _, err := export(w, c.by, c.place, register.ForVisit, c.reason); err == nil || fault.KindOf(err) != c.kind {
				t.Errorf("%s for %q: %v", c.place, c.reason, err)
			}
		}
		if _, err := export(w, clerk, town.East, register.ForAudit, "清查老年人口"); fault.KindOf(err) != fault.KindForbidden {
			t.Errorf("a clerk exports for an audit: %v", err)
		}
		if a, b, c := logged(t, w, "export-persons"), logged(t, w, "export-refused"), logged(t, w, "exported-persons"); a != 2 || b != 7 || c != 2 {
			t.Errorf("the log has %d exports, %d refusals, %d done", a, b, c)
		}
	})
}
