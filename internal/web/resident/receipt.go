package resident

import (
	"net/http"
	"net/url"
	"time"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/web/ui"
)

// receiptLife is how long a receipt can be looked at after it was given.
const receiptLife = 30 * time.Minute

const receiptCookie = "linli_receipt"

// A proof is what makes somebody the reporter of a case: what his receipt says.
type proof struct{ Number, Code string }

// handOver gives the receipt to the browser: sealed, for the page of the receipt alone.
func (p *Pages) handOver(w http.ResponseWriter, r *http.Request, receipt casework.Receipt) error {
	return p.setProof(w, r, receiptCookie, "/receipt", receiptLife, proof{receipt.Number, receipt.Code})
}

func (p *Pages) setProof(w http.ResponseWriter, r *http.Request, name, path string, life time.Duration, is proof) error {
	text, err := p.Key.seal(name, p.Now(), is)
	if err != nil {
		return err
	}
	http.SetCookie(w, &http.Cookie{Name: name, Value: text, Path: path, MaxAge: int(life / time.Second), HttpOnly: true,
		Secure: secure(r), SameSite: http.SameSiteLaxMode})
	return nil
}

func (p *Pages) proofOf(r *http.Request, name string, life time.Duration) (is proof, ok bool) {
	c, err := r.Cookie(name)
	if err != nil {
		return is, false
	}
	return is, p.Key.open(name, c.Value, p.Now(), life, &is)
}

func dropProof(w http.ResponseWriter, r *http.Request, name, path string) {
	http.SetCookie(w, &http.Cookie{Name: name, Path: path, MaxAge: -1, HttpOnly: true, Secure: secure(r), SameSite: http.SameSiteLaxMode})
}

func secure(r *http.Request) bool {
	return r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https"
}

// A slip is a receipt as it is shown.
type slip struct {
	Proof    proof
	Progress *casework.Progress
	Flow     *flow.Flow
	Channel  string
	Place    string
	Desk     string
	Clocks   []ui.Clock // promised days that are known already
	Promises []promise  // those that follow when the case is looked at
	Track    string     // full address, with the number and without the code
	Issuer   string
}

func (p *Pages) slip(r *http.Request) (slip, bool, error) {
	is, ok := p.proofOf(r, receiptCookie, receiptLife)
	if !ok {
		return slip{}, false, nil
	}
	s := slip{Proof: is, Track: origin(r) + "/track?" + url.Values{"number": {is.Number}}.Encode()}
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if s.Progress, err = p.Town.Cases.Track(tx, is.Number, is.Code); err != nil {
			return err
		}
		s.Clocks, err = p.clocks(tx, s.Progress.Case)
		return err
	})
	if err != nil {
		return s, false, err
	}
	k := s.Progress.Case
	s.Flow = p.flowOf(k)
	s.Channel, s.Place, s.Desk = s.Flow.Name, p.Town.Place(k.Place), p.Town.Unit(k.Situation.Desk)
	s.Promises = p.promises(r.Context(), s.Flow)
	s.Issuer = s.Desk
	if s.Issuer == "" {
		s.Issuer = ui.ReaderOf(r.Context()).Site.City
	}
	return s, true, nil
}

// receipt shows what was just given. Without the cookie there is nothing to show: the way to the case is /track.
func (p *Pages) receipt(w http.ResponseWriter, r *http.Request) error {
	s, ok, err := p.slip(r)
	if err != nil {
		return err
	}
	if !ok {
		return ui.Done(w, r, nil, "/track", ui.T(r.Context(), "回执只在提交后半小时内显示。凭回执上的编号和查询码可以随时查。"))
	}
	return ui.Render(w, r, receiptPage(s))
}

// forget takes the receipt out of the browser, for whoever sits at a machine of others.
func (p *Pages) forget(w http.ResponseWriter, r *http.Request) error {
	dropProof(w, r, receiptCookie, "/receipt")
	return ui.Done(w, r, nil, "/", ui.T(r.Context(), "这台设备上的回执已清除。"))
}

// origin is how the reader reaches this site, e.g. "https://linli.example".
func origin(r *http.Request) string {
	scheme := "http"
	if secure(r) {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}
