package pack

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"linli/internal/flow"
	"linli/internal/law"
	"linli/internal/pack/strict"
	"linli/internal/rule"
)

// parts are the specs of a pack with the files they stand in.
type parts struct {
	flows      []part[flow.Spec]
	forms      []part[formSpec]
	duties     []part[dutySpec]
	indicators []part[indicatorSpec]
	scores     []part[scoreSpec]
	watches    []part[watchSpec]
	notices    []part[noticeSpec]
	books      []part[bookSpec]
	items      []part[itemSpec]
	admissions []part[admissionSpec]
	tables     []part[tableSpec]
	checklists []part[checklistSpec]
	rounds     []part[roundSpec]
	schemes    []part[schemeSpec]
	facts      []part[factSpec]
	classes    []part[classSpec]
	benefits   []part[benefitSpec]
	deposits   []part[depositSpec]
	standards  []part[standardSpec]
	bounds     []part[boundSpec]
	examples   []part[Example]
}

// A part is one spec with its place: prefix leads from the top of its file to it.
type part[T any] struct {
	doc    *strict.Doc
	prefix string
	spec   T
}

func (p part[T]) at(path string) rule.At {
	switch {
	case p.prefix == "":
		return p.doc.At(path)
	case path == "":
		return p.doc.At(p.prefix)
	}
	return p.doc.At(p.prefix + "." + path)
}

// take decodes a file that holds one spec or a list of them.
func take[T any](r *reading, doc *strict.Doc, into *[]part[T]) {
	if !doc.IsList() {
		p := part[T]{doc: doc}
		r.add(doc.Decode(&p.spec))
		*into = append(*into, p)
		return
	}
	var list []T
	r.add(doc.Decode(&list))
	for i, s := range list {
		*into = append(*into, part[T]{doc, fmt.Sprint(i), s})
	}
}

// folders reads everything but the four files at the top, by folder.
func (r *reading) folders() {
	names := make([]string, 0, len(r.pack.files))
	for name := range r.pack.files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		folder, _, inFolder := strings.Cut(name, "/")
		switch {
		case strings.HasSuffix(name, ".md"):
			continue
		case !inFolder:
			if !slices.Contains([]string{"document.yaml", "clauses.yaml", "offices.yaml", "params.yaml", localFile}, name) {
				r.bad(rule.At{File: path.Join(r.dir, name), Line: 1, Col: 1}, "政策包里没有这种文件")
			}
			continue
		case path.Ext(name) != ".yaml":
			r.bad(rule.At{File: path.Join(r.dir, name), Line: 1, Col: 1}, "文件须以 .yaml 结尾")
			continue
		case folder == "examples" && r.pack.unread:
			continue
		}
		if doc := r.parse(name); doc != nil {
			r.folder(folder, doc)
		}
	}
}

func (r *reading) folder(folder string, doc *strict.Doc) {
	switch folder {
	case "flows":
		take(r, doc, &r.parts.flows)
	case "forms":
		take(r, doc, &r.parts.forms)
	case "duties":
		take(r, doc, &r.parts.duties)
	case "indicators":
		take(r, doc, &r.parts.indicators)
	case "scores":
		take(r, doc, &r.parts.scores)
	case "watches":
		take(r, doc, &r.parts.watches)
	case "notices":
		take(r, doc, &r.parts.notices)
	case "books":
		take(r, doc, &r.parts.books)
	case "items":
		take(r, doc, &r.parts.items)
	case "tables":
		take(r, doc, &r.parts.tables)
	case "checklists":
		take(r, doc, &r.parts.checklists)
	case "rounds":
		take(r, doc, &r.parts.rounds)
	case "schemes":
		take(r, doc, &r.parts.schemes)
	case "admissions":
		take(r, doc, &r.parts.admissions)
	case "facts":
		take(r, doc, &r.parts.facts)
	case "classes":
		take(r, doc, &r.parts.classes)
	case "benefits":
		take(r, doc, &r.parts.benefits)
	case "deposits":
		take(r, doc, &r.parts.deposits)
	case "standards":
		take(r, doc, &r.parts.standards)
	case "bounds":
		take(r, doc, &r.parts.bounds)
	case "examples":
		take(r, doc, &r.parts.examples)
	default:
		r.bad(rule.At{File: doc.File, Line: 1, Col: 1}, "没有 %s 这种文件夹，可用：flows、forms、duties、indicators、scores、watches、notices、books、items、admissions、tables、checklists、rounds、schemes、facts、classes、benefits、deposits、standards、bounds、examples", folder)
	}
}

func (r *reading) document() {
	s := &r.spec
	doc := (*strict.Doc)(nil)
	r.one("document.yaml", func(d *strict.Doc) { doc = d; r.add(d.Decode(s)) })
	if doc == nil {
		return
	}
	if strings.ContainsAny(s.Document, "# \t/") {
		r.bad(doc.At("document"), "文件编号不能含空格、# 或 /")
	}
	r.pack.Document = Document{ID: s.Document, Number: s.Number, Title: s.Title, Issuer: s.Issuer,
		Issued: r.date(doc.At("issued"), s.Issued), Place: s.Applies.Place, Supersedes: s.Supersedes, Note: s.Note}
	r.pack.place = doc
}

// force fills in what of the document may be a parameter.
func (r *reading) force() {
	doc, s := r.pack.place, &r.spec
	if doc == nil {
		return
	}
	d := &r.pack.Document
	d.From, d.Until = r.date(doc.At("applies.from"), s.Applies.From), r.date(doc.At("applies.until"), s.Applies.Until)
	if !d.Until.IsZero() && d.Until.Before(d.From) {
		r.bad(doc.At("applies.until"), "失效日期早于生效日期")
	}
}

func (r *reading) clauses(doc *strict.Doc) {
	var specs []clauseSpec
	r.add(doc.Decode(&specs))
	seen := map[string]bool{}
	for i, s := range specs {
		at := doc.At(fmt.Sprint(i))
		c := &Clause{Cite: law.Clause{Document: r.pack.Document.ID, ID: s.ID}, At: s.At, Gist: s.Gist, Restricted: s.Restricted, Place: at}
		if seen[s.ID] {
			r.bad(at, "条款 %s 重复", s.ID)
		}
		seen[s.ID] = true
		n := 0
		for _, o := range []struct {
			is  Disposition
			why string
		}{{Human, s.Human}, {Out, s.Out}, {Planned, s.Planned}} {
			if o.why != "" {
				n, c.Disposition, c.Why = n+1, o.is, o.why
			}
		}
		if len(s.Runs) > 0 {
			n, c.Disposition, c.Elements = n+1, Runs, s.Runs
		}
		if n != 1 {
			r.bad(at, "条款 %s 须有且只有一种落实方式：runs、human、out 或 planned", s.ID)
		}
		if c.Disposition == Planned && !strings.Contains(c.Why, ":") && !strings.Contains(c.Why, "：") {
			r.bad(at, "planned 应写成“部件：原因”")
		}
		r.pack.Clauses = append(r.pack.Clauses, c)
	}
}

func (r *reading) offices(doc *strict.Doc) {
	var s officesSpec
	r.add(doc.Decode(&s))
	for i, o := range s.Offices {
		at := doc.At(fmt.Sprintf("offices.%d", i))
		if r.pack.Office(o.ID) != nil {
			r.bad(at, "机构 %s 重复", o.ID)
		}
		for _, role := range o.Serves {
			if !isRole(role) {
				r.bad(at, "没有角色 %s", role)
			}
		}
		r.pack.Offices = append(r.pack.Offices, &Office{o.ID, o.Name, o.Within, o.Serves, r.element(at, "office/"+o.ID, o.Name, o.Basis)})
	}
	for i, o := range s.Offices {
		if o.Within != "" && r.pack.Office(o.Within) == nil {
			r.bad(doc.At(fmt.Sprintf("offices.%d.within", i)), "没有机构 %s", o.Within)
		}
	}
	for i, p := range s.Posts {
		at := doc.At(fmt.Sprintf("posts.%d", i))
		for _, q := range r.pack.Posts {
			if q.ID == p.ID || q.Rank == p.Rank {
				r.bad(at, "职务 %s 与 %s 的编号或级别重复", p.ID, q.ID)
			}
		}
		r.pack.Posts = append(r.pack.Posts, &Post{p.ID, p.Name, p.Rank, r.element(at, "post/"+p.ID, p.Name, p.Basis)})
	}
	slices.SortStableFunc(r.pack.Posts, func(a, b *Post) int { return a.Rank - b.Rank })
}

func isRole(role flow.Role) bool {
	for _, known := range flow.Roles {
		if known.Role == role {
			return true
		}
	}
	return false
}

// element enters an element under its id and returns its basis.
func (r *reading) element(at rule.At, id, name string, basis []string) []law.Clause {
	cites := r.cites(at, basis)
	r.enter(Element{ID: id, Name: name, Basis: cites, Place: at})
	return cites
}

func (r *reading) enter(e Element) {
	if old, ok := r.pack.elements[e.ID]; ok && old.Place != e.Place {
		r.bad(e.Place, "%s 重复，%s 已有", e.ID, old.Place)
		return
	}
	if doc := r.docs[e.Place.File]; doc != nil {
		e.Text = doc.Text(e.Place)
	}
	r.pack.elements[e.ID] = e
}
