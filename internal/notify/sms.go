package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"text/template"
	"time"
	"unicode/utf8"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/job"
)

// An SMS (短信) is a text message as a Gateway gets it.
type SMS struct {
	ID    string    `json:"id"` // the same for every copy of one message
	Phone string    `json:"phone"`
	Text  string    `json:"text"`
	At    time.Time `json:"at"` // when this attempt began, UTC
}

// A Gateway (短信网关) hands text messages to whoever sends them. ref is the other side's number for the message, if it
// gives one. An error is tried again unless it is job.Permanent.
type Gateway interface {
	Send(ctx context.Context, m SMS) (ref string, err error)
}

const maxSMS = 500 // characters

var mobile = regexp.MustCompile(`^1[3-9][0-9]{9}$`)

// Text queues a text message in the caller's transaction; about says what it concerns, e.g. "case.accepted".
// Returns an invalid fault on field phone or text.
func Text(tx *db.Tx, phone, text, about string) error {
	phone = strings.TrimPrefix(strings.NewReplacer(" ", "", "-", "").Replace(phone), "+86")
	switch n := utf8.RuneCountInString(text); {
	case !mobile.MatchString(phone):
		return fault.Invalid("phone", "手机号码应为 11 位数字")
	case n == 0 || n > maxSMS:
		return fault.Invalid("text", "短信应为 1 至 %d 个字", maxSMS)
	}
	if err := outgoing(tx, Delivery{Channel: Phone, Target: phone, Event: about, Body: text}); err != nil {
		return fmt.Errorf("queue text message: %w", err)
	}
	return nil
}

// A FileGateway appends each message as one line of JSON to a file, for another program to send or for a trial. Send returns once
// the line is on the disk; messages sent at the same time go there together.
type FileGateway struct {
	Path string

	mu   sync.Mutex
	next *sheet // gathers lines; nil when nobody waits
	busy bool   // a sheet is being written
}

// sheet is what goes to the file at once, and what came of it once done is closed.
type sheet struct {
	lines []byte
	done  chan struct{}
	err   error
}

// Send implements Gateway. Lines are written by one call, so those of several processes do not mix.
func (g *FileGateway) Send(_ context.Context, m SMS) (string, error) {
	line, err := json.Marshal(m)
	if err != nil {
		return "", job.Permanent(err)
	}
	g.mu.Lock()
	if g.next == nil {
		g.next = &sheet{done: make(chan struct{})}
	}
	s := g.next
	s.lines = append(append(s.lines, line...), '\n')
	if !g.busy {
		g.busy = true
		go g.write()
	}
	g.mu.Unlock()
	<-s.done
	return "", s.err
}

// write writes what was gathered until nobody waits.
func (g *FileGateway) write() {
	for {
		g.mu.Lock()
		s := g.next
		g.next, g.busy = nil, s != nil
		g.mu.Unlock()
		if s == nil {
			return
		}
		s.err = appendFile(g.Path, s.lines)
		close(s.done)
	}
}

func appendFile(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// HTTPGateway posts each message to a service that sends it.
type HTTPGateway struct {
	URL    string
	Header map[string]string // e.g. Content-Type and Authorization
	Body   string            // text/template over SMS, with the function json; "" for a JSON object of all fields
	Answer string            // regular expression that the answer to a success matches; its first group is the reference; "" for any

	body   *template.Template
	answer *regexp.Regexp
	client *http.Client
}

// Prepare reads the template and the expression, so that mistakes show at the start. It must be called before Send.
func (g *HTTPGateway) Prepare() error {
	if err := checkURL(g.URL, true); err != nil { // the administrator's own choice, often inside
		return err
	}
	body := g.Body
	if body == "" {
		body = `{"id":{{json .ID}},"phone":{{json .Phone}},"text":{{json .Text}}}`
	}
	var err error
	g.body, err = template.New("body").Option("missingkey=error").Funcs(template.FuncMap{"json": func(v any) (string, error) {
		b, err := json.Marshal(v)
		return string(b), err
	}}).Parse(body)
	if err == nil {
		err = g.body.Execute(io.Discard, SMS{})
	}
	if err != nil {
		return fault.Invalid("sms", "短信网关的请求模板有误：%v", err)
	}
	if g.answer, err = regexp.Compile(g.Answer); err != nil {
		return fault.Invalid("sms", "短信网关的应答表达式有误：%v", err)
	}
	g.client = newClient(20*time.Second, true)
	return nil
}

// Send implements Gateway.
func (g *HTTPGateway) Send(ctx context.Context, m SMS) (string, error) {
	var body bytes.Buffer
	if err := g.body.Execute(&body, m); err != nil {
		return "", job.Permanent(err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.URL, &body)
	if err != nil {
		return "", job.Permanent(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for k, v := range g.Header {
		req.Header.Set(k, v)
	}
	res, err := g.client.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return "", err
	}
	if res.StatusCode/100 != 2 {
		return "", statusError(res, answer)
	}
	groups := g.answer.FindSubmatch(answer)
	if groups == nil {
		return "", fmt.Errorf("gateway answered %q", clip(answer, 200))
	}
	if len(groups) > 1 {
		return string(clip(groups[1], 100)), nil
	}
	return "", nil
}
