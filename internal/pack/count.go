package pack

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"linli/internal/civil"
	"linli/internal/pack/filter"
)

// Count asks the indicator of rows in memory: the same question as Select, for examples and for checking.
func (i *Indicator) Count(l civil.Law, now time.Time, q Question, rows []filter.Row) ([]Figure, error) {
	where, err := i.Where.And(q.Within).At(l, now)
	if err != nil {
		return nil, err
	}
	num, err := i.Numerator.At(l, now)
	if err != nil {
		return nil, err
	}
	den, err := i.Denominator.At(l, now)
	if err != nil {
		return nil, err
	}
	groups := map[string]*Figure{}
	if len(q.By) == 0 {
		groups[""] = &Figure{}
	}
	for _, r := range rows {
		if !where.Match(r) || !q.covers(r[i.Period]) {
			continue
		}
		f := q.group(groups, r)
		if den.Match(r) {
			f.Denominator++
			if num.Match(r) {
				f.Numerator++
			}
		}
	}
	list := make([]Figure, 0, len(groups))
	for _, f := range groups {
		list = append(list, *f)
	}
	slices.SortFunc(list, func(a, b Figure) int { return slices.Compare(a.Key, b.Key) })
	return list, nil
}

func (q Question) covers(value any) bool {
	at, _ := value.(string)
	if !q.From.IsZero() && at < filter.Stamp(q.From) {
		return false
	}
	return q.To.IsZero() || at != "" && at < filter.Stamp(q.To)
}

func (q Question) group(groups map[string]*Figure, r filter.Row) *Figure {
	key := make([]string, len(q.By))
	for i, name := range q.By {
		key[i], _ = r[name].(string)
	}
	name := strings.Join(key, "\x00")
	if groups[name] == nil {
		groups[name] = &Figure{Key: key}
	}
	return groups[name]
}

// PeriodWords returns a period as a title says it: "2026年第一季度", "2026年3月", "2026年上半年", "2026年度", the months of another
// stretch of whole months ("2025年9月至2026年8月"), or its two days.
func PeriodWords(p civil.Period) string {
	year, month := fmt.Sprintf("%d年", p.From.Year), int(p.From.Month)
	for _, whole := range []struct {
		months int
		words  string
	}{
		{1, fmt.Sprintf("%d月", month)},
		{3, "第" + []string{"一", "二", "三", "四"}[(month-1)/3] + "季度"},
		{6, []string{"上半年", "下半年"}[(month-1)/6]},
		{12, "度"},
	} {
		if p.From.Day == 1 && (month-1)%whole.months == 0 && p.To == p.From.AddMonths(whole.months).AddDays(-1) {
			return year + whole.words
		}
	}
	if p.From.Day == 1 && p.To == p.To.MonthEnd() {
		return fmt.Sprintf("%s%d月至%d年%d月", year, month, p.To.Year, int(p.To.Month))
	}
	return p.From.Words() + "至" + p.To.Words()
}

// TitleFor returns the notice's title for a period.
func (n *Notice) TitleFor(p civil.Period) string {
	return strings.ReplaceAll(n.Title, "{period}", PeriodWords(p))
}
