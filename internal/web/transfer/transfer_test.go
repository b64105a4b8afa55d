package transfer_test

import (
	"bytes"
	"context"
	"html"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"linli/internal/blob"
	"linli/internal/db"
	"linli/internal/duplicate"
	"linli/internal/exchange"
	"linli/internal/fault"
	"linli/internal/job"
	"linli/internal/lexicon"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/transfer"
	"linli/internal/web/ui"
	"linli/test/town"
)

// An office is the town with these pages and the jobs behind them.
type office struct {
	*testing.T
	w     *town.Town
	pages http.Handler
	jobs  *job.Runner
}

func open(t *testing.T) *office {
	t.Helper()
	w := town.SQLite(t, duplicate.Migrations, exchange.Migrations)
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	places, err := place.NewIndex(context.Background(), w.DB)
	must(err)
	files, err := blob.Open(t.TempDir(), 1<<20)
	must(err)
	o := &office{T: t, w: w, jobs: job.NewRunner(w.DB, job.Options{Log: slog.New(slog.NewTextHandler(io.Discard, nil))})}
	tables := &exchange.Tables{DB: w.DB, Files: files, People: w.People, Words: lexicon.Standard,
		Actor: func(tx *db.Tx, account db.ID) (staff.Actor, error) { return staff.ActorOf(tx, account, staff.ViaJob) }}
	tables.Register(o.jobs)
	shared := &part.Town{DB: w.DB, Cases: w.Cases, Packs: w.Catalog.Index, Places: places, Files: files, People: w.People}
	mux := http.NewServeMux()
	transfer.Routes(mux, &transfer.Pages{Town: shared, Sessions: session.New(w.DB, session.Options{LoginPage: "/login", Deny: ui.Fail}), Tables: tables, Files: files})
	o.pages = ui.Read(ui.Site{City: "邻水市"}, mux)
	return o
}

func (o *office) as(login string, r *http.Request) (int, string, http.Header) {
	o.Helper()
	r = r.WithContext(session.With(r.Context(), o.w.Actor(o.T, login)))
	rec := httptest.NewRecorder()
	o.pages.ServeHTTP(rec, r)
	return rec.Code, html.UnescapeString(rec.Body.String()), rec.Header()
}

// page gets a page that must be there.
func (o *office) page(login, path string) string {
	o.Helper()
	code, text, _ := o.as(login, httptest.NewRequest("GET", path, nil))
	if code != http.StatusOK {
		o.Fatalf("GET %s: %d", path, code)
	}
	return text
}

func (o *office) post(login, path string, v url.Values) (int, string, http.Header) {
	o.Helper()
	v.Set("key", ui.NewKey())
	r := httptest.NewRequest("POST", path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return o.as(login, r)
}

// send sends a file and returns where its page is.
func (o *office) send(login, name, text string) string {
	o.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	m.WriteField("key", ui.NewKey())
	f, err := m.CreateFormFile("file", name)
	if err != nil {
		o.Fatal(err)
	}
	io.WriteString(f, text)
	m.Close()
	r := httptest.NewRequest("POST", "/transfer/tables", &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	code, body, h := o.as(login, r)
	if code != http.StatusSeeOther {
		o.Fatalf("sending %s: %d %s", name, code, body)
	}
	return h.Get("Location")
}

func (o *office) work() {
	o.Helper()
	for {
		n, err := o.jobs.RunDue(context.Background())
		if err != nil {
			o.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

func (o *office) wants(text string, words ...string) {
	o.Helper()
	plain := regexp.MustCompile(`<[^>]+>`).ReplaceAllString(text, "")
	for _, w := range words {
		if !strings.Contains(plain, w) {
			o.Errorf("the page does not say %q", w)
		}
	}
}

const roll = "姓名,性别,出生日期,手机号,现住址,备注\n赵小满,女,1961-03-08,19900000001,和平路18号院3号楼2单元501,甲\n趙小滿,女,1961-03-08,,和平路十八号院3栋2单元501室,乙\n,女,1961-03-08,,,没有姓名\n"

func columns(place string) url.Values {
	return url.Values{"c-0": {"name"}, "c-1": {"sex"}, "c-2": {"born"}, "c-3": {"phone"}, "c-4": {"address"}, "c-5": {""}, "source": {"社区采集"}, "map_name": {"社区表"}, "place": {place}}
}

func TestTableFromUploadToRejects(t *testing.T) {
	o := open(t)
	at := o.send("desk", "人员表.csv", roll)
	o.wants(o.page("desk", at), "各列是什么", "赵小满", "199****0001")
	if code, text, _ := o.post("desk", at+"/try", url.Values{"c-0": {"phone"}, "place": {"柳荫社区"}}); code != http.StatusUnprocessableEntity {
		t.Errorf("a map without a name: %d %s", code, text)
	}
	if code, _, _ := o.post("desk", at+"/import", url.Values{}); code != http.StatusConflict {
		t.Errorf("imported before it was tried: %d", code)
	}
	if code, text, _ := o.post("desk", at+"/try", columns("柳荫社区")); code != http.StatusSeeOther {
		t.Fatalf("try: %d %s", code, text)
	}
	o.wants(o.page("desk", at), "试运行中")
	o.work()
	o.wants(o.page("desk", at), "登记里还没有任何变化", "姓名为空", "疑似重复")
	if code, _, _ := o.post("desk", at+"/import", url.Values{}); code != http.StatusSeeOther {
		t.Fatalf("import: %d", code)
	}
	o.work()
	o.wants(o.page("desk", at), "已导入", "姓名为空")
	if text := o.page("desk", at+"/rejects"); !strings.Contains(text, "4,姓名为空,,女,1961-03-08,,,没有姓名") || strings.Contains(text, "赵小满") {
		t.Errorf("rejects %s", text)
	}
	other := o.send("desk", "又一张.csv", roll)
	o.wants(o.page("desk", other+"?map="+url.QueryEscape("社区表")), "各列是什么")
}

// TestHouseholdsFromBlankTableToImport takes a table of households by its blank table.
func TestHouseholdsFromBlankTableToImport(t *testing.T) {
	o := open(t)
	o.wants(o.page("desk", "/transfer"), "户的空白表", "组织的空白表")
	if text := o.page("desk", "/transfer/templates/household"); !strings.HasPrefix(text, "PK") {
		t.Error("the blank table is no workbook")
	}
	if code, _, _ := o.as("desk", httptest.NewRequest("GET", "/transfer/templates/event", nil)); code != http.StatusNotFound {
		t.Errorf("a blank table of nothing: %d", code)
	}
	at := o.send("desk", "户.csv", "户号,户别,住址,登记人数\nH001,家庭户,和平路1号,3\nH002,大户,和平路2号,3\n")
	o.wants(o.page("desk", at+"?of=household"), "一行是什么", "户主身份证号", "登记人数")
	said := url.Values{"of": {"household"}, "c-0": {"number"}, "c-1": {"kind"}, "c-2": {"address"}, "c-3": {"size"}, "place": {"柳荫社区"}}
	if code, text, _ := o.post("desk", at+"/try", said); code != http.StatusSeeOther {
		t.Fatalf("try: %d %s", code, text)
	}
	o.work()
	o.wants(o.page("desk", at), "登记里还没有任何变化", "大户", "拒收")
	o.post("desk", at+"/import", url.Values{})
	o.work()
	o.wants(o.page("desk", at), "已导入")
	o.w.Read(t, func(tx *db.Tx) error {
		h, err := register.HouseholdByNumber(tx, "H001")
		if err != nil || h.Address != "和平路1号" {
			t.Errorf("%+v, %v", h, err)
		}
		return err
	})
}

// TestOldTablesAreSwept: a table goes a while after its run ended, with its file and what was kept of its rows; what it brought stays.
func TestOldTablesAreSwept(t *testing.T) {
	o := open(t)
	at := o.send("desk", "人员表.csv", roll)
	o.post("desk", at+"/try", columns("柳荫社区"))
	o.work()
	o.w.Clock.Advance(20 * 24 * time.Hour)
	o.post("desk", at+"/import", url.Values{})
	const keep = 30 * 24 * time.Hour
	counts := func() (swept int64, files, rows, people int) {
		o.w.Write(t, func(tx *db.Tx) (err error) {
			if swept, err = exchange.SweepTables(tx, keep); err != nil {
				return err
			}
			for table, n := range map[string]*int{"blob_link": &files, "exchange_verdict": &rows, "person where name = '赵小满'": &people} {
				if err := tx.QueryRow("select count(*) from " + table).Scan(n); err != nil {
					return err
				}
			}
			return nil
		})
		return swept, files, rows, people
	}
	o.w.Clock.Advance(20 * 24 * time.Hour)
	if n, _, _, _ := counts(); n != 0 {
		t.Error("a table that waits for its import went")
	}
	o.work()
	o.w.Clock.Advance(29 * 24 * time.Hour)
	if n, files, rows, _ := counts(); n != 0 || files != 1 || rows == 0 {
		t.Errorf("29 days after the import: %d went, %d files, %d rows", n, files, rows)
	}
	o.w.Clock.Advance(2 * 24 * time.Hour)
	if n, files, rows, people := counts(); n != 1 || files != 0 || rows != 0 || people != 1 {
		t.Errorf("31 days after the import: %d went, %d files, %d rows, %d persons", n, files, rows, people)
	}
	o.send("desk", "没有管过的表.csv", roll)
	o.w.Clock.Advance(31 * 24 * time.Hour)
	if n, _, _, _ := counts(); n != 1 {
		t.Errorf("a table nobody went on with: %d went", n)
	}
}

func TestOthersDoNotSeeATable(t *testing.T) {
	o := open(t)
	at := o.send("desk", "人员表.csv", roll)
	for login, want := range map[string]int{"auditor": http.StatusForbidden, "resident": http.StatusForbidden, "water": http.StatusForbidden} {
		if code, _, _ := o.as(login, httptest.NewRequest("GET", at, nil)); code != want {
			t.Errorf("%s: %d", login, code)
		}
	}
	colleague := o.w.Actor(t, "desk")
	colleague.Account++
	id, err := db.ParseID(strings.TrimPrefix(at, "/transfer/tables/"))
	if err != nil {
		t.Fatal(err)
	}
	o.w.Read(t, func(tx *db.Tx) error {
		if _, err := exchange.TableOf(tx, colleague, id); fault.KindOf(err) != fault.KindNotFound {
			t.Errorf("a colleague sees the table: %v", err)
		}
		return nil
	})
}

func TestPairIsDecided(t *testing.T) {
	o := open(t)
	at := o.send("desk", "人员表.csv", roll)
	o.post("desk", at+"/try", columns("柳荫社区"))
	o.work()
	o.post("desk", at+"/import", url.Values{})
	o.work()
	list := o.page("desk", "/transfer/duplicates")
	o.wants(list, "赵小满 与 趙小滿", "出生日期相同")
	path := regexp.MustCompile(`/transfer/duplicates/\w{13}`).FindString(list)
	text := o.page("desk", path)
	o.wants(text, "是不是同一个人", "199****0001", "先登记的")
	kept := regexp.MustCompile(`value="(\w{13})"`).FindStringSubmatch(text)[1]
	if code, again, _ := o.post("desk", path, url.Values{"answer": {kept}, "why": {" "}}); code != http.StatusUnprocessableEntity || !strings.Contains(again, "请写明根据什么判断") {
		t.Errorf("without a reason: %d", code)
	}
	if code, _, _ := o.post("auditor", path, url.Values{"answer": {kept}, "why": {"核对户口簿"}}); code != http.StatusForbidden {
		t.Errorf("an auditor decides: %d", code)
	}
	if code, _, _ := o.post("desk", path, url.Values{"answer": {kept}, "why": {"核对了户口簿"}}); code != http.StatusSeeOther {
		t.Errorf("merge: %d", code)
	}
	o.wants(o.page("desk", "/transfer/duplicates"), "没有疑似重复的登记")
	o.wants(o.page("desk", path), "核对了户口簿")
}

func TestExportPage(t *testing.T) {
	o := open(t)
	o.wants(o.page("desk", "/transfer/export"), "用途", "导出哪些栏")
	ask := url.Values{"place": {"柳荫社区"}, "purpose": {"visit"}, "reason": {"老年人体检"}, "form": {"csv"}, "fields": {"name", "phone"}}
	code, text, h := o.post("desk", "/transfer/export", ask)
	if code != http.StatusOK || !strings.HasPrefix(text, "\ufeff姓名,联系电话") || !strings.Contains(text, "许甲,199****0001") || !strings.Contains(h.Get("Content-Disposition"), "attachment") {
		t.Errorf("%d %q", code, text)
	}
	ask.Set("reason", "")
	if code, text, _ := o.post("desk", "/transfer/export", ask); code != http.StatusUnprocessableEntity || !strings.Contains(text, "请写明导出的用途") {
		t.Errorf("without a purpose: %d", code)
	}
	ask.Set("reason", "老年人体检")
	ask.Set("form", "xlsx")
	if code, text, _ := o.post("desk", "/transfer/export", ask); code != http.StatusOK || !strings.HasPrefix(text, "PK") {
		t.Errorf("a workbook: %d", code)
	}
}
