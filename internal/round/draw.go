package round

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"linli/internal/db"
	"linli/internal/pack"
	"linli/internal/staff"
)

// turns puts closed cases in the order of a draw: by the hash of seed and id, which nobody can choose and everybody can compute.
func turns(seed string, ids []string) []string {
	sums := make(map[string][32]byte, len(ids))
	for _, id := range ids {
		sums[id] = sha256.Sum256([]byte(seed + ":" + id))
	}
	out := slices.Clone(ids)
	slices.SortFunc(out, func(a, b string) int {
		x, y := sums[a], sums[b]
		return cmp.Or(bytes.Compare(x[:], y[:]), cmp.Compare(a, b))
	})
	return out
}

// draw takes the share of a round from the closed cases, and keeps from what it was taken; seed and list go to the audit log.
func draw(tx *db.Tx, p *Plan, r *pack.Round, closed []target) ([]target, error) {
	of := map[string]target{}
	var ids []string
	for _, t := range closed {
		of[t.id], ids = t, append(ids, t.id)
	}
	n := r.Drawn(len(ids))
	var list []target
	for i, id := range turns(p.Seed, ids) {
		caseID, err := db.ParseID(id)
		if err != nil {
			return nil, err
		}
		if err := tx.Exec(`insert into round_draw (plan, case_id, turn, drawn) values (?, ?, ?, ?)`, p.ID, caseID, i+1, flag(i < n)); err != nil {
			return nil, wrap("keep draw", err)
		}
		if i < n {
			list = append(list, of[id])
		}
	}
	proof := map[string]any{"seed": p.Seed, "closed": len(ids), "drawn": n, "list": listSum(ids)}
	if err := noted(tx, staff.Job("round"), "round.draw", p.ID, proof); err != nil {
		return nil, err
	}
	return list, standing(tx, r, list)
}

// listSum is the digest of the cases that a draw was made from, whatever their order.
func listSum(ids []string) string {
	ids = slices.Sorted(slices.Values(ids))
	sum := sha256.Sum256([]byte(strings.Join(ids, "\n")))
	return hex.EncodeToString(sum[:])
}

// A Draw (抽查结果) is how closed cases were drawn for a re-check, so that everybody can draw them again.
type Draw struct {
	Seed   string
	Closed int
	List   string // digest of the closed cases, as the audit log has it
	Drawn  []db.ID
	Holds  bool // drawing again from the same cases by the same seed gives the same ones
}

// DrawOf tells how the cases of a plan were drawn, and draws again. Returns notfound for a plan that the actor does not see.
func (x *Rounds) DrawOf(tx *db.Tx, by staff.Actor, plan db.ID) (Draw, error) {
	p, err := x.Get(tx, by, plan)
	if err != nil {
		return Draw{}, err
	}
	d := Draw{Seed: p.Seed, Closed: p.Closed}
	var ids []string
	drawn := map[string]bool{}
	rows, err := tx.Query(`select case_id, drawn from round_draw where plan = ? order by turn`, plan)
	if err != nil {
		return d, wrap("read draw", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id db.ID
		var was bool
		if err := rows.Scan(&id, &was); err != nil {
			return d, wrap("read draw", err)
		}
		ids = append(ids, id.String())
		if was {
			d.Drawn, drawn[id.String()] = append(d.Drawn, id), true
		}
	}
	d.List, d.Holds = listSum(ids), len(ids) == d.Closed
	for i, id := range turns(d.Seed, ids) {
		d.Holds = d.Holds && drawn[id] == (i < len(d.Drawn))
	}
	return d, wrap("read draw", rows.Err())
}
