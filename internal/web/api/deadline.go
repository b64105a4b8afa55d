package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"linli/internal/civil"
	"linli/internal/fault"
)

// A Deadline is when a term ends, and why.
type Deadline struct {
	LastDay     string    `json:"last_day,omitempty" doc:"最后一日；暂停未恢复时没有"`
	Due         time.Time `json:"due,omitzero" doc:"截止时刻，不含"`
	Provisional bool      `json:"provisional" doc:"所涉年份的放假安排尚未公布，按周末推算"`
	Steps       []string  `json:"steps" doc:"逐步的理由"`
}

type reckonInput struct {
	From  string   `query:"from" required:"true" doc:"起算时刻，RFC 3339"`
	Term  string   `query:"term" required:"true" maxLength:"20" doc:"3d 15wd 1mo 4wh 2h 90m"`
	Pause []string `query:"pause,explode" maxItems:"100" doc:"起/止；止为空表示尚未恢复"`
	Hours string   `query:"hours" maxLength:"100" doc:"工作时间，如 08:00-12:00,14:00-18:00"`
}

func (a *API) registerDeadlines() {
	add(a, operation{method: http.MethodGet, path: "/deadline", id: "getDeadline", tag: "期限", title: "计算期限", scope: anyone}, a.reckon)
}

func (a *API) reckon(_ context.Context, in *reckonInput) (*out[Deadline], error) {
	from, err := civil.ParseInstant(in.From)
	if err != nil {
		return nil, fault.Invalid("from", "应为 RFC 3339 时刻，如 2026-09-29T16:30:00+08:00")
	}
	term, err := civil.ParseTerm(in.Term)
	if err != nil {
		return nil, fault.Invalid("term", "期限写法不对，例如 3d、15wd、1mo、4wh、2h")
	}
	law := a.Cases.Law()
	if in.Hours != "" {
		if law.Hours, err = civil.ParseHours(in.Hours); err != nil {
			return nil, fault.Invalid("hours", "工作时间写法不对，例如 08:00-12:00,14:00-18:00")
		}
	}
	var pauses []civil.Pause
	for _, text := range in.Pause {
		p, err := pauseOf(text)
		if err != nil {
			return nil, err
		}
		pauses = append(pauses, p)
	}
	d, err := law.Deadline(from, term, pauses)
	if err != nil {
		return nil, fault.Invalid("term", "算不出期限：%s", err.Error())
	}
	return &out[Deadline]{deadlineOf(&d)}, nil
}

func pauseOf(text string) (p civil.Pause, err error) {
	from, to, ok := strings.Cut(text, "/")
	if p.From, err = civil.ParseInstant(from); err == nil && to != "" {
		p.To, err = civil.ParseInstant(to)
	}
	if !ok || err != nil || (to != "" && p.To.Before(p.From)) {
		return p, fault.Invalid("pause", "“%s”应为 起/止，止不早于起", text)
	}
	return p, nil
}

func deadlineOf(d *civil.Deadline) Deadline {
	return Deadline{LastDay: d.LastDay.String(), Due: d.Due, Provisional: d.Provisional, Steps: listed(d.Steps)}
}
