package exchange

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/form"
	"linli/internal/sheet"
)

// An Appeal (来源留言) is a row that can become a case. All text is cleaned and masked.
type Appeal struct {
	Number   string // at its source
	Reporter string
	Title    string
	Body     string
	At       time.Time
	Likes    int
	Dislikes int
	Reply    string
	Replied  time.Time // zero: no reply
	Place    string    // as the table has it, "" for none
	Unit     string    // likewise
	digest   string    // of all of it, to know the same number with other words
}

// impersonal are the columns whose digits are nobody's: they are not masked.
var impersonal = []string{colNumber, colPlace, colUnit, colAt, colReplied, colLikes, colDislikes}

// A reader turns records into appeals.
type reader struct {
	table   *sheet.Table
	mapping Mapping
	at      map[string]int
}

// appeal reads a record. The reason is "" when it can become a case.
func (r *reader) appeal(rec sheet.Record, now time.Time) (Appeal, string) {
	if why := r.table.Fit(&rec); why != "" {
		return Appeal{}, why
	}
	var a Appeal
	var why string
	text := func(role string, lines bool) string {
		i, ok := r.at[role]
		if !ok {
			return ""
		}
		s, _ := form.Clean(rec.Cells[i], lines)
		return form.MaskText(s)
	}
	plain := func(role string) string {
		i, ok := r.at[role]
		if !ok {
			return ""
		}
		s, _ := form.Clean(rec.Cells[i], false)
		return s
	}
	a.Number, a.Place, a.Unit = plain(colNumber), plain(colPlace), plain(colUnit)
	a.Reporter, a.Title = text(colReporter, false), text(colTitle, false)
	a.Body, a.Reply = text(colBody, true), text(colReply, true)
	if a.Likes, why = count(plain(colLikes)); why != "" {
		return a, "点赞数" + why
	}
	if a.Dislikes, why = count(plain(colDislikes)); why != "" {
		return a, "反对数" + why
	}
	if a.At, why = r.instant(plain(colAt)); why != "" {
		return a, "留言时间" + why
	}
	if s := plain(colReplied); s != "" {
		if a.Replied, why = r.instant(s); why != "" {
			return a, "答复时间" + why
		}
	}
	a.digest = a.hash()
	if _, numbered := r.at[colNumber]; !numbered {
		a.Number = a.digest[:24]
	}
	return a, a.wrong(now)
}

// wrong says why an appeal cannot become a case, or "".
func (a *Appeal) wrong(now time.Time) string {
	switch {
	case a.Number == "":
		return "没有编号"
	case len(a.Number) > 100:
		return "编号超过 100 个字节"
	case a.Title == "":
		return "标题为空"
	case utf8.RuneCountInString(a.Title) > casework.MaxTitle:
		return fmt.Sprintf("标题有 %d 字，超过 %d 字", utf8.RuneCountInString(a.Title), casework.MaxTitle)
	case utf8.RuneCountInString(a.Body) > casework.MaxBody:
		return fmt.Sprintf("内容有 %d 字，超过 %d 字", utf8.RuneCountInString(a.Body), casework.MaxBody)
	case utf8.RuneCountInString(a.Reply) > casework.MaxBody:
		return fmt.Sprintf("答复有 %d 字，超过 %d 字", utf8.RuneCountInString(a.Reply), casework.MaxBody)
	case a.At.After(now):
		return "留言时间在今后"
	case a.Reply == "" && !a.Replied.IsZero():
		return "有答复时间而没有答复意见"
	case a.Reply != "" && a.Replied.IsZero():
		return "有答复意见而没有答复时间"
	case !a.Replied.IsZero() && a.Replied.Before(a.At):
		return "答复时间早于留言时间"
	case a.Replied.After(now):
		return "答复时间在今后"
	}
	return ""
}

func (a *Appeal) hash() string {
	h := sha256.New()
	for _, part := range []string{a.Reporter, a.Title, a.Body, a.At.Format(time.RFC3339), strconv.Itoa(a.Likes), strconv.Itoa(a.Dislikes),
		a.Reply, a.Replied.Format(time.RFC3339), a.Place, a.Unit} {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// instant reads a time as one of the mapping's layouts, in Shanghai unless it names a zone; of a workbook, also as a day number.
func (r *reader) instant(s string) (time.Time, string) {
	if s == "" {
		return time.Time{}, "为空"
	}
	for _, layout := range r.mapping.Times {
		if t, err := time.ParseInLocation(layout, s, civil.Shanghai); err == nil && t.Year() >= 1949 {
			return t.UTC(), ""
		}
	}
	if day, ok := r.table.Day(s); ok {
		for _, layout := range []string{time.DateTime, time.DateOnly} {
			if t, err := time.ParseInLocation(layout, day, civil.Shanghai); err == nil {
				return t.UTC(), ""
			}
		}
	}
	return time.Time{}, fmt.Sprintf("“%s”不是可以识别的日期时间，或没有这一天", clip(s, 30))
}

func count(s string) (int, string) {
	if s == "" {
		return 0, ""
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 1_000_000_000 {
		return 0, fmt.Sprintf("“%s”不是不小于零的整数", clip(s, 30))
	}
	return n, ""
}

// clip shortens a text for a message.
func clip(s string, n int) string {
	if short := clipped(s, n); short != s {
		return short + "…"
	}
	return s
}

// clipped is the first n characters of a text.
func clipped(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
