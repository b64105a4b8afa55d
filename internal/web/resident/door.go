package resident

import (
	"errors"
	"net/http"
	"time"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/staff"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// trackLife is how long a case stays open to the browser that named number and code.
const trackLife = 30 * time.Minute

const trackCookie = "linli_track"

// A door is how a reporter comes to his case: with the receipt in hand, or logged in.
type door struct {
	Base  string // address of the case's page
	Login bool
	by    staff.Actor
	see   func(tx *db.Tx) (*casework.Progress, error)
	do    func(tx *db.Tx, a casework.Act) (casework.Done, error)
}

// errNoReceipt is inside the fault of whoever has named no number and code, or not lately.
var errNoReceipt = errors.New("no receipt at hand")

// byReceipt opens the case whose number and code this browser has named lately.
func (p *Pages) byReceipt(r *http.Request) (door, error) {
	is, ok := p.proofOf(r, trackCookie, trackLife)
	if !ok {
		return door{}, &fault.Error{Kind: fault.KindForbidden, Format: "请先输入编号和查询码", Err: errNoReceipt}
	}
	cases := p.Town.Cases
	return door{Base: "/track/case", by: staff.Actor{Name: "反映人", Via: "receipt"},
		see: func(tx *db.Tx) (*casework.Progress, error) { return cases.Track(tx, is.Number, is.Code) },
		do: func(tx *db.Tx, a casework.Act) (casework.Done, error) {
			return cases.DoByReceipt(tx, is.Number, is.Code, a)
		}}, nil
}

// byLogin opens a case for the resident who is logged in. Another's case is not found.
func (p *Pages) byLogin(r *http.Request) (door, error) {
	by, id := session.Actor(r), ui.ID(r)
	cases := p.Town.Cases
	return door{Base: "/my/cases/" + id.String(), Login: true, by: by,
		see: func(tx *db.Tx) (*casework.Progress, error) { return cases.Mine(tx, by, id) },
		do: func(tx *db.Tx, a casework.Act) (casework.Done, error) {
			mine, err := cases.Mine(tx, by, id)
			if err != nil {
				return casework.Done{}, err
			}
			return cases.Do(tx, by, mine.Case.ID, a)
		}}, nil
}

// shut sends whoever has no receipt at hand to where he can name it.
func (p *Pages) shut(w http.ResponseWriter, r *http.Request, err error) error {
	if errors.Is(err, errNoReceipt) {
		return ui.Done(w, r, nil, "/track", ui.T(r.Context(), "请输入编号和查询码。为了安全，半小时没有动作就要重新输入。"))
	}
	return err
}
