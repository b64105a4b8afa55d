package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
)

func linli(args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = run(args, strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

func TestDeadlineJSON(t *testing.T) {
	for _, c := range []struct {
		args            string
		lastDay, due    any
		provisional     bool
		firstOf, someOf string // parts of the steps
	}{
		{"--from 2026-09-29T16:30:00+08:00 --term 3wd", "2026-10-09", "2026-10-10T00:00:00+08:00", false, "3个工作日", "9月29日为起算日，不计入（民法典第二百零一条）"},
		{"--from=2026-09-29T16:30+08:00 --term=3wd", "2026-10-09", "2026-10-10T00:00:00+08:00", false, "3个工作日", "国庆节"},
		{"--from 2026-09-29T20:00:00Z --term 1wd", "2026-10-08", "2026-10-09T00:00:00+08:00", false, "9月30日04:00", "国庆节"},
		{"--from 2026-01-31T09:00:00+08:00 --term 1mo", "2026-02-28", "2026-03-01T00:00:00+08:00", false, "1个月", "月末日"},
		{"--from 2026-09-30T16:30:00+08:00 --term 4wh", "2026-10-08", "2026-10-08T10:30:00+08:00", false, "4个工作小时", "办公时间"},
		{"--from 2026-09-30T16:30:00+08:00 --term 4wh --hours 09:00-17:00", "2026-10-08", "2026-10-08T12:30:00+08:00", false, "4个工作小时", "09:00-17:00"},
		{"--from 2026-10-12T10:00:00+08:00 --term 90m", "2026-10-12", "2026-10-12T11:30:00+08:00", false, "90分钟", "届满"},
		{"--from 2026-09-29T16:30:00+08:00 --term 15wd --pause 2026-10-12T10:00:00+08:00/2026-10-14T09:00:00+08:00 --pause 2026-10-15T10:00:00+08:00/2026-10-15T11:00:00+08:00",
			"2026-10-28", "2026-10-29T00:00:00+08:00", false, "15个工作日", "10月13日至14日不计"},
		{"--from 2026-12-25T10:00:00+08:00 --term 15wd", "2027-01-15", "2027-01-16T00:00:00+08:00", true, "15个工作日", "2027年没有已公布的工作日历"},
		{"--from 2026-09-29T16:30:00+08:00 --term 15wd --pause 2026-10-12T10:00:00+08:00/", nil, nil, false, "15个工作日", "还剩10个工作日"},
	} {
		code, stdout, stderr := linli(append([]string{"deadline", "--json"}, strings.Fields(c.args)...)...)
		var got map[string]any
		if err := json.Unmarshal([]byte(stdout), &got); code != 0 || err != nil {
			t.Errorf("%s: exit %d, %v\n%s%s", c.args, code, err, stdout, stderr)
			continue
		}
		if keys := slices.Sorted(maps.Keys(got)); !slices.Equal(keys, []string{"due", "last_day", "provisional", "steps"}) {
			t.Errorf("%s: keys %v", c.args, keys)
		}
		if got["last_day"] != c.lastDay || got["due"] != c.due || got["provisional"] != c.provisional {
			t.Errorf("%s: %s", c.args, stdout)
		}
		steps, _ := got["steps"].([]any)
		if len(steps) < 3 || !strings.Contains(steps[0].(string), c.firstOf) || !strings.Contains(stdout, c.someOf) {
			t.Errorf("%s: steps %v", c.args, steps)
		}
	}
}

func TestDeadlineWords(t *testing.T) {
	code, stdout, _ := linli("deadline", "--from", "2026-09-29T16:30:00+08:00", "--term", "3wd")
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	if last := lines[len(lines)-1]; code != 0 || last != "最后一日 2026-10-09，截止 2026-10-10T00:00:00+08:00" {
		t.Errorf("exit %d: %s", code, stdout)
	}
}

func TestDeadlineRefuses(t *testing.T) {
	const from = "--from 2026-09-29T16:30:00+08:00 "
	for args, want := range map[string][]string{
		"":                 {"--from", "缺少"},
		"--term 3wd":       {"--from", "缺少"},
		from:               {"--term", "缺少"},
		from + "--term 3x": {"--term", "3x", "单位"},
		from + "--term 0d": {"--term", "0d"},
		"--from 2026-02-30T10:00:00+08:00 --term 3d":                                   {"--from", "2026-02-30", "不存在"},
		"--from 2026-09-29T16:30:00 --term 3d":                                         {"--from", "时区"},
		from + "--term 3d --hours 12:00-08:00":                                         {"--hours", "晚于"},
		from + "--term 3d --pause 2026-10-01T00:00:00+08:00":                           {"--pause", "起/止"},
		from + "--term 3d --pause yesterday/":                                          {"--pause", "yesterday"},
		from + "--term 3d --pause 2026-10-01T00:00:00+08:00/soon":                      {"--pause", "soon"},
		from + "--term 3d --pause 2026-10-02T00:00:00+08:00/2026-10-01T00:00:00+08:00": {"--pause", "早于"},
		from + "--term 3d tomorrow":                                                    {"tomorrow"},
		from + "--term 3d --zone UTC":                                                  {"-zone"},
		"--from 9999-12-31T10:00:00+08:00 --term 3d":                                   {"--term", "9999"},
	} {
		code, stdout, stderr := linli(append([]string{"deadline"}, strings.Fields(args)...)...)
		if code != 2 || stdout != "" {
			t.Errorf("%q: exit %d, %q", args, code, stdout)
		}
		for _, part := range want {
			if !strings.Contains(stderr, part) {
				t.Errorf("%q: %q does not say %q", args, stderr, part)
			}
		}
	}
}

func TestRun(t *testing.T) {
	if code, stdout, _ := linli("help"); code != 0 || !strings.Contains(stdout, "deadline") {
		t.Errorf("help: exit %d, %q", code, stdout)
	}
	if code, _, stderr := linli(); code != 2 || !strings.Contains(stderr, "deadline") {
		t.Errorf("no command: exit %d, %q", code, stderr)
	}
	if code, _, stderr := linli("deadlien"); code != 2 || !strings.Contains(stderr, "deadlien") {
		t.Errorf("unknown command: exit %d, %q", code, stderr)
	}
	if code, _, stderr := linli("deadline", "-h"); code != 0 || !strings.Contains(stderr, "-term") {
		t.Errorf("help of a command: exit %d, %q", code, stderr)
	}
	var errs bytes.Buffer
	args := []string{"deadline", "--from", "2026-09-29T16:30:00+08:00", "--term", "3wd", "--json"}
	if code := run(args, strings.NewReader(""), fullDisk{}, &errs); code != 1 || !strings.Contains(errs.String(), "no space") {
		t.Errorf("output that cannot be written: exit %d, %q", code, errs.String())
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }
