package notice

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/indicator"
	"linli/internal/law"
	"linli/internal/place"
	"linli/internal/staff"
)

// A State (通报状态) is where a bulletin stands.
type State string

// The states.
const (
	Draft     State = "draft"
	Signed    State = "signed"
	Withdrawn State = "withdrawn"
)

// A Bulletin (通报) tells of a period, in frozen figures.
type Bulletin struct {
	ID         db.ID
	Document   string
	Notice     string // id in the pack
	Version    string // of the pack
	Title      string
	Number     string // 文号, given on signing
	Issuer     string // unit code; "" when no unit fills the office
	IssuerName string
	Audience   string
	Basis      []law.Clause
	Area       string // path
	Period     civil.Period
	State      State
	Open       bool // to the public, decided on signing
	Figures    Frozen
	Digest     string // of the figures as stored
	MadeAt     db.Time
	MadeBy     db.ID
	MadeName   string
	SignedAt   db.Time
	SignedName string
	Why        string // of a withdrawal
}

const columns = `id, document, notice, pack_version, title, number, issuer, issuer_name, audience, basis, area, period_from, period_to,
	state, open, figures, digest, made_at, made_by, made_name, signed_at, signed_name, why`

func scan(r *db.Rows) (b Bulletin, err error) {
	var basis, figures string
	err = r.Scan(&b.ID, &b.Document, &b.Notice, &b.Version, &b.Title, &b.Number, &b.Issuer, &b.IssuerName, &b.Audience, &basis, &b.Area,
		&b.Period.From, &b.Period.To, (*string)(&b.State), &b.Open, &figures, &b.Digest, &b.MadeAt, &b.MadeBy, &b.MadeName, &b.SignedAt, &b.SignedName, &b.Why)
	if err != nil {
		return b, err
	}
	for c := range strings.SplitSeq(basis, ",") {
		clause, err := law.Parse(c)
		if err != nil {
			return b, fmt.Errorf("basis of bulletin %s: %w", b.ID, err)
		}
		b.Basis = append(b.Basis, clause)
	}
	if digest(figures) != b.Digest {
		return b, fault.Internal(nil, "通报“%s”的数据与其校验值不符", b.Title)
	}
	return b, json.Unmarshal([]byte(figures), &b.Figures)
}

func digest(figures string) string {
	sum := sha256.Sum256([]byte(figures))
	return hex.EncodeToString(sum[:])
}

// edits reports whether the actor makes and signs bulletins of the area.
func edits(by staff.Actor, area string) bool { return by.Has(staff.Supervisor, area, "") }

// reads reports whether the actor may see the bulletin inside: signed ones go to everybody in office, drafts to those
// who supervise, lead or audit the area.
func (b *Bulletin) reads(by staff.Actor) bool {
	if b.State == Signed && by.HasAny(staff.Desk, staff.Dispatcher, staff.Handler, staff.Verifier, staff.Leader, staff.Supervisor, staff.Auditor) {
		return true
	}
	return edits(by, b.Area) || by.Has(staff.Leader, b.Area, "") || by.Has(staff.Auditor, b.Area, "")
}

// Get returns a bulletin for somebody in office. One that he may not see is not found.
func (n *Notices) Get(tx *db.Tx, by staff.Actor, id db.ID) (Bulletin, error) {
	b, err := get(tx, id)
	if err == nil && !b.reads(by) {
		return Bulletin{}, missing()
	}
	return b, err
}

func get(tx *db.Tx, id db.ID) (Bulletin, error) {
	list, err := db.Select(tx, scan, `select `+columns+` from notice_bulletin where id = ?`, id)
	if err != nil {
		return Bulletin{}, fmt.Errorf("load bulletin: %w", err)
	}
	if len(list) == 0 {
		return Bulletin{}, missing()
	}
	return list[0], nil
}

func missing() error { return fault.NotFound("没有这份通报，或您无权查看") }

// List returns the bulletins that the actor may see, the latest period first.
func (n *Notices) List(tx *db.Tx, by staff.Actor, limit int) ([]Bulletin, error) {
	all, err := db.Select(tx, scan, `select `+columns+` from notice_bulletin order by period_from desc, id desc limit ?`, min(max(limit, 1), 200))
	if err != nil {
		return nil, fmt.Errorf("list bulletins: %w", err)
	}
	list := all[:0]
	for _, b := range all {
		if b.reads(by) {
			list = append(list, b)
		}
	}
	return list, nil
}

// Make writes a draft for a period that begins on a day, over the area of the actor; an earlier draft of the same is replaced.
// Returns forbidden for who does not supervise, invalid for a period that is not over, a conflict when it was signed.
func (n *Notices) Make(tx *db.Tx, by staff.Actor, document, id string, from civil.Date) (Bulletin, error) {
	area := indicator.Home(by)
	if area == "" || !edits(by, area) {
		return Bulletin{}, fault.Forbidden("通报由督查人员生成")
	}
	k, err := n.kind(document, id, place.Today(tx))
	if err != nil {
		return Bulletin{}, err
	}
	period, _ := k.Period.Next(from)
	if period.From != from {
		return Bulletin{}, fault.Invalid("period", "请从所列期间中选择")
	}
	if err := k.check(period, place.Today(tx)); err != nil {
		return Bulletin{}, err
	}
	b := Bulletin{ID: db.NewID(), Document: document, Notice: id, Version: k.Version, Title: k.TitleFor(period), Audience: k.Audience, Basis: k.Basis,
		Area: area, Period: period, State: Draft, MadeAt: db.At(tx.Now()), MadeBy: by.Account, MadeName: by.Name}
	if b.Issuer, b.IssuerName, err = k.issuer(tx, area); err != nil {
		return Bulletin{}, err
	}
	if b.Figures, err = n.freeze(tx, by, k, period, area); err != nil {
		return Bulletin{}, fmt.Errorf("make bulletin: %w", err)
	}
	if err := b.store(tx); err != nil {
		return Bulletin{}, fmt.Errorf("store bulletin: %w", err)
	}
	return b, record(tx, by, "make", b)
}

// issuer is the unit that signs; the office's own name when no unit fills it.
func (k Kind) issuer(tx *db.Tx, area string) (code, name string, err error) {
	office := k.pack.Office(k.Issuer)
	units, err := staff.UnitsFilling(tx, k.Issuer, area)
	if err != nil || len(units) == 0 {
		return "", office.Name, err
	}
	return units[0].Code, units[0].Name, nil
}

// store inserts the draft or replaces the one that is there, whose id it keeps.
func (b *Bulletin) store(tx *db.Tx) error {
	figures, err := json.Marshal(b.Figures)
	if err != nil {
		return err
	}
	b.Digest = digest(string(figures))
	basis := strings.Join(indicator.Cites(b.Basis), ",")
	err = tx.QueryRow(`insert into notice_bulletin (id, document, notice, pack_version, title, issuer, issuer_name, audience, basis, area, period_from,
		period_to, state, figures, digest, made_at, made_by, made_name) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'draft', ?, ?, ?, ?, ?)
		on conflict (document, notice, period_from, area) where state <> 'withdrawn' do update set pack_version = excluded.pack_version,
			title = excluded.title, issuer = excluded.issuer, issuer_name = excluded.issuer_name, audience = excluded.audience, basis = excluded.basis,
			figures = excluded.figures, digest = excluded.digest, made_at = excluded.made_at, made_by = excluded.made_by, made_name = excluded.made_name
			where notice_bulletin.state = 'draft'
		returning id`,
		b.ID, b.Document, b.Notice, b.Version, b.Title, b.Issuer, b.IssuerName, b.Audience, basis, b.Area, b.Period.From, b.Period.To,
		string(figures), b.Digest, b.MadeAt, b.MadeBy, b.MadeName).Scan(&b.ID)
	if errors.Is(err, db.ErrNoRows) {
		return fault.Conflict("本期通报已经签发；要重新生成，请先撤回并说明理由")
	}
	return err
}
