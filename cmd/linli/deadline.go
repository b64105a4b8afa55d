package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"linli/internal/civil"
)

// deadline answers: an event at --from, a term, what pauses — when is it due? It needs no data folder.
func deadline(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("linli deadline", flag.ContinueOnError)
	flags.SetOutput(stderr)
	from := flags.String("from", "", "起算的`时间`，如 2026-09-29T16:30:00+08:00")
	term := flags.String("term", "", "`期限`：3d 日、15wd 工作日、1mo 月、4wh 工作小时、2h 小时、90m 分钟")
	hours := flags.String("hours", "", "办公`时段`，缺省为 "+civil.OfficeHours().String())
	asJSON := flags.Bool("json", false, "以 JSON 输出")
	var pauses []string
	flags.Func("pause", "暂停`起/止`，可重复；止为空表示尚未恢复", func(s string) error {
		pauses = append(pauses, s)
		return nil
	})
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	}
	d, err := reckon(*from, *term, *hours, pauses, flags.Args())
	if err != nil {
		fmt.Fprintf(stderr, "linli deadline: %v\n", err)
		return 2
	}
	if *asJSON {
		err = printJSON(stdout, d)
	} else {
		err = printWords(stdout, d)
	}
	if err != nil {
		fmt.Fprintf(stderr, "linli deadline: %v\n", err)
		return 1
	}
	return 0
}

// reckon reads the flags, each error naming the one that is wrong, and computes.
func reckon(from, term, hours string, pauses, rest []string) (d civil.Deadline, err error) {
	if len(rest) > 0 {
		return d, fmt.Errorf("多余的参数 %q", rest[0])
	}
	if from == "" {
		return d, errors.New("--from: 缺少起算时间")
	}
	at, err := civil.ParseInstant(from)
	if err != nil {
		return d, fmt.Errorf("--from: %w", err)
	}
	if term == "" {
		return d, errors.New("--term: 缺少期限")
	}
	t, err := civil.ParseTerm(term)
	if err != nil {
		return d, fmt.Errorf("--term: %w", err)
	}
	law := civil.CivilCode()
	if hours != "" {
		if law.Hours, err = civil.ParseHours(hours); err != nil {
			return d, fmt.Errorf("--hours: %w", err)
		}
	}
	var held []civil.Pause
	for _, s := range pauses {
		p, err := parsePause(s)
		if err != nil {
			return d, fmt.Errorf("--pause: %w", err)
		}
		held = append(held, p)
	}
	if d, err = law.Deadline(at, t, held); err != nil {
		return d, fmt.Errorf("--term: %w", err)
	}
	return d, nil
}

// parsePause reads "A/B", or "A/" for a pause that has not ended.
func parsePause(s string) (p civil.Pause, err error) {
	a, b, ok := strings.Cut(s, "/")
	if !ok {
		return p, fmt.Errorf("%q 应为 起/止，止可以为空", s)
	}
	if p.From, err = civil.ParseInstant(a); err != nil {
		return p, err
	}
	if b == "" {
		return p, nil
	}
	if p.To, err = civil.ParseInstant(b); err != nil {
		return p, err
	}
	if p.To.Before(p.From) {
		return p, fmt.Errorf("%q 的结束早于开始", s)
	}
	return p, nil
}

// printJSON writes the result for scripts. A term that stands still has no last day: both are null then.
func printJSON(w io.Writer, d civil.Deadline) error {
	out := struct {
		LastDay     *civil.Date `json:"last_day"`
		Due         *string     `json:"due"`
		Provisional bool        `json:"provisional"`
		Steps       []string    `json:"steps"`
	}{Provisional: d.Provisional, Steps: d.Steps}
	if !d.Stopped {
		due := d.Due.Format(time.RFC3339Nano) // seconds, and a fraction only when the event had one
		out.LastDay, out.Due = &d.LastDay, &due
	}
	return json.NewEncoder(w).Encode(out)
}

func printWords(w io.Writer, d civil.Deadline) error {
	lines := d.Steps
	if !d.Stopped {
		lines = append(lines[:len(lines):len(lines)], "最后一日 "+d.LastDay.String()+"，截止 "+d.Due.Format(time.RFC3339Nano))
	}
	_, err := fmt.Fprintln(w, strings.Join(lines, "\n"))
	return err
}
