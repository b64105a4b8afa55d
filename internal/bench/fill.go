package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"linli/internal/app"
	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/place"
	"linli/internal/staff"
)

// A filled city is noted in its folder, so that another run finds it.
type filled struct {
	DB     string `json:"db"`
	Cases  int    `json:"cases"`
	Places int    `json:"places"`
	Spots  bool   `json:"spots,omitempty"`
}

const note = "bench.json"

// places is how many there are to be: those of the city, and invented communities.
const placesWanted = 6000

// topics are what the letters are about, the commonest first; the last two are rare enough that a search has to look far.
var topics = []string{"路灯不亮", "垃圾清运不及时", "小区停水", "暖气不热", "噪声扰民", "占道经营", "公交站点调整", "下水道堵塞", "物业收费不合理",
	"违章停车", "油烟污染", "宅基地纠纷", "低保申请", "道路破损", "学位分配", "医保报销", "拖欠工资", "房产证办理", "树木遮挡", "电梯故障", "井盖缺失", "河道漂浮物",
	"断桥护栏", "古树移植"}

var details = []string{"多次反映没有结果，请尽快处理。", "影响居民正常生活，希望有关部门现场查看。", "已经持续半个月，老人出行很不方便。", "请告知具体的解决时间和责任单位。"}

// fill puts so many cases into the city of the folder, unless they are there.
func fill(ctx context.Context, o QueuesOptions, b *bout) (*app.App, filled, error) {
	var f filled
	text, err := os.ReadFile(filepath.Join(o.Data, note))
	if err == nil {
		if err = json.Unmarshal(text, &f); err == nil && f.Cases >= o.Cases && (f.Spots || !o.spots) {
			a, err := app.Open(ctx, options(app.Options{Data: o.Data, DB: f.DB, Quiet: true}))
			return a, f, err
		}
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, f, err
	}
	s, err := newServer(ctx, o.DB)
	if err != nil {
		return nil, f, err
	}
	if s != nil {
		var drop func() error
		if f.DB, drop, err = s.create(ctx, "queues"); err != nil {
			return nil, f, err
		}
		if !o.keep {
			b.ends = append(b.ends, drop)
		}
	}
	if o.spots {
		if err := os.WriteFile(filepath.Join(o.Data, "local.yaml"), []byte(gridMethod), 0o600); err != nil {
			return nil, f, err
		}
	}
	c, err := found(ctx, app.Options{Data: o.Data, DB: f.DB, Quiet: true}, 1)
	if err != nil {
		return nil, f, err
	}
	w := &filler{city: c, o: o, rand: rand.New(rand.NewPCG(1, 2))}
	if err := w.run(ctx); err != nil {
		return nil, f, errors.Join(err, c.Close())
	}
	f.Cases, f.Places, f.Spots = o.Cases, c.Places.Tree().Len(), o.spots
	if text, err = json.Marshal(f); err == nil {
		err = os.WriteFile(filepath.Join(o.Data, note), text, 0o600)
	}
	return c.App, f, err
}

// gridMethod lets the grid be worked as the essay has it.
const gridMethod = "es-essays:\n  adopted: { place: \"4112\", from: \"2010-01-01\", why: 测量 }\n"

// A filler copies a few cases that went through their steps many times, as two years would have brought them.
type filler struct {
	*city
	o      QueuesOptions
	rand   *rand.Rand
	models [len(verbs)]db.ID // one case that stopped after each step
	places []place.Place
	leads  []string
	now    time.Time
}

func (w *filler) run(ctx context.Context) error {
	for _, step := range []func(context.Context) error{w.addPlaces, w.addUnits, w.addModels} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	const portion = 2000 // few commits, and each fills the pages of the indexes that it writes
	for n := 0; n < w.o.Cases; n += portion {
		if n%20_000 == 0 {
			w.o.Progress(fmt.Sprintf("写入 %d / %d 件", n, w.o.Cases))
		}
		by := w.portion(n, min(portion, w.o.Cases-n))
		err := w.DB.Write(ctx, func(tx *db.Tx) error {
			for step, list := range by {
				if err := w.Cases.Copies(tx, w.models[step], list); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// addPlaces invents communities below the streets of the city.
func (w *filler) addPlaces(ctx context.Context) error {
	tree := w.Places.Tree()
	var streets, rows []string
	for _, p := range tree.Subtree("") {
		if len(p.Code) == 9 {
			streets = append(streets, p.Code)
		}
	}
	for i := range placesWanted - tree.Len() {
		s := streets[i%len(streets)]
		rows = append(rows, fmt.Sprintf("5,%s8%02d,第%d社区,%s", s, i/len(streets), i/len(streets)+1, s))
	}
	table, err := place.Parse(strings.NewReader("level,code,name,parent\n" + strings.Join(rows, "\n") + "\n"))
	if err != nil {
		return err
	}
	err = w.DB.Write(ctx, func(tx *db.Tx) error {
		w.now = tx.Now()
		r, err := place.Import(tx, place.Change{}, table, place.Chinese)
		if err == nil && len(r.Bad) > 0 {
			err = fmt.Errorf("invented community of line %d: %s", r.Bad[0].Line, r.Bad[0].Why.Message())
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := w.Places.Refresh(ctx); err != nil {
		return err
	}
	if w.o.spots {
		if err := w.draw(ctx); err != nil {
			return err
		}
	}
	for _, p := range w.Places.Tree().Subtree("") {
		if len(p.Code) == 12 {
			w.places = append(w.places, p)
		}
	}
	return nil
}

// draw gives every place an invented outline.
func (w *filler) draw(ctx context.Context) error {
	drawn := place.Draw(w.Places.Tree(), place.Canvas{Lon: 111.2, Lat: 34.4, Width: 1.6, Seed: 9})
	err := w.DB.Write(ctx, func(tx *db.Tx) error { return place.StoreDrawn(tx, place.Change{Basis: "测量"}, drawn) })
	if err != nil {
		return err
	}
	return w.Places.Refresh(ctx)
}

func (w *filler) addUnits(ctx context.Context) error {
	return w.DB.Write(ctx, func(tx *db.Tx) error {
		top, err := place.City(tx)
		if err != nil {
			return err
		}
		w.leads = nil
		for i := range 40 {
			u := staff.Unit{Code: fmt.Sprintf("bureau-%02d", i), Name: fmt.Sprintf("市第%d局", i+2), Place: top, Offices: []string{"competent"}}
			if err := staff.PutUnit(tx, root, u); err != nil {
				return err
			}
			w.leads = append(w.leads, u.Code)
		}
		return nil
	})
}

// addModels takes seven cases through one, two … seven steps.
func (w *filler) addModels(ctx context.Context) error {
	for last := range verbs {
		l := &letter{crew: &w.crews[0], key: fmt.Sprint("model-", last), place: w.places[0].Code}
		err := w.DB.Write(ctx, func(tx *db.Tx) error {
			in := l.intake()
			desk, err := actor(tx, "desk00")
			if err != nil {
				return err
			}
			r, err := w.Cases.Register(tx, desk, casework.Intake{Key: l.key, Flow: in.Flow, Title: in.Title, Body: in.Body, Kind: in.Kind,
				Place: in.Place, Spot: in.Spot, Sets: in.Sets, From: casework.Reporter{Name: in.Reporter.Name}})
			w.models[last] = r.Case
			return err
		})
		for l.at = 1; l.at <= last && err == nil; l.at++ {
			err = w.take(ctx, l, w.models[last])
		}
		if err != nil {
			return fmt.Errorf("make the case that stops at %s: %w", verbs[last], err)
		}
	}
	return nil
}

func (w *filler) take(ctx context.Context, l *letter, id db.ID) error {
	_, act := l.act()
	who := map[string]string{"accept": "desk00", "dispatch": "dispatcher00", "feedback": "lead00", "reply": "lead00", "verify": "verifier00", "close": "desk00"}[act.Verb]
	return w.DB.Write(ctx, func(tx *db.Tx) error {
		by, err := actor(tx, who)
		if err != nil {
			return err
		}
		_, err = w.Cases.Do(tx, by, id, casework.Act{Key: fmt.Sprint(l.key, "-", l.at), Act: flow.Act{Verb: flow.Verb(act.Verb), Words: act.Words, To: act.To, Outcome: act.Outcome}})
		return err
	})
}

func actor(tx *db.Tx, login string) (staff.Actor, error) {
	a, err := staff.AccountByLogin(tx, login)
	if err != nil {
		return staff.Actor{}, err
	}
	return a.Actor(tx, staff.ViaAPI)
}

const (
	years  = 2 * 365 * 24 * time.Hour
	recent = 45 * 24 * time.Hour
)

// portion makes the copies from the nth case on, by the step at which they stand. Old cases are closed but for one in forty; of the
// recent ones a third.
func (w *filler) portion(n, size int) map[int][]casework.Copy {
	by := map[int][]casework.Copy{}
	for i := n; i < n+size; i++ {
		age := time.Duration(float64(years) * (1 - float64(i+1)/float64(w.o.Cases)))
		step := len(verbs) - 1
		if age < recent && w.rand.IntN(3) > 0 || w.rand.IntN(40) == 0 {
			step = w.rand.IntN(len(verbs) - 1)
		}
		by[step] = append(by[step], w.copy(i, w.now.Add(-age)))
	}
	return by
}

func (w *filler) copy(i int, at time.Time) casework.Copy {
	skew := func(n int) int { r := w.rand.Float64(); return int(r * r * float64(n)) }
	p := w.places[skew(len(w.places))]
	topic := topics[skew(len(topics)-2)]
	if r := w.rand.IntN(10_000); r < 3 {
		topic = topics[len(topics)-1-r%2]
	}
	c := casework.Copy{Number: fmt.Sprintf("CL-%08d", i), Title: p.Name + topic, Place: p, Desk: "mayor", Lead: w.leads[skew(len(w.leads))], At: at,
		Body: fmt.Sprintf("%s%s的%s问题，%s", w.Places.Tree().Name(p.Parent), p.Name, topic, details[w.rand.IntN(len(details))]), Name: "王小明"}
	if w.o.spots {
		c.Kind, c.Where = kindOf(w.rand.IntN(1000)), &casework.Position{Point: spot(w.rand, p), Accuracy: 10, At: at}
	}
	return c
}
