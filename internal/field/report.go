package field

import (
	"slices"
	"strings"

	"linli/internal/blob"
	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/geo"
	"linli/internal/picture"
	"linli/internal/place"
	"linli/internal/staff"
)

// reported is the body of a report.
type reported struct {
	Class    string `json:"class"`
	Standard string `json:"standard"` // reference of a row of a rulebook
	Words    string `json:"words"`
	Spot     string `json:"spot"`
	Fixture  string `json:"fixture"`
	Same     string `json:"same"` // id of a case that the worker holds to be the same matter
}

// report makes a report a case, or adds it to the case that the worker holds to be the same.
func (x *Inbox) report(tx *db.Tx, by staff.Actor, r *row) error {
	var b reported
	if err := r.read(&b); err != nil {
		return err
	}
	if strings.TrimSpace(b.Words) == "" {
		return fault.Invalid("words", "请写明发现了什么")
	}
	if id, err := db.ParseID(b.Same); err == nil {
		joined, err := x.join(tx, by, r, id, b.Words)
		if err != nil || joined {
			return err
		}
	}
	path := r.path
	if path == "" {
		path = home(by)
	}
	if path == "" {
		return fault.Invalid("lon", "没有定位，您也没有任职的网格，不知道事情在哪里；请重新记录")
	}
	f := x.flow(tx, path)
	if f == nil {
		r.desk, r.words = true, "本市还没有采用网格巡查的文件，记录已保存，已交监督中心"
		return nil
	}
	if !by.Has(staff.Grid, path, "") {
		r.mark(MarkMoved)
	}
	in := casework.Intake{Key: r.key(), Flow: f.ID, Body: b.Words, Kind: x.class(tx, &b), Place: last(path), Spot: b.Spot, At: r.at, Files: r.files(),
		From: casework.Reporter{Name: by.Name}}
	if r.Lon != nil && r.path != "" {
		in.Where = &casework.Position{Point: geo.Point{Lon: *r.Lon, Lat: *r.Lat}, Accuracy: min(r.Accuracy, 20_000), At: r.at}
	}
	if x.Cases.Form(f.ID, tx.Now()) == nil { // a form says itself what stands for the title
		in.Title = opening(b.Words)
	}
	receipt, err := x.Cases.Register(tx, by, in)
	if err != nil {
		return err
	}
	r.state, r.caseID, r.words = Taken, receipt.Case, "已上报，编号 "+receipt.Number
	if err := x.attach(tx, by, r); err != nil {
		return err
	}
	return x.remark(tx, by, r)
}

// opening is the first clause of a report, short enough for a title.
func opening(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.IndexAny(s, "。！？；\n"); i > 0 {
		s = s[:i]
	}
	if r := []rune(s); len(r) > 30 {
		return string(r[:30]) + "…"
	}
	return s
}

// flow is that by which workers report at a place, nil when no document in force there has one.
func (x *Inbox) flow(tx *db.Tx, path string) *flow.Flow {
	var found *flow.Flow
	day := civil.DateOf(tx.Now(), civil.Shanghai)
	for _, f := range x.Cases.Flows(tx.Now()) {
		st := f.Step(flow.Register)
		if st == nil || !slices.Contains(st.By, flow.Patrol) || !x.Packs().Covers(f.Document, path, day) {
			continue
		}
		if f.Channel == "grid" {
			return f
		}
		if found == nil {
			found = f
		}
	}
	return found
}

// class is the kind of case: that of the row of a rulebook that the worker chose, or what he said.
func (x *Inbox) class(tx *db.Tx, b *reported) string {
	if b.Standard != "" {
		if s := x.Packs().Standard(b.Standard, civil.DateOf(tx.Now(), civil.Shanghai)); s != nil {
			return s.Code
		}
	}
	return b.Class
}

// home is the first place at which a worker works, "" for none.
func home(by staff.Actor) string {
	for _, g := range by.Grants {
		if g.Role == staff.Grid {
			return g.Place
		}
	}
	return ""
}

func last(path string) string {
	codes := place.Codes(path)
	return codes[len(codes)-1]
}

// join adds a report to an open case that the worker sees; of a merged one, to that in which it goes on. joined is false
// where the case is settled or not his to see: then the report is a case of its own.
func (x *Inbox) join(tx *db.Tx, by staff.Actor, r *row, id db.ID, words string) (joined bool, err error) {
	k, err := x.Cases.Get(tx, by, id)
	if err == nil && k.State() == flow.Merged && !k.Main.IsZero() {
		k, err = x.Cases.Get(tx, by, k.Main)
	}
	switch {
	case fault.KindOf(err) == fault.KindNotFound && err != nil:
		return false, nil
	case err != nil:
		return false, err
	case k.State() == flow.Closed || k.State() == flow.Archived || k.State() == flow.Refused || k.State() == flow.Merged:
		return false, nil
	}
	if err := x.note(tx, by, r, k.ID, "网格员再次上报："+words); err != nil {
		return false, err
	}
	r.state, r.caseID, r.words = Taken, k.ID, "已并入在办的 "+k.Number
	return true, nil
}

// note writes words into a case, with the photos of an item.
func (x *Inbox) note(tx *db.Tx, by staff.Actor, r *row, id db.ID, words string) error {
	if more := r.said(); more != "" {
		words += "\n" + more
	}
	photos, err := x.photos(tx, r)
	if err != nil {
		return err
	}
	if err := x.hang(tx, by, id, photos); err != nil {
		return err
	}
	spoken, err := x.speak(tx, by, "case:"+id.String(), r)
	if err != nil {
		return err
	}
	_, err = x.Cases.Do(tx, by, id, casework.Act{Act: flow.Act{Verb: flow.Note, Words: words}, Key: r.key() + ":note", Files: append(hashes(photos), spoken...)})
	return err
}

// remark lets the history of a case say what is odd about the item that it came from. Who may not write into the case
// leaves it to the desk, which sees the marks of the item.
func (x *Inbox) remark(tx *db.Tx, by staff.Actor, r *row) error {
	words := r.said()
	if words == "" {
		return nil
	}
	v, err := x.Cases.Stored(tx, r.caseID)
	if err != nil {
		return err
	}
	if !by.Has(staff.Grid, v.Path, "") {
		r.desk = true
		return nil
	}
	_, err = x.Cases.Do(tx, by, r.caseID, casework.Act{Act: flow.Act{Verb: flow.Note, Words: words}, Key: r.key() + ":remark"})
	return err
}

// attach hangs the photos and voice notes of an item on its case.
func (x *Inbox) attach(tx *db.Tx, by staff.Actor, r *row) error {
	photos, err := x.photos(tx, r)
	if err != nil {
		return err
	}
	if err := x.hang(tx, by, r.caseID, photos); err != nil {
		return err
	}
	_, err = x.speak(tx, by, "case:"+r.caseID.String(), r)
	return err
}

// speak links the voice notes of an item to a subject, once, and returns their hashes.
func (x *Inbox) speak(tx *db.Tx, by staff.Actor, subject string, r *row) (list []string, err error) {
	notes, err := x.voices(tx, r)
	if err != nil || len(notes) == 0 {
		return nil, err
	}
	links, err := blob.List(tx, subject)
	if err != nil {
		return nil, err
	}
	for _, n := range notes {
		list = append(list, n.Hash)
		if slices.ContainsFunc(links, func(l blob.Link) bool { return l.Hash == n.Hash }) {
			continue
		}
		if _, err := x.Files.Attach(tx, n.File, subject, n.Name, by.AuditName()); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// A shot is a photo that arrived, with what it tells.
type shot struct {
	blob.File
	picture.Picture
}

func hashes(list []shot) (out []string) {
	for _, s := range list {
		out = append(out, s.File.Hash)
	}
	return out
}

// hang links photos to a case, once, with when and where they were taken.
func (x *Inbox) hang(tx *db.Tx, by staff.Actor, id db.ID, list []shot) error {
	return x.hangOn(tx, by, "case:"+id.String(), list)
}

func (x *Inbox) hangOn(tx *db.Tx, by staff.Actor, subject string, list []shot) error {
	links, err := blob.List(tx, subject)
	if err != nil {
		return err
	}
	for _, s := range list {
		if slices.ContainsFunc(links, func(l blob.Link) bool { return l.Hash == s.File.Hash }) {
			continue
		}
		if _, err := x.Files.Attach(tx, s.File, subject, "现场照片"+extension[s.File.Type], by.AuditName()); err != nil {
			return err
		}
		p := s.Picture
		p.Subject, p.By = subject, by.AuditName()
		if err := picture.Put(tx, p, s.File); err != nil {
			return err
		}
	}
	return nil
}

var extension = map[string]string{"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}
