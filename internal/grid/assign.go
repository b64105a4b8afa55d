package grid

import (
	"strings"
	"unicode/utf8"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/once"
	"linli/internal/place"
	"linli/internal/staff"
)

// New (上岗安排) is a post to be given.
type New struct {
	Grid    string // code
	Account db.ID
	Part    Part
	From    civil.Date // zero: today
	To      civil.Date // first day on which it is over; zero: no end is known
	Basis   string
}

const maxWords = 200

// Assign gives somebody a post in a grid, and with it what a grid worker may do there. Returns forbidden for who does not manage the grid; invalid for
// a grid or account that does not stand, and for days that make no sense; conflict, naming whom, when another main worker holds the grid on one of
// these days or the same person does anyhow.
func Assign(tx *db.Tx, by staff.Actor, key string, n New) (Post, error) {
	return once.For(tx, by.AuditName(), key, []any{"grid.assign", n}, func() (Post, error) { return assign(tx, by, n) })
}

func assign(tx *db.Tx, by staff.Actor, n New) (Post, error) {
	p, err := n.settle(tx, by)
	if err != nil {
		return p, err
	}
	if err := free(tx, p); err != nil {
		return p, err
	}
	err = tx.Exec(`insert into grid_post (id, grid, path, account, part, valid_from, valid_to, basis, by_whom, at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		p.ID, p.Grid, p.Path, p.Account, string(p.Part), p.From, p.To, p.Basis, p.By, p.At)
	if err != nil {
		return p, wrap("assign worker", err)
	}
	if err := record(tx, by, "grid.assign", "grid:"+p.Grid, p); err != nil {
		return p, err
	}
	return p, grant(tx, by, &p)
}

// settle checks what was given and fills in the rest.
func (n New) settle(tx *db.Tx, by staff.Actor) (Post, error) {
	where, err := gridOf(tx, n.Grid)
	if err != nil {
		return Post{}, err
	}
	if !Manages(by, where.Path) {
		return Post{}, fault.Forbidden("只有街道、监督中心的督查人员或管理员可以安排 %s 的网格员", where.Name)
	}
	today := place.Today(tx)
	if n.From.IsZero() {
		n.From = today
	}
	n.Basis = strings.TrimSpace(n.Basis)
	switch {
	case n.Part != Main && n.Part != Deputy:
		return Post{}, fault.Invalid("part", "请选择主责或协管")
	case n.From.Before(where.ValidFrom):
		return Post{}, fault.Invalid("from", "%s 自 %s 起才设立", where.Name, where.ValidFrom.Words())
	case n.From.After(today.AddMonths(12)):
		return Post{}, fault.Invalid("from", "上岗日期最多提前一年安排")
	case !n.To.IsZero() && !n.To.After(n.From):
		return Post{}, fault.Invalid("to", "离岗日期要晚于上岗日期")
	case utf8.RuneCountInString(n.Basis) > maxWords:
		return Post{}, fault.Invalid("basis", "依据不超过 %d 字", maxWords)
	}
	a, err := staff.AccountOf(tx, n.Account)
	switch {
	case fault.KindOf(err) == fault.KindNotFound:
		return Post{}, fault.Invalid("account", "没有这个账号")
	case err != nil:
		return Post{}, err
	case a.Disabled:
		return Post{}, fault.Invalid("account", "%s 的账号已停用", a.Name)
	case !a.Person.IsZero():
		return Post{}, fault.Invalid("account", "%s 是居民账号，网格员要用工作账号", a.Name)
	}
	return Post{ID: db.NewID(), Grid: where.Code, Path: where.Path, Account: n.Account, Part: n.Part, From: n.From, To: n.To, Basis: n.Basis,
		By: by.AuditName(), At: db.At(tx.Now())}, nil
}

// gridOf returns a grid that stands.
func gridOf(tx *db.Tx, code string) (place.Place, error) {
	where, err := place.Get(tx, code)
	switch {
	case fault.KindOf(err) == fault.KindNotFound:
		return where, fault.Invalid("grid", "没有代码为 %s 的网格", code)
	case err != nil:
		return where, err
	case where.Level != Level:
		return where, fault.Invalid("grid", "%s 不是网格", where.Name)
	case where.Gone():
		return where, fault.Invalid("grid", "%s 已于 %s 撤销", where.Name, where.ValidTo.Words())
	}
	return where, nil
}

// free refuses a post beside which another cannot hold.
func free(tx *db.Tx, p Post) error {
	err := tx.Exec("insert into grid_hold (grid, version) values (?, 1) on conflict (grid) do update set version = grid_hold.version + 1", p.Grid)
	if err != nil {
		return wrap("hold grid", err)
	}
	others, err := db.Select(tx, scan, "select "+columns+" from grid_post where grid = ? and (valid_to = '' or valid_to > ?) order by valid_from, id", p.Grid, p.From)
	if err != nil {
		return wrap("posts in grid", err)
	}
	for _, o := range others {
		if !p.To.IsZero() && !o.From.Before(p.To) {
			continue
		}
		a, err := staff.AccountOf(tx, o.Account)
		if err != nil {
			return err
		}
		switch {
		case o.Account == p.Account:
			return fault.Conflict("%s 自 %s 起已经是这个网格的%s，先写明他到哪一天为止", a.Name, o.From.Words(), o.Part.Words())
		case o.Part == Main && p.Part == Main && o.To.IsZero():
			return fault.Conflict("这个网格自 %s 起由 %s 主责，一个网格同一天只有一个主责；先写明他到哪一天为止", o.From.Words(), a.Name)
		case o.Part == Main && p.Part == Main:
			return fault.Conflict("这个网格自 %s 起到 %s 前由 %s 主责，一个网格同一天只有一个主责", o.From.Words(), o.To.Words(), a.Name)
		}
	}
	return nil
}

// Relieve ends a post on a day, the first on which it is over; today at the latest for a post that is over anyhow. Returns notfound, forbidden, invalid
// for a day before the post began, and conflict for a post that ended otherwise meanwhile.
func Relieve(tx *db.Tx, by staff.Actor, key string, id db.ID, on civil.Date, why string) (Post, error) {
	return once.For(tx, by.AuditName(), key, []any{"grid.relieve", id, on, why}, func() (Post, error) { return relieve(tx, by, id, on, why) })
}

func relieve(tx *db.Tx, by staff.Actor, id db.ID, on civil.Date, why string) (Post, error) {
	p, err := postOf(tx, id)
	if err != nil {
		return p, err
	}
	why = strings.TrimSpace(why)
	was := p.To
	if on.IsZero() {
		on = place.Today(tx)
	}
	switch {
	case !Manages(by, p.Path):
		return p, fault.Forbidden("只有街道、监督中心的督查人员或管理员可以安排网格员")
	case on.Before(p.From):
		return p, fault.Invalid("on", "离岗日期不能早于上岗日期 %s", p.From.Words())
	case !was.IsZero() && !was.After(place.Today(tx)):
		return p, fault.Conflict("这个岗位已于 %s 结束", was.Words())
	case utf8.RuneCountInString(why) > maxWords:
		return p, fault.Invalid("why", "理由不超过 %d 字", maxWords)
	}
	p.To, p.Why, p.EndBy, p.EndAt = on, why, by.AuditName(), db.At(tx.Now())
	err = tx.ExecOne("update grid_post set valid_to = ?, end_why = ?, end_by = ?, end_at = ? where id = ? and valid_to = ?", p.To, p.Why, p.EndBy, p.EndAt, id, was)
	if err != nil {
		return p, wrap("relieve worker", err)
	}
	if err := record(tx, by, "grid.relieve", "grid:"+p.Grid, p); err != nil {
		return p, err
	}
	return p, grant(tx, by, &p)
}

// Move ends a post and gives its worker another from the same day on: his grants move with him.
func Move(tx *db.Tx, by staff.Actor, key string, id db.ID, to New, why string) (Post, error) {
	return once.For(tx, by.AuditName(), key, []any{"grid.move", id, to, why}, func() (Post, error) {
		if to.From.IsZero() {
			to.From = place.Today(tx)
		}
		p, err := relieve(tx, by, id, to.From, why)
		if err != nil {
			return p, err
		}
		to.Account = p.Account
		return assign(tx, by, to)
	})
}

// postOf returns a post. Returns notfound.
func postOf(tx *db.Tx, id db.ID) (Post, error) {
	list, err := db.Select(tx, scan, "select "+columns+" from grid_post where id = ?", id)
	if err == nil && len(list) == 0 {
		err = fault.NotFound("没有这个网格岗位")
	}
	if err != nil {
		return Post{}, wrap("read post", err)
	}
	return list[0], nil
}

// grant gives or takes the role that goes with a post, as today has it.
func grant(tx *db.Tx, by staff.Actor, p *Post) error {
	want := p.On(place.Today(tx))
	if want == p.granted {
		return nil
	}
	if want {
		if err := staff.Allow(tx, by, p.Account, staff.Grid, p.Grid, ""); err != nil {
			return err
		}
	} else if last, err := lastGranted(tx, *p); err != nil {
		return err
	} else if last {
		err := staff.Revoke(tx, by, p.Account, staff.Grid, p.Grid, "")
		if err != nil && fault.KindOf(err) != fault.KindNotFound { // somebody took it away by hand
			return err
		}
	}
	p.granted = want
	return wrap("note grant of post", tx.ExecOne("update grid_post set granted = ? where id = ?", oneIf(want), p.ID))
}

// lastGranted reports whether no other post of the same person in the same grid has the grant.
func lastGranted(tx *db.Tx, p Post) (bool, error) {
	var n int
	err := tx.QueryRow("select count(*) from grid_post where account = ? and grid = ? and granted = 1 and id <> ?", p.Account, p.Grid, p.ID).Scan(&n)
	return n == 0, wrap("other posts", err)
}

func oneIf(b bool) int {
	if b {
		return 1
	}
	return 0
}
