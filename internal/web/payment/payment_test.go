package payment_test

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"linli/internal/db"
	"linli/internal/law"
	"linli/internal/ledger"
	"linli/internal/money"
	"linli/internal/payrun"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/payment"
	"linli/internal/web/session"
	"linli/internal/web/ui"
	"linli/test/town"
)

// desk is the pages as those who handle money see them.
type desk struct {
	*testing.T
	w     *town.Town
	runs  *payrun.Runs
	pages http.Handler
	keys  int
}

func each(t *testing.T, test func(x *desk)) {
	t.Helper()
	town.Each(t, func(t *testing.T, w *town.Town) {
		runs := payrun.New(w.Catalog.Index)
		runs.Offer(runs.Listed())
		w.Write(t, func(tx *db.Tx) error {
			for login, role := range map[string]staff.Role{"caiwu": staff.Finance, "fuhe": staff.Treasurer} {
				if err := town.Hire(tx, staff.Account{Login: login, Name: "人员" + login, Unit: town.Office}, staff.Grant{Role: role, Place: town.City}); err != nil {
					return err
				}
			}
			return nil
		})
		places, err := place.NewIndex(t.Context(), w.DB)
		if err != nil {
			t.Fatal(err)
		}
		units, err := staff.NewDirectory(t.Context(), w.DB)
		if err != nil {
			t.Fatal(err)
		}
		mux := http.NewServeMux()
		payment.Routes(mux, &payment.Pages{Town: &part.Town{DB: w.DB, Cases: w.Cases, Packs: w.Catalog.Index, Places: places, Units: units, People: w.People},
			Sessions: session.New(w.DB, session.Options{LoginPage: "/login", Deny: ui.Fail}), Runs: runs})
		test(&desk{T: t, w: w, runs: runs, pages: ui.Read(ui.Site{City: "邻水市"}, mux)})
	}, ledger.Migrations, payrun.Migrations)
}

func (x *desk) as(login string, r *http.Request) (code int, text, to string) {
	x.Helper()
	rec := httptest.NewRecorder()
	x.pages.ServeHTTP(rec, r.WithContext(session.With(r.Context(), x.w.Actor(x, login))))
	return rec.Code, html.UnescapeString(rec.Body.String()), rec.Header().Get("Location")
}

// sees gets a page on which all the words must stand.
func (x *desk) sees(login, path string, words ...string) string {
	x.Helper()
	code, text, _ := x.as(login, httptest.NewRequest("GET", path, nil))
	if code != http.StatusOK {
		x.Fatalf("%s: %d %s", path, code, text)
	}
	for _, w := range words {
		if !strings.Contains(text, w) {
			x.Errorf("%s does not say %q", path, w)
		}
	}
	return text
}

// posts sends a form and returns where it leads.
func (x *desk) posts(login, path string, want int, pairs ...string) string {
	x.Helper()
	x.keys++
	v := url.Values{"key": {fmt.Sprint("form-", x.keys)}}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest("POST", path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	code, text, to := x.as(login, r)
	if code != want {
		x.Fatalf("POST %s %v: %d, want %d\n%s", path, pairs, code, want, text)
	}
	return to
}

func (x *desk) through(step func(context.Context, *db.DB, db.ID) (payrun.Run, bool, error), href string) {
	x.Helper()
	id, err := db.ParseID(href[strings.LastIndexByte(href, '/')+1:])
	if err != nil {
		x.Fatal(err)
	}
	for more := true; more; {
		if _, more, err = step(context.Background(), x.w.DB, id); err != nil {
			x.Fatal(err)
		}
	}
}

var lineLink = regexp.MustCompile(`/payment/lines/([0-9a-z]{13})`)

// From a fund without money to one yuan that is followed back from the bank to its clause, by the pages alone.
func TestOneYuan(t *testing.T) {
	each(t, func(x *desk) {
		fund := x.posts("fuhe", "/payment/funds", http.StatusSeeOther, "name", "临时救助资金", "payer", "city", "code", "临时救助", "place", town.City)
		x.posts("fuhe", fund+"/budget", http.StatusSeeOther, "year", "2026", "fen", "1000", "day", "2026-01-01", "words", "年初预算")
		x.posts("fuhe", fund+"/received", http.StatusSeeOther, "fen", "800", "day", "2026-10-09", "words", "拨入")
		x.sees("caiwu", fund, "年初预算", "1,000.00元", "800.00元")
		x.posts("caiwu", "/payment/funds", http.StatusForbidden, "name", "x", "payer", "city", "code", "y", "place", town.City)
		x.list(7, 300)

		run := x.posts("caiwu", "/payment/runs", http.StatusSeeOther, "name", "十月临时救助", "sources", "list", "period", "2026-10", "place", town.City)
		x.sees("caiwu", run, "核算中")
		x.through(x.runs.Reckon, run)
		x.sees("caiwu", run, "已核算", "预算不足，后面的暂缓", "临时救助资金：4 条共 1,200.00元 没有预算，现在还差 1,100.00元")
		x.posts("caiwu", run, http.StatusSeeOther, "do", "review")
		x.posts("caiwu", run, http.StatusForbidden, "do", "approve")
		x.sees("fuhe", run, "复核通过：3 条，900.00元")
		x.posts("fuhe", run, http.StatusSeeOther, "do", "approve")
		x.through(x.runs.Post, run)
		x.posts("caiwu", run, http.StatusSeeOther, "do", "send")

		text := x.sees("caiwu", run+"?state=booked", "在途")
		var rows []string
		for i, m := range lineLink.FindAllStringSubmatch(text, -1) {
			result := "成功,"
			if i == 1 {
				result = "失败,账户已销户"
			}
			rows = append(rows, fmt.Sprintf("%s,300.00,%s,YS%d", m[1], result, i))
		}
		x.back(run, "流水号,金额（元）,结果,原因,银行流水\n"+strings.Join(rows, "\n")+"\n")
		x.sees("caiwu", run+"?state=returned", "账户已销户")
		found := x.sees("caiwu", "/payment/trace?q=YS0", "居民0")
		line := lineLink.FindString(found)
		one := x.sees("caiwu", line, "YS0", "家庭遇到临时困难", "sm12-63", "2026-10-000", "临时救助资金")
		entry := regexp.MustCompile(`/payment/books/entries/[0-9a-z]{13}`).FindString(one)
		x.sees("caiwu", entry, "支出", "应付未付", "十月临时救助")
		x.sees("fuhe", "/payment/books", "平", "临时救助资金 · 支出", "600.00元")

		claim := x.posts("caiwu", line+"/claim", http.StatusSeeOther, "fen", "100", "words", "已迁出", "months", "2", "keep", "70")
		x.posts("caiwu", claim, http.StatusSeeOther, "do", "repay", "fen", "40", "day", "2026-10-09")
		x.posts("caiwu", claim, http.StatusSeeOther, "do", "forgive", "why", "下落不明")
		x.posts("caiwu", claim, http.StatusForbidden, "do", "written")
		x.posts("fuhe", claim, http.StatusSeeOther, "do", "written")
		x.sees("fuhe", claim, "已核销", "退回现金", "60.00元")
		x.sees("fuhe", "/payment/claims", "居民0", "已核销")
		x.posts("caiwu", run, http.StatusSeeOther, "do", "close")
		x.sees("caiwu", "/payment", "十月临时救助", "已结清")
		x.posts("fuhe", "/payment/books/close", http.StatusUnprocessableEntity, "month", "2026-10")
	})
}

// list puts so many residents on the list, each with so many yuan.
func (x *desk) list(n int, yuan int64) {
	x.Helper()
	at, _ := x.w.Places.Get(town.Willow)
	var lines []payrun.Line
	for i := range n {
		l := payrun.Line{Key: fmt.Sprint("l", i), Name: fmt.Sprint("居民", i), Account: fmt.Sprintf("99%08d", i), Path: at.Path, Period: "2026-10", Clause: law.MustParse("sm12-63#7"), Words: "家庭遇到临时困难"}
		l.Fen = money.Fen(yuan * 100)
		l.Shares = []ledger.Share{{Payer: "city", Fund: "临时救助", Fen: l.Fen}}
		lines = append(lines, l)
	}
	x.w.Write(x, func(tx *db.Tx) error { _, err := x.runs.PutList(tx, x.w.Actor(x, "caiwu"), "list", lines); return err })
}

// back sends a file of returns.
func (x *desk) back(run, text string) {
	x.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	f, err := m.CreateFormFile("file", "回盘.csv")
	if err != nil {
		x.Fatal(err)
	}
	if _, err := f.Write([]byte(text)); err != nil {
		x.Fatal(err)
	}
	if err := m.Close(); err != nil {
		x.Fatal(err)
	}
	for range 2 { // the second time it does nothing
		r := httptest.NewRequest("POST", run+"/back", bytes.NewReader(body.Bytes()))
		r.Header.Set("Content-Type", m.FormDataContentType())
		if code, text, _ := x.as("caiwu", r); code != http.StatusSeeOther {
			x.Fatalf("%d %s", code, text)
		}
	}
}
