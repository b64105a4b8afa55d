package pack

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"linli/internal/civil"
	"linli/internal/flow"
	"linli/internal/law"
	"linli/internal/pack/strict"
	"linli/internal/rule"
)

// An Index (政策库) is every pack that the city works with, by document and version, by place and by date.
type Index struct {
	packs    []*Pack            // current and, once settled, of documents that hold in the city; by document id
	versions map[string][]*Pack // by document id: the current one, then the others as they were added
}

// Options say what besides the folders goes into an Index.
type Options struct {
	Local     []byte // text of the city's local.yaml, nil for none
	LocalName string // its name in messages
	Own       fs.FS  // folders of the city's own, such as its rulebook; nil or empty: none
	Serving   bool   // examples are left unread until somebody asks for them
	Shelf     *Shelf // where packs that were read before stand, and new ones are put; nil for none
}

// Load reads every pack below fsys: each folder that holds a document.yaml. The error is a rule.Problems that lists what
// is wrong with file, line and column; there is an Index only when nothing is.
func Load(fsys fs.FS, o Options) (*Index, error) {
	var ps rule.Problems
	local := readLocal(o, &ps)
	dirs, err := folders(fsys)
	if err != nil {
		return nil, fmt.Errorf("load packs: %w", err)
	}
	ix := &Index{versions: map[string][]*Pack{}}
	known := map[string]bool{}
	settings := func(document string) strict.Value { known[document] = true; return local.Get(document) }
	ps = append(ps, ix.readAll(fsys, dirs, settings, o)...)
	if o.Own != nil {
		own, err := folders(o.Own)
		if err != nil && !errors.Is(err, errNoPack) && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("load the city's own packs: %w", err)
		}
		ps = append(ps, ix.readAll(o.Own, own, settings, o)...)
	}
	for _, pair := range local.Pairs {
		if !known[pair.Key] {
			ps.Addf(pair.At, "没有文件 %s 的政策包", pair.Key)
		}
	}
	if len(ps) > 0 {
		return nil, sorted(ps)
	}
	if _, err := ix.Lexicon(); err != nil {
		return nil, fmt.Errorf("load packs: %w", err)
	}
	if ps := ix.cross(); len(ps) > 0 {
		return nil, sorted(ps)
	}
	return ix, nil
}

// readAll reads the packs of some folders into the index.
func (ix *Index) readAll(fsys fs.FS, dirs []string, settings func(document string) strict.Value, o Options) (ps rule.Problems) {
	for _, dir := range dirs {
		files, err := slurp(fsys, dir)
		if err != nil {
			ps.Addf(rule.At{File: dir, Line: 1, Col: 1}, "无法读取：%s", err)
			continue
		}
		p, wrong := o.read(dir, files, settings)
		ps = append(ps, wrong...)
		if len(wrong) == 0 {
			ps.Add(p.place.At("document"), ix.Add(p))
		}
	}
	return ps
}

// read reads a pack, or takes it from the shelf.
func (o Options) read(dir string, files map[string][]byte, settings func(document string) strict.Value) (*Pack, rule.Problems) {
	if o.Shelf == nil {
		return readPack(dir, files, settings, o.Serving)
	}
	key := mark(dir, files, o)
	if p := o.Shelf.get(key); p != nil {
		settings(p.Document.ID) // notes that there is such a document
		return p, nil
	}
	p, wrong := readPack(dir, files, settings, o.Serving)
	if len(wrong) == 0 {
		o.Shelf.put(key, p)
	}
	return p, wrong
}

// errNoPack says that there is no folder with a pack.
var errNoPack = errors.New("没有找到政策包（document.yaml）")

func readLocal(o Options, ps *rule.Problems) strict.Value {
	if len(o.Local) == 0 {
		return strict.Value{}
	}
	name := cmp.Or(o.LocalName, "local.yaml")
	doc, wrong := strict.Parse(name, o.Local)
	*ps = append(*ps, wrong...)
	var v strict.Value
	if doc != nil {
		*ps = append(*ps, doc.Decode(&v)...)
		if v.Kind != strict.Mapping {
			ps.Addf(v.At, "应写成“文件编号: {参数: 值}”")
		}
	}
	return v
}

// folders returns the folders that hold a document.yaml, in order.
func folders(fsys fs.FS) ([]string, error) {
	var dirs []string
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !d.IsDir() && path.Base(name) == "document.yaml" {
			dirs = append(dirs, path.Dir(name))
		}
		return nil
	})
	if err == nil && len(dirs) == 0 {
		err = errNoPack
	}
	slices.Sort(dirs)
	return dirs, err
}

// Add puts the current pack of a document into the index.
func (ix *Index) Add(p *Pack) error {
	id := p.Document.ID
	if old := ix.versions[id]; len(old) > 0 {
		return fmt.Errorf("文件 %s 已有政策包 %s", id, old[0].Dir)
	}
	ix.packs = append(ix.packs, p)
	ix.packs = byDocument(ix.packs)
	ix.versions[id] = []*Pack{p}
	return nil
}

func byDocument(list []*Pack) []*Pack {
	slices.SortFunc(list, func(a, b *Pack) int { return cmp.Compare(a.Document.ID, b.Document.ID) })
	return list
}

// Restore reads a version of a pack that was kept as Pack.Files gave it.
func Restore(files map[string][]byte) (*Pack, error) {
	p, wrong := readPack("", files, func(string) strict.Value { return strict.Value{} }, true)
	if len(wrong) > 0 {
		return nil, wrong
	}
	return p, nil
}

// AddVersion puts an earlier version of a document beside the current one. A version the index has is left alone.
func (ix *Index) AddVersion(p *Pack) {
	if ix.Pack(p.Document.ID, p.Version) == nil {
		ix.versions[p.Document.ID] = append(ix.versions[p.Document.ID], p)
	}
}

// cross checks what only several packs together can get wrong: flows, and clauses of other documents.
func (ix *Index) cross() rule.Problems {
	var ps rule.Problems
	flows := map[string]*Pack{}
	for _, p := range ix.packs {
		for _, f := range p.editions[0].Flows {
			if other := flows[f.ID]; other != nil {
				e, _ := p.Element("flow/" + f.ID)
				ps.Addf(e.Place, "流程 %s 已由文件 %s 设定", f.ID, other.Document.ID)
			}
			flows[f.ID] = p
		}
		ps = append(ps, ix.crossItems(p)...)
		ps = append(ps, ix.roundFlows(p)...)
		ps = append(ps, ix.crossClauses(p)...)
		for _, e := range p.Elements() {
			for _, c := range e.Basis {
				if other := ix.Pack(c.Document, ""); c.Document != p.Document.ID && other != nil && other.Clause(c.ID) == nil {
					ps.Addf(e.Place, "%s 引用的条款 %s 不存在", e.ID, c)
				}
			}
		}
	}
	return ps
}

// crossItems checks that an item stands in one document only, and that what it names of other items exists.
func (ix *Index) crossItems(p *Pack) rule.Problems {
	var ps rule.Problems
	for _, f := range p.editions[0].Flows {
		e, _ := p.Element("flow/" + f.ID)
		for _, o := range f.Opens {
			if ix.Flow(o.Flow, civil.Date{}) == nil {
				ps.Addf(e.Place, "流程 %s 引出的流程 %s 不存在", f.ID, o.Flow)
			}
		}
		for _, o := range f.OpenedBy {
			for _, of := range o.Of {
				if of != flow.AnyApproval && ix.Flow(string(of), civil.Date{}) == nil {
					ps.Addf(e.Place, "流程 %s 提到的流程 %s 不存在", f.ID, of)
				}
			}
		}
	}
	for _, i := range p.editions[0].Items {
		e, _ := p.Element("item/" + i.ID)
		for _, other := range ix.packs {
			if other != p && other.editions[0].Item(i.ID) != nil {
				ps.Addf(e.Place, "事项 %s 已由文件 %s 设定", i.ID, other.Document.ID)
			}
		}
		for _, id := range i.named() {
			if ix.Item(id, civil.Date{}) == nil {
				ps.Addf(e.Place, "事项 %s 提到的事项 %s 不存在", i.ID, id)
			}
		}
	}
	return ps
}

// crossClauses checks what clauses are said to be run by in other documents.
func (ix *Index) crossClauses(p *Pack) rule.Problems {
	var ps rule.Problems
	for _, c := range p.Clauses {
		for _, id := range c.Elements {
			document, _ := Elsewhere(id)
			if _, found := ix.Element(p, id); document != "" && !found {
				ps.Addf(c.Place, "条款 %s：没有要素 %s", c.Cite.ID, id)
			}
		}
	}
	return ps
}

// Element returns the element that a clause of p is run by, in p or in another document, as they are now.
func (ix *Index) Element(p *Pack, id string) (Element, bool) {
	document, id := Elsewhere(id)
	if document != "" {
		if p = ix.Pack(document, ""); p == nil {
			return Element{}, false
		}
	}
	return p.Element(id)
}

// Item returns the edition that holds an item on a day, or nil.
func (ix *Index) Item(id string, on civil.Date) *Edition {
	for _, p := range ix.packs {
		if e := p.On(on); e.Item(id) != nil {
			return e
		}
	}
	return nil
}

// Packs returns the current packs, once settled those whose documents hold in the city, by document id.
func (ix *Index) Packs() []*Pack { return slices.Clone(ix.packs) }

// Pack returns a pack by document id and version, the current one when version is "", or nil.
func (ix *Index) Pack(document, version string) *Pack {
	for _, p := range ix.versions[document] {
		if version == "" || p.Version == version {
			return p
		}
	}
	return nil
}

// Versions returns every version of a document that is known: the current one first, then those kept for older cases, the
// latest added before.
func (ix *Index) Versions(document string) []*Pack {
	list := slices.Clone(ix.versions[document])
	if len(list) > 1 {
		slices.Reverse(list[1:])
	}
	return list
}

// At returns the packs in force at a place on a day. The place is given by its path, "4112/411202/…/".
func (ix *Index) At(path string, on civil.Date) []*Pack {
	var list []*Pack
	for _, p := range ix.packs {
		if p.Covers(path, on) {
			list = append(list, p)
		}
	}
	return list
}

// Flow returns the edition that holds a flow on a day, for a case that begins on it; nil when no current pack has it.
func (ix *Index) Flow(id string, on civil.Date) *Edition {
	for _, p := range ix.packs {
		if e := p.On(on); e.Flow(id) != nil {
			return e
		}
	}
	return nil
}

// Handled returns the flow and the items that it handles on a day; of a flow that is in no document, itself.
func (ix *Index) Handled(id string, on civil.Date) []string {
	if e := ix.Flow(id, on); e != nil {
		return e.Handled(id)
	}
	return []string{id}
}

// Channel returns the edition whose flow takes in a channel at a place on a day, or nil.
func (ix *Index) Channel(channel, path string, on civil.Date) *Edition {
	for _, p := range ix.At(path, on) {
		if e := p.On(on); e.Channel(channel) != nil {
			return e
		}
	}
	return nil
}

// Clause returns a clause by its citation, or nil.
func (ix *Index) Clause(c law.Clause) *Clause {
	if p := ix.Pack(c.Document, ""); p != nil {
		return p.Clause(c.ID)
	}
	return nil
}
