package notice

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/db"
	"linli/internal/duty"
	"linli/internal/fault"
	"linli/internal/notify"
	"linli/internal/place"
	"linli/internal/staff"
)

// A Signing (签发) is what is decided with the signature.
type Signing struct {
	Number string // 文号
	Open   bool   // the public may see the public version
	Digest string // of the figures that were looked at; the signature is refused when they are others by now
}

// Sign issues a draft: it can no longer change, the duty that asked for it is finished, and the units it names are told.
func (n *Notices) Sign(tx *db.Tx, by staff.Actor, id db.ID, s Signing) (Bulletin, error) {
	b, err := n.Get(tx, by, id)
	if err != nil {
		return b, err
	}
	s.Number = strings.TrimSpace(s.Number)
	switch {
	case !edits(by, b.Area):
		return b, fault.Forbidden("通报由督查人员签发")
	case b.State != Draft:
		return b, fault.Conflict("本期通报已经签发或撤回")
	case s.Number == "" || utf8.RuneCountInString(s.Number) > 40:
		return b, fault.Invalid("number", "请填写文号，不超过 %d 字", 40)
	case s.Digest != b.Digest:
		return b, fault.Conflict("草稿在您查看之后重新生成过，请看过新的数字再签发")
	}
	b.State, b.Number, b.Open, b.SignedAt, b.SignedName = Signed, s.Number, s.Open, db.At(tx.Now()), by.Name
	err = tx.ExecOne(`update notice_bulletin set state = 'signed', number = ?, open = ?, signed_at = ?, signed_by = ?, signed_name = ?
		where id = ? and state = 'draft' and digest = ?`, b.Number, oneIf(b.Open), b.SignedAt, by.Account, b.SignedName, b.ID, b.Digest)
	if err != nil {
		return b, fmt.Errorf("sign bulletin %s: %w", id, err)
	}
	if err := n.finishDuty(tx, by, b); err != nil {
		return b, err
	}
	if err := b.tell(tx); err != nil {
		return b, err
	}
	return b, record(tx, by, "sign", b)
}

// finishDuty finishes the tasks that this bulletin is the making of.
func (n *Notices) finishDuty(tx *db.Tx, by staff.Actor, b Bulletin) error {
	p := n.packs().Pack(b.Document, "")
	if p == nil || b.Issuer == "" {
		return nil
	}
	for _, d := range p.On(place.Today(tx)).Duties {
		if d.Makes != b.Notice {
			continue
		}
		t, err := n.duties.Find(tx, b.Document, d.ID, b.Issuer, b.Period.From)
		if fault.KindOf(err) == fault.KindNotFound && err != nil {
			continue
		}
		if err != nil {
			return err
		}
		if t.State == duty.Done {
			continue
		}
		_, err = n.duties.Finish(tx, by, t.ID, duty.Evidence{Link: href(b.ID), Words: "签发" + b.Number})
		if err != nil {
			return fmt.Errorf("finish duty %s: %w", d.ID, err)
		}
	}
	return nil
}

func href(id db.ID) string { return "/supervisor/bulletins/" + id.String() }

// tell leaves a message for each unit that the bulletin counts.
func (b *Bulletin) tell(tx *db.Tx) error {
	told := map[string]bool{"": true}
	for _, s := range b.Figures.Sections {
		if s.By != "lead" && s.By != "desk" {
			continue
		}
		for _, g := range s.Groups {
			if told[g.Key] {
				continue
			}
			told[g.Key] = true
			err := notify.Send(tx, notify.Message{To: notify.Unit(g.Key), Subject: "通报：" + b.Title, Text: b.Number + " 已由" + b.IssuerName + "签发。", Link: href(b.ID)})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// Withdraw takes back a draft or a signed bulletin, with a reason. It stays on record; a new one may be made.
func (n *Notices) Withdraw(tx *db.Tx, by staff.Actor, id db.ID, why string) error {
	b, err := n.Get(tx, by, id)
	if err != nil {
		return err
	}
	why = strings.TrimSpace(why)
	switch {
	case !edits(by, b.Area):
		return fault.Forbidden("通报由督查人员撤回")
	case why == "" || utf8.RuneCountInString(why) > 200:
		return fault.Invalid("why", "请写明撤回的理由，不超过 %d 字", 200)
	}
	err = tx.ExecOne(`update notice_bulletin set state = 'withdrawn', open = 0, why = ? where id = ? and state <> 'withdrawn'`, why, b.ID)
	if err != nil {
		return fmt.Errorf("withdraw bulletin %s: %w", id, err)
	}
	b.Why = why
	return record(tx, by, "withdraw", b)
}

// record writes to the audit log. Only what was signed can be recomputed: a draft changes, and a withdrawal adds nothing.
func record(tx *db.Tx, by staff.Actor, verb string, b Bulletin) error {
	city, err := place.City(tx)
	if err != nil {
		return err
	}
	detail, err := json.Marshal(map[string]string{"title": b.Title, "number": b.Number, "why": b.Why})
	if err != nil {
		return err
	}
	e := audit.Entry{City: city, Actor: by.AuditName(), Verb: verb + "-bulletin", Subject: "notice:" + b.ID.String(), Detail: detail}
	if verb == "sign" {
		if e.Digest, err = b.sum(); err != nil {
			return err
		}
	}
	return audit.Record(tx, e)
}

// sum is what the audit log keeps of a signature: the digest over number, area, period and figures.
func (b *Bulletin) sum() (sum [32]byte, err error) {
	figures, err := hex.DecodeString(b.Digest)
	if err != nil {
		return sum, err
	}
	return audit.Digest([]byte(b.ID.String()), []byte(b.Number), []byte(b.Area), []byte(b.Period.From.String()), figures), nil
}

// Witness recomputes the digests that the audit log keeps of signatures.
func Witness() audit.Witness {
	return audit.Witness{Prefix: "notice", Digest: func(tx *db.Tx, e audit.Entry) ([32]byte, error) {
		id, err := db.ParseID(strings.TrimPrefix(e.Subject, "notice:"))
		if err != nil {
			return [32]byte{}, fmt.Errorf("audit subject %q is no bulletin", e.Subject)
		}
		b, err := get(tx, id)
		if err != nil && fault.KindOf(err) == fault.KindInternal { // its figures no longer are what their digest says
			return [32]byte{}, nil
		}
		if err != nil {
			return [32]byte{}, err
		}
		return b.sum()
	}}
}

func oneIf(b bool) int {
	if b {
		return 1
	}
	return 0
}
