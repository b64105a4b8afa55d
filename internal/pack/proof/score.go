package proof

import (
	"strconv"

	"linli/internal/civil"
	"linli/internal/pack"
)

func tryScore(r *Result, l civil.Law) {
	x := r.Example.Score
	s := r.latest().Score(x.ID)
	if s == nil {
		r.bad("score.id", "没有综合评价 %s", x.ID)
		return
	}
	r.touch("score/" + x.ID)
	var figures []pack.Figure
	for _, i := range s.Indicators() {
		list, err := i.Count(l, civil.Date{Year: 9999, Month: 1, Day: 1}.In(civil.Shanghai), pack.Question{}, r.rows("score.rows", i.View, x.Rows))
		if err != nil {
			r.bad("score", "%s", err)
			return
		}
		figures = append(figures, list[0])
	}
	got := s.Judge(figures)
	r.same("score.points", "得分", x.Points, got.String())
	r.same("score.small", "样本过少", strconv.FormatBool(x.Small), strconv.FormatBool(got.Small))
}
