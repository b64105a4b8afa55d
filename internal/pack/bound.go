package pack

import (
	"slices"

	"linli/internal/civil"
	"linli/internal/flow"
	"linli/internal/law"
)

// A Bound (限度) is a number by which the platform goes in the street and which documents rarely state: how near is near, how long
// positions are kept. A pack says it, as a rule by a parameter that fills a gap, so that the city may set its own.
type Bound struct {
	ID    string
	Is    int
	Basis []law.Clause
}

// A KnownBound (可设限度) is a bound that the platform reads, and what holds where no document in force says it.
type KnownBound struct {
	ID          string
	Name        string
	Is          int
	Least, Most int
	Why         string // why this much
}

// KnownBounds are all bounds there are.
var KnownBounds = []KnownBound{
	{"near-metres", "同类办件相距多少米以内，很可能是同一件", 50, 1, 1000, "手机在街上的误差约二十米，人又站在路的两边"},
	{"far-metres", "同组办件相距多少米以内，可能是同一件", 200, 1, 5000, "类别说得宽、地点说得粗时，远一些"},
	{"near-days", "已结的办件，登记后多少天以内还列为可能重复", 7, 0, 365, "刚结的又有人反映，多半是没有办好"},
	{"again-reports", "反映多少次，提出主动治理", 3, 2, 100, "一个月三次，不是偶然"},
	{"again-days", "多少天以内的反映算在一起", 30, 1, 366, "一个月"},
	{"again-metres", "没有写明部件时，相距多少米以内算同一处", 30, 1, 1000, "手机的误差之内"},
	{"photo-metres", "照片离事发地多少米以外，注明过远", 100, 10, 10_000, "楼间的误差有几十米，留出余量"},
	{"photo-hours", "上报的照片最多可以早多少小时拍", 24, 1, 720, "当天看到、当天上报"},
	{"photo-minutes", "手机和相机的时钟可以相差多少分钟", 10, 0, 240, "时钟很少准到分钟"},
	{"fastest", "网格员最快每小时多少公里，再快就是定位跳动", 160, 20, 400, "快速路上的汽车"},
	{"track-days", "在岗的定位保存多少天", 30, 1, 365, "当天的上报还可能有疑问时用得着，再久没有用处"},
}

// BoundOf returns a bound that the platform reads, or nil.
func BoundOf(id string) *KnownBound {
	if i := slices.IndexFunc(KnownBounds, func(b KnownBound) bool { return b.ID == id }); i >= 0 {
		return &KnownBounds[i]
	}
	return nil
}

// Bound returns a bound by its id, or nil.
func (e *Edition) Bound(id string) *Bound {
	return find(e.Bounds, func(b *Bound) bool { return b.ID == id })
}

// Bound is what holds at a place on a day: what a document in force there says, else the platform's own. It panics on what is no bound.
func (ix *Index) Bound(id, path string, on civil.Date) int {
	for _, p := range ix.packs {
		if b := p.On(on).Bound(id); b != nil && p.Covers(path, on) {
			return b.Is
		}
	}
	return BoundOf(id).Is
}

type boundSpec struct {
	Bound string    `yaml:"bound,required"`
	Is    string    `yaml:"is,required,loose"`
	Basis flow.List `yaml:"basis,required"`
}

func (r *reading) bound(p part[boundSpec], on civil.Date) *Bound {
	k := BoundOf(p.spec.Bound)
	if k == nil {
		r.bad(p.at("bound"), "没有限度 %s", p.spec.Bound)
		return nil
	}
	return &Bound{ID: k.ID, Is: r.whole(p.at("is"), p.spec.Is, k.Least, k.Most, on), Basis: r.element(p.at(""), "bound/"+k.ID, k.Name, p.spec.Basis)}
}

// A BoundExample is a bound and what it must be on a day.
type BoundExample struct {
	ID string `yaml:"id,required"`
	On string `yaml:"on,required"`
	Is int    `yaml:"is,required"`
}
