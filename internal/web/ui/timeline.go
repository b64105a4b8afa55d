package ui

import (
	"context"
	"strconv"
	"strings"
	"time"

	"linli/internal/law"
)

// A Step is one thing that was done with a case, as its history shows it.
type Step struct {
	At     time.Time
	What   string // "受理", "派遣至市住建局"
	Who    string // the person, or "系统"
	Unit   string
	Words  string // what was said, as written
	Facts  []Pair // reasons, units, terms that belong to the step
	Files  []File
	Clause law.Clause
	Gist   string // of the clause, in a few words; "" shows its number
	Mark   Mark   // when the step came late, or stopped a clock
	Key    bool   // a turning point: accepted, replied, closed
}

// A File is an attachment.
type File struct {
	Name string
	Href string
	Size int64  // bytes
	Type string // media type, "" where nobody needs it: a recording is played on the page
}

// spoken reports whether a file is to be listened to.
func (f File) spoken() bool { return strings.HasPrefix(f.Type, "audio/") }

// A Clock is one limit of a case: who has it, since when, until when, and why that day.
type Clock struct {
	Name        string // "受理", "主办单位答复"
	Who         string // who has it now
	Since       time.Time
	Due         time.Time // the legal limit, exclusive
	Target      time.Time // the earlier limit the city set itself; zero when none
	Now         time.Time
	Mark        Mark
	Left        string     // "还剩 3个工作日"; "" is written by the clock on the wall
	Used        int        // percent of the allowed time that is used, for the bar; it may pass 100
	At80        bool       // show the tick at which the yellow card falls
	Provisional bool       // the calendar of that year is not published yet
	Steps       []string   // why that day
	Clause      law.Clause // where the term stands
	Gist        string
	PausedWhy   string // when the clock stands still
}

func (c Clock) left(ctx context.Context) string {
	switch {
	case c.Mark == Ended:
		return T(ctx, "已停表")
	case c.Mark == Paused:
		return T(ctx, "已暂停计时")
	case c.Left != "":
		return c.Left
	}
	return Left(ctx, c.Due, c.Now)
}

// used is the bar's length in a drawing 1000 wide; past the limit it is full and its mark says so.
func (c Clock) used() string { return strconv.Itoa(10 * min(max(c.Used, 0), 100)) }
