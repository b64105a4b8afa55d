package resident

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"linli/internal/law"
	"linli/internal/pack"
	"linli/internal/web/ui"
)

const (
	askedMost = 100 // characters of a question that are looked at
	foundMost = 8

	calledScore = 1000 // of an item that is called by the very words
)

// receiptNumber is what the number on a receipt looks like.
var receiptNumber = regexp.MustCompile(`^[A-Z]{2,6}-[0-9]{4}-[0-9]{1,8}$`)

// An answer is something that may help with what was asked.
type answer struct {
	Title string
	Note  string
	Href  string
	score int
}

// find looks for the words of a question in the channels and in what the documents say, the best first.
func (p *Pages) find(ctx context.Context, asked string, channels []channel) []answer {
	words := pairs(asked)
	var list []answer
	add := func(a answer, text string, more int) {
		if a.score = common(words, text); a.score > 0 {
			a.score += more
			list = append(list, a)
		}
	}
	for _, c := range channels {
		text := c.Name + c.Desk + c.Does + strings.Join(c.Phones, " ")
		for _, q := range c.Promises {
			text += q.Name
		}
		add(answer{Title: c.Name, Note: c.Does, Href: "/guide/" + c.ID}, text, 2)
	}
	for _, doc := range p.Town.Packs().Packs() {
		for _, k := range doc.Clauses {
			if !k.Restricted && k.Disposition != pack.Out {
				add(answer{Title: k.Gist, Note: doc.Document.Title + " · " + k.At, Href: clauseHref(k.Cite)}, k.Gist, 0)
			}
		}
	}
	for _, doc := range p.Town.Packs().Packs() {
		for _, i := range doc.On(p.today()).Items {
			a := answer{Title: i.Name, Note: i.Says, Href: "/services/" + i.ID}
			if i.Called(asked) {
				a.score = calledScore
				list = append(list, a)
				continue
			}
			add(a, i.Name+strings.Join(i.Words, "，"), 4)
		}
	}
	for _, page := range ownPages {
		add(answer{Title: ui.T(ctx, page.title), Note: ui.T(ctx, page.note), Href: page.href}, page.words, 3)
	}
	slices.SortStableFunc(list, func(a, b answer) int { return cmp.Compare(b.score, a.score) })
	return list[:min(len(list), foundMost)]
}

// ownPages are pages that answer a question by themselves.
var ownPages = []struct{ title, note, href, words string }{
	{ui.N("查办理进度"), ui.N("凭回执上的编号和查询码，不用登录"), "/track", "查询进度办理结果编号回执催办补充材料评价申诉满意"},
	{ui.N("办事"), ui.N("全部事项：条件、材料、期限，网上申请"), "/services", "办事事项申请证明材料证件登记备案落户"},
	{ui.N("怎么办、多久办好"), ui.N("四条渠道怎么走，各要多久"), "/help", "办事指南帮助怎么办多久时间期限投诉举报建议咨询"},
	{ui.N("关怀模式"), ui.N("大字、大按钮，三档可选"), "/care/settings", "老人老年大字看不清字体关怀模式"},
	{ui.N("您的信息怎样使用"), ui.N("收集什么、谁能看到、保存多久"), "/privacy", "隐私个人信息保密实名电话泄露"},
}

// pairs are the two-character words of a text; a single character stands for itself.
func pairs(s string) []string {
	runes := []rune(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s))
	if len(runes) == 1 {
		return []string{string(runes)}
	}
	var out []string
	for i := 0; i+1 < len(runes); i++ {
		if w := string(runes[i : i+2]); !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

func common(words []string, text string) int {
	text = strings.ToLower(text)
	n := 0
	for _, w := range words {
		if strings.Contains(text, w) {
			n++
		}
	}
	return n
}

// clauseHref is the page of a document at one of its clauses.
func clauseHref(c law.Clause) string { return "/clauses/" + c.Document + "#c-" + c.ID }
