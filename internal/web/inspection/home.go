package inspection

import (
	"context"
	"net/http"

	"linli/internal/db"
	"linli/internal/place"
	"linli/internal/round"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/ui"
)

// home says how far the rounds of the present periods are, what the reader has to visit himself, and what was found last.
func (p *Pages) home(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var cover []round.Coverage
	var mine []round.Task
	var found, stuck []round.Finding
	err := p.read(r, func(tx *db.Tx, by staff.Actor) (err error) {
		if cover, err = p.Rounds.Coverages(tx, by, place.Today(tx)); err != nil {
			return err
		}
		if mine, err = p.Rounds.Today(tx, by); err != nil {
			return err
		}
		if stuck, err = p.Rounds.Findings(tx, by, round.Found{Without: true, Limit: 200}); err != nil {
			return err
		}
		found, err = p.Rounds.Findings(tx, by, round.Found{Limit: 10})
		return err
	})
	if err != nil {
		return err
	}
	points, visited, missed := 0, 0, 0
	for _, c := range cover {
		points, visited, missed = points+c.Points, visited+c.Visited, missed+c.Missed
	}
	pg := p.page(ctx, ui.T(ctx, "巡查检查"), ui.T(ctx, "谁到哪里看、看了多少、发现了什么、结果怎样；数字点开是每一次走访。"))
	pg.Trail = nil
	stats := []ui.Stat{{Name: ui.T(ctx, "本期点位"), Value: ui.Count(points), Href: "/inspection/plans"}, {Name: ui.T(ctx, "已走到"), Value: ui.Count(visited), Note: share(ctx, visited, points)},
		{Name: ui.T(ctx, "逾期没有走到"), Value: ui.Count(missed), Href: "/inspection/plans"}, {Name: ui.T(ctx, "没有立案的问题"), Value: ui.Count(len(stuck)), Href: "/inspection/findings?without=1"}}
	return p.render(w, r, pg, "/inspection", ui.Stats(stats), part.Block(ui.T(ctx, "我要走的"), ui.Rows(p.taskTable(ctx, mine))),
		part.Block(ui.T(ctx, "本期进度"), ui.Rows(coverTable(ctx, cover))), part.Block(ui.T(ctx, "最近发现"), ui.Rows(p.findingTable(ctx, found))))
}

// taskTable lists the points of the reader's own tasks, those not visited first.
func (p *Pages) taskTable(ctx context.Context, list []round.Task) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "我要走的点位"), Cols: []ui.Col{{Name: ui.T(ctx, "点位"), Main: true}, {Name: ui.T(ctx, "巡查")}, {Name: ui.T(ctx, "地点")}, {Name: ui.T(ctx, "最后一天")}},
		Empty: ui.Empty(ui.T(ctx, "没有要走的点位"), "")}
	for _, task := range list {
		for _, at := range task.Points {
			if !at.Done && len(t.Rows) < 50 {
				t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: at.Name, Href: "/inspection/points/" + at.ID.String(), Note: keyWords(ctx, at.Key)},
					{Text: task.Name}, {Text: p.Town.Place(at.Place)}, {Text: day(ctx, task.Due)}}})
			}
		}
	}
	return t
}

func keyWords(ctx context.Context, key bool) string {
	if key {
		return ui.T(ctx, "重点")
	}
	return ""
}

func coverTable(ctx context.Context, list []round.Coverage) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "本期进度"), Cols: []ui.Col{{Name: ui.T(ctx, "巡查"), Main: true}, {Name: ui.T(ctx, "期间")}, {Name: ui.T(ctx, "计划"), Num: true},
		{Name: ui.T(ctx, "已走到"), Num: true}, {Name: ui.T(ctx, "逾期"), Num: true}, {Name: ui.T(ctx, "要求")}},
		Empty: ui.Empty(ui.T(ctx, "本期没有巡查计划"), ui.T(ctx, "采用的文件规定了巡查后，每天自动安排；专项行动可以手工安排。"))}
	for _, c := range list {
		target := ui.T(ctx, "没有规定")
		if c.Target > 0 {
			target = ui.T(ctx, "%d%%，未达到", c.Target)
			if c.Met {
				target = ui.T(ctx, "%d%%，已达到", c.Target)
			}
		}
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: c.Name, Href: "/inspection/plans?round=" + c.Round}, {Text: period(ctx, c.From, c.To)},
			{Text: ui.Count(c.Plans)}, {Text: share(ctx, c.Visited, c.Points)}, {Text: ui.Count(c.Missed)}, {Text: target}}})
	}
	return t
}
