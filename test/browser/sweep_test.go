package browser

import (
	_ "embed"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

var (
	//go:embed axe.min.js
	axeJS string
	//go:embed measure.js
	measureJS string
)

// mostPages bounds what one person's links lead to: more means that two addresses of one page are not known as the same.
const mostPages = 150

// Every page that a person comes to by links is fit for everybody: on a desktop, on a telephone and at 320 px, in normal letters and
// in care mode.
func TestEveryPageIsFitForEverybody(t *testing.T) {
	needChrome(t)
	c := found(t, "sqlite")
	c.live(t)
	shared := &visited{}
	for _, login := range []string{"", "resident", "desk", "duty", "xinfang", "dispatcher", "water", "verifier", "deputy", "supervisor", "auditor", "admin", "willow", "street", "hall", "walker"} {
		name := login
		if name == "" {
			name = "visitor"
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &sweep{tab: c.tab(t, desktop), own: &visited{}, shared: shared, resident: login == "resident"}
			start := "/"
			if login != "" {
				s.login(login)
				start = s.at()
			}
			s.crawl(start)
		})
	}
}

// visited are the pages that were looked at, by pattern.
type visited struct {
	mu   sync.Mutex
	seen map[string]bool
}

// first reports whether a pattern is new.
func (v *visited) first(pattern string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.seen[pattern] {
		return false
	}
	if v.seen == nil {
		v.seen = map[string]bool{}
	}
	v.seen[pattern] = true
	return true
}

// A sweep is one person's way through all his pages.
type sweep struct {
	*tab
	own      *visited // of this person
	shared   *visited // of anybody
	pages    int
	resident bool // has pages of his own under /my
}

// crawl looks at a page and at those it leads to.
func (s *sweep) crawl(start string) {
	queue := []string{start, "/me", "/messages"}
	if start == "/" {
		queue = queue[:1]
	}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		p := pattern(path)
		first := s.shared.first(p)
		if !s.own.first(p) || !first && alike(p) {
			continue
		}
		if s.pages++; s.pages > mostPages {
			s.Fatalf("more than %d pages: %s", mostPages, path)
		}
		queue = append(queue, s.look(path, first)...)
	}
	s.Logf("%d pages", s.pages)
}

// alike reports whether a page looks the same to everybody who may see it.
func alike(p string) bool {
	for _, prefix := range []string{"/clauses/", "/guide/", "/help", "/privacy", "/track", "/submit", "/login", "/care", "/window", "/supervisor", "/admin", "/bulletins"} {
		if strings.HasPrefix(p, prefix) || p == "/" {
			return true
		}
	}
	return strings.Contains(p, "do=") // the form of a step is one template for all
}

var (
	ids    = regexp.MustCompile(`/[0-9a-z]{13}(/|$)`)
	hashes = regexp.MustCompile(`/[0-9a-f]{64}(/|$)`)
	names  = regexp.MustCompile(`^(/clauses/|/guide/|/supervisor/indicators/|/supervisor/watches/|/window/books/)[^/]+(/|$)`)
	items  = regexp.MustCompile(`^((?:/window)?/services/)([^/]+)$`)
	codes  = regexp.MustCompile(`/[0-9]{4,12}(/|$)`)
)

// pattern is what addresses of the same page have in common: the path without ids, the names of what is asked, and which step.
func pattern(path string) string {
	u, err := url.Parse(path)
	if err != nil {
		return path
	}
	p := u.Path
	for _, r := range []*regexp.Regexp{ids, hashes, codes} {
		p = r.ReplaceAllString(p, "/{id}$1")
	}
	p = names.ReplaceAllString(p, "$1{name}$2")
	if m := items.FindStringSubmatch(p); m != nil && !slices.Contains([]string{"mine", "sign", "resume"}, m[2]) {
		p = m[1] + "{item}" // dozens of items have one page
	}
	var asked []string
	for name, values := range u.Query() {
		switch name {
		case "back": // where the page leads back to
			continue
		case "do", "flow":
			name += "=" + values[0]
		}
		asked = append(asked, name)
	}
	slices.Sort(asked)
	if len(asked) > 0 {
		p += "?" + strings.Join(asked, "&")
	}
	return p
}

// look measures one page and returns where its links lead: in every way the first time that anybody comes to it, later in normal letters only.
func (s *sweep) look(path string, first bool) []string {
	s.resize(desktop)
	if !s.visit("/care?on=0&back=" + url.QueryEscape(path)) {
		return nil
	}
	links := s.links()
	s.accessible(path, "normal on a desktop")
	s.resize(phone)
	s.sizes(path, "normal on a telephone", 44, 14)
	s.resize(narrow)
	s.wide(path, "normal at 320 px")
	if !first {
		return links
	}
	s.resize(desktop)
	s.open("/care?on=1&back=" + url.QueryEscape(path))
	s.wide(path, "care on a desktop")
	s.resize(phone)
	s.accessible(path, "care on a telephone")
	s.sizes(path, "care on a telephone", 60, 18)
	s.resize(narrow)
	s.open("/care?on=3&back=" + url.QueryEscape(path))
	s.wide(path, "largest letters at 320 px")
	return links
}

func (s *sweep) accessible(path, how string) {
	s.do("axe", inject)
	s.tell(path, how, eval[[]string](s.tab, measured("faults()")))
}

func (s *sweep) sizes(path, how string, touch, letter int) {
	s.tell(path, how, eval[[]string](s.tab, measured(fmt.Sprintf("small(%d, %d)", touch, letter))))
	s.wide(path, how)
}

func (s *sweep) wide(path, how string) { s.tell(path, how, eval[[]string](s.tab, measured("wide()"))) }

func measured(call string) string { return "(() => {" + measureJS + "; return " + call + "})()" }

func (s *sweep) tell(path, how string, wrong []string) {
	s.Helper()
	if heard := s.console(); len(heard) > 0 {
		wrong = append(wrong, "console: "+strings.Join(heard, "; "))
	}
	if len(wrong) > 0 {
		s.Errorf("%s, %s:\n  %s", path, how, strings.Join(wrong, "\n  "))
	}
}

// links are the pages of this site that the page leads to, without files and switches of the frame.
func (s *sweep) links() []string {
	all := eval[[]string](s.tab, `[...document.querySelectorAll("a[href]")].filter((a) => a.origin === location.origin && !a.hasAttribute("download")).map((a) => a.pathname + a.search)`)
	return slices.DeleteFunc(all, func(l string) bool {
		return strings.HasPrefix(l, "/care?") || strings.HasPrefix(l, "/language?") || strings.HasPrefix(l, "/files/") || !s.resident && pathOf(l) == "/my" || strings.HasPrefix(l, "/api/") ||
			strings.HasSuffix(pathOf(l), "csv") || strings.HasSuffix(pathOf(l), ".xlsx") || strings.Contains(l, ".geojson") || strings.Contains(l, "/file")
	})
}

func pathOf(l string) string { p, _, _ := strings.Cut(l, "?"); return p }
